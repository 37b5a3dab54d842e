//! One model under one configuration, with its open batch.

//!
//! In `lane/`: the rows of a batch, predictions, windows and transactions that cut batches, the restart.

use std::collections::VecDeque;
use std::sync::Arc;

use learn::kmeans::{self, Kmeans, Nearest, Unusable};

use crate::config::{Cut, LabError, LaneConfig, Redelivered, Update};
use crate::event::{BatchEvent, LabEvent, Outbox, Source, VersionEvent};
use crate::timeline::{Entry, Timeline};

mod batch;
mod predict;
mod restart;
mod transactions;
mod windows;

use batch::Batch;
use transactions::Transactions;
pub(crate) use transactions::{Membership, Trouble};

/// A row on its way into a lane.
#[derive(Clone, Debug)]
pub struct Row {
    /// The record's number.
    pub record: u64,
    /// Where it came from.
    pub source: Source,
    /// Its key, as it arrived.
    pub key: Option<Arc<[u8]>>,
    /// Its label.
    pub label: Option<String>,
    /// The lane's features.
    pub features: Vec<f64>,
    /// The test round that it belongs to, counted from 0.
    pub round: usize,
    /// The number of its database transaction, where it is known.
    pub transaction: Option<i64>,
}

/// A prediction, as it is kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction {
    /// The record's number.
    pub record: u64,
    /// The version that gave it.
    pub version: u64,
    /// Nearest and second nearest cluster.
    pub nearest: Nearest,
    /// Whether the cluster stands for the row's label; None without labels.
    pub right: Option<bool>,
}

/// A lane: model, open batch, history.
#[derive(Clone, Debug)]
pub struct Lane {
    /// The configuration that it was made from.
    pub config: LaneConfig,
    /// Its versions.
    pub timeline: Timeline,
    /// Its newest predictions, oldest first.
    pub predictions: VecDeque<Prediction>,
    /// Predictions that are no longer kept.
    pub predictions_let_go: u64,
    /// By test round that is kept: right, and of how many.
    pub scores: Vec<(u32, u32)>,
    /// By feature: the least and largest coordinate that a centroid ever had.
    pub ranges: Vec<(f64, f64)>,
    index: usize,
    name: Arc<str>,
    model: Kmeans,
    /// The model that the lane starts from, and starts again from.
    initial: Kmeans,
    batch: Batch,
    transactions: Transactions,
    /// Records applied when the open batch was opened.
    batch_from: u64,
    /// Rows to classify when the open window ends.
    held: Vec<Row>,
    /// Number of the open window: it starts at this many times the interval.
    window: Option<i64>,
    rows_trained: u64,
    /// Rows that came again and were left out.
    pub(crate) redelivered: u64,
    /// Rounds whose scores are no longer kept.
    rounds_let_go: usize,
    /// The last batch was empty and changed nothing: so will the next empty ones.
    still: bool,
    predictions_max: usize,
}

impl Lane {
    /// Starts a lane with its initial model and says so.
    ///
    /// # Errors
    /// The initial model does not fit the parameters.
    pub fn new(
        index: usize,
        config: LaneConfig,
        bounds: &super::lab::Bounds,
        out: &mut Outbox,
    ) -> Result<Lane, LabError> {
        let model = Kmeans::new(config.params, config.initial.clone())
            .map_err(|e| LabError::value(format!("lanes[{index}].model.initial"), e.to_string()))?;
        let mut lane = Lane {
            timeline: Timeline::new(config.initial.clone(), bounds.model_bytes),
            predictions: VecDeque::new(),
            predictions_let_go: 0,
            scores: Vec::new(),
            ranges: vec![(f64::INFINITY, f64::NEG_INFINITY); config.params.dim()],
            index,
            name: config.name.as_str().into(),
            initial: model.clone(),
            model,
            batch: Batch::default(),
            transactions: Transactions::new(bounds.transactions),
            batch_from: 0,
            held: Vec::new(),
            window: None,
            rows_trained: 0,
            redelivered: 0,
            rounds_let_go: 0,
            still: false,
            predictions_max: bounds.predictions,
            config,
        };
        lane.grow_ranges();
        out.push(LabEvent::Version(lane.version_event(1, 1, None)));
        Ok(lane)
    }

    /// Whether the engine can take a row.
    ///
    /// # Errors
    /// Why its job would fail.
    pub fn check(&self, features: &[f64]) -> Result<(), Unusable> {
        kmeans::check_row(&self.config.params, self.model.model(), features)
    }

    /// Whether the lane takes rows of this operation, and rows that have come before.
    pub fn takes(&self, op: char, again: bool) -> bool {
        let changes = &self.config.changes;
        let ignored = op == 'u' && changes.update == Update::Ignore;
        let left_out = again && changes.redelivered == Redelivered::Once;
        !ignored && !left_out
    }

