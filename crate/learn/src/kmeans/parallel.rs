//! Flink's subtasks: the cut of a batch, and the merge of the copies.

use super::Model;
use crate::Rows;

/// Cuts a batch into consecutive parts, one for each subtask; the first ones get the rows that are left over.
pub(super) fn parts(rows: Rows<'_>, parallelism: usize) -> impl Iterator<Item = Rows<'_>> {
    let (each, left_over) = (rows.len() / parallelism, rows.len() % parallelism);
    let mut rest = rows;
    (0..parallelism).map(move |subtask| {
        let (part, after) = rest.split_at(each + usize::from(subtask < left_over));
        rest = after;
        part
    })
}

/// Merges a subtask's copy into another one, each centroid by its weight.
///
/// Where both weights are 0 the centroid becomes the zero vector: Flink divides 0 by 1e-16.
pub(super) fn merge(into: &mut Model, from: &Model, dim: usize) {
    let clusters = into.centroids.chunks_exact_mut(dim).zip(&mut into.weights);
    for (((centroid, weight), other), &other_weight) in
        clusters.zip(from.iter(dim)).zip(&from.weights)
    {
        let sum = *weight + other_weight;
        let divisor = if sum < 1e-16 { 1e-16 } else { sum };
        for (c, o) in centroid.iter_mut().zip(other) {
            *c = (*c * *weight + o * other_weight) / divisor;
        }
        *weight = sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_a_batch_into_consecutive_parts() {
        let data: Vec<f64> = (0..7).map(f64::from).collect();
        let rows = Rows::new(&data, 1).unwrap();
        let cut = |parallelism| {
            parts(rows, parallelism)
                .map(|part| part.len())
                .collect::<Vec<_>>()
        };
        assert_eq!(cut(1), [7]);
        assert_eq!(cut(3), [3, 2, 2]);
        assert_eq!(cut(8), [1, 1, 1, 1, 1, 1, 1, 0]);
        assert_eq!(
            parts(rows, 3)
                .flatten()
                .flatten()
                .copied()
                .collect::<Vec<_>>(),
            data
        );
    }

    #[test]
    fn merges_by_weight_and_collapses_what_has_none() {
        let mut into = Model {
            centroids: vec![1.0, 2.0, 500.0, 500.0],
            weights: vec![1.0, 0.0],
        };
        let from = Model {
            centroids: vec![4.0, 8.0, 500.0, 500.0],
            weights: vec![2.0, 0.0],
        };
        merge(&mut into, &from, 2);
        assert_eq!(into.centroids, [3.0, 6.0, 0.0, 0.0]);
        assert_eq!(into.weights, [3.0, 0.0]);
    }
}
