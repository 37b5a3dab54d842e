//! What the page draws: plain numbers, at most once a frame.
//!
//! Everything here is bounded (see [`View`]), so that a snapshot costs the same after ten million
//! records as after a thousand.
//!
//! - `axes`: what the stage's axes are; `stage`: the scatter plot; `linear`: a linear model's panels
//! - `measures`: what predictions are worth
//! - `rows`: lists: batches, predictions, test rounds, events, marks, notes
//! - `comparison`: lanes side by side
//! - `follow`: lanes that follow a job
//! - `why`: what is known of one record, and of one centroid

mod axes;
mod comparison;
mod follow;
mod linear;
mod measures;
mod rows;
mod stage;
mod why;

pub use learn::online::Task;
use serde::{Deserialize, Serialize};

pub use axes::*;
pub use comparison::*;
pub use follow::*;
pub use linear::*;
pub use measures::*;
pub use rows::*;
pub use stage::*;
pub use why::*;

/// Where on the timeline one looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Playhead {
    /// At the newest applied record.
    #[default]
    Live,
    /// Just after this version of the shown lane was made.
    Version(u64),
    /// After this many applied records.
    Record(u64),
}

/// What to show, and how much of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// Index of the shown lane.
    pub lane: usize,
    /// Where on the timeline.
    pub at: Playhead,
    /// What is on the horizontal axis.
    pub x: Axis,
    /// What is on the vertical axis.
    pub y: Axis,
    /// The principal components of the shown lane, where they are axes ([`crate::view::Follower`] finds them).
    pub components: Option<ComponentAxes>,
    /// At most this many of the newest points with all their features ([`Stage::values`]).
    pub values: usize,
    /// At most this many points, newest first kept.
    pub points: usize,
    /// At most this many events, predictions and ledger rows each.
    pub rows: usize,
    /// At most this many bars on the timeline and measures; older ones merge.
    pub bars: usize,
    /// Whether all lanes are looked at side by side; see [`crate::view`].
    pub compare: bool,
    /// The version of the shown lane whose rows are looked for among the points.
    pub lit: Option<u64>,
}

impl Default for View {
    fn default() -> Self {
        View {
            lane: 0,
            at: Playhead::Live,
            x: Axis::Feature(2),
            y: Axis::Feature(3),
            components: None,
            values: 0,
            points: 2_000,
            rows: 200,
            bars: 400,
            compare: false,
            lit: None,
        }
    }
}

