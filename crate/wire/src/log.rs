//! What is said about a log beside its records.

use serde::{Deserialize, Serialize};

/// Where a partition begins and ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TopicEnds {
    /// The topic's name.
    pub topic: String,
    /// The partition within the topic.
    pub partition: i32,
    /// The first offset that retention has left.
    pub start: i64,
    /// The offset that will be written next.
    pub end: i64,
}

/// Which log this is, and the topics that may be subscribed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hello {
    /// The log's identity: offsets of one identity mean nothing in another.
    pub log_id: String,
    /// Every partition of every topic.
    pub topics: Vec<TopicEnds>,
}

/// Offsets that are gone: retention removed them before they were sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// The topic's name.
    pub topic: String,
    /// The partition within the topic.
    pub partition: i32,
    /// The first offset that is gone.
    pub from: i64,
    /// The last offset that is gone (inclusive).
    pub to: i64,
}
