//! One model under one configuration, with its open batch.
//!
//! - `start`: how it starts; `restart`: how it starts again; `forking`: how it leaves the lane that it was; `following`: how it takes a
//!   job's versions over; `waiting`: rows that come before the model can take them
//! - `row`: a row, what was said of it, and how that was
//! - `train`: training rows and the versions they make; `batch`: the rows of a batch; `windows`, `transactions`: what cuts batches; `scaling`: the scaler
//! - `corrections`: rows that are taken out again; `keys`: which row that is; `history`: what is kept for it; `rebuild`: the
//!   versions made anew
//! - `predict`: predictions; `judging`, `rounds`, `tested`: right or wrong, by test rounds, by the newest version
//! - [`measures`]: what predictions are worth; [`definitions`]: the measures' names; `measuring`: all of
//!   that together; `sample`: rows for measures that are too dear for all of them
//! - [`alignment`]: which labels clusters stand for; [`drift`]: whether the batches' error has changed
//! - `kept`: what a checkpoint keeps of it

use std::collections::VecDeque;
use std::sync::Arc;

use learn::online::{Answer, Numbers, Online, Task};
use learn::scale::Scale;

use crate::config::{LaneConfig, Redelivered, Update};
use crate::event::Outbox;
use crate::timeline::{Parts, Records, Timeline, Version};

pub mod alignment;
mod batch;
mod corrections;
pub mod definitions;
pub mod drift;
mod following;
mod forking;
mod history;
mod judging;
mod kept;
mod keys;
pub mod measures;
mod measuring;
mod predict;
mod rebuild;
mod restart;
mod rounds;
mod row;
mod sample;
mod scaling;
mod start;
mod tested;
mod train;
mod transactions;
mod waiting;
mod windows;

use batch::Batch;
use corrections::Corrections;
pub use corrections::RefusedCorrection;
pub(crate) use corrections::{Corrected, Place};
pub(crate) use following::Come;
use following::Following;
pub(crate) use kept::KeptLane;
pub(crate) use keys::RowId;
pub use measuring::{Measuring, Point};
pub use row::{Prediction, RoundScore, Row, Scaled};
pub(crate) use scaling::KeptScaler;
use scaling::LaneScaler;
use tested::TestRows;
use transactions::Transactions;
pub(crate) use transactions::{Membership, Trouble};
pub(crate) use waiting::Told;
use waiting::Waiting;

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
    /// Where old rows are taken out of the batches that held them.
    corrections: Option<Box<Corrections>>,
    corrections_max: usize,
    /// Where its versions come from a job.
    following: Option<Box<Following>>,
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
            corrections: None,
            corrections_max: bounds.corrections,
            following: None,
            config,
        };
        lane.start_following(bounds);
        lane.start_correcting();
        lane.start_scaler();
        if lane.is_started() {
            lane.begin(0, out);
        }
        lane
    }

    /// The same lane at another place of a lab file, in which columns may have other numbers.
    pub(crate) fn at_index(self, index: usize, config: &LaneConfig) -> Lane {
        let config = config.at_version(self.timeline.versions()).clone();
        Lane {
            index,
            config,
            ..self
        }
    }

    /// Whether the engine can take a row; its target is there where it is to be learned.
    ///
    /// # Errors
    /// Why its job would fail.
    fn check(&mut self, row: &Row, target: Option<f64>) -> Result<(), String> {
        if self.is_being_corrected() {
            // What the model is now hangs on when somebody looked: the model at its start refuses the same rows, but for
            // centroids that have lost their direction meanwhile.
            return self.config.model.check_row(&row.features, target);
        }
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

    /// How far a row is from each centroid of a version, in the model's units; empty where there are no clusters.
    pub fn distances(&self, version: &Version, features: &[f64]) -> Vec<f64> {
        let mut row = features.to_vec();
        if let Some(scale) = &version.scale {
            scale.transform(&mut row);
        }
        self.model.distances(&version.numbers, &row)
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
        if let Some(followed) = self.followed_version() {
            return followed;
        }
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

    /// Training rows that no version has learned yet: in the open batch, or on their way there.
    pub fn batch_rows(&self) -> usize {
        let of_job = self.following.as_ref();
        let of_job = of_job.map_or(0, |following| following.unlearned());
        self.batch.len() + self.transactions.rows() + self.waiting.to_train() + of_job
    }

    /// Features of these rows, row-major.
    pub fn batch(&self) -> Vec<f64> {
        let batch = self.batch.features().iter().copied();
        let rows = batch.chain(self.transactions.features());
        rows.chain(self.waiting.features()).collect()
    }

    /// The records of the open batch's rows; None where some are not known.
    pub fn batch_records(&self) -> Option<Records> {
        self.batch.records()
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
}
