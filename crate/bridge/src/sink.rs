//! Where predictions go.

use wire::Publication;

/// A place to publish to, each message once.
///
/// Calls may block; the bridge makes them on threads of their own, several at a time.
pub trait Sink: Send + Sync + 'static {
    /// Whether this topic was allowed by a flag; nothing else is ever published to.
    fn allowed(&self, topic: &str) -> bool;

    /// Why nothing can be published now, and what to do, a sentence for people; `None` where nothing is known to be wrong.
    ///
    /// Shown in `/health`, beside what the last call of [`Sink::publish`] came to; for a sink that learns of troubles
    /// by itself (a broker that is gone). It is asked for often, so the answer comes from memory.
    fn trouble(&self) -> Option<String> {
        None
    }

    /// Publishes these messages, each unless one with its id is there already.
    ///
    /// Answers the ids that are there now, those of earlier calls (and of other pages) included. All of them are
    /// written, or none.
    fn publish(&self, publications: &[Publication]) -> Result<Vec<String>, SinkError>;
}

/// Why a sink could not publish.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SinkError {
    /// The topic is none that was allowed.
    #[error("topic {topic} may not be published to; allow it where the bridge is started")]
    NotAllowed {
        /// The topic that was asked for.
        topic: String,
    },
    /// The message is none that this sink can hold.
    #[error("{what}; {remedy}")]
    Refused {
        /// What is wrong with the message, and which one.
        what: String,
        /// What can be done about it.
        remedy: String,
    },
    /// The sink cannot be written.
    #[error("{what}; {remedy}")]
    Unwritable {
        /// What failed, and where.
        what: String,
        /// What can be done about it.
        remedy: String,
    },
}
