//! Linear regression by plain stochastic gradient descent: one step for each row, in order.
//!
//! With coefficients `w` and intercept `b`, for a row `x` with target `t`:
//!
//! ```text
//! d = x.w + b - t
//! w' = w*(1 - step_size*reg_param) - step_size*d*x        b' = b - step_size*d
//! ```
//!
//! This is the rule of Bottou, "Stochastic Gradient Descent Tricks" (2012), and of scikit-learn's `SGDRegressor` with a
//! constant learning rate and `shuffle=False`; the intercept is not drawn to 0. It needs scaled rows: where
//! `step_size * (|x|^2 + 1)` is above 2, it runs away to numbers that are not finite.
//!
//! ```
//! use eddy_learn::sgd::{Params, Sgd, Spec};
//! use eddy_learn::{Linear, Rows};
//!
//! let params = Params::new(Spec { step_size: 0.25, ..Spec::defaults(1) })?;
//! let mut regression = Sgd::new(params, Linear::zeros(1))?;
//! regression.partial_fit(Rows::new(&[2.0], 1)?, &[4.0]);
//! assert_eq!(regression.model(), &Linear { coefficients: vec![2.0], intercept: 1.0 });
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod settings;

use serde::{Deserialize, Serialize};

use crate::error::{SpecError, check_dim, check_setting};
use crate::linear::{Linear, LinearBatch, assert_batch};
use crate::{Checkpoint, Rows};

pub use settings::Settings;

/// What is asked for, not yet checked.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// Numbers in a row.
    pub dim: usize,
    /// How far a step goes along the gradient.
    pub step_size: f64,
    /// How strongly the coefficients are drawn to 0.
    pub reg_param: f64,
}

impl Spec {
    /// Steps of 0.01, as scikit-learn's; nothing is drawn to 0.
    pub fn defaults(dim: usize) -> Self {
        Self {
            dim,
            step_size: 0.01,
            reg_param: 0.0,
        }
    }
}

/// Parameters that are valid.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Params {
    spec: Spec,
}

impl Params {
    /// Checks what is asked for.
    ///
    /// # Errors
    ///
    /// When a number is out of its range.
    pub fn new(spec: Spec) -> Result<Self, SpecError> {
        let (step, reg) = (spec.step_size, spec.reg_param);
        check_dim(spec.dim)?;
        let moves = step > 0.0 && step.is_finite();
        check_setting("step_size", "a number above 0", step, moves)?;
        let draws = reg >= 0.0 && reg.is_finite();
        check_setting("reg_param", "0 or more and finite", reg, draws)?;
        Ok(Self { spec })
    }

    /// What was asked for.
    pub fn spec(&self) -> &Spec {
        &self.spec
    }
}

/// A regression that learns row by row.
#[derive(Clone, Debug)]
pub struct Sgd {
    params: Params,
    model: Linear,
}

impl Sgd {
    /// Starts from an initial model.
    ///
    /// # Errors
    ///
    /// When the initial model is not of the parameters' width or has a number that is not finite.
    pub fn new(params: Params, initial: Linear) -> Result<Self, SpecError> {
        initial.check(params.spec.dim)?;
        Ok(Self {
            params,
            model: initial,
        })
    }

    /// Goes on from a checkpoint, as if it had never stopped.
    ///
    /// # Errors
    ///
    /// When its parameters are not valid, or its state is not of their width.
    pub fn resume(checkpoint: Checkpoint<Spec, Linear>) -> Result<Self, SpecError> {
        let Checkpoint { spec, state: model } = checkpoint;
        let params = Params::new(spec)?;
        model.check_width(spec.dim)?;
        Ok(Self { params, model })
    }

    /// All that is needed to go on from here.
    pub fn checkpoint(&self) -> Checkpoint<Spec, Linear> {
        Checkpoint {
            spec: self.params.spec,
            state: self.model.clone(),
        }
    }

    /// The parameters.
    pub fn params(&self) -> &Params {
        &self.params
    }

    /// The model after the batches so far; all that goes on to the next one.
    pub fn model(&self) -> &Linear {
        &self.model
    }

    /// What the model predicts for a row.
    ///
    /// # Panics
    ///
    /// When the row is not of the model's width.
    pub fn predict(&self, row: &[f64]) -> f64 {
        self.model.predict(row)
    }

    /// Learns from a batch, which may be empty, row after row, and makes the next version of the model.
    ///
    /// How rows are cut into batches does not change the result, their order does.
    ///
    /// # Panics
    ///
    /// When the rows are not of the model's width or not as many as the targets.
    pub fn partial_fit(&mut self, rows: Rows<'_>, targets: &[f64]) -> LinearBatch {
        let Spec {
            dim,
            step_size,
            reg_param,
        } = self.params.spec;
        assert_batch(rows, targets, dim);
        let keep = 1.0 - step_size * reg_param;
        for (row, target) in rows.iter().zip(targets) {
            let step = step_size * (self.model.predict(row) - target);
            for (weight, x) in self.model.coefficients.iter_mut().zip(row) {
                *weight = *weight * keep - step * x;
            }
            self.model.intercept -= step;
        }
        LinearBatch {
            rows: rows.len(),
            steps: rows.len(),
        }
    }
}
