//! Scalers: what is taken from a row's numbers, and what they are divided by, before a model sees them.
//!
//! Each coordinate is scaled alone, `(x - centre) * factor`. What is known after the rows so far makes centre and factor:
//!
//! - [`Kind::Standard`]: the mean and the population's standard deviation, by Welford ("Note on a method for calculating
//!   corrected sums of squares and products", 1962); as River's `StandardScaler`. A coordinate that never changes gives 0.
//! - [`Kind::MinMax`]: the least number and the range, so that rows seen lie between 0 and 1. No range gives 0.
//! - [`Kind::Fixed`]: given means and standard deviations; nothing is learned.
//! - [`Kind::Flink`]: `OnlineStandardScaler` of Flink ML 2.3, whose windows are the batches here. With `n` rows so far, their
//!   sum `S` and sum of squares `Q`, over all windows:
//!
//! ```text
//! mean = S * (1/n)        std = sqrt((Q - n*mean*mean) / (n - 1)), 0 where n = 1
//! ```
//!
//! As the engine has it, this loses digits where the numbers are large beside their differences: the deviation of a
//! coordinate that never changes may be 0, some 1e-9 or NaN. A deviation of 0 gives 0.
//!
//! ```
//! use eddy_learn::Rows;
//! use eddy_learn::scaler::{Kind, Scaler};
//!
//! let mut scaler = Scaler::new(Kind::Standard, 1)?;
//! scaler.partial_fit(Rows::new(&[1.0, 3.0], 1)?);
//! let mut row = [4.0];
//! scaler.transform(&mut row);
//! assert_eq!(row, [2.0]);
//! scaler.restore(&mut row);
//! assert_eq!(row, [4.0]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use serde::{Deserialize, Serialize};

use crate::error::{SpecError, check_count, check_dim, check_numbers};
use crate::{Checkpoint, Rows};

/// How numbers are scaled.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Kind {
    /// By mean and standard deviation of the rows so far.
    Standard,
    /// By least and greatest number of the rows so far.
    MinMax,
    /// By given numbers.
    Fixed {
        /// What is taken from each coordinate.
        mean: Vec<f64>,
        /// What each is divided by, above 0.
        std: Vec<f64>,
    },
    /// By mean and standard deviation in Flink's arithmetic.
    Flink {
        /// Whether the mean is taken from the numbers; the engine's default is no.
        with_mean: bool,
        /// Whether they are divided by the standard deviation; the engine's default is yes.
        with_std: bool,
    },
}

/// What is asked for: how to scale rows of so many numbers.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// How numbers are scaled.
    pub kind: Kind,
    /// Numbers in a row.
    pub dim: usize,
}

/// All that a scaler has learned and goes on with; two numbers for each coordinate.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// Rows so far.
    pub rows: u64,
    /// Standard: the mean. Min-max: the least number. Fixed: the mean. Flink: the sum.
    #[serde(with = "crate::number::list")]
    pub first: Vec<f64>,
    /// Standard: the sum of squared differences from the mean. Min-max: the greatest number. Fixed: the standard
    /// deviation. Flink: the sum of squares.
    #[serde(with = "crate::number::list")]
    pub second: Vec<f64>,
}

/// A scaler that learns batch by batch.
#[derive(Clone, PartialEq, Debug)]
pub struct Scaler {
    kind: Kind,
    state: State,
    mean: Vec<f64>,
    std: Vec<f64>,
}

impl Scaler {
    /// Starts from nothing known, for rows of so many numbers.
    ///
    /// # Errors
    ///
    /// When rows have no numbers, or given numbers are too many, too few, not finite, or a deviation is not above 0.
    pub fn new(kind: Kind, dim: usize) -> Result<Self, SpecError> {
        check_dim(dim)?;
        let (first, second) = match &kind {
            Kind::Fixed { mean, std } => {
                check_numbers("means", mean, dim)?;
                check_numbers("standard deviations", std, dim)?;
                check_above_0(std)?;
                (mean.clone(), std.clone())
            }
            Kind::MinMax => (vec![f64::INFINITY; dim], vec![f64::NEG_INFINITY; dim]),
            Kind::Standard | Kind::Flink { .. } => (vec![0.0; dim], vec![0.0; dim]),
        };
        let state = State {
            rows: 0,
            first,
            second,
        };
        let spec = Spec { kind, dim };
        Self::resume(Checkpoint { spec, state })
    }

    /// Goes on from a checkpoint, as if it had never stopped.
    ///
    /// # Errors
    ///
    /// When its state is not of its width.
    pub fn resume(checkpoint: Checkpoint<Spec, State>) -> Result<Self, SpecError> {
        let Checkpoint { spec, state } = checkpoint;
        let Spec { kind, dim } = spec;
        check_count("first numbers", &state.first, dim)?;
        check_count("second numbers", &state.second, dim)?;
        let mut scaler = Self {
            kind,
            mean: vec![0.0; dim],
            std: vec![0.0; dim],
            state,
        };
        scaler.conclude();
        Ok(scaler)
    }

