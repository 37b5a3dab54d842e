//! How far rows are from their centroids.

use crate::Rows;
use crate::kmeans::{Model, Params, nearest, squared_difference};

/// Inertia: the sum of the rows' squared euclidean distances to their centroids, with the clusters of the model's own
/// distance; 0 without rows.
///
/// Lloyd, "Least squares quantization in PCM" (1982); the negative of scikit-learn's `KMeans.score`. A NaN in a row or in
/// its centroid makes it NaN.
///
/// # Panics
///
/// When the model or the rows are not of the parameters' size.
pub fn inertia(params: &Params, model: &Model, rows: Rows<'_>) -> f64 {
    rows.iter().fold(0.0, |sum, row| {
        let cluster = nearest(params, model, row).cluster as usize;
        let centroid = &model.centroids[cluster * params.dim()..][..params.dim()];
        sum + squared_difference(row, centroid)
    })
}
