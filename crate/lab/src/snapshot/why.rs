//! What is known of one record in a lane, and of one centroid.

use serde::{Deserialize, Serialize};

/// What became of a record in a lane, and why.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Why {
    /// The lane's name.
    pub lane: String,
    /// The record's number, counted from 0.
    pub record: u64,
    /// Where it came from: topic.
    pub topic: String,
    /// Partition.
    pub partition: i32,
    /// Offset.
    pub offset: i64,
    /// As [`super::EventRow::op`].
    pub op: char,
    /// 0 train, 1 classify, 2 both, 3 ignored topic.
    pub role: u8,
    /// The lane's features as numbers; NaN where one is none.
    pub features: Vec<f64>,
    /// What there is to say of the record: that it came again, why it was rejected.
    pub note: String,
    /// Why the lane makes nothing of it; empty where it takes it.
    pub left_out: String,
    /// The word of the lane's policy for updates and deletes; empty where they are of two policies.
    pub policy: String,
    /// Its place in a batch; None where it is in none: not to be learned, or taken out again.
    pub trained: Option<Trained>,
    /// Whether it is to be classified and still waits.
    pub waits: bool,
    /// What a version says of it; None where none can.
    pub answer: Option<WhyAnswer>,
}

/// A row's place in a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trained {
    /// The batch's number: batch n makes version n + 1.
    pub batch: u64,
    /// Its place among the batch's rows, from 1; 0 where that is not known.
    pub row: u64,
    /// Rows in the batch so far.
    pub rows: u64,
    /// Rows that make the batch full, where they are counted.
    pub size: Option<u64>,
    /// The version that the batch made; None while it is open.
    pub version: Option<u64>,
    /// Records applied when that version was made.
    pub to_record: u64,
}

/// What a version says of a record.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WhyAnswer {
    /// The version.
    pub version: u64,
    /// Records applied when that version was made.
    pub to_record: u64,
    /// Whether it was said when the record came; else it is what the shown version says.
    pub given: bool,
    /// Whether it was right; None where that is not known, or nothing was predicted.
    pub right: Option<bool>,
    /// The row's label, by name; None without.
    pub label: Option<String>,
    /// The given cluster (engine id), or class.
    pub cluster: u32,
    /// Clusters and their distances, nearest first; empty of other models, and where the version's model was let go.
    pub distances: Vec<(u32, f64)>,
    /// By what distance: "euclidean".
    pub measure: String,
    /// Whether distances are in a scaler's units.
    pub scaled: bool,
    /// Whether the row was scaled in another way when the answer was given: the distances are not those that counted.
    pub scaled_since: bool,
    /// How much nearer the given cluster is than the next one; NaN of other models.
    pub margin: f64,
    /// The batch that last moved the given cluster's centroid, up to that version; None where none has.
    pub moved: Option<Moved>,
    /// Of a linear model.
    pub linear: Option<WhyLinear>,
    /// Whether the version's model is no longer kept.
    pub let_go: bool,
}

/// A batch that moved a centroid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Moved {
    /// The batch's number.
    pub batch: u64,
    /// The version that it made.
    pub version: u64,
    /// Records applied when that was made.
    pub to_record: u64,
    /// Rows of the centroid in the batch.
    pub rows: u64,
    /// How far it moved.
    pub shift: f64,
}

/// What a linear model's answer is made of, in the columns' units.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WhyLinear {
    /// For each feature: coefficient, value, and what they give.
    pub products: Vec<Product>,
    /// What a row of zeros gives.
    pub intercept: f64,
    /// The products and the intercept; of a logistic model the log of the odds.
    pub sum: f64,
    /// The answer: a number, or the probability of class 1.
    pub predicted: f64,
    /// What was to be predicted; NaN where that is not known.
    pub target: f64,
    /// Whether the sum is not what the answer was made of: the engine answered with other coefficients.
    pub differs: bool,
}

/// A coefficient times a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Product {
    /// Coefficient.
    pub coefficient: f64,
    /// The feature's value.
    pub value: f64,
    /// What they give.
    pub product: f64,
}

/// A centroid through the versions of its lane.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Life {
    /// The lane's name.
    pub lane: String,
    /// The engine's id.
    pub cluster: u32,
    /// Versions up to the playhead, newest first, bounded.
    pub rows: Vec<LifeRow>,
    /// How many entries there are in all.
    pub entries: u64,
    /// Entries whose batch gave it no row.
    pub empty: u64,
    /// How far it moved with each entry up to the playhead, oldest first, bounded: records applied, shift.
    pub curve: Vec<(u64, f64)>,
}

/// A centroid in one version, or in a run of empty ones.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LifeRow {
    /// First version of the entry.
    pub first: u64,
    /// Last version of it.
    pub last: u64,
    /// Records applied when it was made.
    pub to_record: u64,
    /// Its place in the columns' units; empty where the model was let go.
    pub place: Vec<f64>,
    /// Its weight; NaN where the model was let go.
    pub weight: f64,
    /// Rows that it had in the batch, and rows of the batch.
    pub counts: (u64, u64),
    /// How far it moved.
    pub shift: f64,
    /// "no rows: it stayed", "was split", "was laid beside cluster 2", "started again".
    pub note: String,
}
