//! What can be set, checked once.

use serde::{Deserialize, Serialize};

use crate::error::{BadRow, SpecError, check_dim, check_setting, check_width};

/// What is asked for, not yet checked.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// Numbers in a row.
    pub dim: usize,
    /// How fast the coefficients move.
    pub alpha: f64,
    /// How much slower they move at the beginning.
    pub beta: f64,
    /// How strongly the coefficients are drawn to 0.
    pub reg: f64,
    /// The share of `reg` that makes coefficients exactly 0; the rest makes them small.
    pub elastic_net: f64,
}

impl Spec {
    /// The engine's defaults.
    pub fn defaults(dim: usize) -> Self {
        Self {
            dim,
            alpha: 0.1,
            beta: 0.1,
            reg: 0.0,
            elastic_net: 0.0,
        }
    }
}

/// Parameters that are valid.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Params {
    pub(super) spec: Spec,
}

impl Params {
    /// Checks what is asked for.
    ///
    /// # Errors
    ///
    /// When the engine would refuse it.
    pub fn new(spec: Spec) -> Result<Self, SpecError> {
        let (alpha, beta) = (spec.alpha, spec.beta);
        let (reg, net) = (spec.reg, spec.elastic_net);
        check_dim(spec.dim)?;
        check_setting(
            "alpha",
            "a number above 0",
            alpha,
            alpha > 0.0 && alpha.is_finite(),
        )?;
        check_setting(
            "beta",
            "a number above 0",
            beta,
            beta > 0.0 && beta.is_finite(),
        )?;
        check_setting(
            "reg",
            "0 or more and finite",
            reg,
            reg >= 0.0 && reg.is_finite(),
        )?;
        check_setting("elastic_net", "0 to 1", net, (0.0..=1.0).contains(&net))?;
        Ok(Self { spec })
    }

    /// What was asked for.
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// Checks the size of the engine's batches, which are by count.
    ///
    /// # Errors
    ///
    /// When a batch of so many rows leaves one of the engine's subtasks without one.
    pub fn check_batch_rows(&self, rows: usize, parallelism: usize) -> Result<(), SpecError> {
        let rule = "1 or more, and a row for each subtask";
        check_setting("batch rows", rule, rows as f64, rows >= parallelism.max(1))
    }

    /// Refuses a row that would make the engine's job fail.
    ///
    /// # Errors
    ///
    /// When the row has another width than the model.
    pub fn check_row(&self, row: &[f64]) -> Result<(), BadRow> {
        check_width(row, self.spec.dim)
    }
}
