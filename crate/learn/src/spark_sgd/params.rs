//! What can be set, checked once.

use serde::{Deserialize, Serialize};

use crate::error::{BadRow, SpecError, check_dim, check_setting, check_width};

/// What the weights are to make small.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// The squared error: `StreamingLinearRegressionWithSGD`.
    Squared,
    /// The logistic loss of classes 0 and 1: `StreamingLogisticRegressionWithSGD`.
    Logistic,
}

/// Whether there is an intercept, and where it starts from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Intercept {
    /// None: a row of zeros gives 0. The engine's default.
    Off,
    /// It starts from 1 in every batch and what it had learned is forgotten, as the engine does it.
    Restarts,
    /// It goes on from where the last batch left it, as it is meant.
    Continues,
}

/// What is asked for, not yet checked.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// What the weights are to make small.
    pub loss: Loss,
    /// Numbers in a row.
    pub dim: usize,
    /// How far the first step of a batch goes along the gradient.
    pub step_size: f64,
    /// The most steps in a batch.
    pub iterations: usize,
    /// How much the weights of a logistic regression shrink; no effect on a linear one, as in the engine.
    pub reg_param: f64,
    /// The share of a batch's rows that a step looks at, above 0, up to 1; drawn as the engine draws where a batch is one
    /// partition.
    pub mini_batch_fraction: f64,
    /// A step that moves the weights by less than this share of their length is the batch's last.
    pub convergence_tol: f64,
    /// Whether there is an intercept.
    pub intercept: Intercept,
}

impl Spec {
    /// The engine's defaults.
    pub fn defaults(loss: Loss, dim: usize) -> Self {
        Self {
            loss,
            dim,
            step_size: 0.1,
            iterations: 50,
            reg_param: 0.0,
            mini_batch_fraction: 1.0,
            convergence_tol: 0.001,
            intercept: Intercept::Off,
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
        let (step, reg) = (spec.step_size, spec.reg_param);
        let (fraction, tol) = (spec.mini_batch_fraction, spec.convergence_tol);
        check_dim(spec.dim)?;
        check_setting(
            "step_size",
            "a number above 0",
            step,
            step > 0.0 && step.is_finite(),
        )?;
        check_setting(
            "reg_param",
            "0 or more and finite",
            reg,
            reg >= 0.0 && reg.is_finite(),
        )?;
        let drawn = fraction > 0.0 && fraction <= 1.0;
        check_setting("mini_batch_fraction", "above 0, up to 1", fraction, drawn)?;
        check_setting("convergence_tol", "0 to 1", tol, (0.0..=1.0).contains(&tol))?;
        Ok(Self { spec })
    }

    /// What was asked for.
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// Refuses a row that would make the engine's job fail.
    ///
    /// # Errors
    ///
    /// When the row has another width than the model, or, for the logistic loss, a label other than 0 and 1.
    pub fn check_row(&self, row: &[f64], target: f64) -> Result<(), BadRow> {
        check_width(row, self.spec.dim)?;
        match self.spec.loss == Loss::Logistic && target != 0.0 && target != 1.0 {
            true => Err(BadRow::Label { found: target }),
            false => Ok(()),
        }
    }
}
