//! Page-Hinkley: sums of differences from the mean so far.
//!
//! Page, "Continuous inspection schemes" (1954), and Hinkley (1971), both ways and with forgetting, as River 0.26 has it. With
//! the mean `m` of all values `x` since the last drift:
//!
//! ```text
//! up   = alpha*up   + (x - m) - delta        least    = min(least, up)
//! down = alpha*down + (x - m) + delta        greatest = max(greatest, down)
//! ```
//!
//! `up - least` above the threshold is a rise, `greatest - down` a fall.

use serde::{Deserialize, Serialize};

use crate::Checkpoint;
use crate::error::{SpecError, check_setting};

/// Which changes are drifts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Rises.
    Up,
    /// Falls.
    Down,
    /// Both.
    Both,
}

/// What can be set; the defaults are River's.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "PageHinkley")
)]
#[serde(default, deny_unknown_fields)]
pub struct Spec {
    /// Values after which there can be a drift, the one that makes it included.
    pub min_instances: u64,
    /// Differences that do not count.
    pub delta: f64,
    /// What a sum has to come above.
    pub threshold: f64,
    /// What is left of a sum after a value, 0 to 1.
    pub alpha: f64,
    /// Which changes are drifts.
    pub mode: Mode,
}

impl Default for Spec {
    fn default() -> Self {
        Self {
            min_instances: 30,
            delta: 0.005,
            threshold: 50.0,
            alpha: 0.9999,
            mode: Mode::Both,
        }
    }
}

/// A detector by Page and Hinkley.
#[derive(Clone, PartialEq, Debug)]
pub struct PageHinkley {
    spec: Spec,
    state: State,
}

/// What is known since the last drift: all that a detector goes on with.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// Values so far.
    pub values: u64,
    /// Their mean.
    #[serde(with = "crate::number")]
    pub mean: f64,
    /// The sum that looks for rises.
    #[serde(with = "crate::number")]
    pub up: f64,
    /// The sum that looks for falls.
    #[serde(with = "crate::number")]
    pub down: f64,
    /// The least that `up` was.
    #[serde(with = "crate::number")]
    pub least: f64,
    /// The greatest that `down` was.
    #[serde(with = "crate::number")]
    pub greatest: f64,
    /// Whether the last value was a drift: the next one starts over.
    pub drift: bool,
}

impl PageHinkley {
    /// Starts without values.
    ///
    /// # Errors
    ///
    /// When a number is not finite, `threshold` not above 0, or `alpha` not 0 to 1.
    pub fn new(spec: Spec) -> Result<Self, SpecError> {
        let Spec {
            delta,
            threshold,
            alpha,
            ..
        } = spec;
        check_setting("delta", "finite", delta, delta.is_finite())?;
        let reachable = threshold > 0.0 && threshold.is_finite();
        check_setting("threshold", "a number above 0", threshold, reachable)?;
        check_setting("alpha", "0 to 1", alpha, (0.0..=1.0).contains(&alpha))?;
        let state = State::default();
        Ok(Self { spec, state })
    }

    /// Goes on from a checkpoint, as if it had never stopped.
    ///
    /// # Errors
    ///
    /// When a setting is refused.
    pub fn resume(checkpoint: Checkpoint<Spec, State>) -> Result<Self, SpecError> {
        let Checkpoint { spec, state } = checkpoint;
        Ok(Self {
            state,
            ..Self::new(spec)?
        })
    }

    /// All that is needed to go on from here.
    pub fn checkpoint(&self) -> Checkpoint<Spec, State> {
        Checkpoint {
            spec: self.spec,
            state: self.state,
        }
    }

    /// What was set.
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// What is known since the last drift.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Takes a value and says whether there is a drift.
    pub fn update(&mut self, value: f64) -> bool {
        if !value.is_finite() {
            return false;
        }
        if self.state.drift {
            self.state = State::default();
        }
        let Spec {
            delta,
            alpha,
            threshold,
            ..
        } = self.spec;
        let state = &mut self.state;
        state.values += 1;
        state.mean += (value - state.mean) / state.values as f64;
        let off = value - state.mean;
        state.up = alpha * state.up + off - delta;
        state.down = alpha * state.down + off + delta;
        if state.values == 1 || state.up < state.least {
            state.least = state.up;
        }
        if state.values == 1 || state.down > state.greatest {
            state.greatest = state.down;
        }
        let rose = state.up - state.least > threshold;
        let fell = state.greatest - state.down > threshold;
        let changed = match self.spec.mode {
            Mode::Up => rose,
            Mode::Down => fell,
            Mode::Both => rose || fell,
        };
        state.drift = changed && state.values >= self.spec.min_instances;
        state.drift
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_it_cannot_take() {
        let refuse = |spec| PageHinkley::new(spec).unwrap_err().to_string();
        let spec = Spec::default();
        let alpha = 1.1;
        assert_eq!(refuse(Spec { alpha, ..spec }), "alpha is 0 to 1. Now: 1.1.");
        let threshold = 0.0;
        assert_eq!(
            refuse(Spec { threshold, ..spec }),
            "threshold is a number above 0. Now: 0."
        );
    }

    #[test]
    fn passes_over_what_is_not_finite() {
        let mut detector = PageHinkley::new(Spec::default()).unwrap();
        detector.update(1.0);
        let before = detector.clone();
        assert!(!detector.update(f64::NAN) && !detector.update(f64::INFINITY));
        assert_eq!(detector, before);
    }
}
