//! The line of a version over one feature, with the other features at given values.

use lab::snapshot::Coefficients;

use crate::page::numbers;

/// At most so many earlier versions are drawn.
const EARLIER_MOST: usize = 5;

/// A straight line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// By how much it rises for each 1 of the feature.
    pub slope: f64,
    /// Its height where the feature is 0.
    pub base: f64,
}

impl Line {
    /// The line of a model over feature `x`, with the others at the values of `slice`.
    pub fn of(coefficients: &[f64], intercept: f64, slice: &[f64], x: usize) -> Line {
        let others = coefficients.iter().zip(slice).enumerate();
        Line {
            slope: coefficients.get(x).copied().unwrap_or(0.0),
            base: others
                .filter(|(i, _)| *i != x)
                .fold(intercept, |sum, (_, (of, at))| sum + of * at),
        }
    }

    /// Its height at a value of the feature.
    pub fn at(&self, x: f64) -> f64 {
        self.base + self.slope * x
    }
}

/// The earlier versions to draw, oldest first: the first that learned and then twice as far each time, because early
/// versions move most.
pub fn earlier(history: &[Coefficients]) -> Vec<&Coefficients> {
    let before = history.len().saturating_sub(1);
    std::iter::successors(Some(1_usize), |i| Some(i * 2))
        .take_while(|i| *i < before)
        .take(EARLIER_MOST)
        .filter_map(|i| history.get(i))
        .collect()
}

/// The step of a feature for which a coefficient is told, so that it is a number of few digits: 1, 10, 1,000 ...
pub fn unit((least, largest): (f64, f64)) -> f64 {
    let span = largest - least;
    if !span.is_finite() || span <= 0.0 {
        return 1.0;
    }
    let power = |value: f64| libm::pow(10.0, libm::floor(libm::log10(value)));
    if span >= 1.0 {
        power(span / 50.0).max(1.0)
    } else {
        power(span)
    }
}

/// "1,000", "0.01"
pub fn unit_text(unit: f64) -> String {
    numbers::significant(unit, 1)
}

/// "+2.99 per 1,000 of income"
pub fn slope_text(slope: f64, range: (f64, f64), feature: &str) -> String {
    let unit = unit(range);
    let value = slope * unit;
    let value = numbers::signed(value, numbers::decimals_of(value, 3));
    format!("{value} per {} of {feature}", unit_text(unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_on_the_plane_is_on_the_line() {
        // y = 20 + 2.5 a + 0.003 b: the row (40, 80,000), with a at its mean of 45.
        let (coefficients, intercept, slice) = ([2.5, 0.003], 20.0, [45.0, 70_000.0]);
        let line = Line::of(&coefficients, intercept, &slice, 1);
        let actual = intercept + 2.5 * 40.0 + 0.003 * 80_000.0;
        let adjusted = actual - 2.5 * (40.0 - 45.0);
        assert!((line.at(80_000.0) - adjusted).abs() < 1e-9);
        assert_eq!(line.slope, 0.003);
    }

    #[test]
    fn earlier_versions_are_the_first_ones_that_learned() {
        let history = |n: u64| -> Vec<Coefficients> {
            let version = |version| Coefficients {
                version,
                ..Coefficients::default()
            };
            (1..=n).map(version).collect()
        };
        let drawn = |n| -> Vec<u64> {
            let history = history(n);
            earlier(&history).iter().map(|of| of.version).collect()
        };
        assert!(drawn(0).is_empty());
        assert!(drawn(2).is_empty());
        assert_eq!(drawn(3), [2]);
        assert_eq!(drawn(33), [2, 3, 5, 9, 17]);
    }

    #[test]
    fn coefficients_are_told_for_a_step_of_few_digits() {
        let text = |slope, span| slope_text(slope, (0.0, span), "income");
        assert_eq!(text(0.002_991, 100_000.0), "+2.99 per 1,000 of income");
        assert_eq!(text(-2.5, 50.0), "\u{2212}2.50 per 1 of income");
        assert_eq!(text(120.0, 0.05), "+1.20 per 0.01 of income");
        assert_eq!(text(0.0, 50.0), "0 per 1 of income");
        assert_eq!(unit((f64::INFINITY, f64::NEG_INFINITY)), 1.0);
    }
}
