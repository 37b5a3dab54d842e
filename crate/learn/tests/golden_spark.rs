//! Spark MLlib's `StreamingKMeans`, batch by batch, as recorded from the engine.

// A test that fails says where.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use eddy_learn::kmeans::{Decay, Kmeans, Params, Spec, TimeUnit};
use serde_json::Value;

#[test]
fn iris_decay() {
    check("spark/iris_decay.json", 19);
}

#[test]
fn half_life() {
    check("spark/half_life.json", 7);
}

#[test]
fn empty_and_dying() {
    check("spark/empty_and_dying.json", 12);
}

/// Runs every case of a recording. `partitions` changes the engine's order of summation only, so it changes nothing here.
fn check(path: &str, cases: usize) {
    let file = load(path);
    let found = array(&file["cases"]);
    assert_eq!(found.len(), cases, "{path}");
    found.iter().for_each(check_case);
}

fn check_case(case: &Value) {
    let name = text(&case["name"]);
    let set = &case["params_set"];
    let initial = model(&case["initial"]);
    let k = initial.weights.len();
    let params = Params::new(Spec {
        k,
        dim: initial.centroids.len() / k,
        decay: match (set.get("halfLife"), set.get("decayFactor")) {
            (Some(half_life), None) => Decay::HalfLife(number(half_life)),
            (None, Some(factor)) => Decay::Factor(number(factor)),
            (None, None) => Decay::Factor(number(&case["engine_default_decayFactor"])),
            both => panic!("{name}: {both:?}"),
        },
        time_unit: match text(&case["effective_timeUnit"]) {
            "batches" => TimeUnit::Batches,
            "points" => TimeUnit::Points,
            other => panic!("{name}: {other}"),
        },
        ..SPARK
    })
    .unwrap();
    let factor = number(&case["effective_decayFactor"]);
    assert_numbers(
        &format!("{name}, decay factor"),
        &[params.decay_factor()],
        &[factor],
    );

    let mut kmeans = Kmeans::new(params, initial).unwrap();
    let (batches, states) = (array(&case["batches"]), array(&case["states"]));
    assert_eq!(states.len(), batches.len() + 1, "{name}");
    check_state(name, case, &kmeans, &states[0]);
    for (i, (batch, state)) in batches.iter().zip(&states[1..]).enumerate() {
        let at = format!("{name}, batch {i}");
        assert_eq!(count(&state["after_batch"]), i + 1, "{at}");
        let summary = fit(&mut kmeans, &points(batch));
        assert_eq!(summary.rows, count(&state["rows_in_batch"]), "{at}");
        check_state(&at, case, &kmeans, state);
    }
}

fn check_state(at: &str, case: &Value, kmeans: &Kmeans, state: &Value) {
    assert_model(at, kmeans.model(), state);
    if let Some(predictions) = state.get("predictions") {
        let found = predict(kmeans, &points(&case["predict_rows"]));
        assert_eq!(found, clusters(predictions), "{at}");
    }
}

/// Which clusters a batch split is not recorded, but can be told from the recorded weights.
#[test]
fn summaries_name_the_split() {
    let file = load("spark/empty_and_dying.json");
    for (name, splits) in [
        (
            "zero_weights_one_row_then_empty_batches",
            vec![Some((1, 0)), Some((0, 2)), None, None],
        ),
        ("empty_batches_before_any_row", vec![None, None]),
        (
            "decay0_silent_cluster_splits_at_once",
            vec![Some((0, 2)), Some((0, 1)), Some((2, 1))],
        ),
        ("dying_just_above", vec![None, Some((0, 1))]),
        ("two_dying", vec![Some((3, 0)), Some((0, 1)), None]),
        ("equal_heaviest", vec![Some((0, 2))]),
    ] {
        let case = array(&file["cases"])
            .iter()
            .find(|case| case["name"] == name)
            .unwrap();
        let initial = model(&case["initial"]);
        let (k, dim) = (
            initial.weights.len(),
            numbers(&case["initial"]["centers"][0]).len(),
        );
        let decay = Decay::Factor(number(&case["effective_decayFactor"]));
        let params = Params::new(Spec {
            k,
            dim,
            decay,
            ..SPARK
        })
        .unwrap();
        let mut kmeans = Kmeans::new(params, initial).unwrap();
        for (batch, split) in array(&case["batches"]).iter().zip(splits) {
            assert_eq!(
                fit(&mut kmeans, &points(batch)).split,
                split,
                "{name}, {batch}"
            );
        }
    }
}
