//! What a row, or a truncate, does in each lane.

use std::sync::Arc;

use super::Arrived;
use crate::config::{NotFinite, Role, Truncate};
use crate::lab::Lab;
use crate::lane::{Row, Told};

impl Lab {
    /// What the row does in each lane that takes it.
    pub(super) fn hand_out(
        &mut self,
        arrived: Arrived<'_>,
        role: Role,
        transaction: Option<i64>,
        takes: &[bool],
    ) {
        let number = arrived.number;
        let source = self.source(arrived);
        let classified = matches!(role, Role::Classify | Role::Both);
        // Only a prediction carries key and label.
        let key: Option<Arc<[u8]>> = arrived.record.key.filter(|_| classified).map(Arc::from);
        let round = if classified {
            self.rounds.classify(number)
        } else {
            0
        };
        if role == Role::Train {
            self.rounds.train();
        }
        for (i, lane) in self.lanes.iter_mut().enumerate() {
            lane.let_rounds_go(self.rounds.let_go);
            if role == Role::Train {
                lane.end_rounds(self.rounds.count(), &mut self.out);
            }
            if !takes[i] {
                continue;
            }
            // Kept from row to row: of rows that are only trained, nothing is allocated.
            let mut features = std::mem::take(&mut lane.spare);
            let config = &lane.config;
            features.clear();
            let columns = config.features.iter();
            features.extend(columns.map(|column| self.rows.number(number, *column)));
            let row = Row {
                record: number,
                source: source.clone(),
                key: key.clone(),
                label: config
                    .label
                    .filter(|_| classified)
                    .and_then(|column| self.rows.label(number, column)),
                features,
                scaled: None,
                target: config
                    .target
                    .map(|column| self.rows.number(number, column))
                    .filter(|target| {
                        let as_engine = config.not_finite == NotFinite::AsEngine;
                        target.is_finite() || role == Role::Train && as_engine
                    }),
                round,
                transaction,
            };
            lane.take(row, role, &mut self.out);
        }
        self.tell();
    }

    /// Tells what the lanes have found out of rows, of this one or of those that waited.
    pub(crate) fn tell(&mut self) {
        let mut refused: Vec<u64> = Vec::new();
        for lane in 0..self.lanes.len() {
            for told in self.lanes[lane].take_told() {
                match told {
                    Told::Note { record, text } => self.rows.note_of(record, text),
                    Told::Refused {
                        record,
                        source,
                        reason,
                    } => {
                        refused.push(record);
                        self.reject_in(record, source, lane, None, format!("the row {reason}"));
                    }
                }
            }
        }
        refused.sort_unstable();
        refused.dedup();
        self.rejected += refused.len() as u64;
    }

    /// What a truncate does in each lane.
    pub(super) fn truncate(&mut self, arrived: Arrived<'_>) {
        if !matches!(self.role(arrived.stream), Role::Train | Role::Both) {
            return;
        }
        let source = self.source(arrived);
        let mut names = Vec::new();
        for lane in &mut self.lanes {
            if lane.config.changes.truncate == Truncate::Restart {
                lane.restart(
                    arrived.stream as u32,
                    &source,
                    arrived.number + 1,
                    &mut self.out,
                );
                names.push(lane.config.name.clone());
            }
        }
        if !names.is_empty() {
            let note = format!("truncated: started again in {}", names.join(", "));
            self.rows.say_of_newest(note);
        }
    }

    pub(super) fn count_row(&mut self, number: u64) {
        for column in 0..self.config.columns.len() {
            let value = self.rows.number(number, column);
            if value.is_finite() {
                let range = &mut self.ranges[column];
                *range = (range.0.min(value), range.1.max(value));
                self.sums[column] = (self.sums[column].0 + value, self.sums[column].1 + 1);
            }
        }
    }
}
