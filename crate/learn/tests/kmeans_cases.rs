//! Small cases of k-means whose answers can be seen.

// A test that fails says where.
#![allow(clippy::unwrap_used)]

mod common;

use common::{FLINK, SPARK};
use eddy_learn::Rows;
use eddy_learn::kmeans::{
    Decay, Distance, Kmeans, Model, Nearest, Params, Spec, TimeUnit, nearest,
};

fn start(spec: Spec, centroids: &[f64], weights: &[f64]) -> Kmeans {
    let k = weights.len();
    let params = Params::new(Spec {
        k,
        dim: centroids.len() / k,
        ..spec
    })
    .unwrap();
    let initial = Model {
        centroids: centroids.to_vec(),
        weights: weights.to_vec(),
    };
    Kmeans::new(params, initial).unwrap()
}

fn predicted(n: Nearest) -> (u32, f64, u32, f64) {
    (n.cluster, n.distance, n.runner_up, n.runner_up_distance)
}

#[test]
fn a_prediction_has_a_runner_up_in_the_models_distance() {
    let centroids = [0.0, 10.0, 3.0, 0.0, 0.0, 4.0];
    let check = |spec, expected| {
        let kmeans = start(spec, &centroids, &[0.0; 3]);
        assert_eq!(predicted(kmeans.predict(&[3.0, 4.0])), expected);
    };
    check(FLINK, (2, 3.0, 1, 4.0));
    check(SPARK, (2, 3.0, 1, 4.0));
    check(
        Spec {
            distance: Distance::Manhattan,
            ..FLINK
        },
        (2, 3.0, 1, 4.0),
    );
    let (cosine, next) = (1.0 - 4.0 / 5.0, 1.0 - 3.0 / 5.0);
    let kmeans = start(
        Spec {
            distance: Distance::Cosine,
            ..FLINK
        },
        &centroids[..4],
        &[0.0; 2],
    );
    let found = kmeans.predict(&[3.0, 4.0]);
    assert_eq!((found.cluster, found.runner_up), (0, 1));
    assert!((found.distance - cosine).abs() < 1e-15);
    assert!((found.runner_up_distance - next).abs() < 1e-15);
}

#[test]
fn the_first_of_equals_wins_and_the_next_is_the_runner_up() {
    for spec in [
        FLINK,
        SPARK,
        Spec {
            distance: Distance::Manhattan,
            ..FLINK
        },
    ] {
        let kmeans = start(spec, &[2.0, -1.0, 1.0, -1.0], &[0.0; 4]);
        assert_eq!(predicted(kmeans.predict(&[0.0])), (1, 1.0, 2, 1.0));
    }
}

#[test]
fn one_cluster_is_its_own_runner_up() {
    let found = start(SPARK, &[1.0], &[0.0]).predict(&[4.0]);
    assert_eq!(
        (found.cluster, found.distance, found.runner_up),
        (0, 3.0, 0)
    );
    assert!(found.runner_up_distance.is_nan());
}

#[test]
fn a_nan_row_is_near_to_nothing() {
    let kmeans = start(FLINK, &[1.0, 2.0, 3.0], &[0.0; 3]);
    let found = kmeans.predict(&[f64::NAN]);
    assert_eq!((found.cluster, found.runner_up), (0, 1));
    assert!(found.distance.is_nan() && found.runner_up_distance.is_nan());
}

#[test]
fn a_nan_centroid_is_nobodys() {
    let mut kmeans = start(FLINK, &[1.0, 2.0, 3.0], &[0.0; 3]);
    let summary = kmeans.partial_fit(Rows::new(&[f64::NAN, 3.0], 1).unwrap());
    assert_eq!(summary.counts, [1, 0, 1]);
    assert!(summary.shift.is_nan() && summary.inertia_before.is_nan());
    let found = kmeans.predict(&[0.0]);
    assert_eq!(predicted(found), (1, 2.0, 2, 3.0));
}

#[test]
fn an_older_version_predicts_as_it_did() {
    let mut kmeans = start(FLINK, &[0.0, 10.0], &[1.0, 1.0]);
    let older = kmeans.model().clone();
    let before = kmeans.predict(&[6.0]);
    kmeans.partial_fit(Rows::new(&[4.0, 20.0, 40.0], 1).unwrap());
    assert_eq!(nearest(kmeans.params(), &older, &[6.0]), before);
    assert_eq!((before.cluster, kmeans.predict(&[6.0]).cluster), (1, 0));
}

/// By hand: each of 2 subtasks halves the weights (0.5 / 2 of 4), takes its part of the rows and is merged by weight.
#[test]
fn subtasks_are_merged_by_weight() {
    let spec = Spec {
        decay: Decay::Factor(0.5),
        parallelism: 2,
        ..FLINK
    };
    let mut kmeans = start(spec, &[0.0, 100.0, 500.0], &[4.0, 4.0, 0.0]);
    let summary = kmeans.partial_fit(Rows::new(&[2.0, 2.0, 100.0], 1).unwrap());
    assert_eq!(summary.counts, [2, 1, 0]);
    assert_eq!(kmeans.model().weights, [4.0, 3.0, 0.0]);
    assert_eq!(kmeans.model().centroids, [1.0, 100.0, 0.0]);
    assert_eq!(summary.shift, 500.0);
}

#[test]
fn an_empty_batch_has_no_inertia() {
    let mut kmeans = start(
        Spec {
            decay: Decay::Factor(0.5),
            ..SPARK
        },
        &[0.0, 1.0],
        &[2.0, 4.0],
    );
    let summary = kmeans.partial_fit(Rows::new(&[], 1).unwrap());
    assert_eq!((summary.rows, summary.shift, summary.split), (0, 0.0, None));
    assert_eq!(summary.counts, [0, 0]);
    assert!(summary.inertia_before.is_nan() && summary.inertia_after.is_nan());
    assert_eq!(kmeans.model().weights, [1.0, 2.0]);
}

#[test]
fn inertia_is_per_row_and_squared() {
    let mut kmeans = start(FLINK, &[0.0, 100.0], &[0.0, 0.0]);
    let summary = kmeans.partial_fit(Rows::new(&[2.0, 4.0], 1).unwrap());
    assert_eq!((summary.inertia_before, summary.inertia_after), (10.0, 1.0));
    assert_eq!(summary.shift, 3.0);
}

#[test]
fn a_half_life_in_points_halves_after_that_many_rows() {
    let decay = Decay::HalfLife(3.0);
    let mut kmeans = start(
        Spec {
            decay,
            time_unit: TimeUnit::Points,
            ..SPARK
        },
        &[0.0, 100.0],
        &[8.0, 16.0],
    );
    kmeans.partial_fit(Rows::new(&[], 1).unwrap());
    assert_eq!(kmeans.model().weights, [8.0, 16.0]);
    kmeans.partial_fit(Rows::new(&[1.0, 2.0, 3.0], 1).unwrap());
    let weights = &kmeans.model().weights;
    assert!(
        (weights[0] - 7.0).abs() < 1e-14 && (weights[1] - 8.0).abs() < 1e-14,
        "{weights:?}"
    );
}
