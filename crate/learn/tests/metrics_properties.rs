//! What measures have to keep, whatever the rows.

// A test that fails says where.
#![allow(clippy::unwrap_used)]

use eddy_learn::Rows;
use eddy_learn::kmeans::Distance;
use eddy_learn::metrics::*;
use proptest::collection::vec;
use proptest::prelude::*;

const K: usize = 5;

/// Rows as class and cluster.
fn rows() -> impl Strategy<Value = Vec<(usize, usize)>> {
    vec((0..K, 0..K), 0..60)
}

fn table(rows: &[(usize, usize)]) -> Confusion {
    rows.iter().copied().collect()
}

/// The measures that do not look at numbers of classes and clusters, but NaN as 0.
fn measures(table: &Confusion) -> [f64; 8] {
    let measures: [fn(&Confusion) -> f64; 8] = [
        rand_index,
        adjusted_rand_index,
        mutual_information,
        normalized_mutual_information,
        homogeneity,
        completeness,
        v_measure,
        Confusion::purity,
    ];
    measures.map(|measure| {
        Some(measure(table))
            .filter(|found| !found.is_nan())
            .unwrap_or(0.0)
    })
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * a.abs().max(b.abs()).max(1.0)
}

fn counts(table: &Confusion) -> Vec<f64> {
    (0..K * K).map(|i| table.count(i / K, i % K)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn names_of_classes_and_clusters_do_not_matter(
        rows in rows(),
        classes in Just((0..K).collect::<Vec<_>>()).prop_shuffle(),
        clusters in Just((0..K).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let renamed: Vec<_> = rows.iter().map(|&(t, p)| (classes[t], clusters[p])).collect();
        for (one, other) in measures(&table(&rows)).into_iter().zip(measures(&table(&renamed))) {
            prop_assert!(near(one, other), "{one} {other}");
        }
    }

    #[test]
    fn classes_and_clusters_can_be_swapped(rows in rows()) {
        let swapped: Vec<_> = rows.iter().map(|&(t, p)| (p, t)).collect();
        let (one, other) = (measures(&table(&rows)), measures(&table(&swapped)));
        for i in [0, 1, 2, 3, 6] {
            prop_assert!(near(one[i], other[i]), "{i}");
        }
        prop_assert!(near(one[4], other[5]));
    }

    #[test]
    fn measures_stay_in_their_range(rows in rows()) {
        let found = measures(&table(&rows));
        for (i, measure) in found.into_iter().enumerate() {
            let range = match i {
                1 => -1.0..=1.0,
                2 => 0.0..=1.61,
                _ => 0.0..=1.0 + 1e-12,
            };
            prop_assert!(range.contains(&measure), "{i}: {measure}");
        }
    }

    #[test]
    fn a_window_is_what_adding_and_taking_out_leaves(rows in rows(), window in 1_usize..20) {
        let mut windowed = Prequential::<Confusion>::new(Span::Window(window)).unwrap();
        let mut kept = Confusion::new();
        for (i, &(class, cluster)) in rows.iter().enumerate() {
            windowed.add((class, cluster));
            kept.add(class, cluster);
            if i >= window {
                let (class, cluster) = rows[i - window];
                prop_assert!(kept.remove(class, cluster));
            }
            prop_assert_eq!(counts(&windowed.tally()), counts(&kept));
            prop_assert_eq!(measures(&windowed.tally()), measures(&kept));
        }
    }

    #[test]
    fn merged_tables_are_one(rows in rows(), cut in 0_usize..60) {
        let (before, after) = rows.split_at(cut.min(rows.len()));
        let mut merged = table(before);
        merged.merge(&table(after));
        prop_assert_eq!(counts(&merged), counts(&table(&rows)));
    }

    #[test]
    fn regression_is_what_two_passes_give(
        rows in vec((-1e3..1e3, -1e3..1e3), 2..50),
        offset in prop_oneof![Just(0.0), Just(1e9)],
        factor in 0.5..=1.0,
    ) {
        let rows: Vec<(f64, f64)> = rows.iter().map(|(t, p): &(f64, f64)| (t.round() + offset, p.round() + offset)).collect();
        let mut online = Prequential::<Regression>::new(Span::Fading(factor)).unwrap();
        rows.iter().for_each(|&row| online.add(row));
        let online = online.tally();
        let mut weights: Vec<f64> = rows.iter().scan(1.0 / factor, |w, _| { *w *= factor; Some(*w) }).collect();
        weights.reverse();
        let mean = |of: &dyn Fn(f64, f64) -> f64| {
            let sum = rows.iter().zip(&weights).fold(0.0, |sum, (&(t, p), w)| sum + w * of(t - offset, p - offset));
            sum / weights.iter().sum::<f64>()
        };
        let (mse, mae) = (mean(&|t, p| (t - p) * (t - p)), mean(&|t, p| (t - p).abs()));
        prop_assert!(near(online.mse(), mse) && near(online.mae(), mae));
        let centre = mean(&|t, _| t);
        let spread = mean(&|t, _| (t - centre) * (t - centre));
        if spread > 1.0 {
            prop_assert!((online.r2() - (1.0 - mse / spread)).abs() <= 1e-9 * (mse / spread).max(1.0));
        }
    }

    #[test]
    fn silhouettes_are_the_means_of_distances(
        points in vec((-9_i32..9, -9_i32..9, 0_u32..3), 3..25),
        by in prop_oneof![Just(Distance::Euclidean), Just(Distance::Manhattan)],
    ) {
        let data: Vec<f64> = points.iter().flat_map(|&(x, y, _)| [f64::from(x), f64::from(y)]).collect();
        let clusters: Vec<u32> = points.iter().map(|point| point.2 * 7).collect();
        let rows = Rows::new(&data, 2).unwrap();
        let Some(found) = silhouettes(rows, &clusters, by) else { return Ok(()) };
        let apart = |i: usize, j: usize| {
            let (x, y) = (rows.row(i)[0] - rows.row(j)[0], rows.row(i)[1] - rows.row(j)[1]);
            if by == Distance::Manhattan { x.abs() + y.abs() } else { (x * x + y * y).sqrt() }
        };
        for (i, found) in found.into_iter().enumerate() {
            let mean = |cluster: u32| {
                let others: Vec<usize> = (0..points.len()).filter(|&j| j != i && clusters[j] == cluster).collect();
                others.iter().map(|&j| apart(i, j)).sum::<f64>() / others.len() as f64
            };
            let inside = mean(clusters[i]);
            let outside = [0, 7, 14].into_iter().filter(|&c| c != clusters[i]).map(mean).filter(|b| !b.is_nan());
            let outside = outside.fold(f64::INFINITY, f64::min);
            let expected = match inside.is_nan() || inside.max(outside) == 0.0 {
                true => 0.0,
                false => (outside - inside) / inside.max(outside),
            };
            prop_assert!(near(found, expected), "{found} {expected}");
        }
    }
}
