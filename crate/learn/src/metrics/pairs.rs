//! Pairs of rows: together in a class, together in a cluster. The Rand index, and the same adjusted for chance.

use super::Confusion;
use super::confusion::Cell;

/// How the pairs of rows are spread.
struct Pairs {
    /// In one class and in one cluster.
    both: f64,
    /// In one class, in two clusters.
    class_only: f64,
    /// In one cluster, of two classes.
    cluster_only: f64,
    /// Of two classes, in two clusters.
    neither: f64,
}

/// The Rand index: the share of pairs on which classes and clusters agree, 0 to 1; 1 where there is no pair.
///
/// Rand, "Objective criteria for the evaluation of clustering methods" (1971); scikit-learn's `rand_score`.
pub fn rand_index(confusion: &Confusion) -> f64 {
    let pairs = Pairs::of(confusion);
    let disagree = pairs.class_only + pairs.cluster_only;
    let agree = pairs.both + pairs.neither;
    match disagree == 0.0 {
        true => 1.0,
        false => agree / (agree + disagree),
    }
}

/// The adjusted Rand index: 1 for the same partition, about 0 for chance, below 0 for worse; 1 where there is no pair.
///
/// Hubert and Arabie, "Comparing partitions" (1985), in the form of Steinley, "Properties of the Hubert-Arabie adjusted
/// Rand index" (2004); scikit-learn's `adjusted_rand_score`. Of faded rows a pair counts as the product of its weights.
pub fn adjusted_rand_index(confusion: &Confusion) -> f64 {
    let Pairs {
        both,
        class_only,
        cluster_only,
        neither,
    } = Pairs::of(confusion);
    if class_only == 0.0 && cluster_only == 0.0 {
        return 1.0;
    }
    let classes = (both + class_only) * (class_only + neither);
    let clusters = (both + cluster_only) * (cluster_only + neither);
    2.0 * (both * neither - class_only * cluster_only) / (classes + clusters)
}

impl Pairs {
    fn of(confusion: &Confusion) -> Self {
        // Each pair twice, as an ordered pair of different rows: (sum of weights)^2 less each row with itself.
        let pairs = |cell: &Cell| (cell.weight * cell.weight - cell.squares).max(0.0);
        let sum = |cells: &[Cell]| cells.iter().fold(0.0, |sum, cell| sum + pairs(cell));
        let classes = confusion.class_cells();
        let both = confusion
            .filled()
            .fold(0.0, |sum, (_, _, cell)| sum + pairs(&cell));
        let in_class = sum(&classes);
        let in_cluster = sum(&confusion.cluster_cells());
        let all = classes.into_iter().fold(Cell::default(), Cell::plus);
        Self {
            both,
            class_only: (in_class - both).max(0.0),
            cluster_only: (in_cluster - both).max(0.0),
            neither: (pairs(&all) - in_class - in_cluster + both).max(0.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_pairs_of_faded_rows_by_the_product_of_their_weights() {
        // Row by row: (class, cluster), and the weight that is left of it.
        let rows = [(0, 0, 0.125), (0, 0, 0.25), (1, 0, 0.5), (1, 1, 1.0)];
        let mut table = Confusion::new();
        for (class, cluster, _) in rows {
            table.fade(0.5);
            table.add(class, cluster);
        }
        let (mut agree, mut all) = (0.0, 0.0);
        for (i, a) in rows.iter().enumerate() {
            for b in &rows[..i] {
                all += a.2 * b.2;
                agree += if (a.0 == b.0) == (a.1 == b.1) {
                    a.2 * b.2
                } else {
                    0.0
                };
            }
        }
        assert!((rand_index(&table) - agree / all).abs() < 1e-15);
    }
}
