//! Which label each cluster stands for: engines number their clusters as they like.
//!
//! The best alignment gives each label at most one cluster and each cluster at most one label, as many as there can be, so
//! that as many rows as possible are in their label's cluster: the assignment problem (Kuhn, "The Hungarian method for
//! the assignment problem", 1955), by Kuhn-Munkres of the crate `pathfinding`. A greedy choice would not find it.
//!
//! Where several alignments are best, the one is taken that
//!
//! 1. keeps most pairs of the previous alignment, so that nothing flips while counts tie, and of these
//! 2. gives small labels to small ids: with `C` clusters and `L` labels, the largest sum of `(C - cluster) * (L - label)`.
//!
//! Counts that differ by less than 2^-20 of a row tie, so that rounding in faded counts decides nothing.

use pathfinding::kuhn_munkres::kuhn_munkres;
use pathfinding::matrix::Matrix;
use serde::{Deserialize, Serialize};

use crate::metrics::Confusion;

/// Clusters and labels from this number on are left out: the assignment of so many would take minutes.
const MOST: usize = 4096;
/// Counts are compared in these parts of a row.
const PARTS: f64 = (1 << 20) as f64;
/// Counts above this are taken for this, so that all sums fit 128 bits.
const MOST_ROWS: f64 = (1_u64 << 44) as f64;

/// Which label each cluster stands for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Alignment {
    kind: Kind,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Identity,
    /// By cluster; a cluster may stand for nothing.
    Listed(Vec<Option<usize>>),
}

impl Alignment {
    /// Each cluster stands for the label of the same number: the engine's own ids.
    pub fn identity() -> Self {
        Self {
            kind: Kind::Identity,
        }
    }

    /// Each cluster stands for what is said here, in the order of the clusters.
    pub fn fixed(labels: Vec<Option<usize>>) -> Self {
        Self {
            kind: Kind::Listed(labels),
        }
    }

    /// The best alignment of `clusters` clusters with `labels` labels; more of either where the table has more.
    ///
    /// Where there are more clusters than labels, some stand for none; where there are more labels, some have no cluster.
    /// A cluster without rows stands for a label that is left over. The time is that of `n * n * m` steps for `n` of the
    /// fewer and `m` of the more.
    pub fn best(
        confusion: &Confusion,
        clusters: usize,
        labels: usize,
        previous: Option<&Alignment>,
    ) -> Self {
        let clusters = clusters.max(confusion.clusters());
        let labels = labels.max(confusion.classes());
        let (c, l) = (clusters.min(MOST), labels.min(MOST));
        let mut by_cluster = vec![None; clusters];
        if c > 0 && l > 0 {
            let worth = |cluster, label| worth(confusion, previous, (cluster, label), (c, l));
            // No row of the matrix may be left over.
            if c <= l {
                let matrix = Matrix::from_fn(c, l, |(cluster, label)| worth(cluster, label));
                for (cluster, label) in kuhn_munkres(&matrix).1.into_iter().enumerate() {
                    by_cluster[cluster] = Some(label);
                }
            } else {
                let matrix = Matrix::from_fn(l, c, |(label, cluster)| worth(cluster, label));
                for (label, cluster) in kuhn_munkres(&matrix).1.into_iter().enumerate() {
                    by_cluster[cluster] = Some(label);
                }
            }
        }
        Self::fixed(by_cluster)
    }

    /// The label that a cluster stands for.
    pub fn label(&self, cluster: usize) -> Option<usize> {
        match &self.kind {
            Kind::Identity => Some(cluster),
            Kind::Listed(labels) => labels.get(cluster).copied().flatten(),
        }
    }

    /// The first cluster that stands for a label.
    pub fn cluster(&self, label: usize) -> Option<usize> {
        match &self.kind {
            Kind::Identity => Some(label),
            Kind::Listed(labels) => labels.iter().position(|&found| found == Some(label)),
        }
    }
}

