//! Where records come from.

use std::ops::ControlFlow;
use std::sync::Arc;

use wire::{Gap, Hello, Record, TopicEnds};

/// A log of records that can be read from any offset and followed at its end.
///
/// Records of one partition come by their offsets. A source that has one order across its topics keeps it too:
/// [`Source::read`] and [`Source::tail`] hand out records in that order (embedded: the order of the commits). All calls may block; the bridge makes them on threads of
/// their own, several at a time.
pub trait Source: Send + Sync + 'static {
    /// The source's name for people, such as `embedded`.
    fn kind(&self) -> &'static str;

    /// The log's identity and every topic's ends, all of one moment.
    ///
    /// The identity changes when the log is made anew, that is when offsets no longer mean what they meant; a topic's own
    /// one, where the log has them, when the topic is. The answer may be up to a second old.
    fn hello(&self) -> Result<Hello, SourceError>;

    /// Records of these partitions from these offsets on, in the source's order.
    ///
    /// At most `max_bytes` of them ([`Record::size_bytes`]), but at least one if there is one. Partitions that are
    /// not named are left out. Answers [`SourceError::MadeAnew`] where the log's identity is not `log_id` (any more),
    /// so that offsets are never read in a log that they do not belong to.
    fn read(&self, log_id: &str, from: &[Position], max_bytes: usize)
    -> Result<Chunk, SourceError>;

    /// What is worth knowing though nothing is wrong, a sentence for people: "an open transaction holds back topic T,
    /// partition 0, at offset 12".
    ///
    /// Shown in `/health`. It is asked for often, so the answer comes from memory.
    fn note(&self) -> Option<String> {
        None
    }

    /// For each partition of the topic, the first offset whose record is not older than this.
    ///
    /// Where there is none, it is the partition's end. Unknown topics give an empty list.
    fn offset_at(
        &self,
        log_id: &str,
        topic: &str,
        timestamp_ms: i64,
    ) -> Result<Vec<(i32, i64)>, SourceError>;

    /// Follows the end of the log, and hands out what is new until `deliver` breaks.
    ///
    /// Runs on a thread of its own; one at a time. What is delivered, in this order:
    ///
    /// - first [`News::Start`], and again whenever the log or a topic was made anew or the place was lost (identities
    ///   say which);
    /// - then [`News::Records`] and [`News::Gap`]: everything from the ends that `Start` named on, each record once,
    ///   in the source's order, within 20 ms of its commit; partitions that appear later from their first record on;
    /// - [`News::Idle`] after each look that reached the log's end, whether it found something or not, and at least every
    ///   100 ms while nothing happens: it carries the clock as `now_ms` gave it **before** that look, so that a tick of
    ///   that time overtakes no record. (A source with a time of its own, such as a recording, carries that in its place.)
    ///
    /// Returns `Ok` when `deliver` breaks (so that a stop is noticed within 100 ms), and an error when the source
    /// cannot be read; the bridge then waits, shows the error and calls `tail` again.
    fn tail(
        &self,
        now_ms: &dyn Fn() -> i64,
        deliver: &mut dyn FnMut(News) -> ControlFlow<()>,
    ) -> Result<(), SourceError>;
}

/// A place in a partition: the offset that is wanted next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// The topic's name.
    pub topic: Arc<str>,
    /// The partition within the topic.
    pub partition: i32,
    /// The offset that is wanted next.
    pub offset: i64,
}

/// What one [`Source::read`] found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chunk {
    /// Offsets that were asked for and that retention has removed; they come before the records.
    pub gaps: Vec<Gap>,
    /// The records, in the source's order; empty only when the log's end has been reached.
    pub records: Vec<Record>,
    /// Where to read on, for each partition that was asked for.
    ///
    /// Beyond the last record, and beyond offsets that never held one (Kafka's transaction marks, say). At the log's
    /// end it is at least the end that [`Source::hello`] named before the call.
    pub next: Vec<Position>,
}

/// What a source tells while it is followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// From here on everything is delivered: which log this is, and the ends from which on it is followed.
    Start {
        /// The log's identity.
        log_id: String,
        /// Every partition, with the end from which on records follow.
        ends: Vec<TopicEnds>,
    },
    /// New records, in the source's order.
    Records(Vec<Record>),
    /// Records that were removed before they could be delivered.
    Gap(Gap),
    /// A look at the source reached the log's end: everything that it held has been delivered.
    Idle {
        /// The clock before that look, in milliseconds since the epoch.
        looked_at_ms: i64,
    },
}

/// Why a source could not answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// The log has another identity by now.
    #[error("the log was made anew; its identity is now {log_id}")]
    MadeAnew {
        /// The identity that it has now.
        log_id: String,
    },
    /// The source cannot be read.
    #[error("{what}; {remedy}")]
    Unreadable {
        /// What failed, and where.
        what: String,
        /// What the reader can do about it.
        remedy: String,
    },
}
