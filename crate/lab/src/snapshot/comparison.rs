//! Lanes side by side: what they are, and the rows on which they disagree.

use serde::{Deserialize, Serialize};

/// All lanes side by side at the playhead.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// Each lane, in the lab's order.
    pub lanes: Vec<LaneFacts>,
    /// The rows on which they disagree.
    pub differences: Differences,
}

/// What makes a lane differ from others, at the playhead.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LaneFacts {
    /// When its batches end.
    pub batch_end: BatchEnd,
    /// Rows that no version has learned yet.
    pub left_over: u64,
    /// "OnlineKMeans", "recursive least squares".
    pub algorithm: String,
    /// Of a linear model: its parameters, each a name and a value.
    pub parameters: Vec<String>,
    /// How k-means forgets; None of other models.
    pub decay: Option<DecayFacts>,
    /// What k-means does with a cluster without rows; None of other models.
    pub empty_cluster: Option<EmptyCluster>,
    /// Weight of each cluster; empty of other models.
    pub weights: Vec<f64>,
    /// Coefficients and then the intercept of a linear model; empty of others.
    pub coefficients: Vec<f64>,
    /// What its scaler does; empty without one.
    pub scaler: String,
    /// Versions up to the playhead.
    pub versions: u64,
    /// Those of them that were made by empty batches.
    pub empty_versions: u64,
}

/// When a batch ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum BatchEnd {
    /// After so many rows.
    Rows(u64),
    /// After so many ms of lab time.
    Ms(i64),
    /// With a transaction.
    Transaction,
    /// By hand.
    #[default]
    Hand,
    /// As the job that the lane follows ends it.
    Job,
}

/// How k-means forgets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DecayFacts {
    /// What is left of a weight after one time unit, 0 to 1.
    pub factor: f64,
    /// Whether the time unit is a row, in place of a batch.
    pub per_point: bool,
}

/// What k-means does with a cluster that gets no rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EmptyCluster {
    /// It stays where it is.
    Stays,
    /// Where its weight has died away, it takes half of the heaviest cluster.
    Splits,
}

/// Rows on which lanes of the shown lane's kind disagree; see `lab::view` for what that means.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Differences {
    /// The newest of them, newest first, bounded.
    pub rows: Vec<DifferenceRow>,
    /// Rows that differ, of all that were looked at.
    pub differ: u64,
    /// Rows that were looked at: the newest ones with an answer of two lanes or more, bounded.
    pub of: u64,
    /// The newest test round, counted from 1; 0 before the first.
    pub round: u32,
    /// The same two of that round.
    pub in_round: (u64, u64),
    /// Regressions: answers further apart than this differ.
    pub apart: f64,
}

/// A row on which lanes disagree.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DifferenceRow {
    /// The record's number, counted from 0.
    pub record: u64,
    /// Topic.
    pub topic: String,
    /// Partition.
    pub partition: i32,
    /// Offset.
    pub offset: i64,
    /// The shown lane's features.
    pub features: Vec<f64>,
    /// The row's label, by name; None without.
    pub label: Option<String>,
    /// What was to be predicted; NaN where that is not known.
    pub target: f64,
    /// Test round, counted from 1.
    pub round: u32,
    /// What each lane gave; None where it gave nothing, or is of another kind.
    pub given: Vec<Option<GivenRow>>,
}

/// What a lane gave for a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GivenRow {
    /// The version that gave it.
    pub version: u64,
    /// Cluster (engine id) or class; 0 for a regression.
    pub cluster: u32,
    /// Distance to the cluster; NaN for other models.
    pub distance: f64,
    /// Distance to the next one; NaN when k is 1, and for other models.
    pub next_distance: f64,
    /// The predicted number, or the probability of class 1; NaN for other models.
    pub value: f64,
    /// Whether it is right; None where that is not known.
    pub right: Option<bool>,
}
