//! K-means as a lab runs it.

use serde_json::Value;

use super::initial::Awaited;
use super::{
    Distance, Engine, Kmeans, Model, ParamError, Params, TimeUnit, check_row, distances, nearest,
};
use crate::online::{About, Answer, Fitted, Numbers, Online, Task};
use crate::{Checkpoint, Rows};

/// K-means, and how it starts.
#[derive(Clone, Debug)]
pub(super) struct OnlineKmeans {
    kmeans: Kmeans,
    /// The start that it still waits for.
    awaits: Option<Awaited>,
}

impl OnlineKmeans {
    /// Starts from an initial model.
    pub(super) fn new(params: Params, initial: Model) -> Result<Self, ParamError> {
        Ok(Self {
            kmeans: Kmeans::new(params, initial)?,
            awaits: None,
        })
    }

    /// Waits for rows to choose its centroids by.
    pub(super) fn after_rows(params: Params, start: Awaited) -> Self {
        Self {
            kmeans: Kmeans::unmade(params),
            awaits: Some(start),
        }
    }

    fn params(&self) -> &Params {
        self.kmeans.params()
    }
}

impl Online for OnlineKmeans {
    fn about(&self) -> About {
        let params = self.params();
        let mut parameters = vec![
            format!("k {}", params.k()),
            format!("decay {}", params.decay_factor()),
        ];
        if params.time_unit() == TimeUnit::Points {
            parameters.push("per point".to_owned());
        }
        parameters.push(params.distance().name().to_owned());
        if params.parallelism() > 1 {
            parameters.push(format!("parallelism {}", params.parallelism()));
        }
        About {
            engine: params.engine().name(),
            algorithm: match params.engine() {
                Engine::Flink => "OnlineKMeans",
                Engine::Spark => "StreamingKMeans",
            },
            parameters,
            distance: params.distance().name(),
            defects: Vec::new(),
        }
    }

    fn task(&self) -> Task {
        Task::Clustering
    }

    fn numbers(&self) -> Numbers {
        Numbers::Clusters(self.kmeans.model().clone())
    }

    fn check_row(&self, row: &[f64], _: Option<f64>) -> Result<(), String> {
        if self.awaits.is_some() {
            // There are no centroids yet that a row could be held against.
            let nothing = row.iter().all(|number| *number == 0.0);
            return match self.params().distance() == Distance::Cosine && nothing {
                true => Err(super::Unusable::ZeroRow.to_string()),
                false => Ok(()),
            };
        }
        check_row(self.params(), self.kmeans.model(), row).map_err(|e| e.to_string())
    }

    fn of_not_finite(&self, number: f64, learns: bool) -> &'static str {
        match (number.is_nan(), learns) {
            (true, true) => "it goes to cluster 0 and makes its centroid NaN for good",
            (true, false) => "it goes to cluster 0",
            (false, true) => "its cluster's centroid is not finite from then on",
            (false, false) => "its distances are not finite",
        }
    }

    fn partial_fit(&mut self, rows: Rows<'_>, _: &[f64]) -> Fitted {
        let summary = self.kmeans.partial_fit(rows);
        Fitted {
            rows: summary.rows,
            counts: summary.counts,
            shift: summary.shift,
            loss_before: summary.inertia_before,
            loss_after: summary.inertia_after,
            split: summary.split,
        }
    }

    fn predict(&mut self, row: &[f64]) -> Answer {
        Answer::Cluster(self.kmeans.predict(row))
    }

    fn answer(&self, numbers: &Numbers, row: &[f64]) -> Answer {
        let model = numbers.clusters().unwrap_or(self.kmeans.model());
        Answer::Cluster(nearest(self.params(), model, row))
    }

    fn distances(&self, numbers: &Numbers, row: &[f64]) -> Vec<f64> {
        let model = numbers.clusters().unwrap_or(self.kmeans.model());
        distances(self.params(), model, row)
    }

    fn fade(&mut self, batches: u64) -> Option<bool> {
        self.kmeans.fade(batches)
    }

    fn start_from(&mut self, numbers: &Numbers) -> Result<(), String> {
        let Some(model) = numbers.clusters() else {
            return Err("are no centroids".to_owned());
        };
        self.kmeans = Kmeans::new(*self.params(), model.clone()).map_err(|e| e.to_string())?;
        self.awaits = None;
        Ok(())
    }

    fn state(&self) -> Value {
        if self.awaits.is_some() {
            return Value::Null;
        }
        // Numbers always have a form in JSON; null, which says that there are none yet, stands in for what cannot happen.
        serde_json::to_value(self.kmeans.model()).unwrap_or_default()
    }

    fn set_state(&mut self, state: Value) -> Result<(), String> {
        if state.is_null() {
            let same = self.awaits.is_some();
            return same
                .then_some(())
                .ok_or("there are no centroids".to_owned());
        }
        let state = serde_json::from_value(state).map_err(|e| e.to_string())?;
        let spec = *self.params().spec();
        self.kmeans = Kmeans::resume(Checkpoint { spec, state }).map_err(|e| e.to_string())?;
        self.awaits = None;
        Ok(())
    }

    fn boxed(&self) -> Box<dyn Online> {
        Box::new(self.clone())
    }

    fn rows_wanted(&self) -> usize {
        self.awaits.map_or(0, |start| start.rows)
    }

    fn start_with(&mut self, rows: Rows<'_>) -> Result<(), String> {
        if let Some(start) = self.awaits {
            let model = start.best(self.params(), rows).map_err(|e| e.to_string())?;
            *self = Self::new(*self.params(), model).map_err(|e| e.to_string())?;
        }
        Ok(())
    }
}
