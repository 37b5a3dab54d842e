//! What k-means refuses, and what it says then.

// A test that fails says where.
#![allow(clippy::unwrap_used)]

mod common;

use common::{FLINK, SPARK};
use eddy_learn::kmeans::{
    Decay, Distance, Engine, Kmeans, Model, Params, Spec, TimeUnit, Unusable, check_row,
};

fn check_params(spec: Spec, refused: &str) {
    match Params::new(spec) {
        Ok(_) => panic!("{spec:?} is taken, should be: {refused}"),
        Err(error) => assert_eq!(error.to_string(), refused),
    }
}

#[test]
fn parameters_that_the_engine_refuses() {
    check_params(Spec { k: 1, ..FLINK }, "k is 2 or more for Flink. Now: 1.");
    check_params(Spec { k: 0, ..SPARK }, "k is 1 or more for Spark. Now: 0.");
    check_params(
        Spec {
            k: 1 << 32,
            ..SPARK
        },
        "k is at most 4294967295. Now: 4294967296.",
    );
    check_params(
        Spec { dim: 0, ..FLINK },
        "a row has at least one number. Now: 0.",
    );
    for (factor, shown) in [(1.5, "1.5"), (-0.1, "-0.1"), (f64::NAN, "NaN")] {
        for spec in [FLINK, SPARK] {
            let refused = format!("decay factor is 0 to 1. Now: {shown}.");
            check_params(
                Spec {
                    decay: Decay::Factor(factor),
                    ..spec
                },
                &refused,
            );
        }
    }
    for (h, shown) in [
        (0.0, "0"),
        (-3.0, "-3"),
        (f64::NAN, "NaN"),
        (f64::INFINITY, "inf"),
    ] {
        let refused = format!("half-life is a number above 0. Now: {shown}.");
        check_params(
            Spec {
                decay: Decay::HalfLife(h),
                ..SPARK
            },
            &refused,
        );
    }
    for (parallelism, shown) in [(0, "0"), (32769, "32769")] {
        let refused = format!("parallelism is 1 to 32768. Now: {shown}.");
        check_params(
            Spec {
                parallelism,
                ..FLINK
            },
            &refused,
        );
    }
}

#[test]
fn parameters_that_the_engine_does_not_have() {
    let refused = "half-life is Spark's. Give Flink a decay factor.";
    check_params(
        Spec {
            decay: Decay::HalfLife(2.0),
            ..FLINK
        },
        refused,
    );
    let refused = "decay per point is Spark's. Flink decays per batch.";
    check_params(
        Spec {
            time_unit: TimeUnit::Points,
            ..FLINK
        },
        refused,
    );
    let refused = "Spark's distance is euclidean. Now: cosine.";
    check_params(
        Spec {
            distance: Distance::Cosine,
            ..SPARK
        },
        refused,
    );
    let refused = "parallelism is Flink's. Spark's is 1. Now: 2.";
    check_params(
        Spec {
            parallelism: 2,
            ..SPARK
        },
        refused,
    );
}

#[test]
fn the_bounds_are_taken() {
    for factor in [0.0, 1.0] {
        let params = Params::new(Spec {
            decay: Decay::Factor(factor),
            k: 2,
            ..FLINK
        })
        .unwrap();
        assert_eq!(params.decay_factor(), factor);
    }
    assert!(Params::new(Spec { k: 1, ..SPARK }).is_ok());
    assert!(
        Params::new(Spec {
            parallelism: 32768,
            ..FLINK
        })
        .is_ok()
    );
}

#[test]
fn batches_with_fewer_rows_than_subtasks() {
    let params = Params::new(Spec {
        parallelism: 4,
        ..FLINK
    })
    .unwrap();
    assert!(params.check_batch_rows(4).is_ok());
    let refused = params.check_batch_rows(3).unwrap_err().to_string();
    assert_eq!(
        refused,
        "a batch has 4 rows or more, one for each subtask. Now: 3."
    );
    assert!(Params::new(FLINK).unwrap().check_batch_rows(0).is_err());
}

