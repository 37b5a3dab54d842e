//! What happened in the lab, in order.
//!
//! Empty batches come by the thousand while nothing happens. Those in which nothing but the weights
//! changes are held back here until something else happens; a run of more than [`RUN_MAX`] of them
//! leaves as one event. Where a run begins and ends depends on nothing but the order of events, never
//! on how often the clock ticked.

use std::collections::VecDeque;
use std::sync::Arc;

use wire::Gap;

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
    /// Records are gone from a topic.
    Gap(Gap),
    /// The end of a replay, for a lane.
    Summary(SummaryEvent),
}

/// A new version of a lane, or a run of them.
#[derive(Clone, Debug, PartialEq)]
pub struct VersionEvent {
    /// Index of the lane.
    pub lane: usize,
    /// Its name.
    pub lane_name: Arc<str>,
    /// First version of the run.
    pub first: u64,
    /// Last version of the run; equal to `first` but for runs.
    pub last: u64,
    /// k x dim, row-major.
    pub centroids: Vec<f64>,
    /// Numbers of a centroid.
    pub dim: usize,
    /// k weights.
    pub weights: Vec<f64>,
    /// The batch that made it; None for version 1 and for a restart.
    pub batch: Option<BatchEvent>,
    /// The truncate because of which the lane started again from its initial model.
    pub restarted: Option<Source>,
}

/// The batch that made a version.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchEvent {
    /// Rows.
    pub rows: u64,
    /// Rows per cluster, by the model before.
    pub counts: Vec<u64>,
    /// Largest move of a centroid, feature units.
    pub shift: f64,
    /// Mean squared distance per row to the nearest centroid of the model before; NaN without rows.
    pub inertia_before: f64,
    /// The same of the new model.
    pub inertia_after: f64,
    /// Its first and last record; None without rows.
    pub span: Option<(Source, Source)>,
}

/// Where a record stands.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// The record.
    pub source: Source,
    /// The record's key, as it arrived.
    pub key: Option<Arc<[u8]>>,
    /// Features.
    pub features: Vec<f64>,
    /// The given cluster.
    pub cluster: u32,
    /// Distance to it, in the lane's distance.
    pub distance: f64,
    /// The second nearest cluster; None when k is 1.
    pub runner_up: Option<u32>,
    /// The row's label.
    pub label: Option<String>,
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
}

/// Events on their way out.
#[derive(Clone, Debug, Default)]
pub struct Outbox {
    ready: VecDeque<LabEvent>,
    /// By lane: empty versions held back.
    runs: Vec<Run>,
}

#[derive(Clone, Debug, Default)]
struct Run {
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
