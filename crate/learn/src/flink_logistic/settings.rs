//! Flink's online logistic regression as a lab file has it, and as a lab runs it.

use std::borrow::Cow;

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{FlinkLogistic, Params, Spec, State, classify};
use crate::error::{BadRow, SpecError};
use crate::linear::{Linear, LinearInitial};
use crate::models::{Refused, Setting, Start};
use crate::online::{About, Answer, Online, OnlineLinear, Task};
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

impl OnlineLinear for OnlineFlinkLogistic {
    type State = State;

    fn what(&self) -> About {
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

    fn answers_with(&self) -> Task {
        Task::Classification
    }

    fn newest(&self) -> Cow<'_, Linear> {
        Cow::Owned(self.linear())
    }

    fn say(&self, model: &Linear, row: &[f64]) -> Answer {
        Answer::Class(classify(&model.coefficients, row))
    }

    fn say_as_engine(&mut self, row: &[f64]) -> Answer {
        Answer::Class(match self.engine_defects {
            true => self.model.predict_as_engine(row),
            false => self.model.predict(row),
        })
    }

    fn emits_initial(&self) -> bool {
        false
    }

    fn check(&self, row: &[f64], _: Option<f64>) -> Result<(), BadRow> {
        self.model.params().check_row(row)
    }

    fn learn(&mut self, rows: Rows<'_>, targets: &[f64]) {
        self.model.partial_fit(rows, targets);
    }

    fn started_from(&self, model: &Linear) -> Result<Self, SpecError> {
        if model.intercept != 0.0 {
            return Err(SpecError::Setting {
                name: "the intercept of Flink's model",
                rule: "none",
                found: model.intercept,
            });
        }
        let model = FlinkLogistic::new(*self.model.params(), &model.coefficients)?;
        Ok(Self { model, ..*self })
    }

    fn to_state(&self) -> State {
        self.model.state().clone()
    }

    fn resumed_from(&self, state: State) -> Result<Self, SpecError> {
        let spec = *self.model.params().spec();
        let model = FlinkLogistic::resume(Checkpoint { spec, state })?;
        Ok(Self { model, ..*self })
    }

    // It goes on with the sums `z` and `n` of its gradients too.
    fn is_newest_alone(&self) -> bool {
        false
    }
}

/// The engine's defect (2.3.0, FLINK-36653).
const FIRST_USED: &str = "Every prediction is made with the coefficients of the first one, as in Flink ML 2.3.0 (FLINK-36653); \
     only the version's number moves on.";
