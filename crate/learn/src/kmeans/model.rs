//! Centroids and weights.

use std::slice::ChunksExact;

use super::{Distance, ParamError, Params};

/// Centroids and their weights, as an engine's model data has them.
#[derive(Clone, PartialEq, Debug)]
pub struct Model {
    /// `k x dim` numbers, centroid after centroid.
    pub centroids: Vec<f64>,
    /// How many rows stand behind each centroid, decayed; `k` numbers.
    pub weights: Vec<f64>,
}

impl Model {
    /// The centroids in order.
    pub(super) fn iter(&self, dim: usize) -> ChunksExact<'_, f64> {
        self.centroids.chunks_exact(dim)
    }

    /// Takes over another model's numbers, without allocating where there is room.
    pub(super) fn copy_from(&mut self, other: &Model) {
        self.centroids.clone_from(&other.centroids);
        self.weights.clone_from(&other.weights);
    }
}

/// Refuses an initial model that does not go with the parameters.
pub(super) fn check_initial(params: &Params, model: &Model) -> Result<(), ParamError> {
    let (k, dim) = (params.k(), params.dim());
    if k.checked_mul(dim) != Some(model.centroids.len()) {
        return Err(ParamError::Centroids {
            k,
            dim,
            found: model.centroids.len(),
        });
    }
    if model.weights.len() != k {
        return Err(ParamError::Weights {
            k,
            found: model.weights.len(),
        });
    }
    for (cluster, centroid) in model.iter(dim).enumerate() {
        if let Some(&found) = centroid.iter().find(|number| !number.is_finite()) {
            return Err(ParamError::CentroidNumber { cluster, found });
        }
        if params.distance() == Distance::Cosine && centroid.iter().all(|&number| number == 0.0) {
            return Err(ParamError::ZeroCentroid { cluster });
        }
    }
    for (cluster, &found) in model.weights.iter().enumerate() {
        if found < 0.0 || !found.is_finite() {
            return Err(ParamError::Weight { cluster, found });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{Decay, Engine, Spec, TimeUnit};
    use super::*;

    fn check(distance: Distance, centroids: &[f64], weights: &[f64], refused: &str) {
        let params = Params::new(Spec {
            engine: Engine::Flink,
            k: 2,
            dim: 2,
            decay: Decay::Factor(0.0),
            time_unit: TimeUnit::Batches,
            distance,
            parallelism: 1,
        })
        .unwrap();
        let model = Model {
            centroids: centroids.to_vec(),
            weights: weights.to_vec(),
        };
        match check_initial(&params, &model) {
            Ok(()) => assert_eq!(refused, "", "{model:?} is taken"),
            Err(error) => assert_eq!(error.to_string(), refused),
        }
    }

    #[test]
    fn refuses_initial_models_that_do_not_fit() {
        use Distance::{Cosine, Euclidean};
        let (two, zero) = ([1.0, 2.0, 3.0, 4.0], [0.0, 0.0, 3.0, 4.0]);
        check(Euclidean, &two, &[0.0, 0.5], "");
        check(Euclidean, &zero, &[0.0, 0.0], "");
        let refused = "initial centroids are 2 x 2 numbers. Now: 3 numbers.";
        check(Euclidean, &two[..3], &[0.0, 0.0], refused);
        check(
            Euclidean,
            &two,
            &[0.0; 3],
            "initial weights are 2 numbers. Now: 3.",
        );
        let refused = "initial centroid 1 has finite numbers. Now: NaN.";
        check(Euclidean, &[1.0, 2.0, 3.0, f64::NAN], &[0.0, 0.0], refused);
        let refused = "initial weight 1 is 0 or more and finite. Now: -1.";
        check(Euclidean, &two, &[0.0, -1.0], refused);
        let refused = "initial weight 0 is 0 or more and finite. Now: inf.";
        check(Euclidean, &two, &[f64::INFINITY, 0.0], refused);
        let refused = "cosine distance has no zero vectors. Now: initial centroid 0 is one.";
        check(Cosine, &zero, &[0.0, 0.0], refused);
    }
}
