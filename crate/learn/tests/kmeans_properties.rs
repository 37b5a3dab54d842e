//! What holds for k-means on any rows.

// A test that fails says where.
#![allow(clippy::unwrap_used)]

mod common;

use common::{FLINK, SPARK};
use eddy_learn::Rows;
use eddy_learn::kmeans::{BatchSummary, Decay, Distance, Engine, Kmeans, Model, Params, Spec};
use proptest::prelude::*;

const DIM: usize = 2;

/// A batch of rows, an initial model of 2 to 4 clusters and parameters that go with it.
#[derive(Clone, Debug)]
struct Case {
    spec: Spec,
    initial: Model,
    rows: Vec<[f64; DIM]>,
}

impl Case {
    fn fit(&self) -> (Kmeans, BatchSummary) {
        let params = Params::new(self.spec).unwrap();
        let mut kmeans = Kmeans::new(params, self.initial.clone()).unwrap();
        let summary = kmeans.partial_fit(Rows::new(self.rows.as_flattened(), DIM).unwrap());
        (kmeans, summary)
    }
}

fn spec() -> impl Strategy<Value = Spec> {
    let decay = (0.0..=1.0).prop_map(Decay::Factor);
    let flink = (decay.clone(), 1_usize..5, 0_usize..3).prop_map(|(decay, parallelism, i)| {
        let distance = [Distance::Euclidean, Distance::Manhattan, Distance::Cosine][i];
        Spec {
            decay,
            parallelism,
            distance,
            ..FLINK
        }
    });
    let spark = decay.prop_map(|decay| Spec { decay, ..SPARK });
    prop_oneof![flink, spark]
}

