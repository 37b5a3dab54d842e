//! Which centroid is nearest.

use super::distance::{self, Measure, Metric, with_measure};
use super::tile::{Tile, tiles};
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
    with_measure!(metric, assign_by(model, lengths, tile, rows, each));
}

fn lengths_of<M: Measure>(model: &Model, dim: usize, lengths: &mut [f64]) {
    for (length, centroid) in lengths.iter_mut().zip(model.iter(dim)) {
        *length = M::length(centroid);
    }
}

fn assign_by<M: Measure>(
    model: &Model,
    lengths: &[f64],
    tile: &mut Tile,
    rows: Rows<'_>,
    mut each: impl FnMut(usize, &[f64], &[f64]),
) {
    let dim = rows.dim();
    for rows in tiles(rows) {
        tile.find::<M>(model, lengths, rows);
        for (row, cluster) in rows.into_iter().zip(tile.clusters()) {
            each(cluster, row, &model.centroids[cluster * dim..][..dim]);
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
