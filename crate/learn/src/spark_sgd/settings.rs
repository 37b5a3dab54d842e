//! Spark's streaming regressions as a lab file has them, and as a lab runs them.

use std::borrow::Cow;

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Intercept, Loss, Params, SparkSgd, Spec, classify};
use crate::error::{BadRow, SpecError};
use crate::linear::{Linear, LinearInitial};
use crate::models::{Cadence, Refused, Setting, Start};
use crate::online::{About, Answer, Online, OnlineLinear, Task};
use crate::{Checkpoint, Rows};

/// Parameters of a regression; what is left out is the engine's default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// How far the first step of a batch goes along the gradient; default 0.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_size: Option<f64>,
    /// The most steps in a batch; default 50.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iterations: Option<usize>,
    /// How much the weights of a logistic regression shrink, without effect on a linear one; default 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reg_param: Option<f64>,
    /// The share of a batch's rows that a step looks at, above 0, up to 1; default 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mini_batch_fraction: Option<f64>,
    /// A step that moves the weights by less than this share of their length is the batch's last; default 0.001.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub convergence_tol: Option<f64>,
    /// Whether there is an intercept; default false.
    #[serde(default, skip_serializing_if = "is_false")]
    pub intercept: bool,
    /// The model to start from: version 1; default zeros.
    #[serde(default, skip_serializing_if = "LinearInitial::is_default")]
    pub initial: LinearInitial,
}

/// Parameters of `StreamingLinearRegressionWithSGD`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(transparent)]
pub struct LinearSettings(pub Settings);

/// Parameters of `StreamingLogisticRegressionWithSGD`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(transparent)]
pub struct LogisticSettings(pub Settings);

impl Start for LinearSettings {
    fn start(&self, setting: Setting) -> Result<Box<dyn Online>, Refused> {
        self.0.start(Loss::Squared, setting)
    }

    fn cadence(&self) -> Cadence {
        Cadence::Ms(10_000)
    }
}

impl Start for LogisticSettings {
    fn start(&self, setting: Setting) -> Result<Box<dyn Online>, Refused> {
        self.0.start(Loss::Logistic, setting)
    }

    fn cadence(&self) -> Cadence {
        Cadence::Ms(10_000)
    }
}

impl Settings {
    fn start(&self, loss: Loss, setting: Setting) -> Result<Box<dyn Online>, Refused> {
        let mut spec = Spec::defaults(loss, setting.dim);
        spec.step_size = self.step_size.unwrap_or(spec.step_size);
        spec.iterations = self.iterations.unwrap_or(spec.iterations);
        spec.reg_param = self.reg_param.unwrap_or(spec.reg_param);
        let fraction = self.mini_batch_fraction;
        spec.mini_batch_fraction = fraction.unwrap_or(spec.mini_batch_fraction);
        spec.convergence_tol = self.convergence_tol.unwrap_or(spec.convergence_tol);
        spec.intercept = match (self.intercept, setting.engine_defects) {
            (false, _) => Intercept::Off,
            (true, true) => Intercept::Restarts,
            (true, false) => Intercept::Continues,
        };
        let params = Params::new(spec).map_err(|e| Refused::new("", e))?;
        let initial = self.initial.model(setting.dim);
        let mut model = SparkSgd::new(params, initial).map_err(|e| Refused::new("initial", e))?;
        self.initial.resume(&mut model)?;
        Ok(Box::new(model))
    }
}

impl OnlineLinear for SparkSgd {
    type State = Linear;

    fn what(&self) -> About {
        let spec = self.params.spec;
        About {
            engine: "Spark",
            algorithm: match spec.loss {
                Loss::Squared => "StreamingLinearRegressionWithSGD",
                Loss::Logistic => "StreamingLogisticRegressionWithSGD",
            },
            parameters: parameters(&spec),
            distance: "",
            defects: match spec.intercept {
                Intercept::Restarts => vec![RESTARTS],
                Intercept::Off | Intercept::Continues => Vec::new(),
            },
        }
    }

    fn answers_with(&self) -> Task {
        match self.params.spec.loss {
            Loss::Squared => Task::Regression,
            Loss::Logistic => Task::Classification,
        }
    }

    fn newest(&self) -> Cow<'_, Linear> {
        Cow::Borrowed(&self.model)
    }

    fn say(&self, model: &Linear, row: &[f64]) -> Answer {
        match self.params.spec.loss {
            Loss::Squared => Answer::Number(model.predict(row)),
            Loss::Logistic => Answer::Class(classify(model, row)),
        }
    }

    fn check(&self, row: &[f64], target: Option<f64>) -> Result<(), BadRow> {
        // Without a target, any class will do.
        self.params.check_row(row, target.unwrap_or(0.0))
    }

    fn learn(&mut self, rows: Rows<'_>, targets: &[f64]) {
        self.partial_fit(rows, targets);
    }

    fn started_from(&self, model: &Linear) -> Result<Self, SpecError> {
        Self::new(self.params, model.clone())
    }

    fn to_state(&self) -> Linear {
        self.model.clone()
    }

    fn resumed_from(&self, state: Linear) -> Result<Self, SpecError> {
        let spec = self.params.spec;
        Self::resume(Checkpoint { spec, state })
    }
}

/// The engine's defect that an intercept meets.
const RESTARTS: &str =
    "The intercept starts from 1 in every batch and forgets what it had learned, as in Spark.";

fn parameters(spec: &Spec) -> Vec<String> {
    let mut parameters = vec![
        format!("step {}", spec.step_size),
        format!("iterations {}", spec.iterations),
    ];
    if spec.reg_param != 0.0 {
        parameters.push(format!("reg {}", spec.reg_param));
    }
    if spec.mini_batch_fraction != 1.0 {
        parameters.push(format!("fraction {}", spec.mini_batch_fraction));
    }
    if spec.intercept != Intercept::Off {
        parameters.push("intercept".to_owned());
    }
    parameters
}

fn is_false(is: &bool) -> bool {
    !is
}
