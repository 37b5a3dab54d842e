//! The update rule.

use super::Model;

/// Moves each centroid towards its rows, and lets its weight decay and grow by them.
///
/// `sums` holds the sum of each cluster's rows (`k x dim`), `counts` their number (`k`). A cluster without rows stays
/// where it is and only loses weight.
pub(super) fn update(model: &mut Model, sums: &[f64], counts: &[u64], discount: f64, dim: usize) {
    let clusters = model
        .centroids
        .chunks_exact_mut(dim)
        .zip(&mut model.weights);
    for (((centroid, weight), sum), &count) in clusters.zip(sums.chunks_exact(dim)).zip(counts) {
        *weight *= discount;
        if count == 0 {
            continue;
        }
        let count = count as f64;
        *weight += count;
        let share = count / *weight;
        let (keep, take) = (1.0 - share, share / count);
        for (c, s) in centroid.iter_mut().zip(sum) {
            // Also where `keep` is 0: a NaN stays, as it does in the engines.
            *c = keep * *c + take * s;
        }
    }
}
