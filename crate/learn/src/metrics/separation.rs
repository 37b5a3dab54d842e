//! Clusters' spread against their distances from each other.

use super::numbered;
use crate::Rows;
use crate::kmeans::squared_difference;

/// Rows by cluster, with the means of the clusters.
struct Groups<'a> {
    rows: Rows<'a>,
    numbers: Vec<usize>,
    counts: Vec<f64>,
    means: Vec<f64>,
}

/// The Davies-Bouldin index: the mean over clusters of the worst ratio of spread to distance; 0 is best.
///
/// Davies and Bouldin, "A cluster separation measure" (1979); scikit-learn's `davies_bouldin_score`. None unless there are
/// 2 or more clusters and fewer than rows; 0 where no cluster has a spread or all means are the same.
///
/// # Panics
///
/// When there is not one cluster for each row.
pub fn davies_bouldin(rows: Rows<'_>, clusters: &[u32]) -> Option<f64> {
    let groups = Groups::of(rows, clusters)?;
    let k = groups.counts.len();
    let mut spreads = vec![0.0; k];
    for (row, &i) in rows.iter().zip(&groups.numbers) {
        spreads[i] += squared_difference(row, groups.mean(i)).sqrt();
    }
    for (spread, count) in spreads.iter_mut().zip(&groups.counts) {
        *spread /= count;
    }
    let apart = |i, j| squared_difference(groups.mean(i), groups.mean(j)).sqrt();
    let small = |number: f64| number.abs() <= 1e-8;
    let no_distance = (0..k).all(|i| (0..i).all(|j| small(apart(i, j))));
    if spreads.iter().all(|&spread| small(spread)) || no_distance {
        return Some(0.0);
    }
    let worst = |i: usize| {
        let others = (0..k).filter(|&j| j != i && apart(i, j) != 0.0);
        let ratios = others.map(|j| (spreads[i] + spreads[j]) / apart(i, j));
        ratios.fold(0.0, |most: f64, ratio| {
            if ratio > most || ratio.is_nan() {
                ratio
            } else {
                most
            }
        })
    };
    Some((0..k).fold(0.0, |sum, i| sum + worst(i)) / k as f64)
}

/// The Calinski-Harabasz index: spread between clusters against spread within, each by its degrees of freedom; large is
/// good.
///
/// Calinski and Harabasz, "A dendrite method for cluster analysis" (1974); scikit-learn's `calinski_harabasz_score`. None
/// unless there are 2 or more clusters and fewer than rows; 1 where there is no spread within.
///
/// # Panics
///
/// When there is not one cluster for each row.
pub fn calinski_harabasz(rows: Rows<'_>, clusters: &[u32]) -> Option<f64> {
    let groups = Groups::of(rows, clusters)?;
    let (n, k) = (rows.len() as f64, groups.counts.len() as f64);
    let mut centre = vec![0.0; rows.dim()];
    for row in rows {
        add(&mut centre, row);
    }
    centre.iter_mut().for_each(|sum| *sum /= n);
    let within = rows
        .iter()
        .zip(&groups.numbers)
        .fold(0.0, |sum, (row, &i)| {
            sum + squared_difference(row, groups.mean(i))
        });
    let between = groups
        .counts
        .iter()
        .enumerate()
        .fold(0.0, |sum, (i, count)| {
            sum + count * squared_difference(groups.mean(i), &centre)
        });
    Some(match within == 0.0 {
        true => 1.0,
        false => between * (n - k) / (within * (k - 1.0)),
    })
}

impl<'a> Groups<'a> {
    fn of(rows: Rows<'a>, clusters: &[u32]) -> Option<Self> {
        let (numbers, counts) = numbered(rows, clusters);
        if counts.len() < 2 || counts.len() >= rows.len() {
            return None;
        }
        let mut groups = Self {
            means: vec![0.0; counts.len() * rows.dim()],
            rows,
            numbers,
            counts,
        };
        for (row, &i) in rows.iter().zip(&groups.numbers) {
            add(&mut groups.means[i * rows.dim()..][..rows.dim()], row);
        }
        for (mean, count) in groups
            .means
            .chunks_exact_mut(rows.dim())
            .zip(&groups.counts)
        {
            mean.iter_mut().for_each(|sum| *sum /= count);
        }
        Some(groups)
    }

    fn mean(&self, cluster: usize) -> &[f64] {
        &self.means[cluster * self.rows.dim()..][..self.rows.dim()]
    }
}

fn add(sum: &mut [f64], row: &[f64]) {
    for (s, x) in sum.iter_mut().zip(row) {
        *s += x;
    }
}
