//! Flink's online logistic regression: follow the regularized leader, coordinate by coordinate.
//!
//! `OnlineLogisticRegression` of Flink ML 2.3, the FTRL-Proximal of McMahan et al., "Ad Click Prediction: a View from the
//! Trenches" (2013), with the gradient of a whole batch. With coefficients `c`, `z = n = 0` at the start,
//! `l1 = elastic_net * reg` and `l2 = (1 - elastic_net) * reg`, for a batch of rows `x` with labels `y`:
//!
//! ```text
//! g = sum((1/(1+exp(-c.x)) - y) * x) / rows
//! sigma = (sqrt(n + g*g) - sqrt(n)) / alpha
//! z' = z + g - sigma*c            n' = n + g*g
//! c' = 0 where |z'| <= l1, else (sign(z')*l1 - z') / ((beta + sqrt(n'))/alpha + l2)
//! ```
//!
//! As the engine has it: the initial coefficients count in the first batch's `g` and `sigma` only, and one that no row
//! touches becomes 0. Labels are not checked. A number that is not finite makes every coefficient NaN, for good.
//!
//! The engine (2.3.0) has a defect, FLINK-36653: it goes on predicting with the coefficients of its first prediction.
//! [`FlinkLogistic::predict_as_engine`] does so, [`FlinkLogistic::predict`] uses the latest.
//!
//! ```
//! use eddy_learn::Rows;
//! use eddy_learn::flink_logistic::{FlinkLogistic, Params, Spec};
//!
//! let mut model = FlinkLogistic::new(Params::new(Spec::defaults(1))?, &[0.0])?;
//! assert_eq!(model.predict_as_engine(&[1.0]).probability, 0.5);
//! model.partial_fit(Rows::new(&[-1.0, 1.0], 1)?, &[0.0, 1.0]);
//! assert!(model.predict(&[1.0]).probability > 0.5);
//! assert_eq!(model.predict_as_engine(&[1.0]).probability, 0.5);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod params;
mod settings;

use serde::{Deserialize, Serialize};

use crate::error::{SpecError, check_count, check_numbers};
use crate::linear::{Classified, LinearBatch, assert_batch, dot, logistic};
use crate::{Checkpoint, Rows};

pub use params::{Params, Spec};
pub use settings::Settings;

/// All that a model has learned and goes on with.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// The coefficients `c`.
    #[serde(with = "crate::number::list")]
    pub coefficients: Vec<f64>,
    /// The sum `z` of gradients, less what the coefficients made of it.
    #[serde(with = "crate::number::list")]
    pub z: Vec<f64>,
    /// The sum `n` of squared gradients.
    #[serde(with = "crate::number::list")]
    pub n: Vec<f64>,
    /// The coefficients of the engine's first prediction, once it has predicted.
    #[serde(with = "crate::number::maybe_list")]
    pub first_used: Option<Vec<f64>>,
}

/// A row of a batch.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Features<'a> {
    /// A number for each coordinate.
    Dense(&'a [f64]),
    /// The numbers of some coordinates; the others are 0 and do not count as present.
    Sparse {
        /// Which coordinates, from 0.
        indices: &'a [usize],
        /// Their numbers.
        values: &'a [f64],
    },
}

/// A logistic regression that learns batch by batch.
#[derive(Clone, Debug)]
pub struct FlinkLogistic {
    params: Params,
    state: State,
    gradient: Vec<f64>,
    /// What each coordinate's gradient is divided by.
    divisors: Vec<f64>,
}

impl FlinkLogistic {
    /// Starts from initial coefficients.
    ///
    /// # Errors
    ///
    /// When the coefficients are not of the parameters' width or one is not finite.
    pub fn new(params: Params, initial: &[f64]) -> Result<Self, SpecError> {
        check_numbers("coefficients", initial, params.spec.dim)?;
        let state = State {
            coefficients: initial.to_vec(),
            z: vec![0.0; initial.len()],
            n: vec![0.0; initial.len()],
            first_used: None,
        };
        Ok(Self::start(params, state))
    }

    /// Goes on from a checkpoint, as if it had never stopped.
    ///
    /// # Errors
    ///
    /// When its parameters are not valid, or its state is not of their width.
    pub fn resume(checkpoint: Checkpoint<Spec, State>) -> Result<Self, SpecError> {
        let Checkpoint { spec, state } = checkpoint;
        let (params, dim) = (Params::new(spec)?, spec.dim);
        check_count("coefficients", &state.coefficients, dim)?;
        check_count("z", &state.z, dim)?;
        check_count("n", &state.n, dim)?;
        if let Some(used) = &state.first_used {
            check_count("coefficients of the first prediction", used, dim)?;
        }
        Ok(Self::start(params, state))
    }

    fn start(params: Params, state: State) -> Self {
        let dim = params.spec.dim;
        Self {
            params,
            state,
            gradient: vec![0.0; dim],
            divisors: vec![0.0; dim],
        }
    }

