//! Spark's split of a dying cluster.

use super::Model;

/// A cluster whose weight is below this share of the heaviest's is dying.
const DYING: f64 = 1e-8;
/// How far apart the halves are laid, relative to a coordinate's size.
const APART: f64 = 1e-14;

/// Splits the heaviest cluster in two when the lightest is dying, and says which: (heaviest, dying).
///
/// The first of equally heavy ones counts as the heaviest, the first of equally light ones as the lightest.
pub(super) fn split(model: &mut Model, dim: usize) -> Option<(usize, usize)> {
    let weights = &model.weights;
    let (mut heaviest, mut lightest) = (0, 0);
    for i in 1..weights.len() {
        if weights[i] > weights[heaviest] {
            heaviest = i;
        }
        if weights[i] < weights[lightest] {
            lightest = i;
        }
    }
    let (most, least) = (weights[heaviest], weights[lightest]);
    if !is_dying(least, most) {
        return None;
    }
    let half = (most + least) / 2.0;
    model.weights[heaviest] = half;
    model.weights[lightest] = half;
    for j in 0..dim {
        let x = model.centroids[heaviest * dim + j];
        let p = APART * x.abs().max(1.0);
        model.centroids[heaviest * dim + j] = x + p;
        model.centroids[lightest * dim + j] = x - p;
    }
    Some((heaviest, lightest))
}

/// Whether the lightest of the clusters is dying.
pub(super) fn is_dying(least: f64, most: f64) -> bool {
    least < DYING * most
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(weights: &[f64], expected: Option<(usize, usize)>, weights_after: &[f64]) {
        let centroids = (0..weights.len()).map(|i| 10.0 * i as f64).collect();
        let mut model = Model {
            centroids,
            weights: weights.to_vec(),
        };
        assert_eq!(split(&mut model, 1), expected, "{weights:?}");
        assert_eq!(model.weights, weights_after);
    }

    #[test]
    fn splits_the_first_heaviest_for_the_first_lightest() {
        check(&[5.0, 5.0, 0.0], Some((0, 2)), &[2.5, 5.0, 2.5]);
        check(
            &[0.0, 0.0, 8.0, 100.0],
            Some((3, 0)),
            &[50.0, 0.0, 8.0, 50.0],
        );
        check(&[0.0, 1.0, 0.0], Some((1, 0)), &[0.5, 0.5, 0.0]);
    }

    #[test]
    fn leaves_what_is_not_dying() {
        check(&[0.0, 0.0, 0.0], None, &[0.0, 0.0, 0.0]);
        check(&[1e8, 1.0], None, &[1e8, 1.0]);
        check(&[7.0], None, &[7.0]);
    }
}
