//! Batches by database transaction.
//!
//! Topics are read each on its own, so the rows of one transaction come mixed with those of others. Where
//! the transaction's end is told (the topic `<prefix>.transaction` is a stream of the lab, and the events
//! carry the transaction's id), its batch waits until all of its events are there, however they come.
//! Where it is not told, a transaction ends when an event of another one comes, or when nothing has
//! come for [`QUIET_MS`]. An event without a transaction is one of its own.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::batch::Batch;
use super::{Lane, Row};
use crate::event::{Outbox, Source};

/// So long after its last event a transaction is over whose end is not told, ms of lab time.
pub(crate) const QUIET_MS: i64 = 1_000;

/// Transactions whose numbers are remembered after their end.
const ENDED_MAX: usize = 4_096;

/// An event's transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Membership {
    /// Its number; None where the event has none.
    pub(crate) id: Option<i64>,
    /// Whether its end will be told.
    pub(crate) end_is_told: bool,
    /// The record's timestamp, ms.
    pub(crate) time_ms: i64,
}

/// What a batch by transaction cannot put right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// An event came after its transaction's batch had ended.
    CameApart(i64),
    /// Too many were open, so this one was ended without its end.
    TooManyOpen(i64),
    /// An event has no transaction.
    NoTransaction,
}

/// The transactions of a lane.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Transactions {
    /// Oldest first.
    open: VecDeque<Open>,
    /// Numbers of the newest that ended, oldest first.
    ended: VecDeque<i64>,
    /// Is given anew when a checkpoint is loaded.
    #[serde(skip)]
    open_max: usize,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Open {
    id: Option<i64>,
    rows: Batch,
    /// Its events so far, rows of this lane or not.
    seen: u64,
    /// Its events in all, once its end is told.
    of: Option<u64>,
    end_is_told: bool,
    last_ms: i64,
}

impl Transactions {
    pub(super) fn new(open_max: usize) -> Transactions {
        Transactions {
            open: VecDeque::new(),
            ended: VecDeque::new(),
            open_max: open_max.max(1),
        }
    }

    /// Goes on with these, and so many open at a time.
    pub(super) fn going_on(self, open_max: usize) -> Transactions {
        let Transactions {
            open,
            ended,
            open_max: _,
        } = self;
        Transactions {
            open,
            ended,
            open_max: open_max.max(1),
        }
    }

    /// Whether each holds rows of so many numbers, with a target or none.
    pub(super) fn fits(&self, dim: usize, with_target: bool) -> bool {
        let mut open = self.open.iter();
        open.all(|open| open.rows.fits(dim, with_target))
    }

    pub(super) fn rows(&self) -> usize {
        self.open.iter().map(|open| open.rows.len()).sum()
    }

    /// Takes a record's row out of the transaction that it is of.
    pub(super) fn take_out(&mut self, record: u64) -> Option<Source> {
        let mut open = self.open.iter_mut();
        open.find_map(|open| open.rows.take_out(record))
    }

    pub(super) fn features(&self) -> impl Iterator<Item = f64> + '_ {
        let rows = self.open.iter().map(|open| open.rows.features());
        rows.flatten().copied()
    }

    pub(super) fn drop_topic(&mut self, topic: &str, dim: usize) {
        for open in &mut self.open {
            open.rows.drop_topic(topic, dim);
        }
    }

    pub(super) fn forget_scaled(&mut self) {
        for open in &mut self.open {
            open.rows.forget_scaled();
        }
    }

    /// Takes all that are open, oldest first.
    pub(super) fn take_all(&mut self) -> Vec<Batch> {
        let all: Vec<Open> = self.open.drain(..).collect();
        all.into_iter().map(|open| self.end(open)).collect()
    }

    fn end(&mut self, open: Open) -> Batch {
        if let Some(id) = open.id {
            if self.ended.len() == ENDED_MAX {
                self.ended.pop_front();
            }
            self.ended.push_back(id);
        }
        open.rows
    }

    fn take(&mut self, is_over: impl Fn(&Open) -> bool) -> Option<Batch> {
        let at = self.open.iter().position(is_over)?;
        let open = self.open.remove(at)?;
        Some(self.end(open))
    }

    fn has_ended(&self, id: i64) -> bool {
        self.ended.iter().rev().any(|ended| *ended == id)
    }

    fn of(&mut self, id: Option<i64>) -> Option<&mut Open> {
        self.open.iter_mut().find(|open| open.id == id)
    }
}

impl Open {
    fn is_complete(&self) -> bool {
        self.of.is_some_and(|of| self.seen >= of)
    }
}

