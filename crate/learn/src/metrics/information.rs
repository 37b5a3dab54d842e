//! What clusters tell of classes, in nats: mutual information, and what is made of it.

use super::Confusion;
use super::confusion::Cell;

/// Entropies below a rounding of 1 count as 0, as in scikit-learn.
const EPSILON: f64 = f64::EPSILON;

/// Mutual information of classes and clusters in nats, 0 or more; NaN without rows.
///
/// Shannon (1948); scikit-learn's `mutual_info_score`.
pub fn mutual_information(confusion: &Confusion) -> f64 {
    let (classes, clusters) = (confusion.class_cells(), confusion.cluster_cells());
    let rows = confusion.rows();
    if rows == 0.0 {
        return f64::NAN;
    }
    if filled(&classes) == 1 || filled(&clusters) == 1 {
        return 0.0;
    }
    let sum = confusion.filled().fold(0.0, |sum, (class, cluster, cell)| {
        let share = cell.weight / rows;
        let outer = classes[class].weight * clusters[cluster].weight;
        let expected = 2.0 * libm::log(rows) - libm::log(outer);
        let term = share * (libm::log(cell.weight) - libm::log(rows)) + share * expected;
        sum + if term.abs() < EPSILON { 0.0 } else { term }
    });
    sum.max(0.0)
}

/// Normalized mutual information: mutual information divided by the mean of both entropies, 0 to 1.
///
/// Strehl and Ghosh, "Cluster ensembles" (2002), with the arithmetic mean; scikit-learn's `normalized_mutual_info_score`.
/// 1 for one class in one cluster, and without rows.
pub fn normalized_mutual_information(confusion: &Confusion) -> f64 {
    let (classes, clusters) = (confusion.class_cells(), confusion.cluster_cells());
    if filled(&classes) <= 1 && filled(&clusters) <= 1 {
        return 1.0;
    }
    let information = mutual_information(confusion);
    match information <= EPSILON {
        true => 0.0,
        false => information / ((entropy(&classes) + entropy(&clusters)) / 2.0),
    }
}

/// Homogeneity: how far each cluster holds one class only, 0 to 1; 1 where there is one class, and without rows.
///
/// Rosenberg and Hirschberg, "V-measure" (2007).
pub fn homogeneity(confusion: &Confusion) -> f64 {
    explained(confusion, &confusion.class_cells())
}

/// Completeness: how far each class is in one cluster only, 0 to 1; 1 where there is one cluster, and without rows.
///
/// Rosenberg and Hirschberg, "V-measure" (2007).
pub fn completeness(confusion: &Confusion) -> f64 {
    explained(confusion, &confusion.cluster_cells())
}

/// The V-measure: the harmonic mean of homogeneity and completeness; 0 where both are.
///
/// Rosenberg and Hirschberg, "V-measure" (2007). The same as [`normalized_mutual_information`], but for rounding.
pub fn v_measure(confusion: &Confusion) -> f64 {
    let (h, c) = (homogeneity(confusion), completeness(confusion));
    match h + c == 0.0 {
        true => 0.0,
        false => 2.0 * h * c / (h + c),
    }
}

/// The share of an entropy that mutual information is.
fn explained(confusion: &Confusion, cells: &[Cell]) -> f64 {
    let entropy = entropy(cells);
    match entropy == 0.0 {
        true => 1.0,
        false => mutual_information(confusion) / entropy,
    }
}

fn entropy(cells: &[Cell]) -> f64 {
    if filled(cells) <= 1 {
        return 0.0;
    }
    let rows = cells.iter().fold(0.0, |sum, cell| sum + cell.weight);
    let weights = cells
        .iter()
        .map(|cell| cell.weight)
        .filter(|&weight| weight > 0.0);
    -weights.fold(0.0, |sum, weight| {
        sum + weight / rows * (libm::log(weight) - libm::log(rows))
    })
}

fn filled(cells: &[Cell]) -> usize {
    cells.iter().filter(|cell| cell.weight > 0.0).count()
}
