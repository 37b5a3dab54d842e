//! The update rule.

use super::Model;

/// Makes the next model: moves each centroid towards its rows, and lets its weight decay and grow by them.
///
/// `sums` holds the sum of each cluster's rows (`k x dim`), `counts` their number (`k`); both are left at 0, for the next
/// batch. A cluster without rows stays where it is and only loses weight.
pub(super) fn update(
    model: &Model,
    next: &mut Model,
    sums: &mut [f64],
    counts: &mut [u64],
    discount: f64,
    dim: usize,
) {
    let clusters = model.iter(dim).zip(&model.weights);
    let next = next.centroids.chunks_exact_mut(dim).zip(&mut next.weights);
    let rows = sums.chunks_exact_mut(dim).zip(counts);
    for (((centroid, weight), (moved, grown)), (sum, count)) in clusters.zip(next).zip(rows) {
        *grown = weight * discount;
        if *count == 0 {
            moved.copy_from_slice(centroid);
            continue;
        }
        let rows = std::mem::take(count) as f64;
        *grown += rows;
        let share = rows / *grown;
        let (keep, take) = (1.0 - share, share / rows);
        for ((c, s), moved) in centroid.iter().zip(sum).zip(moved) {
            // Also where `keep` is 0: a NaN stays, as it does in the engines.
            *moved = keep * c + take * *s;
            *s = 0.0;
        }
    }
}
