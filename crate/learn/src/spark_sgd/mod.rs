//! Spark's streaming regressions by gradient descent: linear and logistic.
//!
//! [`Loss::Squared`] is `StreamingLinearRegressionWithSGD` of Spark MLlib 3.5, [`Loss::Logistic`] is
//! `StreamingLogisticRegressionWithSGD`; both are `GradientDescent.runMiniBatchSGD`, run anew on each batch from the last
//! weights `w`. With `n` rows `x` and their targets `y`, in step `i` from 1 to `iterations`:
//!
//! ```text
//! d = w.x - y                     squared
//! d = 1/(1+exp(-w.x)) - y         logistic
//! g = sum(d*x) / n                e = step_size / sqrt(i)
//! w' = w - e*g                    squared: reg_param has no effect
//! w' = w*(1 - e*reg_param) - e*g  logistic
//! ```
//!
//! With a `mini_batch_fraction` below 1 each step looks at a random share of the rows, the same as the engine's; a step
//! that draws none is left out. From the second step on it ends where `|w' - w| < convergence_tol * max(|w'|, 1)`. An empty batch changes nothing. A
//! number that is not finite makes every coefficient NaN, for good.
//!
//! The engine fuses the multiplications of `w.x` and of `sum(d*x)` with their additions; here they are plain, which is
//! within 1e-12 of it.
//!
//! ```
//! use eddy_learn::spark_sgd::{Loss, Params, Spec, SparkSgd};
//! use eddy_learn::{Linear, Rows};
//!
//! let params = Params::new(Spec { step_size: 0.5, ..Spec::defaults(Loss::Squared, 1) })?;
//! let mut regression = SparkSgd::new(params, Linear::zeros(1))?;
//! let batch = regression.partial_fit(Rows::new(&[-1.0, 1.0, 2.0], 1)?, &[-3.0, 3.0, 6.0]);
//! assert!(batch.steps < 50, "the weights stopped moving");
//! assert!((regression.predict(&[10.0]) - 30.0).abs() < 0.1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod params;
mod settings;

use crate::error::SpecError;
use crate::linear::{Classified, Linear, LinearBatch, add_scaled, assert_batch, dot, logistic};
use crate::spark_sample::Sample;
use crate::{Checkpoint, Rows};

pub use params::{Intercept, Loss, Params, Spec};
pub use settings::{LinearSettings, LogisticSettings, Settings};

/// A regression that learns batch by batch.
#[derive(Clone, Debug)]
pub struct SparkSgd {
    params: Params,
    model: Linear,
    scratch: Scratch,
}

/// What a batch needs room for, kept from one to the next; the intercept is the last number where there is one.
#[derive(Clone, Debug)]
struct Scratch {
    weights: Vec<f64>,
    gradient: Vec<f64>,
}

impl SparkSgd {
    /// Starts from an initial model.
    ///
    /// # Errors
    ///
    /// When the initial model is not of the parameters' width or has a number that is not finite.
    pub fn new(params: Params, initial: Linear) -> Result<Self, SpecError> {
        initial.check(params.spec.dim)?;
        Ok(Self::start(params, initial))
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
        Ok(Self::start(params, model))
    }

