//! Linear regression by recursive least squares, with forgetting and ridge.
//!
//! After `n` rows `x` with targets `t` the model is, for a forgetting factor `f` and a ridge `r`,
//!
//! ```text
//! argmin over w, b of  sum over i of f^(n-i) * (t_i - x_i.w - b)^2  +  f^n * r * (|w - w_0|^2 + (b - b_0)^2)
//! ```
//!
//! which is what the textbook recursion (Haykin, "Adaptive Filter Theory", chapter 10) makes of a first covariance
//! `P = I/r` and an initial model `w_0, b_0`; there too the ridge is forgotten with the rows. That recursion subtracts
//! large numbers from each other: on rows such as (age, income) it misses its own closed form by some percent. Here the
//! rows are kept as the triangle `R` of their QR decomposition, into which each is turned by Givens rotations (Gentleman,
//! "Least squares computations by Givens transformations without square roots", 1973; Haykin, chapter 15). `R'R`, the
//! inverse of `P`, is symmetric and never negative by construction, and rows need not be scaled.
//!
//! While rows are fewer than coefficients, what only the ridge decides is as exact as the ridge is large beside the rows'
//! squares: to some 1e-6 for 1e-6 beside 1e10.
//!
//! With ridge 0 the first rows leave some coefficients open: those stay as they were in the initial model, the later ones in
//! a row first, until rows say more. So does the coefficient of a number that never changes: it is the intercept's part.
//! A number that is not finite makes every coefficient NaN, for good.
//!
//! ```
//! use eddy_learn::rls::{Params, Rls, Spec};
//! use eddy_learn::{Linear, Rows};
//!
//! let mut regression = Rls::new(Params::new(Spec::defaults(1))?, &Linear::zeros(1))?;
//! regression.partial_fit(Rows::new(&[1.0, 2.0, 4.0], 1)?, &[5.0, 7.0, 11.0]);
//! assert!((regression.predict(&[10.0]) - 23.0).abs() < 1e-12);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod settings;

use serde::{Deserialize, Serialize};

use crate::error::{SpecError, check_count, check_dim, check_setting};
use crate::linear::{Linear, LinearBatch, assert_batch};
use crate::{Checkpoint, Rows};

pub use settings::Settings;

/// A coordinate of which only this share is its own, and not the others', is open.
const OPEN: f64 = 1e-12;

/// What is asked for, not yet checked.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// Numbers in a row.
    pub dim: usize,
    /// What is left of a row's weight after the next one, above 0, up to 1.
    pub forgetting: f64,
    /// How strongly coefficients and intercept are drawn to the initial model at the start; 1 divided by the first covariance.
    pub ridge: f64,
}

impl Spec {
    /// Nothing is forgotten, nothing is drawn to the initial model.
    pub fn defaults(dim: usize) -> Self {
        Self {
            dim,
            forgetting: 1.0,
            ridge: 0.0,
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
        let (forgetting, ridge) = (spec.forgetting, spec.ridge);
        check_dim(spec.dim)?;
        let remembers = forgetting > 0.0 && forgetting <= 1.0;
        check_setting("forgetting", "above 0, up to 1", forgetting, remembers)?;
        let draws = ridge >= 0.0 && ridge.is_finite();
        check_setting("ridge", "0 or more and finite", ridge, draws)?;
        Ok(Self { spec })
    }

    /// What was asked for.
    pub fn spec(&self) -> &Spec {
        &self.spec
    }
}

/// All that a regression has learned and goes on with; the intercept comes first, as a coordinate of ones.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// The triangle `R`: `dim + 1` rows of `dim + 1` numbers, zeros below the diagonal.
    #[serde(with = "crate::number::list")]
    pub triangle: Vec<f64>,
    /// The targets, turned as the rows: `R w = z` is the model.
    #[serde(with = "crate::number::list")]
    pub turned: Vec<f64>,
    /// The initial model, in which coefficients stay that rows leave open.
    #[serde(with = "crate::number::list")]
    pub initial: Vec<f64>,
}

/// A regression that learns row by row.
#[derive(Clone, Debug)]
pub struct Rls {
    params: Params,
    state: State,
    model: Linear,
    scratch: Scratch,
}

/// What learning needs room for, kept from one batch to the next.
#[derive(Clone, Debug)]
struct Scratch {
    /// A row that is turned into the triangle, its target last; then the solution.
    row: Vec<f64>,
    /// The state, made ready to be solved.
    solved: State,
}

