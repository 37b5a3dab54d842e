//! Lists: batches, predictions, test rounds, events, marks, notes.

use serde::{Deserialize, Serialize};

use super::TestedRow;

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
    /// Time of its newest row, ms since the epoch; None without rows, and where the playhead looks back.
    pub newest_ms: Option<i64>,
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
    /// How often corrections have rewritten the version.
    pub revision: u64,
    /// Of a job's version: how far the lane's own rules are from it.
    pub followed: Option<FollowedRow>,
    /// "iris_train 96–127", empty without rows.
    pub offsets: String,
    /// What else there is to say: "cluster 1 got no rows and stayed", "empty: cluster 2 was split".
    pub note: String,
}

/// How far a lane's own rules are from a version of the job that it follows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FollowedRow {
    /// The largest relative difference; NaN where it was not compared.
    pub difference: f64,
    /// Whether that is 1e-12 or less, or there is nothing to compare, and nothing is remarked.
    pub same: bool,
    /// Where the difference is, why there is none, and what else was found.
    pub says: String,
}

/// An update or a delete whose old row could not be taken out of its batch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedRow {
    /// Topic of the event.
    pub topic: String,
    /// Its partition.
    pub partition: i32,
    /// Its offset.
    pub offset: i64,
    /// Why, and what to do.
    pub reason: String,
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
    /// 'c', 'u', 'd', 'r', 't', 'm', 'h' for a heartbeat, 'x' for a transaction's begin or end, 'v' for a version
    /// of a job's model, '0' for a tombstone, '!' for not read.
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
