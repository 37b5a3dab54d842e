//! One model under one configuration, with its open batch.
//!
//! - `start`: how it starts; `restart`: how it starts again; `waiting`: rows that come before the model can take them
//! - `batch`: the rows of a batch; `windows`, `transactions`: what cuts batches; `scaling`: the scaler
//! - `predict`: predictions; `judging`, `rounds`, `tested`: right or wrong, by test rounds, by the newest version
//! - [`measures`]: what predictions are worth; [`definitions`]: the measures' names; `measuring`: all of
//!   that together; `sample`: rows for measures that are too dear for all of them
//! - [`alignment`]: which labels clusters stand for; [`drift`]: whether the batches' error has changed
//! - `kept`: what a checkpoint keeps of it

use std::collections::VecDeque;
use std::sync::Arc;

use learn::Rows;
use learn::metrics::Regression;
use learn::online::{Answer, Numbers, Online, Task};
use learn::scale::Scale;
use serde::{Deserialize, Serialize};

use crate::config::{Cut, LaneConfig, Redelivered, Update};
use crate::event::{BatchEvent, LabEvent, Outbox, Source, VersionEvent};
use crate::timeline::{Entry, Parts, Timeline, Version};

pub mod alignment;
mod batch;
pub mod definitions;
pub mod drift;
mod judging;
mod kept;
pub mod measures;
mod measuring;
mod predict;
mod restart;
mod rounds;
mod sample;
mod scaling;
mod start;
mod tested;
mod transactions;
mod waiting;
mod windows;

use batch::Batch;
pub(crate) use kept::KeptLane;
pub use measuring::{Measuring, Point};
pub(crate) use scaling::KeptScaler;
use scaling::LaneScaler;
use tested::TestRows;
use transactions::Transactions;
pub(crate) use transactions::{Membership, Trouble};
pub(crate) use waiting::Told;
use waiting::Waiting;

/// A row on its way into a lane.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The record's number.
    pub record: u64,
    /// Where it came from.
    pub source: Source,
    /// Its key, as it arrived.
    #[serde(with = "crate::checkpoint::bytes")]
    pub key: Option<Arc<[u8]>>,
    /// Its label.
    pub label: Option<String>,
    /// What is to be predicted of it, where that is known.
    #[serde(with = "learn::number::maybe")]
    pub target: Option<f64>,
    /// The lane's features.
    #[serde(with = "learn::number::list")]
    pub features: Vec<f64>,
    /// The features as a scaler with windows of its own scaled them when the row arrived.
    pub scaled: Option<Scaled>,
    /// The test round that it belongs to, counted from 0.
    pub round: usize,
    /// The number of its database transaction, where it is known.
    pub transaction: Option<i64>,
}

impl Row {
    /// Whether it has so many features, scaled ones too.
    pub(crate) fn fits(&self, dim: usize) -> bool {
        let scaled = self.scaled.as_ref();
        self.features.len() == dim && scaled.is_none_or(|scaled| scaled.features.len() == dim)
    }
}

/// A row in the model's units.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scaled {
    /// Its features.
    #[serde(with = "learn::number::list")]
    pub features: Vec<f64>,
    /// The number of the scaler model that scaled it.
    pub version: Option<u64>,
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
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
    /// What it starts from, in the columns' units; one that waits for rows until it has them.
    initial: Box<dyn Online>,
    model: Box<dyn Online>,
    scaler: Option<LaneScaler>,
    /// Rows that wait for the scaler's first model, or for the lane's.
    waiting: Waiting,
    /// What is to be said of rows.
    told: Vec<Told>,
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
    /// Lab time, ms; None before the first record.
    now_ms: Option<i64>,
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
    model_bytes: usize,
    /// Room for a row's features.
    pub(crate) spare: Vec<f64>,
}

impl Lane {
    /// Starts a lane with its initial model and says so; one whose model is made of rows waits for them.
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
        let mut lane = Lane {
            timeline: Timeline::without_version(parts),
            predictions: VecDeque::new(),
            predictions_let_go: 0,
            scores: Vec::new(),
            ranges: vec![(f64::INFINITY, f64::NEG_INFINITY); config.dim()],
            index,
            name: config.name.as_str().into(),
            initial: model.clone(),
            model,
            scaler: None,
            waiting: Waiting::new(bounds.waiting),
            told: Vec::new(),
            batch: Batch::default(),
            test_rows: TestRows::default(),
            scratch: Vec::new(),
            transactions: Transactions::new(bounds.transactions),
            batch_from: 0,
            held: Vec::new(),
            window: None,
            now_ms: None,
            rows_trained: 0,
            redelivered: 0,
            rounds_let_go: 0,
            still: false,
            predictions_max: bounds.predictions,
            measuring: Measuring::new(&config),
            model_bytes: bounds.model_bytes,
            spare: Vec::new(),
            config,
        };
        lane.start_scaler();
        if lane.is_started() {
            lane.begin(0, out);
        }
        lane
    }

    /// Whether the engine can take a row; its target is there where it is to be learned.
    ///
    /// # Errors
    /// Why its job would fail.
    fn check(&mut self, row: &Row, target: Option<f64>) -> Result<(), String> {
        let (features, _) = self.in_model_units(row);
        let checked = self.model.check_row(&features, target);
        self.scratch = features;
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
        let numbers = self.initial.numbers();
        match &self.config.scaling {
            Some(scaling) if self.config.model_is_scaled => {
                Scale::of(&scaling.scaler).to_columns(&numbers)
            }
            _ => numbers,
        }
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
    fn train(&mut self, row: &Row, out: &mut Outbox) {
        self.rows_trained += 1;
        self.still = false;
        if self.config.cut == Cut::Transaction {
            return self.train_in_transaction(row);
        }
        self.batch.push(row);
        if self.config.cut == Cut::Count(self.batch.len()) {
            self.close_batch(row.record + 1, out);
        }
    }

    /// Ends the open batch by hand; of a lane that cuts by transaction, each open transaction.
    ///
    /// A scaler's window that is ended by hand ends before it.
    pub fn close(&mut self, records: u64, out: &mut Outbox) {
        if self.scales_by_hand() {
            self.end_scaler_window(out);
        }
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
        if !self.is_started() {
            return;
        }
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

    /// Training rows that no version has learned yet: in the open batch, or on their way there.
    pub fn batch_rows(&self) -> usize {
        self.batch.len() + self.transactions.rows() + self.waiting.to_train()
    }

    /// Features of these rows, row-major.
    pub fn batch(&self) -> Vec<f64> {
        let batch = self.batch.features().iter().copied();
        let rows = batch.chain(self.transactions.features());
        rows.chain(self.waiting.features()).collect()
    }

    /// Rows to classify that wait: for the open window's end, the scaler or the first version.
    pub fn held(&self) -> usize {
        self.held.len() + self.waiting.to_classify()
    }

    /// Training rows that the lane was given.
    pub fn rows_trained(&self) -> u64 {
        self.rows_trained + self.waiting.to_train() as u64
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
