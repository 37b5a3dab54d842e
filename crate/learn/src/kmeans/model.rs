//! Centroids and weights.

use std::slice::ChunksExact;

use serde::{Deserialize, Serialize};

use super::{Distance, ParamError, Params};

/// Centroids and their weights, as an engine's model data has them.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// `k x dim` numbers, centroid after centroid.
    #[serde(with = "crate::number::list")]
    pub centroids: Vec<f64>,
    /// How many rows stand behind each centroid, decayed; `k` numbers.
    #[serde(with = "crate::number::list")]
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
    check_size(params, model)?;
    for (cluster, centroid) in model.iter(params.dim()).enumerate() {
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

/// Refuses a model that is not of the parameters' size.
pub(super) fn check_size(params: &Params, model: &Model) -> Result<(), ParamError> {
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
    Ok(())
}
