//! One model under one configuration, with its open batch.
//!
//! In `lane/`: the rows of a batch, predictions, windows and transactions that cut batches, the restart; what predictions
//! are worth, in test rounds and all in all, which labels clusters stand for, drift.

use std::collections::VecDeque;
use std::sync::Arc;

use learn::Rows;
use learn::metrics::Regression;
use learn::online::{Answer, Numbers, Online, Task};

use crate::config::{Cut, LaneConfig, Redelivered, Update};
use crate::event::{BatchEvent, LabEvent, Outbox, Source, VersionEvent};
use crate::timeline::{Entry, Parts, Timeline, Version};

pub mod alignment;
mod batch;
pub mod definitions;
pub mod drift;
pub mod measures;
mod measuring;
mod predict;
mod restart;
mod rounds;
mod sample;
mod scaling;
mod tested;
mod transactions;
mod windows;

use batch::Batch;
pub use measuring::{Measuring, Point};
use scaling::LaneScaler;
use tested::TestRows;
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
    /// What is to be predicted of it, where that is known.
    pub target: Option<f64>,
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
    /// What the model said.
    pub answer: Answer,
    /// Whether the cluster stands for the row's label, or the class is the target; None where that is not known.
    pub right: Option<bool>,
    /// The row's label, as an index into those that the lane has seen.
    pub label: Option<u32>,
    /// What was to be predicted, where that is known.
    pub target: Option<f64>,
}

/// How a lane does in a test round.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RoundScore {
    /// Right predictions.
    pub right: u32,
    /// Predictions.
    pub of: u32,
    /// Errors of a regression.
    pub errors: Regression,
    /// Where the map of ids to labels may change: (label, cluster, predictions).
    pub(crate) cells: Vec<(u32, u32, u32)>,
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
    /// By test round that is kept.
    pub scores: Vec<RoundScore>,
    /// By feature: the least and largest coordinate that a centroid ever had.
    pub ranges: Vec<(f64, f64)>,
    index: usize,
    name: Arc<str>,
    model: Box<dyn Online>,
    scaler: Option<LaneScaler>,
    batch: Batch,
    /// The newest rows that were classified and have a target.
    test_rows: TestRows,
    /// Room for a row in the model's units.
    scratch: Vec<f64>,
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
    /// How good it is.
    pub measuring: Measuring,
}

impl Lane {
    /// Starts a lane with its initial model and says so.
    pub fn new(
        index: usize,
        config: LaneConfig,
        bounds: &super::lab::Bounds,
        out: &mut Outbox,
    ) -> Lane {
        let model = config.model.clone();
        let numbers = model.numbers();
        let parts = Parts {
            moves: numbers.moves(&numbers, config.dim()).len(),
            counts: match model.task() {
                Task::Clustering => numbers.clusters().map_or(0, |model| model.weights.len()),
                Task::Regression => 0,
                Task::Classification => 2,
            },
        };
        let scaler = config.scaling.as_ref().map(LaneScaler::new);
        let version = Version {
            numbers,
            scale: None,
        };
        let mut lane = Lane {
            timeline: Timeline::new(version, parts, bounds.model_bytes),
            predictions: VecDeque::new(),
            predictions_let_go: 0,
            scores: Vec::new(),
            ranges: vec![(f64::INFINITY, f64::NEG_INFINITY); config.dim()],
            index,
            name: config.name.as_str().into(),
            model,
            scaler,
            batch: Batch::default(),
            test_rows: TestRows::default(),
            scratch: Vec::new(),
            transactions: Transactions::new(bounds.transactions),
            batch_from: 0,
            held: Vec::new(),
            window: None,
            rows_trained: 0,
            redelivered: 0,
            rounds_let_go: 0,
            still: false,
            predictions_max: bounds.predictions,
            measuring: Measuring::new(&config),
            config,
        };
        lane.start();
        lane.timeline = Timeline::new(lane.version(), parts, bounds.model_bytes);
        lane.grow_ranges();
        let first = lane.version_event(1, 1, None);
        out.push(LabEvent::Version(first));
        lane
    }

    /// Goes back to the initial model.
    fn start(&mut self) {
        self.model = self.config.model.clone();
        self.scaler = self.config.scaling.as_ref().map(LaneScaler::new);
        if let Some(scale) = self
            .scaler
            .as_ref()
            .and_then(|scaler| scaler.scale().cloned())
        {
            self.start_scaled(&scale);
        }
    }

