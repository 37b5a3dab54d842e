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

mod window;

use serde::{Deserialize, Serialize};

use crate::Checkpoint;
use crate::error::{SpecError, check_setting};

pub use window::{Bucket, State};

/// What can be set; the defaults are River's.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "Adwin")
)]
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
#[derive(Clone, PartialEq, Debug)]
pub struct Adwin {
    spec: Spec,
    state: State,
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
        let state = State::default();
        Ok(Self { spec, state })
    }

    /// Goes on from a checkpoint, as if it had never stopped.
    ///
    /// # Errors
    ///
    /// When a setting is refused, or the buckets do not hold as many values as the window.
    pub fn resume(checkpoint: Checkpoint<Spec, State>) -> Result<Self, SpecError> {
        let Checkpoint { spec, state } = checkpoint;
        let held = state.held();
        let rule = "as many values as its buckets hold, the last row not empty";
        check_setting("width", rule, state.width as f64, held == Some(state.width))?;
        Ok(Self {
            state,
            ..Self::new(spec)?
        })
    }

    /// All that is needed to go on from here.
    pub fn checkpoint(&self) -> Checkpoint<Spec, State> {
        Checkpoint {
            spec: self.spec,
            state: self.state.clone(),
        }
    }

    /// What was set.
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// How many values are in the window.
    pub fn width(&self) -> u64 {
        self.state.width
    }

    /// The sum of the window's values.
    pub fn total(&self) -> f64 {
        self.state.total
    }

    /// The sum of the squared differences of the window's values from their mean.
    pub fn variance(&self) -> f64 {
        self.state.variance
    }

    /// The mean of the window's values; NaN while there are none.
    pub fn estimation(&self) -> f64 {
        self.state.total / self.state.width as f64
    }

    /// Takes a value and says whether there is a drift.
    pub fn update(&mut self, value: f64) -> bool {
        if !value.is_finite() {
            return false;
        }
        if self.state.drift {
            self.state = State::default();
        }
        self.state.insert(value, self.spec.max_buckets);
        self.state.values += 1;
        let due = self.state.values.is_multiple_of(self.spec.clock);
        if due && self.state.width > self.spec.grace_period {
            while self.parts_differ() {
                self.state.drift = true;
                self.state.drop_oldest();
            }
        }
        self.state.drift
    }

    /// Whether there is a cut at which the parts differ, from the oldest on.
    fn parts_differ(&self) -> bool {
        let window = &self.state;
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
        let width = self.state.width as f64;
        let l = libm::log(2.0 * libm::log(width) / delta);
        let m = 1.0 / (n0 - least + 1) as f64 + 1.0 / (n1 - least + 1) as f64;
        let variance = self.state.variance / width;
        (2.0 * m * variance * l).sqrt() + 2.0 / 3.0 * l * m
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

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
    fn goes_on_only_from_what_can_be_a_window() {
        let mut detector = Adwin::new(Spec::default()).unwrap();
        for i in 0..40 {
            detector.update(f64::from(i % 2));
        }
        let good = detector.checkpoint();
        assert_eq!(Adwin::resume(good.clone()).as_ref(), Ok(&detector));
        let refuse = |change: &dyn Fn(&mut State)| {
            let mut bad = good.clone();
            change(&mut bad.state);
            Adwin::resume(bad).unwrap_err().to_string()
        };
        let width = "width is as many values as its buckets hold, the last row not empty. Now: ";
        assert_eq!(refuse(&|state| state.width = 41), format!("{width}41."));
        assert_eq!(
            refuse(&|state| state.rows.push(VecDeque::new())),
            format!("{width}40.")
        );
        let row = || VecDeque::from([Bucket::default()]);
        assert!(refuse(&|state| state.rows.resize_with(99, row)).starts_with(width));
    }

    #[test]
    fn memory_grows_with_the_logarithm() {
        let mut detector = Adwin::new(Spec::default()).unwrap();
        (0..100_000).for_each(|i| assert!(!detector.update(f64::from(i % 2))));
        assert_eq!((detector.width(), detector.estimation()), (100_000, 0.5));
        assert!(detector.state.rows.len() <= 16);
        assert!(detector.state.rows.iter().all(|row| row.len() <= 5));
    }

    #[test]
    fn one_bucket_of_a_size_is_enough() {
        let mut detector = Adwin::new(Spec {
            max_buckets: 1,
            clock: 1,
            ..Spec::default()
        })
        .unwrap();
        let mut drifts = 0;
        for i in 0..2000 {
            drifts += u32::from(detector.update(f64::from(i / 64 % 2)));
            assert_eq!(detector.state.held(), Some(detector.width()));
        }
        assert!(drifts > 0);
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
