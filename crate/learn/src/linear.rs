//! What linear models share: coefficients, an intercept, a class.

use serde::{Deserialize, Serialize};

use serde_json::Value;

use crate::Rows;
use crate::error::{SpecError, check_count, check_numbers};
use crate::models::Refused;
use crate::online::Online;

/// A linear model: the numbers that a row is multiplied with.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Linear {
    /// One coefficient for each number of a row.
    #[serde(with = "crate::number::list")]
    pub coefficients: Vec<f64>,
    /// What a row of zeros gives.
    #[serde(with = "crate::number")]
    pub intercept: f64,
}

impl Linear {
    /// A model of zeros for rows of so many numbers.
    pub fn zeros(dim: usize) -> Self {
        Self {
            coefficients: vec![0.0; dim],
            intercept: 0.0,
        }
    }

    /// The sum of coefficients times numbers, and the intercept: what a regression predicts.
    ///
    /// # Panics
    ///
    /// When the row is not of the model's width.
    pub fn predict(&self, row: &[f64]) -> f64 {
        assert_eq!(
            row.len(),
            self.coefficients.len(),
            "a row has as many numbers as the model"
        );
        dot(row, &self.coefficients) + self.intercept
    }

    /// Refuses a model of another width.
    pub(crate) fn check_width(&self, dim: usize) -> Result<(), SpecError> {
        check_count("coefficients", &self.coefficients, dim)
    }

    /// Refuses a model of another width, or with a number that is not finite.
    pub(crate) fn check(&self, dim: usize) -> Result<(), SpecError> {
        check_numbers("coefficients", &self.coefficients, dim)?;
        check_numbers("intercepts", &[self.intercept], 1)
    }
}

/// The linear model to start from, as a lab file has it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LinearInitial {
    /// One coefficient for each feature, in the columns' units; left out: zeros.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coefficients: Option<Vec<f64>>,
    /// What a row of zeros gives; left out: 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intercept: Option<f64>,
    /// A model that was kept: a checkpoint, one of its lanes, or a model's state alone (in the columns' units). `eddy replay` and
    /// `eddy serve` also take the name of a file, as a path from the lab file's folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<Value>,
}

impl LinearInitial {
    /// Whether nothing is given.
    pub(crate) fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// The model that it gives, for rows of so many numbers.
    pub(crate) fn model(&self, dim: usize) -> Linear {
        Linear {
            coefficients: self.coefficients.clone().unwrap_or_else(|| vec![0.0; dim]),
            intercept: self.intercept.unwrap_or(0.0),
        }
    }

    /// Goes on from the model that was kept, if one is given.
    pub(crate) fn resume(&self, model: &mut dyn Online) -> Result<(), Refused> {
        let Some(state) = &self.checkpoint else {
            return Ok(());
        };
        if self.coefficients.is_some() || self.intercept.is_some() {
            let reason = "gives coefficients and intercept, or a checkpoint, not both";
            return Err(Refused::new("initial", reason));
        }
        model
            .set_state(state.clone())
            .map_err(|e| Refused::new("initial.checkpoint", e))
    }
}

/// What a logistic model says of a row.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Classified {
    /// 0 or 1; 0 where the probability is NaN.
    pub class: u32,
    /// How probable class 1 is.
    pub probability: f64,
}

/// What a batch did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LinearBatch {
    /// Rows in the batch.
    pub rows: usize,
    /// Steps that the model's weights made.
    pub steps: usize,
}

/// The sum of the products, in the order of the numbers.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).fold(0.0, |sum, (a, b)| sum + a * b)
}

/// Adds a multiple of a row to a sum.
pub(crate) fn add_scaled(sum: &mut [f64], factor: f64, row: &[f64]) {
    for (s, x) in sum.iter_mut().zip(row) {
        *s += factor * x;
    }
}

/// The logistic function.
pub(crate) fn logistic(margin: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-margin))
}

/// Panics when a batch is not of a model's width, or has not one target for each row.
pub(crate) fn assert_batch(rows: Rows<'_>, targets: &[f64], dim: usize) {
    assert_eq!(rows.dim(), dim, "a row has as many numbers as the model");
    assert_eq!(rows.len(), targets.len(), "each row has one target");
}
