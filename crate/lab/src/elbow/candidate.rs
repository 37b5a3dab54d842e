//! One k: trained on the lane's batches, and measured.

use learn::Rows;
use learn::kmeans::{Awaited, Draw, Engine, Kmeans, Params, Settings};
use learn::metrics::{inertia, mean_simplified_silhouette};

use super::Start;

/// k-means with this k.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) k: usize,
    /// Whether the engine takes this k.
    pub(super) is_allowed: bool,
    /// As it started, and as it is; None where too few rows differ.
    trained: Option<(Kmeans, Kmeans)>,
    /// Mean squared distance of the measured rows to their centroids; NaN where there is none.
    pub(super) inertia: f64,
    /// Mean simplified silhouette of the measured rows; NaN where there is none.
    pub(super) silhouette: f64,
    /// The version that it was measured at.
    pub(super) measured_at: u64,
}

impl Candidate {
    /// Starts by k-means++ among these rows, under the lane's settings but for k.
    pub(super) fn start(
        k: usize,
        settings: &Settings,
        dim: usize,
        rows: &[f64],
        start: Start,
    ) -> Candidate {
        let with_k = Settings {
            k: Some(k),
            ..settings.clone()
        };
        let allowed = with_k.params(dim).ok();
        let params = allowed.or_else(|| alone(&with_k, dim));
        let trained = params.and_then(|params| {
            let awaited = Awaited {
                rows: rows.len() / dim.max(1),
                draw: Draw::PlusPlus,
                seed: start.seed,
                weight: 0.0,
                restarts: start.restarts,
            };
            let initial = awaited.best(&params, Rows::new(rows, dim).ok()?).ok()?;
            let kmeans = Kmeans::new(params, initial).ok()?;
            Some((kmeans.clone(), kmeans))
        });
        Candidate {
            k,
            is_allowed: allowed.is_some(),
            trained,
            inertia: f64::NAN,
            silhouette: f64::NAN,
            measured_at: 0,
        }
    }

    /// The model as it is.
    #[cfg(test)]
    pub(super) fn model(&self) -> Option<&learn::kmeans::Model> {
        self.trained.as_ref().map(|(_, kmeans)| kmeans.model())
    }

    /// Learns from a batch, or from so many empty ones; or starts again.
    pub(super) fn learn(&mut self, rows: &[f64], empty: u64, restarts: bool) {
        let Some((initial, kmeans)) = &mut self.trained else {
            return;
        };
        if restarts {
            kmeans.clone_from(initial);
            return;
        }
        let dim = kmeans.params().dim();
        let Ok(rows) = Rows::new(rows, dim) else {
            return;
        };
        if !rows.is_empty() {
            kmeans.partial_fit(rows);
            return;
        }
        // A split in an empty batch moves centroids: those are gone through one by one until it is over.
        let mut left = empty;
        while left > 0 && kmeans.fade(left).is_none() {
            let before = kmeans.model().clone();
            kmeans.partial_fit(rows);
            left -= 1;
            if *kmeans.model() == before {
                break;
            }
        }
    }

    /// Measures the model on rows.
    pub(super) fn measure(&mut self, rows: Rows<'_>, version: u64) {
        self.measured_at = version;
        let Some((_, kmeans)) = &self.trained else {
            return;
        };
        self.inertia = inertia(kmeans.params(), kmeans.model(), rows) / rows.len() as f64;
        self.silhouette = mean_simplified_silhouette(kmeans.params(), kmeans.model(), rows);
    }
}

/// One cluster, which Flink refuses: its rule is the same for both engines, and all rows are its.
fn alone(settings: &Settings, dim: usize) -> Option<Params> {
    let as_spark = Settings {
        engine: Engine::Spark,
        decay_factor: Some(settings.decay_factor.unwrap_or(0.0)),
        distance: None,
        parallelism: None,
        ..settings.clone()
    };
    as_spark.params(dim).ok().filter(|params| params.k() == 1)
}
