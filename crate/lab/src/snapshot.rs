//! What the page draws: plain numbers, at most once a frame.
//!
//! Everything here is bounded (see [`View`]), so that a snapshot costs the same after ten million
//! records as after a thousand.

pub use learn::online::Task;
use serde::{Deserialize, Serialize};

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
    /// Index of the feature on the horizontal axis.
    pub x: usize,
    /// Index of the feature on the vertical axis.
    pub y: usize,
    /// At most this many points, newest first kept.
    pub points: usize,
    /// At most this many events, predictions and ledger rows each.
    pub rows: usize,
    /// At most this many bars on the timeline and measures; older ones merge.
    pub bars: usize,
}

impl Default for View {
    fn default() -> Self {
        View {
            lane: 0,
            at: Playhead::Live,
            x: 2,
            y: 3,
            points: 2_000,
            rows: 200,
            bars: 400,
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
    /// Indices of the features that the stage was made for: horizontal, vertical. They are those of
    /// the view, or the last two where the lane has no such features.
    pub axes: (usize, usize),
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
    /// What there is to say of the streams as a whole, oldest first.
    pub notes: Vec<StreamNote>,
    /// Gaps and other marks on the timeline.
    pub marks: Vec<Mark>,
    /// Rows by record that were let go because of the retention bound.
    pub let_go: u64,
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
    /// The engine's defects that show in the lane, each a sentence.
    pub defects: Vec<String>,
    /// "k 3 · decay 0 · batch 32 · euclidean".
    pub parameters: String,
    /// What the lane's scaler does: "standard", "standard, frozen after 100 rows"; empty without one.
    pub scaler: String,
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
}

/// The scatter plot at the playhead: all coordinates in feature units.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// Smallest and largest x over all retained rows and centroids ever shown (grows only).
    pub x_range: (f64, f64),
    /// The same for y.
    pub y_range: (f64, f64),
    /// The plane that the regions are cut with: for each feature the mean of the rows up to the
    /// playhead (initial centroids before the first row); x and y entries are unused.
    pub slice: Vec<f64>,
    /// Points, oldest first: x.
    pub point_x: Vec<f32>,
    /// Points: y.
    pub point_y: Vec<f32>,
    /// Points: the cluster, or class, that the shown version gives (training rows) or gave (test rows, by the version
    /// that classified it).
    pub point_cluster: Vec<u8>,
    /// Points: label index, 255 where unknown.
    pub point_label: Vec<u8>,
    /// Points: 0 training row, 1 test row.
    pub point_test: Vec<u8>,
    /// Points: the record's number, counted from 0.
    pub point_record: Vec<u32>,
    /// Training rows older than the points.
    pub older: Density,
    /// k x dim, row-major.
    pub centroids: Vec<f64>,
    /// Weight of each centroid.
    pub weights: Vec<f64>,
    /// For each centroid its places (x, y) from the initial model to the shown version, oldest first, merged where longer than `View::bars`.
    pub paths: Vec<Vec<(f64, f64)>>,
    /// "euclidean", "manhattan", "cosine": what the regions are cut by.
    pub distance: String,
    /// Behind a scaler: what is taken from each feature before distances are measured; empty without one.
    pub centre: Vec<f64>,
    /// Behind a scaler: what is left is multiplied with this; empty without one.
    pub factor: Vec<f64>,
    /// Behind a scaler: the mean of each feature, or its least number; empty without one.
    pub scaler_mean: Vec<f64>,
    /// Behind a scaler: the standard deviation of each feature, or its range; empty without one.
    pub scaler_std: Vec<f64>,
}

/// What the panels of a linear model are drawn from, in the columns' units.
///
/// All points are rows with a known target, oldest first, at most `View::points`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LinearView {
    /// Coefficients at the playhead, in the features' order.
    pub coefficients: Vec<f64>,
    /// Intercept at the playhead.
    pub intercept: f64,
    /// Coefficients of the versions up to the playhead, oldest first, at most `View::bars`.
    pub history: Vec<Coefficients>,
    /// Points: the record's number, counted from 0.
    pub record: Vec<u32>,
    /// Points: the feature on the horizontal axis.
    pub x: Vec<f64>,
    /// Points: the target.
    pub actual: Vec<f64>,
    /// Points: the target, less what the shown version makes of the other features' distances from `Stage::slice`.
    ///
    /// So the points lie about the line that the shown version draws over x with the other features at their means.
    pub adjusted: Vec<f64>,
    /// Points: what was predicted when the row came, for rows that were; else what the shown version predicts. For
    /// logistic models the probability of class 1.
    pub predicted: Vec<f64>,
    /// Points: whether `predicted` was given when the row came (1), or is the shown version's (0).
    pub given: Vec<u8>,
    /// Least and largest target of the retained rows that were used (grows only).
    pub target_range: (f64, f64),
    /// The same for each feature.
    pub feature_ranges: Vec<(f64, f64)>,
}

