//! Recursive least squares as a lab file has it, and as a lab runs it.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Params, Rls, Spec};
use crate::linear::LinearInitial;
use crate::models::{Refused, Setting, Start};
use crate::online::{
    About, Answer, Fitted, Numbers, Online, Task, linear_move, linear_of_not_finite, mean_loss,
};
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

impl Online for Rls {
    fn about(&self) -> About {
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

    fn task(&self) -> Task {
        Task::Regression
    }

    fn numbers(&self) -> Numbers {
        Numbers::Linear(self.model.clone())
    }

    fn check_row(&self, row: &[f64], _: Option<f64>) -> Result<(), String> {
        crate::error::check_width(row, self.params.spec.dim).map_err(|e| e.to_string())
    }

    fn of_not_finite(&self, _: f64, learns: bool) -> &'static str {
        linear_of_not_finite(learns)
    }

    fn partial_fit(&mut self, rows: Rows<'_>, targets: &[f64]) -> Fitted {
        let before = self.model.clone();
        let loss_before = mean_loss(rows, targets, |row| Answer::Number(before.predict(row)));
        Rls::partial_fit(self, rows, targets);
        let after = self.model.clone();
        Fitted {
            rows: rows.len(),
            counts: Vec::new(),
            shift: linear_move(&before, &after),
            loss_before,
            loss_after: mean_loss(rows, targets, |row| Answer::Number(after.predict(row))),
            split: None,
        }
    }

    fn predict(&mut self, row: &[f64]) -> Answer {
        Answer::Number(Rls::predict(self, row))
    }

    fn answer(&self, numbers: &Numbers, row: &[f64]) -> Answer {
        match numbers.linear() {
            Some(model) => Answer::Number(model.predict(row)),
            None => Answer::Number(self.model.predict(row)),
        }
    }

    fn fade(&mut self, _: u64) -> Option<bool> {
        Some(false)
    }

    fn start_from(&mut self, numbers: &Numbers) -> Result<(), String> {
        let Some(model) = numbers.linear() else {
            return Err("are no coefficients".to_owned());
        };
        *self = Self::new(self.params, model).map_err(|e| e.to_string())?;
        Ok(())
    }

    fn state(&self) -> Value {
        // Numbers always have a form in JSON; null, which is refused, stands in for what cannot happen.
        serde_json::to_value(self.checkpoint().state).unwrap_or_default()
    }

    fn set_state(&mut self, state: Value) -> Result<(), String> {
        let state = serde_json::from_value(state).map_err(|e| e.to_string())?;
        let spec = self.params.spec;
        *self = Self::resume(Checkpoint { spec, state }).map_err(|e| e.to_string())?;
        Ok(())
    }

    fn boxed(&self) -> Box<dyn Online> {
        Box::new(self.clone())
    }
}
