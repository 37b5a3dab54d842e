//! What is said about a log beside its records.

use std::collections::BTreeMap;

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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hello {
    /// The log's identity: offsets of one identity mean nothing in another.
    pub log_id: String,
    /// Every partition of every topic.
    pub topics: Vec<TopicEnds>,
    /// By topic, its own identity, where the log has one for each (Kafka): it changes when a topic of the same name is
    /// made anew, and its offsets then mean nothing any more.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub topic_ids: BTreeMap<String, String>,
}

impl Hello {
    /// A topic that has another identity than this one that is known of it.
    ///
    /// Topics that are not there, and those whose identity one side does not know, tell nothing.
    #[must_use]
    pub fn topic_made_anew(&self, known: &BTreeMap<String, String>) -> Option<&str> {
        let is_another =
            |(topic, id): &(&String, &String)| known.get(*topic).is_some_and(|known| known != *id);
        let found = self.topic_ids.iter().find(is_another);
        found.map(|(topic, _)| topic.as_str())
    }
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