/// The coefficients of a version.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Coefficients {
    /// The version.
    pub version: u64,
    /// Records applied when it was made.
    pub record: u64,
    /// In the features' order.
    pub coefficients: Vec<f64>,
    /// What a row of zeros gives.
    pub intercept: f64,
}

/// What predictions are worth at the playhead, each counted when it was made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MeasuresView {
    /// Over which rows: "all test rows", "last 200 test rows", "fading 0.99".
    pub span: String,
    /// Predictions with a label or target that were counted.
    pub rows: u64,
    /// The measures of the shown lane's kind of model, always in the same order.
    pub list: Vec<MeasureRow>,
    /// Labels by clusters, or classes by predicted ones; None before the first row, and of a regression.
    pub confusion: Option<ConfusionView>,
    /// The measures over the whole timeline, oldest first, at most `View::bars`: as they were at versions and ends of
    /// test rounds. Silhouettes are not among the values.
    pub history: Vec<MeasurePoint>,
    /// What there is to say where nothing is measured: "after the first labelled test row"; else empty.
    pub note: String,
}

/// One measure and its value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MeasureRow {
    /// "adjusted_rand"
    pub name: String,
    /// "Adjusted Rand index"
    pub title: String,
    /// Empty where there is none.
    pub unit: String,
    /// What it is, with its source.
    pub definition: String,
    /// NaN where there is nothing to measure.
    pub value: f64,
}

/// Which rows went where.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ConfusionView {
    /// The classes.
    pub classes: Vec<ClassRow>,
    /// Whether there are more classes or clusters than are shown.
    pub left_out: bool,
}

/// The rows of a class.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ClassRow {
    /// The label, by name.
    pub name: String,
    /// Its colour index; None where no cluster can stand for it.
    pub label: Option<usize>,
    /// Rows by cluster (engine id), or by predicted class; sums of weights where the past fades.
    pub counts: Vec<f64>,
}

/// What the measures were at one time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MeasurePoint {
    /// Records applied.
    pub record: u64,
    /// The newest version.
    pub version: u64,
    /// Predictions that were counted.
    pub rows: u64,
    /// In the order of `MeasuresView::list`.
    pub values: Vec<f64>,
}

/// How a version does on the newest test rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TestedRow {
    /// Test rows with a target.
    pub rows: u64,
    /// Mean squared error; NaN of a classification.
    pub mse: f64,
    /// Mean absolute error; NaN of a classification.
    pub mae: f64,
    /// Coefficient of determination; NaN of a classification.
    pub r2: f64,
    /// Share of right answers; NaN of a regression.
    pub accuracy: f64,
    /// Mean log-loss; NaN of a regression.
    pub log_loss: f64,
}

/// How many rows lie where, on a grid over the stage's ranges.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Density {
    /// Cells across and down; 0 where there are no older rows.
    pub size: (usize, usize),
    /// Rows in each cell, line by line from the smallest y, each from the smallest x. Of many rows
    /// only a sample is counted, and stands for the others.
    pub counts: Vec<u32>,
}

/// The batch that is being collected at the playhead.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OpenBatch {
    /// Its number: batch n makes version n + 1.
    pub number: u64,
    /// Rows in it.
    pub rows: u64,
    /// Count lanes: rows that make it full.
    pub size: Option<u64>,
    /// Interval lanes: start and end of the window, ms of lab time.
    pub window_ms: Option<(i64, i64)>,
    /// The cluster that the shown version would give to each of its newest rows (at most 512), oldest first.
    pub clusters: Vec<u8>,
    /// Rows to classify that wait for the window's end.
    pub held: u64,
}