/// One picture of the lab at the playhead.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// All lanes, for the switch and the heads.
    pub lanes: Vec<LaneHead>,
    /// Index of the shown lane.
    pub lane: usize,
    /// What the stage was made for: horizontal, vertical. They are those of the view, or the last two features where
    /// the lane has no such ones.
    pub axes: (Axis, Axis),
    /// Names of the shown lane's features.
    pub features: Vec<String>,
    /// What the shown lane's model answers with.
    pub task: Task,
    /// Name of the column that the shown lane's model learns to predict; empty where there is none.
    pub target: String,
    /// Names of the labels, in colour order; empty without a label column.
    pub labels: Vec<String>,
    /// For each engine id the colour and label index (without labels: the id itself).
    pub cluster_labels: Vec<usize>,
    /// Whether test rows of the shown lane can be right or wrong: it has a label, and its clusters
    /// stand for labels. Elsewhere the rounds' `right` says nothing.
    pub judged: bool,
    /// Records applied in all.
    pub records: u64,
    /// Records applied at the playhead.
    pub record: u64,
    /// Whether the playhead is at the newest record.
    pub live: bool,
    /// The version at the playhead, counted from 1.
    pub version: u64,
    /// The newest version of the shown lane.
    pub versions: u64,
    /// Lab time at the newest record or tick, ms since the epoch; None before the first.
    pub lab_time_ms: Option<i64>,
    /// The scatter plot.
    pub stage: Stage,
    /// What the panels of a linear model are drawn from; None where the shown lane has another.
    pub linear: Option<LinearView>,
    /// What the shown lane's predictions are worth at the playhead.
    pub measures: MeasuresView,
    /// The batch that is open at the playhead.
    pub batch: OpenBatch,
    /// Versions up to the playhead, newest first, bounded.
    pub ledger: Vec<LedgerRow>,
    /// The whole timeline (also behind the playhead), oldest first, merged to at most `View::bars`.
    pub bars: Vec<LedgerRow>,
    /// Predictions up to the playhead, newest first, bounded.
    pub predictions: Vec<PredictionRow>,
    /// How many predictions there are up to the playhead.
    pub predictions_total: u64,
    /// All test rounds of the shown lane, oldest first (those with `first > record` lie behind the playhead).
    pub rounds: Vec<Round>,
    /// Applied change events up to the playhead, newest first, bounded.
    pub events: Vec<EventRow>,
    /// Applied events that were rejected (skipped, nothing learned), in all.
    pub rejected: u64,
    /// Events that came again (shown, and counted as the lanes' policies say), in all.
    pub redelivered: u64,
    /// The shown lane's refused corrections, newest first, bounded; the lane's head counts all.
    pub refused: Vec<RefusedRow>,
    /// What there is to say of the streams as a whole, oldest first.
    pub notes: Vec<StreamNote>,
    /// Gaps and other marks on the timeline.
    pub marks: Vec<Mark>,
    /// Rows by record that were let go because of the retention bound.
    pub let_go: u64,
    /// What the timeline shows of each lane, in the order of `lanes`; empty in pictures beside others.
    pub tracks: Vec<Track>,
    /// The version that [`View::lit`] asks for, and those of the points that made it, by record number, ascending.
    pub lit: Option<(u64, Vec<u32>)>,
}

/// A lane on the timeline.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Track {
    /// All of its versions, oldest first, merged to at most `View::bars`.
    pub bars: Vec<LedgerRow>,
    /// Its version at the playhead.
    pub version: u64,
    /// Its newest version.
    pub versions: u64,
    /// Its open batch at the playhead.
    pub batch: OpenBatch,
    /// Where it leaves another lane; None for a lane of its own.
    pub fork: Option<ForkMark>,
}

/// Where a lane leaves another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForkMark {
    /// Index of the other lane; the lane's own where that is no longer there.
    pub of: usize,
    /// The version that both have.
    pub version: u64,
    /// Records applied when it was made; None while it is not.
    pub record: Option<u64>,
}

/// The head of a lane.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LaneHead {
    /// Name, as in the lab file.
    pub name: String,
    /// "Flink", "Spark", or nothing.
    pub engine: String,
    /// The engine's class, as "OnlineKMeans", or the method's name, as "recursive least squares".
    pub algorithm: String,
    /// What the model answers with.
    pub task: Task,
    /// Whether the engine answers before its first batch.
    pub answers_at_once: bool,
    /// The engine's defects that show in the lane, each a sentence.
    pub defects: Vec<String>,
    /// "k 3 · decay 0 · batch 32 · euclidean".
    pub parameters: String,
    /// What the lane's scaler does: "standard", "standard, frozen after 100 rows"; empty without one.
    pub scaler: String,
    /// The job that it follows; None where it learns by itself.
    pub follows: Option<FollowsView>,
    /// Newest version.
    pub versions: u64,
    /// Whether nothing waits in the lane: no classify row is held for a window, and no training row sits
    /// in an open interval window. Count lanes are always ready.
    pub ready: bool,
    /// When the open window ends, ms of lab time; None for lanes that do not cut by interval.
    pub window_end_ms: Option<i64>,
    /// Training rows in the open batch.
    pub waiting: u64,
    /// Test rounds: (right, of) each, oldest first.
    pub rounds: Vec<(u32, u32)>,
    /// Rows that corrections took out of their batches again.
    pub corrected: u64,
    /// Corrections that were refused.
    pub corrections_refused: u64,
}