    fn start(params: Params, model: Linear) -> Self {
        let width = params.spec.dim + usize::from(params.spec.intercept != Intercept::Off);
        let scratch = Scratch {
            weights: vec![0.0; width],
            gradient: vec![0.0; width],
        };
        Self {
            params,
            model,
            scratch,
        }
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

    /// What the engine predicts: a linear regression's value, a logistic one's class.
    ///
    /// # Panics
    ///
    /// When the row is not of the model's width.
    pub fn predict(&self, row: &[f64]) -> f64 {
        match self.params.spec.loss {
            Loss::Squared => self.model.predict(row),
            Loss::Logistic => classify(&self.model, row).class.into(),
        }
    }

    /// Learns from a batch and makes the next version of the model.
    ///
    /// # Panics
    ///
    /// When the rows are not of the model's width or not as many as the targets.
    pub fn partial_fit(&mut self, rows: Rows<'_>, targets: &[f64]) -> LinearBatch {
        let Spec { dim, intercept, .. } = self.params.spec;
        assert_batch(rows, targets, dim);
        let mut steps = 0;
        if !rows.is_empty() {
            let weights = &mut self.scratch.weights;
            weights[..dim].copy_from_slice(&self.model.coefficients);
            match intercept {
                Intercept::Off => {}
                Intercept::Restarts => weights[dim] = 1.0,
                Intercept::Continues => weights[dim] = self.model.intercept,
            }
            steps = descend(&self.params.spec, &mut self.scratch, rows, targets);
            let (coefficients, intercept) = self.scratch.weights.split_at(dim);
            self.model.coefficients.copy_from_slice(coefficients);
            if let [intercept] = intercept {
                self.model.intercept = *intercept;
            }
        }
        LinearBatch {
            rows: rows.len(),
            steps,
        }
    }
}

/// The class of a row in a logistic model, which may be an older version: 1 where its probability is above one half.
///
/// # Panics
///
/// When the row is not of the model's width.
pub fn classify(model: &Linear, row: &[f64]) -> Classified {
    let probability = logistic(model.predict(row));
    Classified {
        class: u32::from(probability > 0.5),
        probability,
    }
}

/// Makes the steps of one batch and tells how many.
fn descend(spec: &Spec, scratch: &mut Scratch, rows: Rows<'_>, targets: &[f64]) -> usize {
    let Scratch { weights, gradient } = scratch;
    let mut steps = 0;
    for i in 1..=spec.iterations {
        let mut sample = Sample::of_step(spec.mini_batch_fraction, i);
        let batch = rows.iter().zip(targets).filter(|_| sample.draws());
        let drawn = sum_gradient(spec, weights, gradient, batch);
        if drawn == 0 {
            continue;
        }
        let (moved, length) = step(spec, i, weights, gradient, drawn);
        steps += 1;
        if steps > 1 && moved < spec.convergence_tol * length.max(1.0) {
            break;
        }
    }
    steps
}

/// Sums up the gradient over rows and tells how many they are.
fn sum_gradient<'a>(
    spec: &Spec,
    weights: &[f64],
    gradient: &mut [f64],
    batch: impl Iterator<Item = (&'a [f64], &'a f64)>,
) -> usize {
    let (weights, intercept) = weights.split_at(spec.dim);
    let (gradient, intercept_gradient) = gradient.split_at_mut(spec.dim);
    gradient.fill(0.0);
    intercept_gradient.fill(0.0);
    let mut rows = 0;
    for (row, target) in batch {
        let margin = dot(row, weights) + intercept.first().unwrap_or(&0.0);
        let difference = match spec.loss {
            Loss::Squared => margin - target,
            Loss::Logistic => logistic(margin) - target,
        };
        add_scaled(gradient, difference, row);
        add_scaled(intercept_gradient, difference, &[1.0]);
        rows += 1;
    }
    rows
}

/// Makes a step, and tells how far it went and how long the weights are now.
fn step(spec: &Spec, i: usize, weights: &mut [f64], gradient: &[f64], rows: usize) -> (f64, f64) {
    let size = spec.step_size / (i as f64).sqrt();
    let keep = match spec.loss {
        Loss::Squared => 1.0,
        Loss::Logistic => 1.0 - size * spec.reg_param,
    };
    let (mut moved, mut length) = (0.0, 0.0);
    for (weight, sum) in weights.iter_mut().zip(gradient) {
        let before = *weight;
        *weight = before * keep - size * (sum / rows as f64);
        moved += (before - *weight) * (before - *weight);
        length += *weight * *weight;
    }
    (f64::sqrt(moved), f64::sqrt(length))
}
