//! ADWIN: a window over the last values that shrinks where its two parts differ.
//!
//! Bifet and Gavaldà, "Learning from time-changing data with adaptive windowing" (2007), as River 0.26 has it. The window is
//! kept as buckets of 1, 2, 4, .. values, each with its total and its variance (the sum of squared differences from the
//! mean); memory grows with the logarithm of the window. Every `clock` values, where the window is longer than
//! `grace_period`, it is cut between buckets into an older part of `n0` and a newer one of `n1` values; with
//! `L = ln(2*ln(width)/delta)` and `m = 1/(n0 - min + 1) + 1/(n1 - min + 1)` the parts differ where
//!
//! ```text
//! |mean0 - mean1| > sqrt(2*m*L*variance/width) + 2/3*m*L
//! ```
//!
//! Then there is a drift and the oldest bucket goes, and again while parts differ. The next value after a drift starts an
//! empty window.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::error::{SpecError, check_setting};

/// What can be set; the defaults are River's.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Spec {
    /// How ready it is to see a drift, above 0.
    pub delta: f64,
    /// After how many values it looks for one.
    pub clock: u64,
    /// More buckets of a size than these become one of the next size.
    pub max_buckets: usize,
    /// The least values in each part.
    pub min_window_length: u64,
    /// A window has to be longer than this.
    pub grace_period: u64,
}

impl Default for Spec {
    fn default() -> Self {
        Self {
            delta: 0.002,
            clock: 32,
            max_buckets: 5,
            min_window_length: 5,
            grace_period: 10,
        }
    }
}

/// A detector by adaptive windowing.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adwin {
    spec: Spec,
    window: Window,
}

/// The window since the last drift.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Window {
    /// Values since the last drift, those that left included.
    values: u64,
    width: u64,
    total: f64,
    variance: f64,
    /// Row `i` holds buckets of `2^i` values, oldest first.
    rows: Vec<VecDeque<Bucket>>,
    /// Whether the last value was a drift: the next one starts over.
    drift: bool,
}

#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bucket {
    total: f64,
    variance: f64,
}

impl Adwin {
    /// Starts without values.
    ///
    /// # Errors
    ///
    /// When `delta` is not a number above 0, or `clock`, `max_buckets` or `min_window_length` is 0.
    pub fn new(spec: Spec) -> Result<Self, SpecError> {
        let delta = spec.delta;
        let ready = delta > 0.0 && delta.is_finite();
        check_setting("delta", "a number above 0", delta, ready)?;
        for (name, count) in [
            ("clock", spec.clock),
            ("max_buckets", spec.max_buckets as u64),
            ("min_window_length", spec.min_window_length),
        ] {
            check_setting(name, "1 or more", count as f64, count > 0)?;
        }
        let window = Window::default();
        Ok(Self { spec, window })
    }

    /// What was set.
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// How many values are in the window.
    pub fn width(&self) -> u64 {
        self.window.width
    }

    /// The sum of the window's values.
    pub fn total(&self) -> f64 {
        self.window.total
    }

    /// The sum of the squared differences of the window's values from their mean.
    pub fn variance(&self) -> f64 {
        self.window.variance
    }

    /// The mean of the window's values; NaN while there are none.
    pub fn estimation(&self) -> f64 {
        self.window.total / self.window.width as f64
    }

    /// Takes a value and says whether there is a drift.
    pub fn update(&mut self, value: f64) -> bool {
        if !value.is_finite() {
            return false;
        }
        if self.window.drift {
            self.window = Window::default();
        }
        self.window.insert(value, self.spec.max_buckets);
        self.window.values += 1;
        let due = self.window.values.is_multiple_of(self.spec.clock);
        if due && self.window.width > self.spec.grace_period {
            while self.parts_differ() {
                self.window.drift = true;
                self.window.drop_oldest();
            }
        }
        self.window.drift
    }

    /// Whether there is a cut at which the parts differ, from the oldest on.
    fn parts_differ(&self) -> bool {
        let window = &self.window;
        let (mut n0, mut total0) = (0, 0.0);
        for (size, bucket) in window.oldest_first() {
            n0 += size;
            total0 += bucket.total;
            let (n1, total1) = (window.width - n0, window.total - total0);
            let least = self.spec.min_window_length;
            if n0 >= least && n1 >= least {
                let difference = total0 / n0 as f64 - total1 / n1 as f64;
                if difference.abs() > self.bound(n0, n1) {
                    return true;
                }
            }
        }
        false
    }