#[test]
fn initial_models_that_do_not_fit() {
    let check = |distance, centroids: &[f64], weights: &[f64], refused: &str| {
        let params = Params::new(Spec {
            dim: 2,
            distance,
            ..FLINK
        })
        .unwrap();
        let initial = Model {
            centroids: centroids.to_vec(),
            weights: weights.to_vec(),
        };
        match Kmeans::new(params, initial) {
            Ok(_) => assert_eq!(refused, "", "{centroids:?} {weights:?} are taken"),
            Err(error) => assert_eq!(error.to_string(), refused),
        }
    };
    use Distance::{Cosine, Euclidean};
    let (two, zero) = ([1.0, 2.0, 3.0, 4.0], [0.0, 0.0, 3.0, 4.0]);
    check(Euclidean, &two, &[0.0, 0.5], "");
    check(Euclidean, &zero, &[0.0, 0.0], "");
    let refused = "initial centroids are 2 x 2 numbers. Now: 3 numbers.";
    check(Euclidean, &two[..3], &[0.0, 0.0], refused);
    check(
        Euclidean,
        &two,
        &[0.0; 3],
        "initial weights are 2 numbers. Now: 3.",
    );
    let refused = "initial centroid 1 has finite numbers. Now: NaN.";
    check(Euclidean, &[1.0, 2.0, 3.0, f64::NAN], &[0.0, 0.0], refused);
    let refused = "initial weight 1 is 0 or more and finite. Now: -1.";
    check(Euclidean, &two, &[0.0, -1.0], refused);
    let refused = "initial weight 0 is 0 or more and finite. Now: inf.";
    check(Euclidean, &two, &[f64::INFINITY, 0.0], refused);
    let refused = "cosine distance has no zero vectors. Now: initial centroid 0 is one.";
    check(Cosine, &zero, &[0.0, 0.0], refused);
}

#[test]
fn rows_that_fail_the_job() {
    let check = |engine, distance, row: &[f64], refused: &str| {
        let params = Params::new(Spec {
            engine,
            dim: 2,
            distance,
            ..FLINK
        })
        .unwrap();
        let model = Model {
            centroids: vec![1.0, 0.0, 0.0, 1.0],
            weights: vec![0.0, 0.0],
        };
        match check_row(&params, &model, row) {
            Ok(()) => assert_eq!(refused, "", "{row:?} is taken"),
            Err(error) => assert_eq!(error.to_string(), refused),
        }
    };
    use Distance::{Cosine, Euclidean, Manhattan};
    use Engine::{Flink, Spark};
    let (nan, inf) = (f64::NAN, f64::INFINITY);
    check(Flink, Euclidean, &[nan, 1.0], "");
    check(Flink, Euclidean, &[inf, 1.0], "");
    check(Flink, Euclidean, &[0.0, 0.0], "");
    check(Flink, Euclidean, &[0.0], "has 1 numbers, the model takes 2");
    check(
        Flink,
        Manhattan,
        &[1.0, nan],
        "number 1 is NaN; Flink's job fails on it",
    );
    check(Flink, Manhattan, &[0.0, 0.0], "");
    check(
        Flink,
        Cosine,
        &[inf, 1.0],
        "number 0 is inf; Flink's job fails on it",
    );
    let refused =
        "is a zero vector; cosine distance to it is not defined and Flink's job fails on it";
    check(Flink, Cosine, &[0.0, -0.0], refused);
    check(Flink, Cosine, &[0.0, -2.0], "");
    check(
        Spark,
        Euclidean,
        &[1.0, nan],
        "number 1 is NaN; Spark's job fails on it",
    );
    check(Spark, Euclidean, &[0.0, 0.0], "");
}

#[test]
fn any_row_once_a_centroid_has_no_direction() {
    let params = Params::new(Spec {
        distance: Distance::Cosine,
        ..FLINK
    })
    .unwrap();
    let model = Model {
        centroids: vec![1.0, 0.0],
        weights: vec![0.0, 0.0],
    };
    assert_eq!(
        check_row(&params, &model, &[1.0]),
        Err(Unusable::Centroid { cluster: 1 })
    );
}
