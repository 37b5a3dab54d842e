//! How far a regression's predictions are off.

use serde::{Deserialize, Serialize};

use super::Tally;

/// The errors of predictions, counted up row by row.
///
/// Everything but the errors' means comes from Welford's recurrence ("Note on a method for calculating corrected sums of
/// squares and products", 1962), on targets less the first one, so that a large offset costs no digits. A target or
/// prediction that is not finite makes the measures NaN for good; a window forgets it when it has left.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regression {
    rows: u64,
    /// The sum of the rows' weights.
    #[serde(with = "crate::number")]
    weight: f64,
    /// The first target.
    #[serde(with = "crate::number")]
    origin: f64,
    /// The mean of the targets, less the first.
    #[serde(with = "crate::number")]
    mean: f64,
    /// The sum of the targets' squared differences from their mean.
    #[serde(with = "crate::number")]
    spread: f64,
    #[serde(with = "crate::number")]
    squared: f64,
    #[serde(with = "crate::number")]
    absolute: f64,
}

impl Regression {
    /// No rows.
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts a row.
    pub fn add(&mut self, target: f64, prediction: f64) {
        if self.rows == 0 {
            self.origin = target;
        }
        let (x, error) = (target - self.origin, prediction - target);
        self.rows += 1;
        self.weight += 1.0;
        let before = x - self.mean;
        self.mean += before / self.weight;
        self.spread += before * (x - self.mean);
        self.squared += error * error;
        self.absolute += error.abs();
    }

    /// Multiplies the weight of every row so far.
    pub fn fade(&mut self, factor: f64) {
        self.weight *= factor;
        self.spread *= factor;
        self.squared *= factor;
        self.absolute *= factor;
    }

    /// How many rows there are, faded or not.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Mean squared error; NaN without rows. scikit-learn's `mean_squared_error`.
    pub fn mse(&self) -> f64 {
        self.squared / self.weight
    }

    /// The root of the mean squared error, in the target's unit; NaN without rows.
    pub fn rmse(&self) -> f64 {
        self.mse().sqrt()
    }

    /// Mean absolute error; NaN without rows. scikit-learn's `mean_absolute_error`.
    pub fn mae(&self) -> f64 {
        self.absolute / self.weight
    }

    /// The coefficient of determination: 1 less squared errors by the targets' squared differences from their mean.
    ///
    /// Wright, "Correlation and causation" (1921); scikit-learn's `r2_score`. 1 is perfect, 0 as good as the mean, below 0
    /// worse; of constant targets 1 where all are met, else 0. NaN of fewer than two rows.
    pub fn r2(&self) -> f64 {
        if self.rows < 2 {
            return f64::NAN;
        }
        match (self.spread == 0.0, self.squared == 0.0) {
            (true, true) => 1.0,
            (true, false) => 0.0,
            (false, _) => 1.0 - self.squared / self.spread,
        }
    }
}

impl Tally for Regression {
    /// A target and its prediction.
    type Row = (f64, f64);

    fn add(&mut self, (target, prediction): (f64, f64)) {
        Regression::add(self, target, prediction);
    }

    fn fade(&mut self, factor: f64) {
        Regression::fade(self, factor);
    }
}

impl FromIterator<(f64, f64)> for Regression {
    fn from_iter<I: IntoIterator<Item = (f64, f64)>>(rows: I) -> Self {
        let mut regression = Self::new();
        for (target, prediction) in rows {
            regression.add(target, prediction);
        }
        regression
    }
}

/// The median of the absolute errors of targets and predictions, the mean of the middle two of an even number; NaN without
/// rows, or where an error is.
///
/// Huber, "Robust statistics" (1981); scikit-learn's `median_absolute_error`.
pub fn median_absolute_error(rows: &[(f64, f64)]) -> f64 {
    let mut errors: Vec<f64> = rows
        .iter()
        .map(|(target, prediction)| (target - prediction).abs())
        .collect();
    errors.sort_by(f64::total_cmp);
    match (errors.len(), errors.last()) {
        (n, Some(last)) if !last.is_nan() => (errors[(n - 1) / 2] + errors[n / 2]) / 2.0,
        _ => f64::NAN,
    }
}

/// The largest absolute error of targets and predictions; NaN without rows, or where an error is.
///
/// scikit-learn's `max_error`.
pub fn max_error(rows: &[(f64, f64)]) -> f64 {
    let errors = rows
        .iter()
        .map(|(target, prediction)| (target - prediction).abs());
    errors.max_by(f64::total_cmp).unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nan_is_not_hidden() {
        let rows = [(1.0, 1.0), (f64::NAN, 2.0), (3.0, 1.0)];
        let online = Regression::from_iter(rows);
        assert!(online.mse().is_nan() && online.mae().is_nan() && online.r2().is_nan());
        assert!(median_absolute_error(&rows).is_nan() && max_error(&rows).is_nan());
        assert!(median_absolute_error(&[]).is_nan() && max_error(&[]).is_nan());
    }

    #[test]
    fn fades_as_weighted_means_do() {
        let rows = [(3.0, 2.0), (5.0, 5.5), (4.0, 1.0), (9.0, 8.0)];
        let mut faded = Regression::new();
        for (target, prediction) in rows {
            faded.fade(0.5);
            faded.add(target, prediction);
        }
        let weights = [0.125, 0.25, 0.5, 1.0];
        let mean = |of: &dyn Fn((f64, f64)) -> f64| {
            let sum: f64 = rows.iter().zip(weights).map(|(&row, w)| w * of(row)).sum();
            sum / 1.875
        };
        let target = mean(&|(target, _)| target);
        let mse = mean(&|(target, prediction)| (target - prediction) * (target - prediction));
        let spread = mean(&|(t, _)| (t - target) * (t - target));
        assert!((faded.mse() - mse).abs() < 1e-15);
        assert!((faded.r2() - (1.0 - mse / spread)).abs() < 1e-15);
    }
}
