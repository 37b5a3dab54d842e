//! What happened in the lab, in order.
//!
//! Empty batches come by the thousand while nothing happens. Those in which nothing but the weights
//! changes are held back here until something else happens; a run of more than [`RUN_MAX`] of them
//! leaves as one event. Where a run begins and ends depends on nothing but the order of events, never
//! on how often the clock ticked.

use std::collections::VecDeque;
use std::sync::Arc;

use learn::online::{Answer, Numbers, Task};
use learn::scale::Scale;
use serde::{Deserialize, Serialize};
use wire::Gap;

use crate::follow::told::Followed;
use crate::lane::measures::Measured;

/// A longer run of empty batches is one event.
pub const RUN_MAX: u64 = 100;

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum LabEvent {
    /// A lane has a new version.
    Version(VersionEvent),
    /// A row was classified.
    Prediction(PredictionEvent),
    /// A record was skipped; nothing was learned from it.
    Rejected(RejectedEvent),
    /// A row could not be taken out again.
    Refused(RefusedEvent),
    /// A test round of a lane is over.
    Round(RoundEvent),
    /// The error of a lane's batches has changed.
    Drift(DriftEvent),
    /// Records are gone from a topic.
    Gap(Gap),
    /// The end of a replay, for a lane.
    Summary(SummaryEvent),
}

/// A new version of a lane, or a run of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VersionEvent {
    /// Index of the lane.
    pub lane: usize,
    /// Its name.
    pub lane_name: Arc<str>,
    /// First version of the run.
    pub first: u64,
    /// Last version of the run; equal to `first` but for runs.
    pub last: u64,
    /// The engine's own number of the last version, where it counts otherwise.
    pub engine_version: Option<u64>,
    /// The model's numbers, in the columns' units.
    pub numbers: Numbers,
    /// How many features there are.
    pub dim: usize,
    /// The scaler, where the lane has one and it has learned something.
    pub scale: Option<Arc<Scale>>,
    /// The batch that made it; None for version 1 and for a restart.
    pub batch: Option<BatchEvent>,
    /// The truncate because of which the lane started again from its initial model.
    pub restarted: Option<Source>,
    /// How often corrections have rewritten it; 0 where it is told for the first time.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub revision: u64,
    /// Of a job's version: its cut, and how far the lane's own rules are from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub followed: Option<Arc<Followed>>,
    /// What the predictions so far are worth, where the lane is to tell.
    pub metrics: Option<Measured>,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// The batch that made a version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchEvent {
    /// Rows.
    pub rows: u64,
    /// What the model answers with: what the losses are.
    pub task: Task,
    /// Rows per cluster, by the model before, or per class; empty for a regression.
    pub counts: Vec<u64>,
    /// Largest move of a centroid, or that of the coefficients, in the model's units.
    #[serde(with = "learn::number")]
    pub shift: f64,
    /// Mean loss per row by the model before; NaN without rows.
    ///
    /// The squared distance to the nearest centroid, in the model's units; the squared error; the log-loss.
    #[serde(with = "learn::number")]
    pub loss_before: f64,
    /// The same of the new model.
    #[serde(with = "learn::number")]
    pub loss_after: f64,
    /// How the new model does on the newest test rows; None where there are none with a target.
    pub tested: Option<Tested>,
    /// Its first and last record; None without rows.
    pub span: Option<(Source, Source)>,
}

/// How a version does on test rows with a target.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tested {
    /// Rows.
    pub rows: u64,
    /// By what the model answers with.
    pub score: Score,
}

/// How good answers are.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Score {
    /// Of a regression.
    Numbers {
        /// Mean squared error.
        #[serde(with = "learn::number")]
        mse: f64,
        /// Mean absolute error.
        #[serde(with = "learn::number")]
        mae: f64,
        /// Coefficient of determination.
        #[serde(with = "learn::number")]
        r2: f64,
    },
    /// Of a classification.
    Classes {
        /// Share of right answers.
        #[serde(with = "learn::number")]
        accuracy: f64,
        /// Mean log-loss.
        #[serde(with = "learn::number")]
        log_loss: f64,
    },
}

/// Where a record stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Topic.
    pub topic: Arc<str>,
    /// Partition.
    pub partition: i32,
    /// Offset.
    pub offset: i64,
}

/// A prediction with its provenance.
#[derive(Clone, Debug, PartialEq)]
pub struct PredictionEvent {
    /// Index of the lane.
    pub lane: usize,
    /// Its name.
    pub lane_name: Arc<str>,
    /// The version that gave it.
    pub version: u64,
    /// The number of the scaler that the row went through, where scalers are numbered.
    pub scaler_version: Option<u64>,
    /// The record.
    pub source: Source,
    /// The record's key, as it arrived.
    pub key: Option<Arc<[u8]>>,
    /// Features.
    pub features: Vec<f64>,
    /// What the model said.
    pub answer: Answer,
    /// The row's label.
    pub label: Option<String>,
    /// What was to be predicted, where that is known.
    pub target: Option<f64>,
}

