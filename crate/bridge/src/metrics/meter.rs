//! One session's numbers.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Instant;

use crate::closing::End;
use crate::metrics::Count;
use crate::shared::Shared;

/// What a session speaks, as a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// `eddy.v1`: a page.
    V1,
    /// `eddy.json`: a person or another program.
    Json,
}

impl Protocol {
    pub(crate) const ALL: [Self; 2] = [Self::V1, Self::Json];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::V1 => "eddy.v1",
            Self::Json => "eddy.json",
        }
    }
}

/// What the sessions of one protocol come to.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    pub(crate) opened: Count,
    pub(crate) records: Count,
    pub(crate) bytes: Count,
    pub(crate) resubscriptions: Count,
}

/// The sessions of one bridge.
#[derive(Default)]
pub(crate) struct Sessions {
    totals: [Totals; Protocol::ALL.len()],
    /// How many sessions asked in vain for a seat.
    pub(crate) refused: Count,
    /// Those that are open; what has ended is swept out when another one begins.
    open: Mutex<Vec<Weak<Slot>>>,
}

/// How many sessions of one protocol are open, and how far behind the slowest of them is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Open {
    pub(crate) sessions: u64,
    pub(crate) lag_records: u64,
}

/// Counts for one session, which is open until this is dropped.
pub(crate) struct Meter {
    shared: Arc<Shared>,
    slot: Arc<Slot>,
    began: Instant,
    records: Count,
    bytes: Count,
    subscribed: AtomicBool,
}

struct Slot {
    protocol: Protocol,
    lag_records: Count,
}

impl Sessions {
    pub(crate) fn totals(&self, protocol: Protocol) -> &Totals {
        &self.totals[protocol as usize]
    }

    pub(crate) fn open(&self, protocol: Protocol) -> Open {
        let slots = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let slots = slots.iter().filter_map(Weak::upgrade);
        let slots = slots.filter(|slot| slot.protocol == protocol);
        slots.fold(Open::default(), |open, slot| Open {
            sessions: open.sessions + 1,
            lag_records: open.lag_records.max(slot.lag_records.get()),
        })
    }

    fn begin(&self, protocol: Protocol) -> Arc<Slot> {
        self.totals(protocol).opened.add(1);
        let slot = Arc::new(Slot {
            protocol,
            lag_records: Count::default(),
        });
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|slot| slot.strong_count() > 0);
        open.push(Arc::downgrade(&slot));
        slot
    }
}

impl Meter {
    /// Counts a session that begins.
    pub(crate) fn begin(shared: &Arc<Shared>, protocol: Protocol) -> Self {
        tracing::info!("session opened");
        Meter {
            shared: shared.clone(),
            slot: shared.metrics.sessions.begin(protocol),
            began: Instant::now(),
            records: Count::default(),
            bytes: Count::default(),
            subscribed: AtomicBool::new(false),
        }
    }

    /// Counts a subscription that has begun.
    pub(crate) fn subscribed(&self, topics: &[String]) {
        if self.subscribed.swap(true, Ordering::Relaxed) {
            self.totals().resubscriptions.add(1);
        }
        tracing::info!(topics = topics.join(","), "subscribed");
    }

    /// Counts records that were sent.
    pub(crate) fn records(&self, records: usize) {
        self.records.add(records as u64);
        self.totals().records.add(records as u64);
    }

    /// Counts bytes of records that were sent, as they were sent.
    pub(crate) fn bytes(&self, bytes: usize) {
        self.bytes.add(bytes as u64);
        self.totals().bytes.add(bytes as u64);
    }

    /// Notes how many records the session has not been sent yet.
    pub(crate) fn lag(&self, records: u64) {
        self.slot.lag_records.set(records);
    }

    /// Tells the log how the session ended.
    pub(crate) fn ended(&self, end: &End) {
        let (records, bytes) = (self.records.get(), self.bytes.get());
        let seconds = self.began.elapsed().as_secs_f64();
        let reason = end.name();
        match end.reason() {
            None => tracing::info!(reason, records, bytes, seconds, "session closed"),
            Some(error) => {
                tracing::warn!(reason, error, records, bytes, seconds, "session closed");
            }
        }
    }

    fn totals(&self) -> &Totals {
        self.shared.metrics.sessions.totals(self.slot.protocol)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_session_of_each_protocol_counts() {
        let sessions = Sessions::default();
        let slots = [10, 30, 20].map(|lag| {
            let slot = sessions.begin(Protocol::V1);
            slot.lag_records.set(lag);
            slot
        });
        let _json = sessions.begin(Protocol::Json);
        let open = |sessions, lag_records| Open {
            sessions,
            lag_records,
        };
        assert_eq!(sessions.open(Protocol::V1), open(3, 30));
        assert_eq!(sessions.open(Protocol::Json), open(1, 0));
        drop(slots);
        assert_eq!(sessions.open(Protocol::V1), open(0, 0));
        assert_eq!(sessions.totals(Protocol::V1).opened.get(), 3);
    }
}
