//! A lane's test rounds, and what its measures were after each.

use std::collections::VecDeque;

use learn::online::Task;

use super::measures::{Measured, Measures};
use super::{Lane, Row};
use crate::event::{LabEvent, Outbox, RoundEvent, Source};
use crate::snapshot::Mark;

/// So many points of the measures' history are kept at least, and twice as many at most.
const HISTORY_MAX: usize = 1_024;
/// Marks of a lane; older ones are let go.
const MARKS_MAX: usize = 256;

/// The test round that a lane's newest prediction belongs to, until it is over.
#[derive(Clone, Debug)]
pub(super) struct OpenRound {
    number: usize,
    first: Source,
    last: Source,
    /// Its last record's number.
    record: u64,
    measures: Measures,
}

/// What the measures were at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Records applied.
    pub record: u64,
    /// The newest version.
    pub version: u64,
    /// The values.
    pub measured: Measured,
}

impl Lane {
    /// A training record was applied: rounds below this number are over.
    pub(crate) fn end_rounds(&mut self, rounds: usize, out: &mut Outbox) {
        self.rounds_over = rounds;
        self.end_round_that_is_over(out);
    }

    /// Ends the open round if it is over and none of its rows waits for a window.
    pub(super) fn end_round_that_is_over(&mut self, out: &mut Outbox) {
        let Some(round) = &self.round else {
            return;
        };
        let waits = self
            .held
            .first()
            .is_some_and(|row| row.round <= round.number);
        if round.number < self.rounds_over && !waits {
            self.end_round(out);
        }
    }

    /// The round of a row that is about to be predicted; another one ends.
    pub(super) fn enter_round(&mut self, row: &Row, out: &mut Outbox) {
        if self
            .round
            .as_ref()
            .is_some_and(|round| round.number != row.round)
        {
            self.end_round(out);
        }
        let round = self.round.get_or_insert_with(|| OpenRound {
            number: row.round,
            first: row.source.clone(),
            last: row.source.clone(),
            record: row.record,
            measures: Measures::of_all(self.model.task()),
        });
        round.last = row.source.clone();
        round.record = row.record;
    }

    /// Ends the open round: its line, and whether its labels change what clusters stand for.
    pub(crate) fn end_round(&mut self, out: &mut Outbox) {
        let Some(round) = self.round.take() else {
            return;
        };
        let change = self.identity.end_round();
        self.take_change(change, round.record + 1);
        self.keep_point(round.record + 1);
        let metrics = round.measures.measured(&self.identity);
        let tells = self.config.tells_metrics || self.model.task() != Task::Clustering;
        if tells && metrics.rows > 0 {
            out.push(LabEvent::Round(RoundEvent {
                lane_name: self.name(),
                round: round.number as u64 + 1,
                first: round.first,
                last: round.last,
                metrics,
            }));
        }
    }

    /// Counts a prediction of the open round.
    pub(super) fn measure(&mut self, prediction: &super::Prediction) {
        let super::Prediction {
            answer,
            label,
            target,
            ..
        } = *prediction;
        self.measures.add(answer, label, target);
        if let Some(round) = &mut self.round {
            round.measures.add(answer, label, target);
        }
        self.told = None;
    }

    /// The measures as they stand, silhouettes too.
    pub(super) fn tell(&mut self) -> Option<Measured> {
        if !self.config.tells_metrics {
            return None;
        }
        if self.told.is_none() {
            let mut measured = self.measures.measured(&self.identity);
            if measured.task == Task::Clustering {
                measured.values.extend(self.silhouettes(&self.version()));
            }
            self.told = Some(measured);
        }
        self.told.clone()
    }

    /// Keeps what the measures are now, if predictions were counted since the last time.
    pub(super) fn keep_point(&mut self, record: u64) {
        if self.history_rows == self.measures.all_rows() {
            return;
        }
        self.history_rows = self.measures.all_rows();
        if self.history.len() == 2 * HISTORY_MAX {
            // Every second one, the newest among them.
            let mut keep = false;
            self.history.retain(|_| {
                keep = !keep;
                !keep
            });
        }
        self.history.push(Point {
            record,
            version: self.timeline.versions(),
            measured: self.measures.measured(&self.identity),
        });
    }

    /// Marks a place on the lane's timeline.
    pub(super) fn mark(&mut self, mark: Mark) {
        if self.marks.len() == MARKS_MAX {
            self.marks.pop_front();
        }
        self.marks.push_back(mark);
    }

    /// What counts the predictions.
    pub(crate) fn measures(&self) -> &Measures {
        &self.measures
    }

    /// The measures' history, oldest first.
    pub(crate) fn history(&self) -> &[Point] {
        &self.history
    }

    /// The lane's marks, oldest first.
    pub(crate) fn marks(&self) -> &VecDeque<Mark> {
        &self.marks
    }
}
