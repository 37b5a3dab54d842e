//! Rows that wait before a lane's model sees them: for the scaler's first model, or for the lane's first version.
//!
//! They go in later in the order in which they came, as if scaler and model had been there: training rows are cut into
//! batches as usual, of a lane that cuts by interval they join the window that is open, and of one that cuts by
//! transaction those of a transaction that is over are a batch of their own.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::scaling::LaneScaler;
use super::{Lane, Row};
use crate::config::{Cut, Role};
use crate::event::{Outbox, Source};

/// A row, and what is to be done with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Arrival {
    pub(super) row: Row,
    pub(super) role: Role,
    /// Whether it is trained.
    pub(super) learns: bool,
}

/// The rows that wait, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Waiting {
    arrivals: VecDeque<Arrival>,
    /// Those of them that are trained.
    to_train: usize,
    /// So many to train, and so many to classify, at most; given anew when a checkpoint is loaded.
    #[serde(skip)]
    most: usize,
    /// Whether a first version was tried to be made of them.
    pub(super) tried: bool,
}

/// What there is to say of a record that was handed to a lane, now or earlier.
#[derive(Clone, Debug)]
pub(crate) enum Told {
    /// The lane cannot use it.
    Refused {
        /// The record's number.
        record: u64,
        /// Where it came from.
        source: Source,
        /// Why.
        reason: String,
    },
    /// A note.
    Note {
        /// The record's number.
        record: u64,
        /// The note.
        text: String,
    },
}

impl Waiting {
    pub(super) fn new(most: usize) -> Waiting {
        Waiting {
            arrivals: VecDeque::new(),
            to_train: 0,
            most: most.max(1),
            tried: false,
        }
    }

    /// Whether no row waits.
    pub(super) fn is_empty(&self) -> bool {
        self.arrivals.is_empty()
    }

    /// Goes on with the rows that were kept, and this bound.
    pub(super) fn going_on(self, most: usize) -> Waiting {
        Waiting {
            most: most.max(1),
            ..self
        }
    }

    /// Whether it is rows of so many numbers, counted as they are.
    pub(super) fn fits(&self, dim: usize) -> bool {
        let rows = self.arrivals.iter().map(|arrival| &arrival.row);
        let to_train = self.arrivals.iter().filter(|arrival| arrival.learns);
        rows.clone().all(|row| row.fits(dim)) && self.to_train == to_train.count()
    }

    /// Rows that are to be trained.
    pub(super) fn to_train(&self) -> usize {
        self.to_train
    }

    /// Rows that are only to be classified.
    pub(super) fn to_classify(&self) -> usize {
        self.arrivals.len() - self.to_train
    }

    /// Features of the rows to train, in the columns' units, row-major.
    pub(super) fn features(&self) -> impl Iterator<Item = f64> + '_ {
        let rows = self.training().flat_map(|row| &row.features);
        rows.copied()
    }

    /// Drops the rows of a topic.
    pub(super) fn drop_topic(&mut self, topic: &str) {
        self.arrivals
            .retain(|arrival| *arrival.row.source.topic != *topic);
        self.to_train = self.arrivals.iter().filter(|row| row.learns).count();
    }

    /// Takes a record's row out of those to train, as if it had not come; one that is to be classified too still is.
    pub(super) fn take_out(&mut self, record: u64) -> Option<Source> {
        let mut arrivals = self.arrivals.iter();
        let at = arrivals.position(|arrival| arrival.learns && arrival.row.record == record)?;
        self.to_train -= 1;
        let arrival = &mut self.arrivals[at];
        let source = arrival.row.source.clone();
        if arrival.role == Role::Both {
            (arrival.role, arrival.learns) = (Role::Classify, false);
        } else {
            self.arrivals.remove(at);
        }
        Some(source)
    }

    /// The rows to train, oldest first.
    pub(super) fn training(&self) -> impl Iterator<Item = &Row> {
        let training = self.arrivals.iter().filter(|arrival| arrival.learns);
        training.map(|arrival| &arrival.row)
    }

    fn is_full(&self, learns: bool) -> bool {
        match learns {
            true => self.to_train >= self.most,
            false => self.to_classify() >= self.most,
        }
    }

    fn pop(&mut self) -> Option<Arrival> {
        let arrival = self.arrivals.pop_front()?;
        self.to_train -= usize::from(arrival.learns);
        Some(arrival)
    }

    /// The newest row.
    pub(super) fn newest(&self) -> Option<&Row> {
        self.arrivals.back().map(|arrival| &arrival.row)
    }

    /// Whether the newest row to train is none of the others again.
    pub(super) fn newest_is_new(&self) -> bool {
        let mut newest_first = self.arrivals.iter().rev().filter(|row| row.learns);
        let newest = newest_first.next();
        newest.is_some_and(|newest| {
            newest_first.all(|other| other.row.features != newest.row.features)
        })
    }
}

