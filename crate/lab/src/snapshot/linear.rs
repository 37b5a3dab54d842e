//! A linear model's panels.

use serde::{Deserialize, Serialize};

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
