//! What was published, and what was not.

use std::sync::{Mutex, PoisonError};

use tokio::sync::watch;

use crate::SinkError;
use crate::metrics::Count;
use crate::publish::Outcome;

/// Why messages were not published, as a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rejection {
    /// The bridge publishes nothing.
    NoSink,
    /// The topic was not allowed.
    NotAllowed,
    /// The log that they were made from is another by now.
    MadeAnew,
    /// The sink cannot hold such a message.
    Refused,
    /// The sink is slower than what the page publishes.
    Waiting,
    /// The source, which is asked first whether they are still wanted, is in trouble.
    Source,
    /// The sink is in trouble.
    Unwritable,
    /// The sink's code panicked.
    Panicked,
}

impl Rejection {
    pub(crate) const ALL: [Self; 8] = [
        Self::NoSink,
        Self::NotAllowed,
        Self::MadeAnew,
        Self::Refused,
        Self::Waiting,
        Self::Source,
        Self::Unwritable,
        Self::Panicked,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::NoSink => "no_sink",
            Self::NotAllowed => "not_allowed",
            Self::MadeAnew => "made_anew",
            Self::Refused => "refused",
            Self::Waiting => "waiting",
            Self::Source => "source",
            Self::Unwritable => "unwritable",
            Self::Panicked => "panicked",
        }
    }

    /// Whether it is the sink that has to be mended, rather than what was asked of it.
    fn is_trouble(self) -> bool {
        matches!(self, Self::Unwritable | Self::Panicked)
    }
}

impl From<&SinkError> for Rejection {
    fn from(error: &SinkError) -> Self {
        match error {
            SinkError::NotAllowed { .. } => Self::NotAllowed,
            SinkError::Refused { .. } => Self::Refused,
            SinkError::Unwritable { .. } => Self::Unwritable,
        }
    }
}

/// What is counted where messages are published.
pub(crate) struct SinkNumbers {
    published: Count,
    rejected: [Count; Rejection::ALL.len()],
    /// How many calls of the sink have not come back.
    under_way: watch::Sender<usize>,
    /// Why the last messages that could have been published were not, and since when that is so.
    trouble: Mutex<Option<(String, i64)>>,
}

/// Messages that are being published, until it is dropped.
pub(crate) struct UnderWay(watch::Sender<usize>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.send_modify(|calls| *calls -= 1);
    }
}

impl Default for SinkNumbers {
    fn default() -> Self {
        SinkNumbers {
            published: Count::default(),
            rejected: Default::default(),
            under_way: watch::Sender::new(0),
            trouble: Mutex::default(),
        }
    }
}

impl SinkNumbers {
    /// Notes that messages are being published.
    pub(crate) fn begin(&self) -> UnderWay {
        self.under_way.send_modify(|calls| *calls += 1);
        UnderWay(self.under_way.clone())
    }

    /// Counts messages, each by what became of it at this time of the bridge's clock.
    pub(crate) fn count(&self, outcome: &Outcome, now_ms: i64) {
        if !outcome.published.is_empty() {
            self.published(outcome.published.len());
        }
        for not in outcome.refused.iter().chain(&outcome.unpublished) {
            self.rejected(not.reason, not.ids.len(), &not.message, now_ms);
        }
    }

    fn published(&self, messages: usize) {
        self.published.add(messages as u64);
        if self.lock().take().is_some() {
            tracing::info!("the sink can be written again");
        }
    }

    fn rejected(&self, rejection: Rejection, messages: usize, why: &str, now_ms: i64) {
        self.rejected[rejection as usize].add(messages as u64);
        let reason = rejection.name();
        let mut trouble = self.lock();
        // Once for each trouble: pages try again and again.
        if rejection.is_trouble() && trouble.is_none() {
            tracing::error!(reason, messages, error = why, "the sink is in trouble");
        } else {
            tracing::info!(reason, messages, error = why, "messages were not published");
        }
        if rejection.is_trouble() {
            let since_ms = trouble.as_ref().map_or(now_ms, |(_, since_ms)| *since_ms);
            *trouble = Some((why.to_owned(), since_ms));
        }
    }

    pub(crate) fn messages_published(&self) -> u64 {
        self.published.get()
    }

    pub(crate) fn messages_rejected(&self, rejection: Rejection) -> u64 {
        self.rejected[rejection as usize].get()
    }

    /// How many calls of the sink have not come back.
    pub(crate) fn calls_under_way(&self) -> usize {
        *self.under_way.borrow()
    }

    /// Resolves when every call of the sink has come back.
    pub(crate) async fn finished(&self) {
        // The sender is a field of this very value, so it is there as long as anyone waits.
        let _ = self
            .under_way
            .subscribe()
            .wait_for(|calls| *calls == 0)
            .await;
    }

    /// Why the last messages were not published, and since when.
    pub(crate) fn trouble(&self) -> Option<(String, i64)> {
        self.lock().clone()
    }

    /// Replaced in one step, so a panic elsewhere cannot have broken it.
    fn lock(&self) -> std::sync::MutexGuard<'_, Option<(String, i64)>> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_lasts_until_something_is_published() {
        let sink = SinkNumbers::default();
        sink.rejected(Rejection::NotAllowed, 2, "not allowed", 1);
        assert_eq!(sink.trouble(), None, "the asker's fault, not the sink's");
        sink.rejected(Rejection::Unwritable, 3, "locked", 10);
        sink.rejected(Rejection::Unwritable, 3, "still locked", 20);
        assert_eq!(sink.trouble(), Some(("still locked".to_owned(), 10)));
        sink.published(1);
        assert_eq!(sink.trouble(), None);
        let rejected = Rejection::ALL.map(|rejection| sink.messages_rejected(rejection));
        assert_eq!(rejected, [0, 2, 0, 0, 0, 0, 6, 0]);
        assert_eq!(sink.messages_published(), 1);
    }

    #[test]
    fn calls_are_under_way_until_they_come_back() {
        let sink = SinkNumbers::default();
        let (first, second) = (sink.begin(), sink.begin());
        assert_eq!(sink.calls_under_way(), 2);
        drop((first, second));
        assert_eq!(sink.calls_under_way(), 0);
    }
}