fn case() -> impl Strategy<Value = Case> {
    let number = || (-100.0..100.0).prop_map(|x: f64| x + 0.5);
    (
        spec(),
        2_usize..5,
        prop::collection::vec([number(), number()], 0..40),
    )
        .prop_flat_map(move |(spec, k, rows)| {
            let centroids = prop::collection::vec(number(), k * DIM);
            let weights = prop::collection::vec(0.0..50.0, k);
            (centroids, weights).prop_map(move |(centroids, weights)| Case {
                spec: Spec {
                    k,
                    dim: DIM,
                    ..spec
                },
                initial: Model { centroids, weights },
                rows: rows.clone(),
            })
        })
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// The weights after a batch are the decayed ones before it and its rows; a split only moves them.
    #[test]
    fn weights_add_up(case in case()) {
        let (kmeans, summary) = case.fit();
        let before: f64 = case.initial.weights.iter().sum();
        let after: f64 = kmeans.model().weights.iter().sum();
        let decayed = before * kmeans.params().decay_factor();
        prop_assert!(near(after, decayed + case.rows.len() as f64), "{before} {after}");
        prop_assert_eq!(summary.counts.iter().sum::<u64>(), case.rows.len() as u64);
        prop_assert_eq!(summary.rows, case.rows.len());
    }

    /// Nothing known and nothing forgotten: a centroid is the plain mean of its rows.
    #[test]
    fn decay_1_on_one_batch_from_nothing_is_the_mean(mut case in case()) {
        case.spec.decay = Decay::Factor(1.0);
        case.spec.parallelism = 1;
        case.initial.weights.fill(0.0);
        let (kmeans, summary) = case.fit();
        // Spark splits at once where a cluster got no rows.
        if summary.split.is_some() {
            return Ok(());
        }
        let start = Kmeans::new(*kmeans.params(), case.initial.clone()).unwrap();
        for cluster in 0..case.spec.k {
            let of_cluster = |row: &&[f64; DIM]| start.predict(&row[..]).cluster as usize == cluster;
            let rows: Vec<_> = case.rows.iter().filter(of_cluster).collect();
            prop_assert_eq!(rows.len() as u64, summary.counts[cluster]);
            for j in 0..DIM {
                let found = kmeans.model().centroids[cluster * DIM + j];
                let expected = match rows.len() {
                    0 => case.initial.centroids[cluster * DIM + j],
                    n => rows.iter().map(|row| row[j]).sum::<f64>() / n as f64,
                };
                prop_assert!(near(found, expected), "{found} {expected}");
            }
        }
    }

    /// The order of the rows of a batch is rounding.
    #[test]
    fn order_within_a_batch_is_rounding((case, shuffled) in case().prop_flat_map(|case| {
        let rows = Just(case.rows.clone()).prop_shuffle();
        (Just(case.clone()), rows.prop_map(move |rows| Case { rows, ..case.clone() }))
    })) {
        let ((a, in_order), (b, in_another)) = (case.fit(), shuffled.fit());
        prop_assert_eq!(&in_order.counts, &in_another.counts);
        prop_assert_eq!(in_order.split, in_another.split);
        for (a, b) in a.model().centroids.iter().zip(&b.model().centroids) {
            prop_assert!(near(*a, *b), "{a} {b}");
        }
        // Which of two near equal centroids a row falls to may hang on rounding; then so does the inertia afterwards.
        prop_assert!(near(in_order.shift, in_another.shift));
        prop_assert!(case.rows.is_empty() || near(in_order.inertia_before, in_another.inertia_before));
    }

    /// Subtasks change rounding only, but where a cluster has neither weight nor rows: there it becomes zero.
    #[test]
    fn subtasks_change_rounding_only(mut case in case(), parallelism in 2_usize..6) {
        case.spec.engine = Engine::Flink;
        case.spec.parallelism = 1;
        let (one, summary) = case.fit();
        case.spec.parallelism = parallelism;
        let (many, many_summary) = case.fit();
        prop_assert_eq!(summary.counts, many_summary.counts);
        for cluster in 0..case.spec.k {
            let (weight, many_weight) = (one.model().weights[cluster], many.model().weights[cluster]);
            prop_assert!(near(weight, many_weight));
            for j in cluster * DIM..(cluster + 1) * DIM {
                let found = many.model().centroids[j];
                // Between these a weight is near 1e-16, where Flink's divisor makes the centroid shrink.
                if weight == 0.0 {
                    prop_assert_eq!(found, 0.0);
                } else if weight > 1e-9 {
                    prop_assert!(near(found, one.model().centroids[j]));
                }
            }
        }
    }

    /// A prediction is the nearest centroid, the runner-up the nearest of the others.
    #[test]
    fn predictions_are_the_nearest(mut case in case(), row in [-100.0..100.0, -100.0..100.0]) {
        if case.spec.distance == Distance::Cosine {
            case.spec.distance = Distance::Manhattan;
        }
        let kmeans = Kmeans::new(Params::new(case.spec).unwrap(), case.initial.clone()).unwrap();
        let found = kmeans.predict(&row);
        let distances: Vec<f64> = case.initial.centroids.chunks_exact(DIM).map(|c| {
            let (x, y) = (c[0] - row[0], c[1] - row[1]);
            match case.spec.distance {
                Distance::Manhattan => x.abs() + y.abs(),
                _ => (x * x + y * y).sqrt(),
            }
        }).collect();
        let mut sorted = distances.clone();
        sorted.sort_by(f64::total_cmp);
        // Flink's euclidean distance has half of a double's digits.
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-5;
        prop_assert!(close(found.distance, sorted[0]) && close(found.runner_up_distance, sorted[1]));
        prop_assert!(close(distances[found.cluster as usize], sorted[0]));
        prop_assert!(close(distances[found.runner_up as usize], sorted[1]));
        prop_assert_ne!(found.cluster, found.runner_up);
        let told = eddy_learn::kmeans::distances(kmeans.params(), kmeans.model(), &row);
        prop_assert_eq!(told.len(), distances.len());
        prop_assert_eq!(told[found.cluster as usize], found.distance);
        prop_assert_eq!(told[found.runner_up as usize], found.runner_up_distance);
    }
}