impl Lane {
    /// Takes a row: at once, or when the scaler and the model that it needs are there.
    pub fn take(&mut self, mut row: Row, role: Role, out: &mut Outbox) {
        let learns = match role {
            Role::Train => true,
            Role::Both => self.config.target.is_none() || row.target.is_some(),
            Role::Classify => false,
            Role::Ignore => return,
        };
        if self.following.is_some() {
            return self.take_followed(row, role, learns, out);
        }
        if learns {
            self.show_scaler(&row.features, out);
        }
        row.scaled = self.scaled_on_arrival(&row.features);
        let arrival = Arrival { row, role, learns };
        if self.is_started() && !self.awaits_scaler() {
            return self.enter(arrival, out);
        }
        let (row, full) = (&arrival.row, self.waiting.is_full(learns));
        // One row more may be the one that lets a first version be made.
        if full && !(learns && !self.is_started() && !self.awaits_scaler()) {
            let reason = self.is_one_too_many();
            return self.refuse(row.record, row.source.clone(), reason);
        }
        self.waiting.to_train += usize::from(learns);
        self.waiting.arrivals.push_back(arrival);
        if learns {
            self.let_in(self.now_ms.unwrap_or(0), out);
        }
        if full && let Some(Arrival { row, .. }) = self.waiting.arrivals.pop_back() {
            self.waiting.to_train -= 1;
            let reason = self.is_one_too_many();
            self.refuse(row.record, row.source, reason);
        }
    }

    /// What was found out of rows since the last call.
    pub(crate) fn take_told(&mut self) -> Vec<Told> {
        std::mem::take(&mut self.told)
    }

    fn awaits_scaler(&self) -> bool {
        self.scaler.as_ref().is_some_and(LaneScaler::is_awaited)
    }

    fn is_one_too_many(&self) -> String {
        let what = match self.awaits_scaler() {
            true => "the scaler's first model",
            false => "the first version",
        };
        format!("is one too many: {} wait for {what}", self.waiting.most)
    }

    /// Lets a row wait that a lane without a version is to classify.
    pub(super) fn wait_to_classify(&mut self, row: Row) {
        if self.waiting.is_full(false) {
            let reason = self.is_one_too_many();
            return self.refuse(row.record, row.source, reason);
        }
        self.waiting.arrivals.push_back(Arrival {
            row,
            role: Role::Classify,
            learns: false,
        });
    }

    /// The rows that wait to be classified.
    pub(super) fn rows_to_classify(&mut self) -> Vec<Row> {
        let arrivals = std::mem::take(&mut self.waiting.arrivals);
        arrivals.into_iter().map(|arrival| arrival.row).collect()
    }

    pub(super) fn refuse(&mut self, record: u64, source: Source, reason: String) {
        self.told.push(Told::Refused {
            record,
            source,
            reason,
        });
    }

    /// Scales the rows that wait, by the scaler's first model.
    pub(super) fn scale_waiting(&mut self) {
        let mut arrivals = std::mem::take(&mut self.waiting.arrivals);
        for arrival in &mut arrivals {
            arrival.row.scaled = self.scaled_on_arrival(&arrival.row.features);
        }
        self.waiting.arrivals = arrivals;
    }

    /// Lets the rows in that wait, if nothing is missing any more; `at_ms` is the time.
    pub(super) fn let_in(&mut self, at_ms: i64, out: &mut Outbox) {
        if self.awaits_scaler() || !self.is_started() && !self.start_with_waiting(at_ms, out) {
            return;
        }
        while let Some(arrival) = self.waiting.pop() {
            let (record, transaction) = (arrival.row.record, arrival.row.transaction);
            self.enter(arrival, out);
            let goes_on = self.waiting.arrivals.front().is_some_and(|next| {
                next.learns && transaction.is_some() && next.row.transaction == transaction
            });
            // Rows of a transaction that is still open are not in the batch yet.
            if self.config.cut == Cut::Transaction && !goes_on && !self.batch.nothing_came() {
                self.close_batch(record + 1, out);
            }
        }
    }

    /// Hands a row to the model.
    pub(super) fn enter(&mut self, arrival: Arrival, out: &mut Outbox) {
        let Arrival { row, role, learns } = arrival;
        let target = row.target.filter(|_| role != Role::Classify);
        if let Err(reason) = self.check(&row, target) {
            return self.refuse(row.record, row.source, reason);
        }
        let waits = !learns && self.held.len() >= self.waiting.most;
        match role {
            Role::Classify if waits => {
                let most = self.waiting.most;
                let reason = format!("is one too many: {most} wait to be classified");
                self.refuse(row.record, row.source, reason);
            }
            Role::Classify => self.classify(row, out),
            Role::Both => {
                // By the model as it was before this row's batch, whatever the cut.
                self.predict(row.clone(), out);
                if learns {
                    self.train(&row, out);
                }
            }
            Role::Train => {
                self.train(&row, out);
                self.spare = row.features;
            }
            Role::Ignore => {}
        }
    }
}
