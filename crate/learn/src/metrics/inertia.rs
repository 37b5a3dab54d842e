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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kmeans::{Decay, Distance, Engine, Spec, TimeUnit};
    use crate::metrics::mean_simplified_silhouette;

    fn measure(k: usize, rows: &[f64]) -> (f64, f64) {
        let params = Params::new(Spec {
            engine: Engine::Spark,
            k,
            dim: 1,
            decay: Decay::Factor(1.0),
            time_unit: TimeUnit::Batches,
            distance: Distance::Euclidean,
            parallelism: 1,
        });
        let model = Model {
            centroids: [0.0, 10.0][..k].to_vec(),
            weights: vec![0.0; k],
        };
        let (params, rows) = (params.unwrap(), Rows::new(rows, 1).unwrap());
        let silhouette = mean_simplified_silhouette(&params, &model, rows);
        (inertia(&params, &model, rows), silhouette)
    }

    #[test]
    fn looks_at_the_nearest_centroids() {
        // 2 is 2 and 8 away, 11 is 1 and 11 away.
        assert_eq!(measure(2, &[2.0, 11.0]), (5.0, (0.75 + 10.0 / 11.0) / 2.0));
        let (inertia, alone) = measure(1, &[2.0, 11.0]);
        assert!(inertia == 125.0 && alone.is_nan());
        let (inertia, of_none) = measure(2, &[]);
        assert!(inertia == 0.0 && of_none.is_nan());
        let (inertia, with_nan) = measure(2, &[2.0, f64::NAN]);
        assert!(inertia.is_nan() && with_nan.is_nan());
    }
}