impl Lane {
    /// Notes an event of a transaction, before its row is given to the lane.
    pub(crate) fn transaction_event(
        &mut self,
        event: Membership,
        records: u64,
        out: &mut Outbox,
    ) -> Option<Trouble> {
        let known = &self.transactions;
        let late = event.id.filter(|id| known.has_ended(*id));
        let end_is_told = event.end_is_told && event.id.is_some() && late.is_none();
        // Those of which no end is told are over when another one comes.
        self.end_transactions(
            |open| !open.end_is_told && (open.id != event.id || open.id.is_none()),
            records,
            out,
        );
        let mut trouble = late.map(Trouble::CameApart);
        match self.transactions.of(event.id) {
            Some(open) => {
                open.seen += 1;
                open.last_ms = open.last_ms.max(event.time_ms);
            }
            None => {
                trouble = trouble.or(self.open_transaction(
                    Open {
                        id: event.id,
                        rows: Batch::default(),
                        seen: 1,
                        of: None,
                        end_is_told,
                        last_ms: event.time_ms,
                    },
                    records,
                    out,
                ));
            }
        }
        trouble.or(event.id.is_none().then_some(Trouble::NoTransaction))
    }

    /// Ends the event's transaction if it was the last; call it after its row was given to the lane.
    pub(crate) fn transaction_event_done(
        &mut self,
        id: Option<i64>,
        records: u64,
        out: &mut Outbox,
    ) {
        let is_over = |open: &Open| open.id == id && (id.is_none() || open.is_complete());
        self.end_transactions(is_over, records, out);
    }

    /// Notes the end of a transaction that has so many events in the lab's streams; None where that is not known.
    pub(crate) fn transaction_end(
        &mut self,
        id: i64,
        events: Option<u64>,
        records: u64,
        out: &mut Outbox,
    ) -> Option<Trouble> {
        if self.transactions.has_ended(id) {
            return None;
        }
        let mut trouble = None;
        match (self.transactions.of(Some(id)), events) {
            (Some(open), events) => open.of = Some(events.unwrap_or(0)),
            (None, Some(events)) if events > 0 => {
                let open = Open {
                    id: Some(id),
                    rows: Batch::default(),
                    seen: 0,
                    of: Some(events),
                    end_is_told: true,
                    last_ms: 0,
                };
                trouble = self.open_transaction(open, records, out);
            }
            (None, _) => {}
        }
        self.end_transactions(|open| open.is_complete(), records, out);
        trouble
    }

    /// When the open transaction is over by quiet, ms of lab time; None where none is open whose end is not told.
    pub(crate) fn quiet_at_ms(&self) -> Option<i64> {
        let open = self.transactions.open.iter();
        let untold = open.filter(|open| !open.end_is_told);
        untold
            .map(|open| open.last_ms.saturating_add(QUIET_MS))
            .min()
    }

    /// Ends the transactions that are over by quiet at this time.
    pub(crate) fn end_quiet_transactions(&mut self, now_ms: i64, records: u64, out: &mut Outbox) {
        let is_over =
            |open: &Open| !open.end_is_told && open.last_ms.saturating_add(QUIET_MS) <= now_ms;
        self.end_transactions(is_over, records, out);
    }

    pub(super) fn train_in_transaction(&mut self, row: &Row) {
        // An event without a transaction is one of its own, so the open one is the newest row's.
        let may_be_open = row.transaction.is_some() || self.waiting.is_empty();
        match self.transactions.of(row.transaction) {
            Some(open) if may_be_open => open.rows.push(row),
            // It waited, and its transaction is over.
            _ => self.batch.push(row),
        }
    }

    fn open_transaction(&mut self, open: Open, records: u64, out: &mut Outbox) -> Option<Trouble> {
        let mut trouble = None;
        if self.transactions.open.len() >= self.transactions.open_max
            && let Some(oldest) = self.transactions.open.front().and_then(|open| open.id)
        {
            trouble = Some(Trouble::TooManyOpen(oldest));
            self.end_transactions(|open| open.id == Some(oldest), records, out);
        }
        self.transactions.open.push_back(open);
        trouble
    }

    /// Makes a batch of each transaction that is over; one that trained nothing makes none.
    fn end_transactions(
        &mut self,
        is_over: impl Fn(&Open) -> bool,
        records: u64,
        out: &mut Outbox,
    ) {
        while let Some(mut rows) = self.transactions.take(&is_over) {
            if !rows.nothing_came() {
                self.batch.append(&mut rows);
                self.close_batch(records, out);
            }
        }
    }
}