    /// Whether the engine can take a row; its target is there where it is to be learned.
    ///
    /// # Errors
    /// Why its job would fail.
    pub fn check(&mut self, features: &[f64], target: Option<f64>) -> Result<(), String> {
        let row = self.scaled(features);
        let checked = self.model.check_row(&row, target);
        self.scratch = row;
        checked
    }

    /// What a version says of a row.
    pub fn answer(&self, version: &Version, features: &[f64]) -> Answer {
        match &version.scale {
            None => self.model.answer(&version.numbers, features),
            Some(scale) => {
                let mut row = features.to_vec();
                scale.transform(&mut row);
                self.model.answer(&version.numbers, &row)
            }
        }
    }

    /// What the model is.
    pub fn model(&self) -> &dyn Online {
        &*self.model
    }

    /// The numbers that it starts from, in the columns' units.
    pub fn initial(&self) -> Numbers {
        self.config.model.numbers()
    }

    /// The newest version.
    pub fn version(&self) -> Version {
        Version {
            numbers: self.model.numbers(),
            scale: self
                .scaler
                .as_ref()
                .and_then(|scaler| scaler.scale().cloned()),
        }
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
        self.batch.push(&row.features, row.target, &row.source);
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
        let dim = self.config.dim();
        let mut features = self.batch.features().to_vec();
        if self.model.task() == Task::Clustering {
            self.measuring.sample.see(&features, dim);
        }
        self.scale_batch(&mut features);
        let Ok(rows) = Rows::new(&features, dim) else {
            return;
        };
        let before = self.model.numbers();
        let fitted = self.model.partial_fit(rows, self.batch.targets());
        let span = self.batch.span();
        self.batch.clear();
        let version = self.timeline.versions() + 1;
        let after = self.version();
        let empty = fitted.rows == 0;
        self.measuring.keep_point(records, self.timeline.versions());
        if empty && after.numbers.same_places(&before) {
            self.still = after.numbers == before;
            self.timeline.extend_run(version, records, after);
            let batch = self.empty_batch();
            let event = self.version_event(version, version, Some(batch));
            out.push_empty(event);
        } else {
            self.measuring.told = None;
            let batch = BatchEvent {
                rows: fitted.rows as u64,
                task: self.model.task(),
                counts: fitted.counts.clone(),
                shift: fitted.shift,
                loss_before: fitted.loss_before,
                loss_after: fitted.loss_after,
                tested: self.tested(),
                span: span.clone(),
            };
            self.timeline.push(Entry {
                first: version,
                last: version,
                rows: batch.rows,
                counts: fitted.counts,
                shift: fitted.shift,
                shifts: before.moves(&after.numbers, dim),
                loss_before: fitted.loss_before,
                loss_after: fitted.loss_after,
                tested: batch.tested,
                from_record: self.batch_from,
                to_record: records,
                span,
                split: fitted.split,
                restarted: None,
                model: Some(after),
            });
            let event = self.version_event(version, version, Some(batch));
            out.push(LabEvent::Version(event));
            self.grow_ranges();
            if !empty {
                self.look_for_drift(fitted.loss_before, records, out);
            }
        }
        self.batch_from = records;
        for row in std::mem::take(&mut self.held) {
            self.predict(row, out);
        }
        self.end_round_that_is_over(out);
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

    fn version_event(&mut self, first: u64, last: u64, batch: Option<BatchEvent>) -> VersionEvent {
        let version = self.version();
        VersionEvent {
            lane: self.index,
            lane_name: self.name.clone(),
            first,
            last,
            engine_version: self.model.engine_version(last),
            numbers: version.in_columns().into_owned(),
            dim: self.config.dim(),
            scale: version.scale,
            batch,
            restarted: None,
            metrics: self.tell(),
        }
    }

    fn empty_batch(&self) -> BatchEvent {
        BatchEvent {
            rows: 0,
            task: self.model.task(),
            counts: vec![0; self.timeline.parts().counts],
            shift: 0.0,
            loss_before: f64::NAN,
            loss_after: f64::NAN,
            tested: None,
            span: None,
        }
    }

    fn grow_ranges(&mut self) {
        let dim = self.config.dim();
        let version = self.version();
        let Some(centroids) = version
            .in_columns()
            .clusters()
            .map(|model| model.centroids.clone())
        else {
            return;
        };
        for (i, value) in centroids.iter().enumerate() {
            if value.is_finite() {
                let range = &mut self.ranges[i % dim];
                *range = (range.0.min(*value), range.1.max(*value));
            }
        }
    }
}
