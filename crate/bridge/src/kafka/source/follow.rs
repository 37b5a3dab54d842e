//! Following the ends of the selected topics.
//!
//! Two things go on: a consumer is handed records as they arrive, and the cluster is asked for the topics' ends all
//! the while (on a thread and a client of its own, because a question waits behind a fetch that waits for records).
//! Every answer comes with the clock of before the question; when everything up to those ends has been delivered, that
//! time is told as [`News::Idle`]. So no record that was committed before such a time comes after it, however long its
//! way from the broker was; and while no broker answers, no time is told.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::time::{Duration, Instant};

use super::super::KafkaError;
use super::Shared;
use super::catalog::Looked;
use super::tail::Tail;
use super::tail::change::Change;
use crate::{News, SourceError};

/// How long to wait between two questions for the ends.
const LOOK: Duration = Duration::from_millis(40);

/// How long one wait for records lasts: bounds how soon an answer, or a stop, is noticed.
const POLL: Duration = Duration::from_millis(10);

/// How long the brokers may be away before following gives up; the bridge says so, and begins anew.
const AWAY: Duration = Duration::from_secs(6);

/// Follows until `deliver` breaks; see [`crate::Source::tail`].
pub(super) fn follow(
    shared: &Arc<Shared>,
    now_ms: &dyn Fn() -> i64,
    deliver: &mut dyn FnMut(News) -> ControlFlow<()>,
) -> Result<(), SourceError> {
    loop {
        if one_log(shared, now_ms, deliver)?.is_break() {
            return Ok(());
        }
    }
}

/// Follows from the ends of now on, until a topic turns out to be another.
fn one_log(
    shared: &Arc<Shared>,
    now_ms: &dyn Fn() -> i64,
    deliver: &mut dyn FnMut(News) -> ControlFlow<()>,
) -> Result<ControlFlow<()>, SourceError> {
    let began_at_ms = now_ms();
    let looked = shared.catalog.look_closely()?;
    let mut tail = Tail::begin(shared, &looked)?;
    if deliver(tail.start()).is_break() {
        return Ok(ControlFlow::Break(()));
    }
    let mut looks = Looks::begin(shared)?;
    // The time of a look, until everything that it found has been delivered.
    let mut looked_at_ms = Some(began_at_ms);
    loop {
        for news in tail.poll(POLL)? {
            if deliver(news).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        if let Some((asked_at_ms, looked)) = looks.answer()? {
            match tail.take(&looked)? {
                Change::Continues => looked_at_ms = Some(asked_at_ms),
                Change::Anew => return Ok(ControlFlow::Continue(())),
            }
        }
        if let Some(at_ms) = looked_at_ms
            && tail.has_reached_ends()?
        {
            looked_at_ms = None;
            let news = News::Idle {
                looked_at_ms: at_ms,
            };
            if deliver(news).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        } else if looked_at_ms.is_some() && tail.is_lost() {
            return Ok(ControlFlow::Continue(()));
        }
        if looked_at_ms.is_none() {
            looks.ask(now_ms());
        }
    }
}

/// Questions for the ends, answered on another thread.
struct Looks {
    ask: SyncSender<()>,
    told: Receiver<Result<Arc<Looked>, KafkaError>>,
    /// The clock when the question was asked that is open.
    asked_at_ms: Option<i64>,
    asked_at: Instant,
    /// Since when no question was answered.
    away_since: Option<Instant>,
}

impl Looks {
    fn begin(shared: &Arc<Shared>) -> Result<Self, SourceError> {
        let (ask, asked) = sync_channel::<()>(1);
        let (tell, told) = sync_channel(1);
        let shared = shared.clone();
        // It ends with the first question that nobody waits for; until then it may hold a client for some seconds.
        std::thread::Builder::new()
            .name("kafka-ends".to_owned())
            .spawn(move || {
                for () in asked {
                    if tell.send(shared.catalog.look(Duration::ZERO)).is_err() {
                        return;
                    }
                }
            })
            .map_err(|error| SourceError::Unreadable {
                what: format!("no thread can be started to follow Kafka: {error}"),
                remedy: "raise the limit of processes (ulimit -u)".to_owned(),
            })?;
        Ok(Looks {
            ask,
            told,
            asked_at_ms: None,
            asked_at: Instant::now(),
            away_since: None,
        })
    }

    /// Asks, unless a question is open or the last one was a moment ago.
    fn ask(&mut self, now_ms: i64) {
        if self.asked_at_ms.is_none()
            && self.asked_at.elapsed() >= LOOK
            && self.ask.try_send(()).is_ok()
        {
            self.asked_at_ms = Some(now_ms);
            self.asked_at = Instant::now();
        }
    }

    /// The answer, with the clock of before the question.
    fn answer(&mut self) -> Result<Option<(i64, Arc<Looked>)>, SourceError> {
        let Some(asked_at_ms) = self.asked_at_ms else {
            return Ok(None);
        };
        match self.told.try_recv() {
            Ok(Ok(looked)) => {
                self.asked_at_ms = None;
                self.away_since = None;
                Ok(Some((asked_at_ms, looked)))
            }
            Ok(Err(error)) => {
                self.asked_at_ms = None;
                let since = *self.away_since.get_or_insert(self.asked_at);
                if since.elapsed() >= AWAY {
                    return Err(error.into());
                }
                tracing::debug!("{error}; trying again");
                Ok(None)
            }
            Err(TryRecvError::Empty) => Ok(None),
            Err(TryRecvError::Disconnected) => Err(SourceError::Unreadable {
                what: "the thread that asks Kafka for the ends has ended".to_owned(),
                remedy: "report this as a bug of Eddy, with the program's log".to_owned(),
            }),
        }
    }
}
