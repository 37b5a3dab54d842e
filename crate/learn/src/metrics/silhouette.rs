//! Silhouettes: whether rows are nearer to their own cluster than to the next.
//!
//! Rousseeuw, "Silhouettes: a graphical aid to the interpretation and validation of cluster analysis" (1987). With `a`
//! how far a row is from its own cluster and `b` how far from the nearest other one, `s = (b - a) / max(a, b)`: 1 is well
//! inside, 0 between two, below 0 rather the other's.

use super::distance::distance;
use super::numbered;
use crate::Rows;
use crate::kmeans::{Distance, Model, Nearest, Params, nearest};

/// The silhouette of each row: `a` and `b` are mean distances to all rows of a cluster.
///
/// scikit-learn's `silhouette_samples`, whose rules hold at the edges: none unless there are 2 or more clusters and fewer
/// than rows; 0 for a row alone in its cluster, and where `a` and `b` are 0. Takes the time of all pairs of rows, so give it
/// a [`super::Reservoir`]'s.
///
/// # Panics
///
/// When there is not one cluster for each row.
pub fn silhouettes(rows: Rows<'_>, clusters: &[u32], by: Distance) -> Option<Vec<f64>> {
    let (numbers, counts) = numbered(rows, clusters);
    if counts.len() < 2 || counts.len() >= rows.len() {
        return None;
    }
    let mut sums = vec![0.0; counts.len()];
    let one = |(row, &own): (&[f64], &usize)| {
        sums.fill(0.0);
        for (other, &cluster) in rows.iter().zip(&numbers) {
            sums[cluster] += distance(by, row, other);
        }
        if counts[own] == 1.0 {
            return 0.0;
        }
        // The row itself is in the sum, with distance 0, but not in the mean.
        let inside = sums[own] / (counts[own] - 1.0);
        let others = (0..counts.len()).filter(|&cluster| cluster != own);
        let means = others.map(|cluster| sums[cluster] / counts[cluster]);
        silhouette(inside, means.fold(f64::INFINITY, least))
    };
    Some(rows.iter().zip(&numbers).map(one).collect())
}

/// The mean of [`silhouettes`]; scikit-learn's `silhouette_score`.
///
/// # Panics
///
/// When there is not one cluster for each row.
pub fn mean_silhouette(rows: Rows<'_>, clusters: &[u32], by: Distance) -> Option<f64> {
    let all = silhouettes(rows, clusters, by)?;
    Some(all.iter().fold(0.0, |sum, one| sum + one) / all.len() as f64)
}

/// The simplified silhouette of a row: `a` and `b` are its distances to centroids, as the model has predicted them.
///
/// Hruschka, de Castro and Campello, "Evolutionary algorithms for clustering gene-expression data" (2004). Never below 0, for
/// the row's own centroid is the nearest. NaN where there is one cluster, or no distance.
pub fn simplified_silhouette(nearest: &Nearest) -> f64 {
    silhouette(nearest.distance, nearest.runner_up_distance)
}

/// The mean of the rows' simplified silhouettes; NaN without rows.
///
/// # Panics
///
/// When the model or the rows are not of the parameters' size.
pub fn mean_simplified_silhouette(params: &Params, model: &Model, rows: Rows<'_>) -> f64 {
    let one = |row| simplified_silhouette(&nearest(params, model, row));
    rows.iter().fold(0.0, |sum, row| sum + one(row)) / rows.len() as f64
}

fn silhouette(inside: f64, outside: f64) -> f64 {
    let larger = if inside > outside { inside } else { outside };
    match inside == 0.0 && outside == 0.0 {
        true => 0.0,
        false => (outside - inside) / larger,
    }
}

/// The lesser of two, NaN where one is.
fn least(a: f64, b: f64) -> f64 {
    if a < b || a.is_nan() { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simplified_looks_at_two_centroids() {
        let at = |distance, runner_up_distance| {
            simplified_silhouette(&Nearest {
                cluster: 0,
                distance,
                runner_up: 1,
                runner_up_distance,
            })
        };
        assert_eq!(
            (at(1.0, 4.0), at(2.0, 2.0), at(0.0, 0.0), at(0.0, 3.0)),
            (0.75, 0.0, 0.0, 1.0)
        );
        assert!(at(1.0, f64::NAN).is_nan() && at(f64::NAN, 1.0).is_nan());
    }

    #[test]
    fn a_row_that_is_not_finite_is_not_hidden() {
        let data = [0.0, 1.0, f64::NAN, 9.0];
        let rows = Rows::new(&data, 1).unwrap();
        let mean = mean_silhouette(rows, &[0, 0, 1, 1], Distance::Euclidean);
        assert!(mean.unwrap().is_nan());
    }

    #[test]
    fn goes_by_the_models_distance() {
        let data = [1.0, 0.0, 2.0, 0.0, 0.0, 1.0, 0.0, 5.0];
        let rows = Rows::new(&data, 2).unwrap();
        let by = |by| mean_silhouette(rows, &[0, 0, 1, 1], by).unwrap();
        assert_eq!(by(Distance::Cosine), 1.0);
        assert!(by(Distance::Manhattan) < 0.5 && by(Distance::Euclidean) < 0.5);
        assert_ne!(by(Distance::Manhattan), by(Distance::Euclidean));
    }
}
