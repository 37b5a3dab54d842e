//! Gradient descent as a lab file has it, and as a lab runs it.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Params, Sgd, Spec};
use crate::linear::LinearInitial;
use crate::models::{Refused, Setting, Start};
use crate::online::{
    About, Answer, Fitted, Numbers, Online, Task, linear_move, linear_of_not_finite, mean_loss,
};
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

impl Online for Sgd {
    fn about(&self) -> About {
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
        Sgd::partial_fit(self, rows, targets);
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
        Answer::Number(Sgd::predict(self, row))
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
        *self = Self::new(self.params, model.clone()).map_err(|e| e.to_string())?;
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