/// A version, or a run of them, with the batch that made it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LedgerRow {
    /// First version of the entry; equal to `last` unless empty batches made a run or bars were merged.
    pub first: u64,
    /// Last version of the entry.
    pub last: u64,
    /// Training rows of the batch; 0 for version 1 and empty batches.
    pub rows: u64,
    /// Rows per cluster, or per class; empty for a regression.
    pub counts: Vec<u64>,
    /// Largest move of a centroid, or that of the coefficients, in the model's units (behind the scaler).
    pub shift: f64,
    /// Move of each centroid, or of each coefficient and then the intercept.
    pub shifts: Vec<f64>,
    /// Mean loss per row before (squared distance, squared error, log-loss); NaN without rows.
    pub loss_before: f64,
    /// Mean loss per row after; NaN without rows.
    pub loss_after: f64,
    /// How the version does on the newest test rows; None where there are none with a target.
    pub tested: Option<TestedRow>,
    /// Records applied when the batch was opened (the version before it was made).
    pub from_record: u64,
    /// Records applied when the version was made.
    pub to_record: u64,
    /// "iris_train 96–127", empty without rows.
    pub offsets: String,
    /// What else there is to say: "cluster 1 got no rows and stayed", "empty: cluster 2 was split".
    pub note: String,
}

/// One prediction with its provenance.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PredictionRow {
    /// The record's number, counted from 0.
    pub record: u64,
    /// Topic, partition, offset.
    pub topic: String,
    /// Partition.
    pub partition: i32,
    /// Offset.
    pub offset: i64,
    /// Features as numbers.
    pub features: Vec<f64>,
    /// Given cluster (engine id), or class; 0 for a regression.
    pub cluster: u32,
    /// Distance to the cluster; NaN for other models.
    pub distance: f64,
    /// Runner-up (engine id).
    pub runner_up: u32,
    /// Distance to the runner-up; NaN when k is 1, and for other models.
    pub runner_up_distance: f64,
    /// The predicted number of a regression, or the probability of class 1; NaN for other models.
    pub value: f64,
    /// What was to be predicted; NaN where that is not known.
    pub target: f64,
    /// The row's label, by name; None without.
    pub label: Option<String>,
    /// Colour index of the label; None where no cluster stands for it.
    pub label_index: Option<usize>,
    /// Whether the given cluster stands for the label; None without labels.
    pub right: Option<bool>,
    /// Version that gave it.
    pub version: u64,
    /// Test round, counted from 1.
    pub round: u32,
}

/// A longest run of classified records with no training record between them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Round {
    /// First record's number.
    pub first: u64,
    /// Last record's number.
    pub last: u64,
    /// Right predictions so far.
    pub right: u32,
    /// Predictions so far (rows that are still held do not count).
    pub of: u32,
    /// Mean squared error of a regression; NaN elsewhere.
    pub mse: f64,
    /// Mean absolute error of a regression; NaN elsewhere.
    pub mae: f64,
    /// Coefficient of determination of a regression; NaN elsewhere.
    pub r2: f64,
}

/// One change event as it was read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EventRow {
    /// The record's number, counted from 0; None while it waits.
    pub record: Option<u64>,
    /// Topic.
    pub topic: String,
    /// Partition.
    pub partition: i32,
    /// Offset.
    pub offset: i64,
    /// 'c', 'u', 'd', 'r', 't', 'm', 'h' for a heartbeat, 'x' for a transaction's begin or end, '0' for a
    /// tombstone, '!' for not read.
    pub op: char,
    /// Whether the same event has come before.
    pub again: bool,
    /// 0 train, 1 classify, 2 both, 3 ignored topic.
    pub role: u8,
    /// The features as they arrived, NaN where one is no number; empty where there are none.
    pub values: Vec<f64>,
    /// For each feature that is no number what arrived instead, cut short; empty where all are numbers.
    pub texts: Vec<String>,
    /// What there is to say of it: "tombstone: ignored", "deleted: not unlearned", "came again: counted once
    /// (offset 5 first)", or why it was rejected.
    pub note: String,
}

/// A mark on the timeline.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// Records applied when it was met.
    pub record: u64,
    /// What it marks.
    pub kind: MarkKind,
    /// "140 records are gone from flink.public.iris_train: offsets 1204–1343".
    pub text: String,
}

/// What a mark on the timeline marks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum MarkKind {
    /// Records that are gone.
    #[default]
    Gap,
    /// A drift in the error of the shown lane's batches.
    Drift,
    /// The shown lane's clusters stand for other labels, or for none.
    Labels,
}

/// What holds for a stream as a whole, and how to mend it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamNote {
    /// Topic.
    pub topic: String,
    /// Partition of the record at which it was first seen.
    pub partition: i32,
    /// Offset of that record.
    pub offset: i64,
    /// "Rows carry no LSN, so one that comes again is learned again …"
    pub text: String,
}
