//! What becomes of messages that were handed to the producer.

use std::collections::HashMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use rdkafka::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::KafkaError as NativeError;
use rdkafka::message::DeliveryResult;
use rdkafka::producer::{ProducerContext, ThreadedProducer};
use rdkafka::types::RDKafkaErrorCode as Code;

use super::known::Mark;
use crate::kafka::client::ClientLog;

/// Hands messages to the brokers, on threads of its own.
pub(super) type Producer = ThreadedProducer<Deliveries>;

/// Messages that are under way, and what became of those that somebody waits for.
#[derive(Default)]
pub(super) struct Deliveries {
    pub(super) log: ClientLog,
    messages: Mutex<HashMap<Mark, State>>,
    changed: Condvar,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Not answered yet; somebody waits for the answer.
    Awaited,
    /// Not answered yet, and nobody waits any more.
    Left,
    /// Refused, for the one who waits.
    Failed(Code),
}

/// What became of some messages.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// Those that are not in the topic, and why.
    pub(super) failed: Vec<(Mark, Code)>,
    /// Whether some are still under way.
    pub(super) unanswered: bool,
}

impl Deliveries {
    /// Begins to wait for a message; to be called before it is handed over.
    pub(super) fn expect(&self, mark: Mark) {
        self.lock().insert(mark, State::Awaited);
    }

    /// Takes back [`Deliveries::expect`], where the producer did not take the message.
    pub(super) fn forget(&self, mark: Mark) {
        self.lock().remove(&mark);
    }

    /// Waits until all of these are answered, or the deadline has come.
    ///
    /// Those of an earlier call that are still under way are waited for too.
    pub(super) fn wait(&self, marks: &[Mark], deadline: Instant) -> Outcome {
        let mut messages = self.lock();
        for mark in marks {
            messages.entry(*mark).and_modify(|state| {
                if *state == State::Left {
                    *state = State::Awaited;
                }
            });
        }
        let awaited = |messages: &HashMap<Mark, State>| {
            marks
                .iter()
                .any(|mark| messages.get(mark) == Some(&State::Awaited))
        };
        while awaited(&messages) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            messages = self
                .changed
                .wait_timeout(messages, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        let mut outcome = Outcome::default();
        for mark in marks {
            match messages.get_mut(mark) {
                Some(State::Failed(code)) => {
                    outcome.failed.push((*mark, *code));
                    messages.remove(mark);
                }
                Some(state) => {
                    *state = State::Left;
                    outcome.unanswered = true;
                }
                None => {}
            }
        }
        outcome
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Mark, State>> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answered(&self, mark: Mark, error: Option<Code>) {
        let mut messages = self.lock();
        match (messages.get_mut(&mark), error) {
            (Some(state @ State::Awaited), Some(code)) => *state = State::Failed(code),
            _ => {
                messages.remove(&mark);
            }
        }
        drop(messages);
        self.changed.notify_all();
    }
}

impl ClientContext for Deliveries {
    fn log(&self, level: RDKafkaLogLevel, fac: &str, log_message: &str) {
        self.log.log(level, fac, log_message);
    }

    fn error(&self, error: NativeError, reason: &str) {
        self.log.error(error, reason);
    }
}

impl ProducerContext for Deliveries {
    type DeliveryOpaque = Box<Mark>;

    fn delivery(&self, delivery_result: &DeliveryResult<'_>, mark: Box<Mark>) {
        let error = match delivery_result {
            Ok(_) => {
                self.log.forget();
                None
            }
            Err((error, _)) => Some(error.rdkafka_error_code().unwrap_or(Code::Fail)),
        };
        self.answered(*mark, error);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn soon() -> Instant {
        Instant::now() + Duration::from_millis(1)
    }

    #[test]
    fn what_was_answered_is_told_once() {
        let deliveries = Deliveries::default();
        deliveries.expect(1);
        deliveries.expect(2);
        deliveries.answered(1, None);
        deliveries.answered(2, Some(Code::InvalidRecord));
        let outcome = deliveries.wait(&[1, 2, 3], soon());
        assert_eq!(outcome.failed, [(2, Code::InvalidRecord)]);
        assert!(!outcome.unanswered);
        assert!(deliveries.lock().is_empty());
    }

    #[test]
    fn what_nobody_waits_for_leaves_nothing_behind() {
        let deliveries = Deliveries::default();
        deliveries.expect(1);
        assert!(deliveries.wait(&[1], soon()).unanswered);
        deliveries.answered(1, Some(Code::InvalidRecord));
        assert!(deliveries.lock().is_empty());
    }

    #[test]
    fn an_earlier_message_is_waited_for_again() {
        let deliveries = Deliveries::default();
        deliveries.expect(1);
        assert!(deliveries.wait(&[1], soon()).unanswered);
        std::thread::scope(|scope| {
            scope.spawn(|| deliveries.answered(1, None));
            let deadline = Instant::now() + Duration::from_secs(10);
            assert!(!deliveries.wait(&[1], deadline).unanswered);
        });
    }
}