    /// All that is needed to go on from here.
    pub fn checkpoint(&self) -> Checkpoint<Spec, State> {
        Checkpoint {
            spec: Spec {
                kind: self.kind.clone(),
                dim: self.mean.len(),
            },
            state: self.state.clone(),
        }
    }

    /// How numbers are scaled.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// All that the scaler has learned.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The mean of each coordinate, or its least number for min-max; 0 before the first row.
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// The standard deviation of each coordinate, or its range for min-max; 0 before the first row.
    pub fn std(&self) -> &[f64] {
        &self.std
    }

    /// Learns from a batch, which may be empty.
    ///
    /// # Panics
    ///
    /// When the rows are not of the scaler's width.
    pub fn partial_fit(&mut self, rows: Rows<'_>) {
        assert_eq!(
            rows.dim(),
            self.mean.len(),
            "a row has as many numbers as the scaler"
        );
        let learn: fn(f64, &mut f64, &mut f64, f64) = match self.kind {
            Kind::Standard => |n, mean, squares, x| {
                let before = x - *mean;
                *mean += before / n;
                *squares += before * (x - *mean);
            },
            Kind::MinMax => |_, least, greatest, x| {
                *least = least.min(x);
                *greatest = greatest.max(x);
            },
            Kind::Flink { .. } => |_, sum, squares, x| {
                *sum += x;
                *squares += x * x;
            },
            Kind::Fixed { .. } => return,
        };
        let State {
            rows: seen,
            first,
            second,
        } = &mut self.state;
        for row in rows {
            *seen += 1;
            for ((x, first), second) in row.iter().zip(&mut *first).zip(&mut *second) {
                learn(*seen as f64, first, second, *x);
            }
        }
        self.conclude();
    }

    /// Scales a row in place. Before the first row is learned, every number becomes 0 but under [`Kind::Fixed`].
    ///
    /// # Panics
    ///
    /// When the row is not of the scaler's width.
    pub fn transform(&self, row: &mut [f64]) {
        assert_eq!(
            row.len(),
            self.mean.len(),
            "a row has as many numbers as the scaler"
        );
        for (i, x) in row.iter_mut().enumerate() {
            let (centre, factor) = self.affine(i);
            *x = (*x - centre) * factor;
        }
    }

    /// Takes a scaled row, or a model's centroid, back to the original units, in place; a coordinate that is scaled to 0
    /// comes back as its centre.
    ///
    /// # Panics
    ///
    /// When the row is not of the scaler's width.
    pub fn restore(&self, row: &mut [f64]) {
        assert_eq!(
            row.len(),
            self.mean.len(),
            "a row has as many numbers as the scaler"
        );
        for (i, x) in row.iter_mut().enumerate() {
            let (centre, factor) = self.affine(i);
            *x = match factor == 0.0 {
                true => self.mean[i],
                false => *x / factor + centre,
            };
        }
    }

    /// What is taken from a coordinate, and what it is multiplied with.
    pub(crate) fn affine(&self, i: usize) -> (f64, f64) {
        affine(&self.kind, self.mean[i], self.std[i])
    }

    /// Makes means and deviations of what is known.
    fn conclude(&mut self) {
        let n = self.state.rows as f64;
        if self.state.rows == 0 && !matches!(self.kind, Kind::Fixed { .. }) {
            return;
        }
        for i in 0..self.mean.len() {
            let (first, second) = (self.state.first[i], self.state.second[i]);
            (self.mean[i], self.std[i]) = match self.kind {
                Kind::Standard => (first, f64::sqrt(second / n)),
                Kind::MinMax => (first, second - first),
                Kind::Fixed { .. } => (first, second),
                Kind::Flink { .. } => flink(n, first, second),
            };
        }
    }
}

/// What is taken from a coordinate with this mean and deviation, and what it is multiplied with.
pub(crate) fn affine(kind: &Kind, mean: f64, std: f64) -> (f64, f64) {
    let inverse = match std == 0.0 {
        true => 0.0,
        false => 1.0 / std,
    };
    match *kind {
        Kind::Flink {
            with_mean,
            with_std,
        } => (
            if with_mean { mean } else { 0.0 },
            if with_std { inverse } else { 1.0 },
        ),
        Kind::Standard | Kind::MinMax | Kind::Fixed { .. } => (mean, inverse),
    }
}

fn flink(n: f64, sum: f64, squares: f64) -> (f64, f64) {
    let mean = sum * (1.0 / n);
    let std = match n > 1.0 {
        true => ((squares - n * mean * mean) / (n - 1.0)).sqrt(),
        false => 0.0,
    };
    (mean, std)
}

fn check_above_0(std: &[f64]) -> Result<(), SpecError> {
    match std.iter().position(|&number| number <= 0.0) {
        Some(place) => Err(SpecError::Number {
            name: "standard deviations",
            rule: "above 0",
            place,
            found: std[place],
        }),
        None => Ok(()),
    }
}