/// What a pair adds to an alignment's worth: its rows before all else, then whether it stays, then small ids.
fn worth(
    confusion: &Confusion,
    previous: Option<&Alignment>,
    (cluster, label): (usize, usize),
    (clusters, labels): (usize, usize),
) -> i128 {
    let most_pairs = clusters.min(labels) as i128;
    let small = ((clusters - cluster) * (labels - label)) as i128;
    // More than all pairs together can add by their ids, and by staying.
    let stay = most_pairs * (clusters * labels) as i128 + 1;
    let row = stay * (most_pairs + 1);
    let stays = previous.is_some_and(|previous| previous.label(cluster) == Some(label));
    let rows = (confusion.count(label, cluster).min(MOST_ROWS) * PARTS).round() as i128;
    rows * row + i128::from(stays) * stay + small
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(counts: &[&[usize]]) -> Confusion {
        let mut table = Confusion::new();
        for (class, counts) in counts.iter().enumerate() {
            for (cluster, &count) in counts.iter().enumerate() {
                (0..count).for_each(|_| table.add(class, cluster));
            }
        }
        table
    }

    fn labels(alignment: &Alignment, clusters: usize) -> Vec<Option<usize>> {
        (0..clusters)
            .map(|cluster| alignment.label(cluster))
            .collect()
    }

    #[test]
    fn is_not_greedy() {
        let best = Alignment::best(&table(&[&[3, 2], &[2, 0]]), 2, 2, None);
        assert_eq!(labels(&best, 2), [Some(1), Some(0)]);
        assert_eq!((best.cluster(0), best.cluster(2)), (Some(1), None));
    }

    #[test]
    fn leaves_over_what_has_no_partner() {
        let more_clusters = Alignment::best(&table(&[&[0, 9, 1], &[0, 8, 2]]), 4, 0, None);
        assert_eq!(labels(&more_clusters, 4), [None, Some(0), Some(1), None]);
        let more_labels = Alignment::best(&table(&[&[1, 0], &[0, 0], &[5, 2]]), 2, 0, None);
        assert_eq!(labels(&more_labels, 2), [Some(2), Some(0)]);
        assert_eq!(
            labels(&Alignment::best(&Confusion::new(), 2, 0, None), 3),
            [None; 3]
        );
    }

    #[test]
    fn ties_keep_the_previous_then_take_small_ids() {
        let tie = table(&[&[4, 4, 0], &[4, 4, 0], &[0, 0, 0]]);
        let first = Alignment::best(&tie, 3, 3, None);
        assert_eq!(labels(&first, 3), [Some(0), Some(1), Some(2)]);
        let other = Alignment::fixed(vec![Some(1), Some(0), Some(2)]);
        assert_eq!(Alignment::best(&tie, 3, 3, Some(&other)), other);
        let decided = table(&[&[5, 4, 0], &[4, 4, 0], &[0, 0, 0]]);
        assert_eq!(Alignment::best(&decided, 3, 3, Some(&other)), first);
    }

    #[test]
    fn rounding_of_faded_counts_ties_and_no_more() {
        let mut faded = Confusion::new();
        for _ in 0..1000 {
            faded.fade(0.9);
            for (class, cluster) in [(0, 0), (1, 0), (1, 1), (0, 1)] {
                faded.add(class, cluster);
            }
        }
        let other = Alignment::fixed(vec![Some(1), Some(0)]);
        assert_eq!(Alignment::best(&faded, 2, 0, Some(&other)), other);
        // A row that has faded to nearly nothing still decides.
        faded.add(0, 0);
        (0..100).for_each(|_| faded.fade(0.9));
        assert_ne!(Alignment::best(&faded, 2, 0, Some(&other)), other);
    }

    #[test]
    fn numbers_fit_where_all_is_large() {
        let huge = worth(&Confusion::from_iter([(0, 0)]), None, (0, 0), (MOST, MOST));
        assert!(huge.checked_mul(MOST_ROWS as i128).is_some());
        let wide = Alignment::best(
            &Confusion::from_iter([(0, 5000), (0, 5000), (0, 1)]),
            0,
            0,
            None,
        );
        assert_eq!((wide.label(1), wide.label(5000)), (Some(0), None));
    }
}