    /// All that is needed to go on from here.
    pub fn checkpoint(&self) -> Checkpoint<Spec, State> {
        Checkpoint {
            spec: self.params.spec,
            state: self.state.clone(),
        }
    }

    /// The parameters.
    pub fn params(&self) -> &Params {
        &self.params
    }

    /// The coefficients after the batches so far.
    pub fn coefficients(&self) -> &[f64] {
        &self.state.coefficients
    }

    /// All that the model has learned.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Learns from a batch and makes the next version of the model; an empty batch changes nothing.
    ///
    /// # Panics
    ///
    /// When the rows are not of the model's width or not as many as the labels.
    pub fn partial_fit(&mut self, rows: Rows<'_>, labels: &[f64]) -> LinearBatch {
        assert_batch(rows, labels, self.params.spec.dim);
        let dense = rows.iter().map(Features::Dense);
        self.partial_fit_weighted(dense.zip(labels).map(|(row, &label)| (row, label, 1.0)))
    }

    /// Learns from a batch of rows, each with its label and its weight, as the engine takes them.
    ///
    /// The engine ignores the weight of a dense row. Of a sparse one, only the coordinates that are present count, and the
    /// weight enters what their gradient is divided by, not the gradient.
    ///
    /// # Panics
    ///
    /// When a row is not of the model's width.
    pub fn partial_fit_weighted<'a>(
        &mut self,
        batch: impl Iterator<Item = (Features<'a>, f64, f64)>,
    ) -> LinearBatch {
        self.gradient.fill(0.0);
        self.divisors.fill(0.0);
        let mut rows = 0;
        for (row, label, weight) in batch {
            self.add(row, label, weight);
            rows += 1;
        }
        let steps = usize::from(rows > 0);
        if steps > 0 {
            self.follow_the_leader();
        }
        LinearBatch { rows, steps }
    }

    /// The class of a row by the latest coefficients, as it is meant.
    ///
    /// # Panics
    ///
    /// When the row is not of the model's width.
    pub fn predict(&self, row: &[f64]) -> Classified {
        classify(&self.state.coefficients, row)
    }

    /// The class of a row as the engine gives it: by the coefficients of its first prediction, which this may be.
    ///
    /// # Panics
    ///
    /// When the row is not of the model's width.
    pub fn predict_as_engine(&mut self, row: &[f64]) -> Classified {
        let State {
            coefficients,
            first_used,
            ..
        } = &mut self.state;
        classify(first_used.get_or_insert_with(|| coefficients.clone()), row)
    }

    fn add(&mut self, row: Features<'_>, label: f64, weight: f64) {
        let coefficients = &self.state.coefficients;
        let mut add_one = |i: usize, by: f64, divisor: f64| {
            self.gradient[i] += by;
            self.divisors[i] += divisor;
        };
        match row {
            Features::Dense(row) => {
                assert_eq!(
                    row.len(),
                    coefficients.len(),
                    "a row has as many numbers as the model"
                );
                let off = logistic(dot(coefficients, row)) - label;
                for (i, x) in row.iter().enumerate() {
                    add_one(i, off * x, 1.0);
                }
            }
            Features::Sparse { indices, values } => {
                let present = || indices.iter().zip(values);
                let margin = present().fold(0.0, |sum, (&i, x)| sum + coefficients[i] * x);
                let off = logistic(margin) - label;
                for (&i, x) in present() {
                    add_one(i, off * x, weight);
                }
            }
        }
    }

    fn follow_the_leader(&mut self) {
        let Spec {
            alpha,
            beta,
            reg,
            elastic_net,
            ..
        } = self.params.spec;
        let (l1, l2) = (elastic_net * reg, (1.0 - elastic_net) * reg);
        let State {
            coefficients, z, n, ..
        } = &mut self.state;
        for (i, c) in coefficients.iter_mut().enumerate() {
            let divisor = self.divisors[i];
            let g = match divisor == 0.0 {
                true => self.gradient[i],
                false => self.gradient[i] / divisor,
            };
            let sigma = ((n[i] + g * g).sqrt() - n[i].sqrt()) / alpha;
            z[i] += g - sigma * *c;
            n[i] += g * g;
            *c = match z[i].abs() <= l1 {
                true => 0.0,
                false => (z[i].signum() * l1 - z[i]) / ((beta + n[i].sqrt()) / alpha + l2),
            };
        }
    }
}

/// The class of a row by coefficients, which may be an older version's: 1 where their product is 0 or more.
///
/// # Panics
///
/// When the row is not of the coefficients' width.
pub fn classify(coefficients: &[f64], row: &[f64]) -> Classified {
    assert_eq!(
        row.len(),
        coefficients.len(),
        "a row has as many numbers as the model"
    );
    let margin = dot(coefficients, row);
    Classified {
        class: u32::from(margin >= 0.0),
        probability: 1.0 - 1.0 / (1.0 + libm::exp(margin)),
    }
}
