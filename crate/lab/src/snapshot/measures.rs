//! What predictions are worth.

use serde::{Deserialize, Serialize};

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
    /// The classes, in the order of the clusters that stand for them; then the others.
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
