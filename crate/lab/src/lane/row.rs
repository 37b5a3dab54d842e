//! Rows, what was said of them, and how that was.

use std::sync::Arc;

use learn::metrics::Regression;
use learn::online::Answer;
use serde::{Deserialize, Serialize};

use crate::event::Source;

/// A row on its way into a lane.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The record's number.
    pub record: u64,
    /// Where it came from.
    pub source: Source,
    /// Its key, as it arrived.
    #[serde(with = "crate::checkpoint::bytes")]
    pub key: Option<Arc<[u8]>>,
    /// Its label.
    pub label: Option<String>,
    /// What is to be predicted of it, where that is known.
    #[serde(with = "learn::number::maybe")]
    pub target: Option<f64>,
    /// The lane's features.
    #[serde(with = "learn::number::list")]
    pub features: Vec<f64>,
    /// The features as a scaler with windows of its own scaled them when the row arrived.
    pub scaled: Option<Scaled>,
    /// The test round that it belongs to, counted from 0.
    pub round: usize,
    /// The number of its database transaction, where it is known.
    pub transaction: Option<i64>,
}

impl Row {
    /// Whether it has so many features, scaled ones too.
    pub(crate) fn fits(&self, dim: usize) -> bool {
        let scaled = self.scaled.as_ref();
        self.features.len() == dim && scaled.is_none_or(|scaled| scaled.features.len() == dim)
    }
}

/// A row in the model's units.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scaled {
    /// Its features.
    #[serde(with = "learn::number::list")]
    pub features: Vec<f64>,
    /// The number of the scaler model that scaled it.
    pub version: Option<u64>,
}

/// A prediction, as it is kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction {
    /// The record's number.
    pub record: u64,
    /// The version that gave it.
    pub version: u64,
    /// What the model said.
    pub answer: Answer,
    /// Whether the cluster stands for the row's label, or the class is the target; None where that is not known.
    pub right: Option<bool>,
    /// The row's label, as an index into those that the lane has seen.
    pub label: Option<u32>,
    /// What was to be predicted, where that is known.
    pub target: Option<f64>,
}

/// How a lane does in a test round.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoundScore {
    /// Right predictions.
    pub right: u32,
    /// Predictions.
    pub of: u32,
    /// Errors of a regression.
    pub errors: Regression,
    /// Where the map of ids to labels may change: (label, cluster, predictions).
    pub(crate) cells: Vec<(u32, u32, u32)>,
}
