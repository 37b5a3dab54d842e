//! A lane's test rounds: where each begins and ends, and what its predictions are worth.

use learn::online::Task;
use serde::{Deserialize, Serialize};

use super::measures::Measures;
use super::{Lane, Row};
use crate::event::{LabEvent, Outbox, RoundEvent, Source};

/// The test round that a lane's newest prediction belongs to, until it is over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OpenRound {
    number: usize,
    first: Source,
    last: Source,
    /// Its last record's number.
    record: u64,
    pub(super) measures: Measures,
}

impl Lane {
    /// A training record was applied: rounds below this number are over.
    pub(crate) fn end_rounds(&mut self, rounds: usize, out: &mut Outbox) {
        self.measuring.rounds_over = rounds;
        self.end_round_that_is_over(out);
    }

    /// Ends the open round if it is over and none of its rows waits for a window.
    pub(super) fn end_round_that_is_over(&mut self, out: &mut Outbox) {
        let Some(round) = &self.measuring.round else {
            return;
        };
        let waits = self
            .held
            .first()
            .is_some_and(|row| row.round <= round.number);
        if round.number < self.measuring.rounds_over && !waits {
            self.end_round(out);
        }
    }

    /// The round of a row that is about to be predicted; another one ends.
    pub(super) fn enter_round(&mut self, row: &Row, out: &mut Outbox) {
        if self
            .measuring
            .round
            .as_ref()
            .is_some_and(|round| round.number != row.round)
        {
            self.end_round(out);
        }
        let round = self.measuring.round.get_or_insert_with(|| OpenRound {
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
        let Some(round) = self.measuring.round.take() else {
            return;
        };
        let change = self.measuring.identity.end_round();
        self.take_change(change, round.record + 1);
        let version = self.timeline.versions();
        self.measuring.keep_point(round.record + 1, version);
        let metrics = round.measures.measured(&self.measuring.identity);
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
}
