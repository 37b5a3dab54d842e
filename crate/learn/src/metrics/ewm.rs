//! Exponentially weighted mean and variance, which start from the first value.

use serde::{Deserialize, Serialize};

use crate::error::{SpecError, check_setting};

/// The mean and variance of a stream whose past fades: `m' = f*x + (1 - f)*m`, `m` being the first value at first.
///
/// Roberts, "Control chart tests based on geometric moving averages" (1959); River's `EWMean` and `EWVar`. Unlike the
/// fading factor of [`super::Span`], whose weights add up to 1 from the first row on, the first value weighs more than the
/// others for a while.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ewm {
    share: f64,
    /// The mean of the values and that of their squares, once there is a value.
    means: Option<(f64, f64)>,
}

impl Ewm {
    /// Starts without values.
    ///
    /// # Errors
    ///
    /// When the share of the newest value is not 0 to 1.
    pub fn new(share: f64) -> Result<Self, SpecError> {
        check_setting("share", "0 to 1", share, (0.0..=1.0).contains(&share))?;
        Ok(Self { share, means: None })
    }

    /// Takes a value; one that is not finite is passed over.
    pub fn add(&mut self, value: f64) {
        if !value.is_finite() {
            return;
        }
        let (mean, of_squares) = self.means.unwrap_or((value, value * value));
        let next = |mean: f64, x: f64| self.share * x + (1.0 - self.share) * mean;
        self.means = Some(match self.means {
            None => (mean, of_squares),
            Some(_) => (next(mean, value), next(of_squares, value * value)),
        });
    }

    /// The mean; NaN without values.
    pub fn mean(&self) -> f64 {
        self.means.map_or(f64::NAN, |(mean, _)| mean)
    }

    /// The mean of the squares less the square of the mean; NaN without values.
    pub fn variance(&self) -> f64 {
        let variance = self
            .means
            .map(|(mean, of_squares)| of_squares - mean * mean);
        variance.unwrap_or(f64::NAN)
    }
}
