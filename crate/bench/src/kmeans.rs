//! K-means as Flink's `OnlineKMeans` does it, with the summary of each batch.

use anyhow::{Result, ensure};
use learn::Rows;
use learn::kmeans::{Decay, Distance, Engine, Kmeans, Model, Params, Spec, TimeUnit};

use crate::case::Workload;
use crate::points::{ROWS, points};

pub(crate) struct Clusters {
    model: Kmeans,
    points: Vec<f64>,
    batch: usize,
    inertia: f64,
}

impl Clusters {
    pub(crate) fn new(k: usize, dim: usize, batch: usize) -> Result<Clusters> {
        ensure!(batch > 0, "a batch has rows");
        let params = Params::new(Spec {
            engine: Engine::Flink,
            k,
            dim,
            decay: Decay::Factor(0.9),
            time_unit: TimeUnit::Batches,
            distance: Distance::Euclidean,
            parallelism: 1,
        })?;
        let points = points(k, dim);
        let initial = Model {
            centroids: points[..k * dim].to_vec(),
            weights: vec![1.0; k],
        };
        Ok(Clusters {
            model: Kmeans::new(params, initial)?,
            points,
            batch,
            inertia: 0.0,
        })
    }
}

impl Workload for Clusters {
    fn run(&mut self) -> Result<usize> {
        let dim = self.model.params().dim();
        for batch in self.points.chunks(self.batch * dim) {
            let summary = self.model.partial_fit(Rows::new(batch, dim)?);
            self.inertia += summary.inertia_before + summary.inertia_after;
        }
        ensure!(self.inertia.is_finite(), "the clusters are lost");
        Ok(ROWS)
    }

    fn outcome(&self) -> Vec<f64> {
        let mut outcome = self.model.model().centroids.clone();
        outcome.push(self.inertia);
        outcome
    }
}