    /// Adds a training row; a batch that is full makes a version.
    pub fn train(&mut self, row: &Row, out: &mut Outbox) {
        self.rows_trained += 1;
        self.still = false;
        if self.config.cut == Cut::Transaction {
            return self.train_in_transaction(row);
        }
        self.batch.push(&row.features, &row.source);
        if self.config.cut == Cut::Count(self.batch_rows()) {
            self.close_batch(row.record + 1, out);
        }
    }

    /// Ends the open batch by hand; of a lane that cuts by transaction, each open transaction.
    pub fn close(&mut self, records: u64, out: &mut Outbox) {
        for mut rows in self.transactions.take_all() {
            if !rows.is_empty() {
                self.batch.append(&mut rows);
                self.close_batch(records, out);
            }
        }
        if self.config.cut != Cut::Transaction {
            self.close_batch(records, out);
        }
    }

    /// Ends the open batch, full or not, and classifies what waited for it.
    pub fn close_batch(&mut self, records: u64, out: &mut Outbox) {
        let before = self.model.model().clone();
        let dim = self.config.params.dim();
        let Some(rows) = self.batch.rows(dim) else {
            return;
        };
        let summary = self.model.partial_fit(rows);
        let span = self.batch.span();
        self.batch.clear();
        let version = self.timeline.versions() + 1;
        let after = self.model.model();
        let empty = summary.rows == 0;
        if empty && after.centroids == before.centroids {
            self.still = after.weights == before.weights;
            self.timeline.extend_run(version, records, after);
            out.push_empty(self.version_event(
                version,
                version,
                Some(empty_batch(after.weights.len())),
            ));
        } else {
            let batch = BatchEvent {
                rows: summary.rows as u64,
                counts: summary.counts.clone(),
                shift: summary.shift,
                inertia_before: summary.inertia_before,
                inertia_after: summary.inertia_after,
                span: span.clone(),
            };
            self.timeline.push(Entry {
                first: version,
                last: version,
                rows: batch.rows,
                counts: summary.counts,
                shift: summary.shift,
                shifts: shifts(&before.centroids, &after.centroids, dim),
                inertia_before: summary.inertia_before,
                inertia_after: summary.inertia_after,
                from_record: self.batch_from,
                to_record: records,
                span,
                split: summary.split,
                restarted: None,
                model: Some(after.clone()),
            });
            out.push(LabEvent::Version(self.version_event(
                version,
                version,
                Some(batch),
            )));
            self.grow_ranges();
        }
        self.batch_from = records;
        for row in std::mem::take(&mut self.held) {
            self.predict(row, out);
        }
    }

    /// Training rows in the open batch.
    pub fn batch_rows(&self) -> usize {
        self.batch.len() + self.transactions.rows()
    }

    /// Features of the open batch, row-major.
    pub fn batch(&self) -> Vec<f64> {
        let waiting = self.batch.features().iter().copied();
        waiting.chain(self.transactions.features()).collect()
    }

    /// Rows that wait for the open window's end.
    pub fn held(&self) -> usize {
        self.held.len()
    }

    /// Training rows that the lane was given.
    pub fn rows_trained(&self) -> u64 {
        self.rows_trained
    }

    /// The lane's name.
    pub fn name(&self) -> Arc<str> {
        self.name.clone()
    }

    fn version_event(&self, first: u64, last: u64, batch: Option<BatchEvent>) -> VersionEvent {
        let model = self.model.model();
        VersionEvent {
            lane: self.index,
            lane_name: self.name.clone(),
            first,
            last,
            centroids: model.centroids.clone(),
            dim: self.config.params.dim(),
            weights: model.weights.clone(),
            batch,
            restarted: None,
        }
    }

    fn grow_ranges(&mut self) {
        let dim = self.config.params.dim();
        for (i, value) in self.model.model().centroids.iter().enumerate() {
            if value.is_finite() {
                let range = &mut self.ranges[i % dim];
                *range = (range.0.min(*value), range.1.max(*value));
            }
        }
    }
}

fn empty_batch(k: usize) -> BatchEvent {
    BatchEvent {
        rows: 0,
        counts: vec![0; k],
        shift: 0.0,
        inertia_before: f64::NAN,
        inertia_after: f64::NAN,
        span: None,
    }
}

/// How far each centroid moved.
fn shifts(before: &[f64], after: &[f64], dim: usize) -> Vec<f64> {
    let moved = |(a, b): (&[f64], &[f64])| {
        a.iter()
            .zip(b)
            .map(|(a, b)| (a - b) * (a - b))
            .sum::<f64>()
            .sqrt()
    };
    before
        .chunks(dim)
        .zip(after.chunks(dim))
        .map(moved)
        .collect()
}
