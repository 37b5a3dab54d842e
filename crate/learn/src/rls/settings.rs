//! Recursive least squares as a lab file has it, and as a lab runs it.

use std::borrow::Cow;

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Params, Rls, Spec, State};
use crate::error::{BadRow, SpecError};
use crate::linear::{Linear, LinearInitial};
use crate::models::{Refused, Setting, Start};
use crate::online::{About, Answer, Online, OnlineLinear, Task};
use crate::{Checkpoint, Rows};

/// Parameters of recursive least squares.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// What is left of a row's weight after the next one, above 0, up to 1; default 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forgetting: Option<f64>,
    /// How strongly the model is drawn to the initial one; default 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ridge: Option<f64>,
    /// The model to start from: version 1; default zeros.
    #[serde(default, skip_serializing_if = "LinearInitial::is_default")]
    pub initial: LinearInitial,
}

impl Start for Settings {
    fn start(&self, setting: Setting) -> Result<Box<dyn Online>, Refused> {
        let mut spec = Spec::defaults(setting.dim);
        spec.forgetting = self.forgetting.unwrap_or(spec.forgetting);
        spec.ridge = self.ridge.unwrap_or(spec.ridge);
        let params = Params::new(spec).map_err(|e| Refused::new("", e))?;
        let initial = self.initial.model(setting.dim);
        let mut model = Rls::new(params, &initial).map_err(|e| Refused::new("initial", e))?;
        self.initial.resume(&mut model)?;
        Ok(Box::new(model))
    }
}

impl OnlineLinear for Rls {
    type State = State;

    fn what(&self) -> About {
        let spec = self.params.spec;
        About {
            engine: "",
            algorithm: "recursive least squares",
            parameters: vec![
                format!("forgetting {}", spec.forgetting),
                format!("ridge {}", spec.ridge),
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
        Self::new(self.params, model)
    }

    fn to_state(&self) -> State {
        self.state.clone()
    }

    fn resumed_from(&self, state: State) -> Result<Self, SpecError> {
        let spec = self.params.spec;
        Self::resume(Checkpoint { spec, state })
    }

    // It goes on with how sure it is of each coefficient too.
    fn is_newest_alone(&self) -> bool {
        false
    }
}
