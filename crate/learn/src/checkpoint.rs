//! Settings and state of a model, to go on from later.

use serde::{Deserialize, Serialize};

/// All that a model needs to go on as if it had never stopped, bit for bit; each model has its own kind.
///
/// A number that is not finite is "NaN", "inf" or "-inf" in JSON; all others read back as the same double, if the JSON
/// library reads doubles exactly (serde_json with `float_roundtrip`). What is read is checked when a model is restored.
///
/// ```
/// use eddy_learn::sgd::{Params, Sgd, Spec};
/// use eddy_learn::{Linear, Rows};
///
/// let mut regression = Sgd::new(Params::new(Spec::defaults(1))?, Linear::zeros(1))?;
/// regression.partial_fit(Rows::new(&[2.0], 1)?, &[4.0]);
/// let json = serde_json::to_string(&regression.checkpoint())?;
/// assert_eq!(
///     json,
///     r#"{"spec":{"dim":1,"step_size":0.01,"reg_param":0.0},"state":{"coefficients":[0.08],"intercept":0.04}}"#
/// );
/// let resumed = Sgd::resume(serde_json::from_str(&json)?)?;
/// assert_eq!(resumed.model(), regression.model());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint<Spec, State> {
    /// What was asked for.
    pub spec: Spec,
    /// What has been learned.
    pub state: State,
}