/// A test round of a lane.
#[derive(Clone, Debug, PartialEq)]
pub struct RoundEvent {
    /// The lane's name.
    pub lane_name: Arc<str>,
    /// Its number, counted from 1.
    pub round: u64,
    /// Its first row that the lane predicted.
    pub first: Source,
    /// Its last one.
    pub last: Source,
    /// What its predictions are worth.
    pub metrics: Measured,
}

/// The error of a lane's batches has changed.
#[derive(Clone, Debug, PartialEq)]
pub struct DriftEvent {
    /// The lane's name.
    pub lane_name: Arc<str>,
    /// The version that the batch made.
    pub version: u64,
    /// "adwin" or "page_hinkley".
    pub detector: &'static str,
    /// The batch's mean loss by the version before.
    pub error: f64,
}

/// A record that was skipped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectedEvent {
    /// The record.
    pub source: Source,
    /// The column at fault, where it is one.
    pub column: Option<String>,
    /// What is.
    pub reason: String,
    /// The lane that could not use it; None where none of the lanes could.
    pub lane_name: Option<Arc<str>>,
}

/// An update or a delete whose old row could not be taken out of its batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedEvent {
    /// The record of the update or delete.
    pub source: Source,
    /// The lane.
    pub lane_name: Arc<str>,
    /// Why, and what to do.
    pub reason: String,
}

/// How a lane stands at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SummaryEvent {
    /// Its name.
    pub lane_name: Arc<str>,
    /// Its newest version.
    pub versions: u64,
    /// Training rows it was given.
    pub rows: u64,
    /// Those of them that no version has learned.
    pub waiting: u64,
    /// Rows that came again and were left out.
    pub redelivered: u64,
    /// Rows that were taken out again.
    pub corrected: u64,
    /// Corrections that were refused.
    pub refused: u64,
}

/// Events on their way out.
#[derive(Clone, Debug, Default)]
pub struct Outbox {
    ready: VecDeque<LabEvent>,
    /// By lane: empty versions held back.
    runs: Vec<Run>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Run {
    /// The run's versions one by one, at most [`RUN_MAX`].
    each: Vec<VersionEvent>,
    /// The whole run in one, once it is longer.
    whole: Option<VersionEvent>,
}

impl Outbox {
    /// An outbox for so many lanes.
    pub fn new(lanes: usize) -> Outbox {
        Outbox {
            ready: VecDeque::new(),
            runs: vec![Run::default(); lanes],
        }
    }

    /// What is held back, by lane.
    pub(crate) fn held_back(&self) -> &[Run] {
        // What is ready is whoever's who takes it next: it was said already.
        let Outbox { ready: _, runs } = self;
        runs
    }

    /// Holds back again what an earlier outbox did; nothing is ready.
    pub(crate) fn holding_back(runs: Vec<Run>) -> Outbox {
        Outbox {
            ready: VecDeque::new(),
            runs,
        }
    }

    /// Appends an event; what was held back goes before it.
    pub fn push(&mut self, event: LabEvent) {
        self.flush();
        self.ready.push_back(event);
    }

    /// Appends empty versions in which nothing but the weights changed.
    pub fn push_empty(&mut self, version: VersionEvent) {
        let Some(run) = self.runs.get_mut(version.lane) else {
            return;
        };
        if let Some(whole) = &mut run.whole {
            let first = whole.first;
            *whole = VersionEvent { first, ..version };
            return;
        }
        let first = run
            .each
            .first()
            .map_or(version.first, |version| version.first);
        if version.last - first < RUN_MAX && version.first == version.last {
            run.each.push(version);
        } else if version.last - first < RUN_MAX {
            // A stretch in which not even the weights changed: write out what each of them was.
            run.each
                .extend((version.first..=version.last).map(|n| VersionEvent {
                    first: n,
                    last: n,
                    ..version.clone()
                }));
        } else {
            run.each.clear();
            run.whole = Some(VersionEvent { first, ..version });
        }
    }

    /// Lets go of what is held back.
    pub fn flush(&mut self) {
        for run in &mut self.runs {
            self.ready.extend(run.each.drain(..).map(LabEvent::Version));
            self.ready.extend(run.whole.take().map(LabEvent::Version));
        }
    }

    /// Takes the events that are out.
    pub fn drain(&mut self) -> impl Iterator<Item = LabEvent> + '_ {
        self.ready.drain(..)
    }
}
