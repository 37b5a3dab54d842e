//! Flink's online logistic regression as a lab file has it, and as a lab runs it.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{FlinkLogistic, Params, Spec, classify};
use crate::linear::{Linear, LinearInitial};
use crate::models::{Refused, Setting, Start};
use crate::online::{
    About, Answer, Fitted, Numbers, Online, Task, class_counts, linear_move, linear_of_not_finite,
    mean_loss,
};
use crate::{Checkpoint, Rows};

/// Parameters of `OnlineLogisticRegression`; what is left out is the engine's default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// How fast the coefficients move; default 0.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alpha: Option<f64>,
    /// How much slower they move at the beginning; default 0.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beta: Option<f64>,
    /// How strongly the coefficients are drawn to 0; default 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reg: Option<f64>,
    /// The share of `reg` that makes coefficients exactly 0; default 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elastic_net: Option<f64>,
    /// The model to start from: version 1; default zeros.
    #[serde(default, skip_serializing_if = "LinearInitial::is_default")]
    pub initial: LinearInitial,
}

impl Start for Settings {
    fn start(&self, setting: Setting) -> Result<Box<dyn Online>, Refused> {
        let mut spec = Spec::defaults(setting.dim);
        spec.alpha = self.alpha.unwrap_or(spec.alpha);
        spec.beta = self.beta.unwrap_or(spec.beta);
        spec.reg = self.reg.unwrap_or(spec.reg);
        spec.elastic_net = self.elastic_net.unwrap_or(spec.elastic_net);
        let params = Params::new(spec).map_err(|e| Refused::new("", e))?;
        if self.initial.intercept.is_some() {
            return Err(Refused::new(
                "initial.intercept",
                "is there; Flink's model has none",
            ));
        }
        let initial = self.initial.model(setting.dim).coefficients;
        let model = FlinkLogistic::new(params, &initial).map_err(|e| Refused::new("initial", e))?;
        let engine_defects = setting.engine_defects;
        let mut model = OnlineFlinkLogistic {
            model,
            engine_defects,
        };
        self.initial.resume(&mut model)?;
        Ok(Box::new(model))
    }
}

/// The regression, and how it predicts.
#[derive(Clone, Debug)]
struct OnlineFlinkLogistic {
    model: FlinkLogistic,
    /// Whether it goes on predicting with its first coefficients, as the engine does.
    engine_defects: bool,
}

impl OnlineFlinkLogistic {
    fn linear(&self) -> Linear {
        Linear {
            coefficients: self.model.coefficients().to_vec(),
            intercept: 0.0,
        }
    }
}

impl Online for OnlineFlinkLogistic {
    fn about(&self) -> About {
        let spec = *self.model.params().spec();
        About {
            engine: "Flink",
            algorithm: "OnlineLogisticRegression",
            parameters: vec![
                format!("alpha {}", spec.alpha),
                format!("beta {}", spec.beta),
                format!("reg {}", spec.reg),
                format!("elastic net {}", spec.elastic_net),
            ],
            distance: "",
            defects: match self.engine_defects {
                true => vec![FIRST_USED],
                false => Vec::new(),
            },
        }
    }

    fn task(&self) -> Task {
        Task::Classification
    }

    fn numbers(&self) -> Numbers {
        Numbers::Linear(self.linear())
    }

    fn check_row(&self, row: &[f64], _: Option<f64>) -> Result<(), String> {
        self.model
            .params()
            .check_row(row)
            .map_err(|e| e.to_string())
    }

    fn of_not_finite(&self, _: f64, learns: bool) -> &'static str {
        linear_of_not_finite(learns)
    }

    fn partial_fit(&mut self, rows: Rows<'_>, targets: &[f64]) -> Fitted {
        let before = self.linear();
        let loss_before = mean_loss(rows, targets, |row| {
            Answer::Class(classify(&before.coefficients, row))
        });
        self.model.partial_fit(rows, targets);
        let after = self.linear();
        Fitted {
            rows: rows.len(),
            counts: class_counts(targets),
            shift: linear_move(&before, &after),
            loss_before,
            loss_after: mean_loss(rows, targets, |row| {
                Answer::Class(classify(&after.coefficients, row))
            }),
            split: None,
        }
    }

    fn predict(&mut self, row: &[f64]) -> Answer {
        Answer::Class(match self.engine_defects {
            true => self.model.predict_as_engine(row),
            false => self.model.predict(row),
        })
    }

    fn answer(&self, numbers: &Numbers, row: &[f64]) -> Answer {
        match numbers.linear() {
            Some(model) => Answer::Class(classify(&model.coefficients, row)),
            None => Answer::Class(self.model.predict(row)),
        }
    }

    fn fade(&mut self, _: u64) -> Option<bool> {
        Some(false)
    }

    fn start_from(&mut self, numbers: &Numbers) -> Result<(), String> {
        let Some(model) = numbers.linear() else {
            return Err("are no coefficients".to_owned());
        };
        if model.intercept != 0.0 {
            return Err("have an intercept; Flink's model has none".to_owned());
        }
        let (params, coefficients) = (*self.model.params(), &model.coefficients);
        self.model = FlinkLogistic::new(params, coefficients).map_err(|e| e.to_string())?;
        Ok(())
    }

    fn state(&self) -> Value {
        // Numbers always have a form in JSON; null, which is refused, stands in for what cannot happen.
        serde_json::to_value(self.model.state()).unwrap_or_default()
    }

    fn set_state(&mut self, state: Value) -> Result<(), String> {
        let state = serde_json::from_value(state).map_err(|e| e.to_string())?;
        let spec = *self.model.params().spec();
        let resumed = FlinkLogistic::resume(Checkpoint { spec, state });
        self.model = resumed.map_err(|e| e.to_string())?;
        Ok(())
    }

    fn boxed(&self) -> Box<dyn Online> {
        Box::new(self.clone())
    }

    fn answers_at_once(&self) -> bool {
        false
    }

    fn engine_version(&self, version: u64) -> Option<u64> {
        // The initial model is not one of the engine's versions.
        version.checked_sub(1).filter(|version| *version > 0)
    }
}

/// The engine's defect (2.3.0, FLINK-36653).
const FIRST_USED: &str = "Every prediction is made with the coefficients of the first one, as in Flink ML 2.3.0 (FLINK-36653); \
     only the version's number moves on.";
