//! A proposal as a lab file.

use serde_json::{Map, Value, json};

use super::{Engines, Proposal, Seen};
use crate::config::{LabError, LabFile, Role};

/// Rows that k-means++ chooses among, and those of a batch where there are many.
const ROWS: usize = 32;
/// A batch where there are few.
const FEW_ROWS: usize = 8;

impl Proposal {
    /// The lab file that it stands for.
    ///
    /// # Errors
    /// A choice that cannot be, such as no feature, names the place.
    pub fn lab(&self) -> Result<LabFile, LabError> {
        if self.features.is_empty() {
            return Err(LabError::value("features", "are none; choose one or more"));
        }
        let trains = |role: Role| matches!(role, Role::Train | Role::Both);
        if !self.topics.iter().any(|topic| trains(topic.role)) {
            return Err(LabError::value(
                "streams",
                "none of them is learned from; give one the role train, or both",
            ));
        }
        let streams: Vec<Value> = self
            .topics
            .iter()
            .map(|topic| json!({"topic": topic.name, "role": topic.role}))
            .collect();
        let mut file = json!({"eddy": 1, "streams": streams, "features": self.features});
        let mut columns = Map::new();
        for seen in self.columns.iter().filter(|seen| self.is_used(seen)) {
            if let Some(declared) = &seen.declared {
                columns.insert(seen.name.clone(), json!(declared));
            }
        }
        let more = [
            ("label", self.label.as_ref().map(|label| json!(label))),
            ("target", self.target.as_ref().map(|target| json!(target))),
            ("columns", (!columns.is_empty()).then(|| columns.into())),
            ("lanes", Some(self.lanes().into())),
        ];
        for (name, value) in more {
            if let Some(value) = value {
                file[name] = value;
            }
        }
        LabFile::parse(&file.to_string())
    }

    /// Whether it must be a number.
    fn is_used(&self, seen: &Seen) -> bool {
        self.features.contains(&seen.name) || self.target.as_ref() == Some(&seen.name)
    }

    /// Whether the target is a class, 0 or 1.
    pub fn is_class(&self) -> bool {
        let target = self
            .columns
            .iter()
            .find(|seen| Some(&seen.name) == self.target.as_ref());
        target.is_some_and(|seen| {
            let truth =
                seen.declared == Some(crate::config::Column::Boolean {}) || seen.range.is_none();
            seen.distinct == 2 && (truth || seen.range == Some((0.0, 1.0)))
        })
    }

    fn lanes(&self) -> Vec<Value> {
        let lanes = match (&self.target, self.is_class()) {
            (None, _) => [self.kmeans("flink"), self.kmeans("spark")],
            (Some(_), true) => [self.logistic("flink"), self.logistic("spark")],
            (Some(_), false) => [self.least_squares(), self.spark_linear()],
        };
        let [first, second] = lanes;
        match self.engines {
            Engines::Both => vec![first, second],
            Engines::Flink => vec![first],
            Engines::Spark => vec![second],
        }
    }

    fn kmeans(&self, engine: &str) -> Value {
        let among = ROWS.min(self.training).max(self.k);
        let model = json!({"kind": "kmeans", "engine": engine, "k": self.k,
            "initial": {"kmeans++": {"seed": 7, "rows": among}}});
        self.lane(engine, model)
    }

    fn logistic(&self, engine: &str) -> Value {
        let model = match engine {
            "flink" => json!({"kind": "logistic_regression", "engine": engine}),
            _ => json!({"kind": "logistic_regression", "engine": engine, "intercept": true}),
        };
        self.lane(engine, model)
    }

    fn least_squares(&self) -> Value {
        let batch = json!({"by": "count", "rows": self.batch_rows()});
        let model = json!({"kind": "linear_regression", "solver": "rls"});
        json!({"name": "RLS", "model": model, "batch": batch})
    }

    fn spark_linear(&self) -> Value {
        let model = json!({"kind": "linear_regression", "engine": "spark", "step_size": 0.5, "intercept": true});
        let mut lane = self.lane("spark", model);
        // Its steps have one length for all coefficients.
        lane["scaler"] = json!({"kind": "standard"});
        lane
    }

    fn lane(&self, engine: &str, model: Value) -> Value {
        let (name, batch) = match engine {
            "flink" => ("Flink", json!({"by": "count", "rows": self.batch_rows()})),
            _ => ("Spark", json!({"by": "interval", "ms": 10_000})),
        };
        let mut lane = json!({"name": name, "model": model, "batch": batch});
        if self.scale {
            lane["scaler"] = json!({"kind": "standard"});
        }
        lane
    }

    /// A batch that fills with the rows that there are.
    fn batch_rows(&self) -> usize {
        match self.training >= 3 * ROWS {
            true => ROWS,
            false => FEW_ROWS,
        }
    }
}
