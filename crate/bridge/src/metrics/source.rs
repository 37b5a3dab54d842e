//! What came from the source, and what went wrong with it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use wire::Gap;

use crate::metrics::Count;
use crate::{News, SourceError};

/// How the source failed, as a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SourceFailure {
    /// It answered with an error.
    Unreadable,
    /// It stopped telling what is new.
    Ended,
    /// Its code panicked.
    Panicked,
    /// It could not be read for a session that is behind.
    Read,
}

impl SourceFailure {
    pub(crate) const ALL: [Self; 4] = [Self::Unreadable, Self::Ended, Self::Panicked, Self::Read];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Ended => "ended",
            Self::Panicked => "panicked",
            Self::Read => "read",
        }
    }
}

/// What the thread that follows the source counts.
pub(crate) struct SourceNumbers {
    pub(crate) records: Count,
    pub(crate) bytes: Count,
    pub(crate) gaps: Count,
    pub(crate) gap_records: Count,
    /// How often following began: at the start, after trouble, when the log was made anew or the place was lost.
    pub(crate) starts: Count,
    failures: [Count; SourceFailure::ALL.len()],
    began: Instant,
    /// When the source told anything last, and when a look of it reached the log's end; milliseconds since `began`.
    news_at_ms: Count,
    look_at_ms: Count,
    /// The bridge's clock when the source came into its present state, in trouble or not.
    since_ms: AtomicI64,
}

impl SourceNumbers {
    pub(super) fn new(now_ms: i64) -> Self {
        SourceNumbers {
            records: Count::default(),
            bytes: Count::default(),
            gaps: Count::default(),
            gap_records: Count::default(),
            starts: Count::default(),
            failures: Default::default(),
            began: Instant::now(),
            news_at_ms: Count::default(),
            look_at_ms: Count::default(),
            since_ms: AtomicI64::new(now_ms),
        }
    }

    /// Counts what the source tells.
    pub(crate) fn heard(&self, news: &News) {
        let at_ms = millis(self.began.elapsed());
        self.news_at_ms.set(at_ms);
        match news {
            News::Start { .. } => self.starts.add(1),
            News::Records(records) => {
                let bytes: usize = records.iter().map(wire::Record::size_bytes).sum();
                self.records.add(records.len() as u64);
                self.bytes.add(bytes as u64);
            }
            News::Gap(gap) => self.gap(gap),
            News::Idle { .. } => self.look_at_ms.set(at_ms),
        }
    }

    /// Counts a failure, in which the source is from now on.
    pub(crate) fn failed(&self, failure: SourceFailure, was_well: bool, now_ms: i64) {
        self.failures[failure as usize].add(1);
        if was_well {
            self.since_ms.store(now_ms, Ordering::Relaxed);
        }
    }

    /// Counts a read for a session that failed; the session tries again. A log made anew is no failure.
    pub(crate) fn read_failed(&self, error: &SourceError) {
        if !matches!(error, SourceError::MadeAnew { .. }) {
            self.failures[SourceFailure::Read as usize].add(1);
            tracing::info!(%error, "the source could not be read for a session");
        }
    }

    pub(crate) fn mended(&self, now_ms: i64) {
        self.since_ms.store(now_ms, Ordering::Relaxed);
    }

    pub(crate) fn failures(&self, failure: SourceFailure) -> u64 {
        self.failures[failure as usize].get()
    }

    pub(crate) fn since_ms(&self) -> i64 {
        self.since_ms.load(Ordering::Relaxed)
    }

    /// How long ago the source told anything; since the start where it never did.
    pub(crate) fn news_age(&self) -> Duration {
        self.age(&self.news_at_ms)
    }

    /// How long ago a look at the source reached the log's end; since the start where none did.
    pub(crate) fn look_age(&self) -> Duration {
        self.age(&self.look_at_ms)
    }

    fn age(&self, at_ms: &Count) -> Duration {
        let at = Duration::from_millis(at_ms.get());
        self.began.elapsed().saturating_sub(at)
    }

    fn gap(&self, gap: &Gap) {
        self.gaps.add(1);
        let records = gap.to.saturating_sub(gap.from).saturating_add(1);
        self.gap_records.add(u64::try_from(records).unwrap_or(0));
        tracing::warn!(
            topic = gap.topic,
            partition = gap.partition,
            from = gap.from,
            to = gap.to,
            "records were removed before they could be relayed"
        );
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gap(from: i64, to: i64) -> News {
        News::Gap(Gap {
            topic: "a".to_owned(),
            partition: 0,
            from,
            to,
        })
    }

    #[test]
    fn news_are_counted_by_what_they_are() {
        let source = SourceNumbers::new(5);
        source.heard(&News::Start {
            log_id: "log".to_owned(),
            ends: Vec::new(),
        });
        source.heard(&gap(3, 7));
        // What makes no sense counts as a gap of nothing.
        source.heard(&gap(7, 3));
        source.heard(&gap(i64::MIN, i64::MAX));
        assert_eq!(source.starts.get(), 1);
        assert_eq!(source.gaps.get(), 3);
        assert_eq!(source.gap_records.get(), 5 + i64::MAX as u64);
    }

    #[test]
    fn a_state_lasts_until_it_changes() {
        let source = SourceNumbers::new(5);
        assert_eq!(source.since_ms(), 5);
        source.failed(SourceFailure::Unreadable, true, 10);
        source.failed(SourceFailure::Panicked, false, 20);
        assert_eq!(source.since_ms(), 10);
        source.mended(30);
        assert_eq!(source.since_ms(), 30);
        let failures = SourceFailure::ALL.map(|failure| source.failures(failure));
        assert_eq!(failures, [1, 0, 1, 0]);
    }
}
