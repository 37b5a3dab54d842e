//! What a row, or a truncate, does in each lane.

use std::sync::Arc;

use super::Arrived;
use crate::config::{NotFinite, Role, Truncate};
use crate::lab::Lab;
use crate::lane::Row;

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
        let mut refused = Vec::new();
        // Kept from row to row: of rows that are only trained, nothing is allocated.
        let mut features = std::mem::take(&mut self.row);
        for (i, lane) in self.lanes.iter_mut().enumerate() {
            lane.let_rounds_go(self.rounds.let_go);
            if role == Role::Train {
                lane.end_rounds(self.rounds.count(), &mut self.out);
            }
            if !takes[i] {
                continue;
            }
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
                features: std::mem::take(&mut features),
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
            let learned = row.target.filter(|_| role != Role::Classify);
            if let Err(reason) = lane.check(&row.features, learned) {
                refused.push((i, format!("the row {reason}")));
                continue;
            }
            match role {
                Role::Train => {
                    lane.train(&row, &mut self.out);
                    features = row.features;
                }
                Role::Classify => lane.classify(row, &mut self.out),
                Role::Both => {
                    // By the model as it was before this row's batch, whatever the cut.
                    lane.predict(row.clone(), &mut self.out);
                    if lane.config.target.is_none() || row.target.is_some() {
                        lane.train(&row, &mut self.out);
                    }
                }
                Role::Ignore => {}
            }
        }
        self.row = features;
        self.rejected += u64::from(!refused.is_empty());
        for (lane, reason) in refused {
            self.reject_in(arrived, lane, None, reason);
        }
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
