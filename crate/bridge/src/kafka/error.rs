//! What can go wrong with a cluster, said so that it can be mended.
//!
//! - [`KafkaError`]: one sentence of what failed and where, one of what to do
//! - `explain`: librdkafka's errors as such sentences

pub(super) mod explain;

use crate::{SinkError, SourceError};

/// Why a cluster could not be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}; {remedy}")]
pub struct KafkaError {
    /// Whether waiting helps.
    pub nature: Nature,
    /// What failed, and where: broker, topic, setting.
    pub what: String,
    /// What can be done about it.
    pub remedy: String,
}

/// Whether an error passes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    /// It may: a broker that is away comes back.
    Passing,
    /// It does not before a setting, a right or a topic is changed.
    Setting,
    /// It never does for this message.
    Message,
}

impl KafkaError {
    /// An error that may pass by itself.
    pub(super) fn passing(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(Nature::Passing, what, remedy)
    }

    /// An error that lasts until something is changed.
    pub(super) fn setting(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(Nature::Setting, what, remedy)
    }

    /// An error that this message will always meet.
    pub(super) fn message(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(Nature::Message, what, remedy)
    }

    fn new(nature: Nature, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        KafkaError {
            nature,
            what: what.into(),
            remedy: remedy.into(),
        }
    }
}

impl From<KafkaError> for SourceError {
    fn from(KafkaError { what, remedy, .. }: KafkaError) -> Self {
        SourceError::Unreadable { what, remedy }
    }
}

impl From<KafkaError> for SinkError {
    fn from(
        KafkaError {
            nature,
            what,
            remedy,
        }: KafkaError,
    ) -> Self {
        match nature {
            Nature::Message => SinkError::Refused { what, remedy },
            Nature::Passing | Nature::Setting => SinkError::Unwritable { what, remedy },
        }
    }
}