impl Rls {
    /// Starts from an initial model, which the ridge holds on to.
    ///
    /// # Errors
    ///
    /// When the initial model is not of the parameters' width or has a number that is not finite.
    pub fn new(params: Params, initial: &Linear) -> Result<Self, SpecError> {
        initial.check(params.spec.dim)?;
        let initial = [&[initial.intercept], &initial.coefficients[..]].concat();
        let (width, hold) = (initial.len(), params.spec.ridge.sqrt());
        let mut triangle = vec![0.0; width * width];
        triangle
            .iter_mut()
            .step_by(width + 1)
            .for_each(|own| *own = hold);
        let state = State {
            triangle,
            turned: initial.iter().map(|number| hold * number).collect(),
            initial,
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
        let params = Params::new(spec)?;
        let width = params.spec.dim.saturating_add(1);
        let square = width.saturating_mul(width);
        check_count("triangle's numbers", &state.triangle, square)?;
        check_count("turned targets", &state.turned, width)?;
        check_count("initial numbers", &state.initial, width)?;
        Ok(Self::start(params, state))
    }

    /// All that is needed to go on from here.
    pub fn checkpoint(&self) -> Checkpoint<Spec, State> {
        Checkpoint {
            spec: self.params.spec,
            state: self.state.clone(),
        }
    }

    fn start(params: Params, state: State) -> Self {
        let scratch = Scratch {
            row: vec![0.0; params.spec.dim + 2],
            solved: state.clone(),
        };
        let mut regression = Self {
            params,
            state,
            model: Linear::zeros(params.spec.dim),
            scratch,
        };
        regression.solve();
        regression
    }

    /// The parameters.
    pub fn params(&self) -> &Params {
        &self.params
    }

    /// All that the regression has learned.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The model after the batches so far.
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
    /// How rows are cut into batches does not change the result.
    ///
    /// # Panics
    ///
    /// When the rows are not of the model's width or not as many as the targets.
    pub fn partial_fit(&mut self, rows: Rows<'_>, targets: &[f64]) -> LinearBatch {
        let Spec {
            dim, forgetting, ..
        } = self.params.spec;
        assert_batch(rows, targets, dim);
        let fade = forgetting.sqrt();
        for (features, target) in rows.iter().zip(targets) {
            let State {
                triangle, turned, ..
            } = &mut self.state;
            if fade < 1.0 {
                triangle.iter_mut().for_each(|number| *number *= fade);
                turned.iter_mut().for_each(|number| *number *= fade);
            }
            let row = &mut self.scratch.row;
            row[0] = 1.0;
            row[1..=dim].copy_from_slice(features);
            row[dim + 1] = *target;
            turn_in(0, triangle, turned, row);
        }
        self.solve();
        LinearBatch {
            rows: rows.len(),
            steps: rows.len(),
        }
    }

    /// Makes the model of the triangle.
    fn solve(&mut self) {
        let State { initial, .. } = &self.state;
        let Scratch { row, solved } = &mut self.scratch;
        solved.triangle.clone_from(&self.state.triangle);
        solved.turned.clone_from(&self.state.turned);
        let State {
            triangle, turned, ..
        } = solved;
        let width = turned.len();
        set_aside_open(triangle, turned, row);
        // From the last coefficient to the first.
        let solution = &mut row[..width];
        for k in (0..width).rev() {
            let factors = &triangle[k * width..][..width];
            let known = (k + 1..width).fold(turned[k], |rest, j| rest - factors[j] * solution[j]);
            solution[k] = match factors[k] == 0.0 {
                true => initial[k],
                false => known / factors[k],
            };
        }
        self.model.intercept = solution[0];
        self.model.coefficients.copy_from_slice(&solution[1..]);
    }
}

/// Makes the diagonal of what rows leave open exactly 0. What such a coordinate's row says of the later ones is turned into
/// their rows.
fn set_aside_open(triangle: &mut [f64], turned: &mut [f64], row: &mut [f64]) {
    let width = turned.len();
    for k in 0..width {
        let column = triangle[k..].iter().step_by(width);
        let size = column.fold(0.0, |sum, number| sum + number * number).sqrt();
        let open = size.is_finite() && triangle[k * width + k].abs() <= OPEN * size;
        if !open {
            continue;
        }
        triangle[k * width + k] = 0.0;
        row[..width].copy_from_slice(&triangle[k * width..][..width]);
        row[width] = turned[k];
        turn_in(k + 1, triangle, turned, row);
    }
}

/// Turns a row, its target last, into the triangle from a coordinate on: a rotation for each makes that coordinate 0.
fn turn_in(from: usize, triangle: &mut [f64], turned: &mut [f64], row: &mut [f64]) {
    let width = turned.len();
    for k in from..width {
        let (own, new) = (triangle[k * width + k], row[k]);
        if new == 0.0 {
            continue;
        }
        let length = libm::hypot(own, new);
        let (cos, sin) = (own / length, new / length);
        let rotate = |own: &mut f64, new: &mut f64| {
            (*own, *new) = (cos * *own + sin * *new, cos * *new - sin * *own);
        };
        triangle[k * width + k] = length;
        for j in k + 1..width {
            rotate(&mut triangle[k * width + j], &mut row[j]);
        }
        rotate(&mut turned[k], &mut row[width]);
    }
}
