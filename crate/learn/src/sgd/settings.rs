//! Gradient descent as a lab file has it, and as a lab runs it.

use std::borrow::Cow;

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Params, Sgd, Spec};
use crate::error::{BadRow, SpecError};
use crate::linear::{Linear, LinearInitial};
use crate::models::{Refused, Setting, Start};
use crate::online::{About, Answer, Online, OnlineLinear, Task};
use crate::{Checkpoint, Rows};

/// Parameters of gradient descent; what is left out is scikit-learn's default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// How far a step goes along the gradient; default 0.01.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_size: Option<f64>,
    /// How strongly the coefficients are drawn to 0; default 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reg_param: Option<f64>,
    /// The model to start from: version 1; default zeros.
    #[serde(default, skip_serializing_if = "LinearInitial::is_default")]
    pub initial: LinearInitial,
}

impl Start for Settings {
    fn start(&self, setting: Setting) -> Result<Box<dyn Online>, Refused> {
        let mut spec = Spec::defaults(setting.dim);
        spec.step_size = self.step_size.unwrap_or(spec.step_size);
        spec.reg_param = self.reg_param.unwrap_or(spec.reg_param);
        let params = Params::new(spec).map_err(|e| Refused::new("", e))?;
        let initial = self.initial.model(setting.dim);
        let mut model = Sgd::new(params, initial).map_err(|e| Refused::new("initial", e))?;
        self.initial.resume(&mut model)?;
        Ok(Box::new(model))
    }
}

impl OnlineLinear for Sgd {
    type State = Linear;

    fn what(&self) -> About {
        let spec = self.params.spec;
        About {
            engine: "",
            algorithm: "gradient descent",
            parameters: vec![
                format!("step {}", spec.step_size),
                format!("ridge {}", spec.reg_param),
            ],
            distance: "",
            defects: Vec::new(),
        }
    }

    fn answers_with(&self) -> Task {
        Task::Regression
    }

    fn newest(&self) -> Cow<'_, Linear> {
        Cow::Borrowed(&self.model)
    }

    fn say(&self, model: &Linear, row: &[f64]) -> Answer {
        Answer::Number(model.predict(row))
    }

    fn check(&self, row: &[f64], _: Option<f64>) -> Result<(), BadRow> {
        crate::error::check_width(row, self.params.spec.dim)
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