    /// How far the means of two parts may be apart by chance.
    fn bound(&self, n0: u64, n1: u64) -> f64 {
        let Spec {
            delta,
            min_window_length: least,
            ..
        } = self.spec;
        let width = self.window.width as f64;
        let l = libm::log(2.0 * libm::log(width) / delta);
        let m = 1.0 / (n0 - least + 1) as f64 + 1.0 / (n1 - least + 1) as f64;
        let variance = self.window.variance / width;
        (2.0 * m * variance * l).sqrt() + 2.0 / 3.0 * l * m
    }
}

impl Window {
    fn insert(&mut self, value: f64, max_buckets: usize) {
        self.width += 1;
        if self.width > 1 {
            let before = (self.width - 1) as f64;
            let off = value - self.total / before;
            self.variance += before * off * off / self.width as f64;
        }
        self.total += value;
        let mut bucket = Bucket {
            total: value,
            variance: 0.0,
        };
        for i in 0.. {
            if i == self.rows.len() {
                self.rows.push(VecDeque::new());
            }
            let row = &mut self.rows[i];
            row.push_back(bucket);
            if row.len() <= max_buckets {
                return;
            }
            let (Some(older), Some(newer)) = (row.pop_front(), row.pop_front()) else {
                return;
            };
            bucket = older.joined(newer, size(i) as f64);
        }
    }

    fn drop_oldest(&mut self) {
        let Some((last, row)) = self.rows.iter_mut().enumerate().next_back() else {
            return;
        };
        let Some(bucket) = row.pop_front() else {
            return;
        };
        if row.is_empty() {
            self.rows.pop();
        }
        self.width -= size(last);
        self.total -= bucket.total;
        let (n, rest) = (size(last) as f64, self.width as f64);
        let apart = bucket.total / n - self.total / rest;
        self.variance -= bucket.variance + n * rest * apart * apart / (n + rest);
    }

    fn oldest_first(&self) -> impl Iterator<Item = (u64, &Bucket)> {
        let rows = self.rows.iter().enumerate().rev();
        rows.flat_map(|(i, row)| row.iter().map(move |bucket| (size(i), bucket)))
    }
}

impl Bucket {
    /// Two buckets of so many values as one.
    fn joined(self, newer: Bucket, size: f64) -> Bucket {
        let apart = self.total / size - newer.total / size;
        Bucket {
            total: self.total + newer.total,
            variance: self.variance + newer.variance + size * size * apart * apart / (size + size),
        }
    }
}

/// How many values a bucket of a row holds.
fn size(row: usize) -> u64 {
    1 << row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_it_cannot_take() {
        let refuse = |spec| Adwin::new(spec).unwrap_err().to_string();
        let spec = Spec::default();
        let (delta, clock) = (0.0, 0);
        assert_eq!(
            refuse(Spec { delta, ..spec }),
            "delta is a number above 0. Now: 0."
        );
        assert_eq!(
            refuse(Spec { clock, ..spec }),
            "clock is 1 or more. Now: 0."
        );
    }

    #[test]
    fn memory_grows_with_the_logarithm() {
        let mut detector = Adwin::new(Spec::default()).unwrap();
        (0..100_000).for_each(|i| assert!(!detector.update(f64::from(i % 2))));
        assert_eq!((detector.width(), detector.estimation()), (100_000, 0.5));
        assert!(detector.window.rows.len() <= 16);
        assert!(detector.window.rows.iter().all(|row| row.len() <= 5));
    }

    #[test]
    fn passes_over_what_is_not_finite() {
        let mut detector = Adwin::new(Spec::default()).unwrap();
        detector.update(1.0);
        let before = detector.clone();
        assert!(!detector.update(f64::NAN) && !detector.update(f64::NEG_INFINITY));
        assert_eq!(detector, before);
        assert!(Adwin::new(Spec::default()).unwrap().estimation().is_nan());
    }
}
