//! Which centroid is nearest.

use super::distance::{self, Measure, Metric, with_measure};
use super::tile::{Tile, known, tiles};
use super::{Model, Params};
use crate::Rows;

/// The cluster of a row, and the next one.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Nearest {
    /// The cluster that the engine gives the row; the first of equals.
    pub cluster: u32,
    /// How far its centroid is, in the model's distance and the engine's arithmetic; NaN where there is no distance.
    pub distance: f64,
    /// The nearest of the other clusters; the same cluster where there is no other.
    pub runner_up: u32,
    /// How far its centroid is; NaN where there is no other cluster or no distance.
    pub runner_up_distance: f64,
}

/// Finds the cluster of a row in a model, which may be an older version.
///
/// # Panics
///
/// When the model or the row is not of the parameters' size; [`super::check_row`] tells of a row.
pub fn nearest(params: &Params, model: &Model, row: &[f64]) -> Nearest {
    assert_eq!(
        model.centroids.len(),
        params.k() * params.dim(),
        "centroids are k x dim numbers"
    );
    assert_eq!(
        row.len(),
        params.dim(),
        "a row has as many numbers as a centroid"
    );
    with_measure!(params.metric(), rank(model, row))
}

/// Tells how far a row is from every centroid of a model, as [`nearest`] does of two of them.
///
/// # Panics
///
/// When the model or the row is not of the parameters' size.
pub fn distances(params: &Params, model: &Model, row: &[f64]) -> Vec<f64> {
    assert_eq!(
        (model.centroids.len(), row.len()),
        (params.k() * params.dim(), params.dim()),
        "centroids are k x dim numbers, a row as many as one of them"
    );
    with_measure!(params.metric(), tell(model, row))
}

/// Notes of every centroid what its distances need.
pub(super) fn measure(metric: Metric, model: &Model, dim: usize, lengths: &mut [f64]) {
    with_measure!(metric, lengths_of(model, dim, lengths));
}

/// Tells the cluster of every row, in the order of the rows, with the cluster's centroid.
pub(super) fn assign(
    metric: Metric,
    model: &Model,
    lengths: &[f64],
    tile: &mut Tile,
    rows: Rows<'_>,
    each: impl FnMut(usize, &[f64], &[f64]),
) {
    with_measure!(metric, assign_known(model, lengths, tile, rows, each));
}

fn lengths_of<M: Measure>(model: &Model, dim: usize, lengths: &mut [f64]) {
    for (length, centroid) in lengths.iter_mut().zip(model.iter(dim)) {
        *length = M::length(centroid);
    }
}

/// Rows of few numbers, as most are, are learned faster where the compiler knows how many.
fn assign_known<M: Measure>(
    model: &Model,
    lengths: &[f64],
    tile: &mut Tile,
    rows: Rows<'_>,
    each: impl FnMut(usize, &[f64], &[f64]),
) {
    match rows.dim() {
        2 => assign_by::<M, 2>(model, lengths, tile, rows, each),
        4 => assign_by::<M, 4>(model, lengths, tile, rows, each),
        _ => assign_by::<M, 0>(model, lengths, tile, rows, each),
    }
}

fn assign_by<M: Measure, const DIM: usize>(
    model: &Model,
    lengths: &[f64],
    tile: &mut Tile,
    rows: Rows<'_>,
    mut each: impl FnMut(usize, &[f64], &[f64]),
) {
    let dim = known::<DIM>(rows.dim());
    for rows in tiles(rows) {
        tile.find::<M, DIM>(model, lengths, rows);
        for (row, cluster) in rows.into_iter().zip(tile.clusters()) {
            each(
                cluster,
                &row[..dim],
                &model.centroids[cluster * dim..][..dim],
            );
        }
    }
}

/// The first centroid that none is nearer than, as the engines look for it: a NaN is near to nothing, and where all are
/// NaN it is the first.
fn closest<'a, M: Measure>(
    centroids: impl Iterator<Item = (&'a [f64], f64)>,
    row: &[f64],
    row_length: f64,
) -> (usize, f64) {
    let mut best = (0, M::LIMIT);
    for (i, (centroid, length)) in centroids.enumerate() {
        if M::least(length, row_length) >= best.1 {
            continue;
        }
        let between = distance::between::<M>(centroid, length, row, row_length);
        if between < best.1 {
            best = (i, between);
        }
    }
    best
}

fn tell<M: Measure>(model: &Model, row: &[f64]) -> Vec<f64> {
    let row_length = M::length(row);
    let distance = |centroid: &[f64]| {
        let length = M::length(centroid);
        M::told(distance::between::<M>(centroid, length, row, row_length))
    };
    model.iter(row.len()).map(distance).collect()
}

fn rank<M: Measure>(model: &Model, row: &[f64]) -> Nearest {
    let row_length = M::length(row);
    let centroids = model
        .iter(row.len())
        .map(|centroid| (centroid, M::length(centroid)));
    let (cluster, _) = closest::<M>(centroids.clone(), row, row_length);
    let mut nearest = Nearest {
        cluster: cluster as u32,
        distance: f64::NAN,
        runner_up: cluster as u32,
        runner_up_distance: f64::NAN,
    };
    for (i, (centroid, length)) in centroids.enumerate() {
        let distance = M::told(distance::between::<M>(centroid, length, row, row_length));
        if i == cluster {
            nearest.distance = distance;
            continue;
        }
        let first = nearest.runner_up == nearest.cluster;
        let was_nan = nearest.runner_up_distance.is_nan() && !distance.is_nan();
        if first || was_nan || distance < nearest.runner_up_distance {
            nearest.runner_up = i as u32;
            nearest.runner_up_distance = distance;
        }
    }
    nearest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Few different numbers, so that there are ties and zero distances, and those that arithmetic stumbles over.
    fn number() -> impl Strategy<Value = f64> {
        let odd = [
            0.0,
            -0.0,
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::MAX,
            1e-300,
        ];
        prop_oneof![
            8 => (-3..=3).prop_map(f64::from),
            8 => -1.0..1.0_f64,
            1 => prop::sample::select(odd.as_slice().to_vec()),
        ]
    }

    fn one_by_one<M: Measure>(model: &Model, rows: Rows<'_>) -> Vec<usize> {
        let centroids = model.iter(rows.dim());
        let centroids = centroids.map(|centroid| (centroid, M::length(centroid)));
        rows.iter()
            .map(|row| closest::<M>(centroids.clone(), row, M::length(row)).0)
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Rows side by side get the clusters that they get one by one, whatever their numbers are.
        #[test]
        fn a_tile_finds_what_a_row_alone_finds(
            dim in 1_usize..6,
            k in 1_usize..10,
            numbers in prop::collection::vec(number(), 6 * (10 + 20)),
            count in 0_usize..=20,
        ) {
            let (centroids, rows) = numbers.split_at(60);
            let model = Model { centroids: centroids[..k * dim].to_vec(), weights: vec![0.0; k] };
            let rows = Rows::new(&rows[..count * dim], dim).unwrap();
            let (mut lengths, mut tile) = (vec![0.0; k], Tile::new(dim));
            for metric in [
                Metric::FlinkEuclidean,
                Metric::SparkEuclidean,
                Metric::Manhattan,
                Metric::Cosine,
            ] {
                measure(metric, &model, dim, &mut lengths);
                let mut clusters = Vec::new();
                assign(metric, &model, &lengths, &mut tile, rows, |cluster, _, _| clusters.push(cluster));
                prop_assert_eq!(clusters, with_measure!(metric, one_by_one(&model, rows)));
            }
        }
    }
}
