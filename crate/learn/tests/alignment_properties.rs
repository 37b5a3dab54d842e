//! What every alignment of clusters with labels has to keep.

// A test that fails says where.
#![allow(clippy::unwrap_used)]

use eddy_learn::alignment::Alignment;
use eddy_learn::metrics::Confusion;
use proptest::collection::vec;
use proptest::prelude::*;

/// Counts by class, then by cluster; small, so that many tie.
fn counts() -> impl Strategy<Value = Vec<Vec<u32>>> {
    (1_usize..=6, 1_usize..=6)
        .prop_flat_map(|(classes, clusters)| vec(vec(0_u32..5, clusters), classes))
}

fn table(counts: &[Vec<u32>]) -> Confusion {
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

fn total(table: &Confusion, labels: &[Option<usize>]) -> f64 {
    let pairs = labels.iter().enumerate();
    pairs
        .filter_map(|(cluster, label)| Some(table.count((*label)?, cluster)))
        .sum()
}

/// Every alignment there is, of as many pairs as there can be.
fn all(clusters: usize, classes: usize) -> Vec<Vec<Option<usize>>> {
    fn extend(
        all: &mut Vec<Vec<Option<usize>>>,
        begun: &mut Vec<Option<usize>>,
        clusters: usize,
        classes: usize,
    ) {
        if begun.len() == clusters {
            if begun.iter().flatten().count() == clusters.min(classes) {
                all.push(begun.clone());
            }
            return;
        }
        for label in (0..classes).map(Some).chain([None]) {
            if label.is_none() || !begun.contains(&label) {
                begun.push(label);
                extend(all, begun, clusters, classes);
                begun.pop();
            }
        }
    }
    let mut found = Vec::new();
    extend(&mut found, &mut Vec::new(), clusters, classes);
    found
}

/// The alignments that no other one is better than.
fn best(table: &Confusion, clusters: usize) -> Vec<Vec<Option<usize>>> {
    let mut best = all(clusters, table.classes());
    let most = best
        .iter()
        .map(|labels| total(table, labels))
        .fold(0.0, f64::max);
    best.retain(|labels| total(table, labels) == most);
    best
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_other_alignment_has_more_rows_right(counts in counts()) {
        let table = table(&counts);
        let clusters = counts[0].len();
        let found = labels(&Alignment::best(&table, clusters, 0, None), clusters);
        prop_assert!(best(&table, clusters).contains(&found), "{found:?}");
    }

    #[test]
    fn the_previous_stays_as_far_as_counts_allow(counts in counts(), previous in vec(proptest::option::of(0_usize..6), 6)) {
        let table = table(&counts);
        let clusters = counts[0].len();
        let kept = |labels: &[Option<usize>]| labels.iter().zip(&previous).filter(|(l, p)| l.is_some() && l == p).count();
        let found = labels(&Alignment::best(&table, clusters, 0, Some(&Alignment::fixed(previous.clone()))), clusters);
        let best = best(&table, clusters);
        prop_assert!(best.contains(&found));
        prop_assert_eq!(kept(&found), best.iter().map(|labels| kept(labels)).max().unwrap());
    }

    #[test]
    fn of_the_best_small_ids_have_small_labels(counts in counts()) {
        let table = table(&counts);
        let (clusters, classes) = (counts[0].len(), table.classes());
        let small = |labels: &[Option<usize>]| -> usize {
            let pairs = labels.iter().enumerate();
            pairs.filter_map(|(cluster, label)| Some((clusters - cluster) * (classes - (*label)?))).sum()
        };
        let found = labels(&Alignment::best(&table, clusters, 0, None), clusters);
        prop_assert_eq!(small(&found), best(&table, clusters).iter().map(|labels| small(labels)).max().unwrap());
    }

    #[test]
    fn nothing_flips_while_nothing_gets_better(counts in counts(), rounds in 1_u32..4) {
        // The same rows again and again: every alignment that ties goes on to tie.
        let once = table(&counts);
        let clusters = counts[0].len();
        let mut sum = once.clone();
        let first = Alignment::best(&sum, clusters, 0, None);
        let mut last = first.clone();
        for _ in 0..rounds {
            sum.merge(&once);
            last = Alignment::best(&sum, clusters, 0, Some(&last));
        }
        prop_assert_eq!(first, last);
    }

    #[test]
    fn other_ids_change_nothing_but_the_ids(
        (counts, ids) in counts().prop_flat_map(|counts| {
            let ids: Vec<usize> = (0..counts[0].len()).collect();
            (Just(counts), Just(ids).prop_shuffle())
        }),
    ) {
        let clusters = ids.len();
        let permuted: Vec<Vec<u32>> = counts.iter().map(|row| ids.iter().map(|&id| row[id]).collect()).collect();
        let (table, permuted) = (table(&counts), table(&permuted));
        let found = labels(&Alignment::best(&table, clusters, 0, None), clusters);
        let expected: Vec<Option<usize>> = ids.iter().map(|&id| found[id]).collect();
        // With the permuted previous alignment, the same; without one, where only one is best.
        let previous = Alignment::fixed(expected.clone());
        prop_assert_eq!(labels(&Alignment::best(&permuted, clusters, 0, Some(&previous)), clusters), expected.clone());
        if best(&table, clusters).len() == 1 {
            prop_assert_eq!(labels(&Alignment::best(&permuted, clusters, 0, None), clusters), expected);
        }
    }
}
