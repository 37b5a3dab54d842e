//! Lanes that leave another one at a version.

// A test that fails says where.
#![allow(clippy::unwrap_used)]

#[path = "support/replayed.rs"]
mod support;

use serde_json::{Value, json};
use support::*;

fn kmeans(decay: f64) -> Value {
    json!({"kind": "kmeans", "engine": "flink", "decay_factor": decay,
        "initial": {"centroids": [[0, 0], [9, 9]], "weights": [1, 1]}})
}

fn count(rows: usize) -> Value {
    json!({"by": "count", "rows": rows})
}

/// Lane A, and lane B, which leaves it.
fn forked(a: &Value, b: &Value, version: u64) -> Value {
    let mut lab = lab(2, a);
    let mut fork = json!({"name": "B", "fork": {"of": "A", "version": version}});
    let fields = b.as_object().unwrap().clone();
    fork.as_object_mut().unwrap().extend(fields);
    lab["lanes"].as_array_mut().unwrap().push(fork);
    lab
}

fn rows(many: usize) -> Vec<In> {
    let at = |i: usize| i as i64 * 130;
    let row = |i: usize| {
        vec![
            (i * 7 % 11) as f64,
            (i * 5 % 13) as f64 + (i % 2 * 4) as f64,
        ]
    };
    let one = |i: usize| match i % 5 {
        4 => Test(at(i), row(i)),
        _ => Train(at(i), row(i)),
    };
    (0..many).map(one).collect()
}

/// The lane's lines, without its name.
fn lane(lines: &[Value], name: &str) -> Vec<Value> {
    let of_lane = lines.iter().filter(|line| line["lane"] == name).cloned();
    of_lane
        .map(|mut line| {
            line["lane"] = Value::Null;
            line
        })
        .collect()
}

fn version_of(line: &Value) -> u64 {
    line["version"].as_u64().unwrap_or(0)
}

#[test]
fn a_fork_that_changes_nothing_is_its_parent() {
    let target = json!({"features": ["x0"], "target": "x1"});
    let with = |mut lane: Value| {
        lane.as_object_mut()
            .unwrap()
            .extend(target.as_object().unwrap().clone());
        lane
    };
    let spark = json!({"kind": "kmeans", "engine": "spark", "initial": {"centroids": [[0, 0], [9, 9]], "weights": [1, 1]}});
    let parents = [
        json!({"model": kmeans(0.5), "batch": count(3)}),
        json!({"model": kmeans(0.5), "batch": count(3), "scaler": {"kind": "standard"}}),
        json!({"model": {"kind": "kmeans", "engine": "flink", "k": 2, "initial": {"kmeans++": {"seed": 7, "rows": 3}}}, "batch": count(2)}),
        json!({"model": spark, "batch": {"by": "interval", "ms": 400}}),
        with(json!({"model": {"kind": "linear_regression", "solver": "rls"}, "batch": count(4)})),
        with(
            json!({"model": {"kind": "linear_regression", "engine": "spark", "step_size": 0.01}, "batch": {"by": "interval", "ms": 300}}),
        ),
    ];
    for parent in &parents {
        for version in [1, 2, 4] {
            // A long quiet time, in which an interval lane makes empty versions.
            let later = |input: In| match input {
                Train(ms, row) => Train(ms + 200_000, row),
                other => other,
            };
            let (first, rest) = (rows(9), rows(60).split_off(9));
            let rest = rest.into_iter().map(later).collect();
            let input: Vec<In> = [first, vec![Tick(200_000)], rest].concat();
            let is_training = |input: &In| !matches!(input, Test(..));
            let input: Vec<In> = input.into_iter().filter(is_training).collect();
            let lines = replayed(&forked(parent, parent, version), &input);
            let (a, b) = (lane(&lines, "A"), lane(&lines, "B"));
            assert!(a.len() > 8, "{parent}");
            assert_eq!(a, b, "{parent} at version {version}");
        }
    }
}

#[test]
fn a_fork_is_its_parent_up_to_the_version_and_then_goes_on_from_its_numbers() {
    let a = json!({"model": kmeans(0.0), "batch": count(4)});
    let b = json!({"model": kmeans(0.5), "batch": count(2)});
    let input = rows(50);
    let lines = replayed(&forked(&a, &b, 3), &input);
    let (a, b) = (lane(&lines, "A"), lane(&lines, "B"));
    let until = |lines: &[Value]| -> Vec<Value> {
        let mut until = lines.to_vec();
        until.retain(|line| line["event"] == "version" && version_of(line) <= 3);
        until
    };
    assert_eq!(until(&a), until(&b));
    // From there on: a lane of its own that starts from those numbers and is fed what came after its 8 training rows.
    let third = until(&a)[2].clone();
    let model = json!({"kind": "kmeans", "engine": "flink", "decay_factor": 0.5,
        "initial": {"centroids": third["centroids"], "weights": third["weights"]}});
    let alone = lab(2, &json!({"model": model, "batch": count(2)}));
    let after: Vec<In> = input[9..].to_vec();
    let wanted = replayed(&alone, &after);
    let centroids = |lines: &[Value]| -> Vec<Value> {
        let versions = lines.iter().filter(|line| line["event"] == "version");
        versions
            .map(|line| json!([line["centroids"], line["weights"]]))
            .collect()
    };
    let found = centroids(&b);
    assert_eq!(found[2..], centroids(&wanted)[..]);
    assert!(found.len() > 15);
}

#[test]
fn windows_of_a_fork_begin_where_its_parents_end() {
    let spark = |ms: i64| {
        json!({"model": {"kind": "kmeans", "engine": "spark", "initial": {"centroids": [[0, 0], [9, 9]], "weights": [1, 1]}},
            "batch": {"by": "interval", "ms": ms}})
    };
    let lab = forked(&spark(1_000), &spark(250), 3);
    let input = rows(40);
    let lines = replayed(&lab, &input);
    let trained = |name: &str| -> u64 {
        let versions = lines
            .iter()
            .filter(|line| line["event"] == "version" && line["lane"] == name);
        versions
            .filter_map(|line| line["batch"]["rows"].as_u64())
            .sum()
    };
    // Nothing is lost where the way parts, and nothing comes twice.
    assert_eq!(trained("A"), 32);
    assert_eq!(trained("B"), 32);
    let versions = |name: &str| {
        of(&lines, "summary")
            .iter()
            .find(|line| line["lane"] == name)
            .unwrap()["versions"]
            .as_u64()
            .unwrap()
    };
    assert_eq!(versions("A"), 7);
    // Two windows of a second, then four for each second up to the last row's.
    assert_eq!(versions("B"), 3 + 4 * 3 + 1);
}

#[test]
fn a_fork_of_a_fork_goes_through_both() {
    let lane = |name: &str, decay: f64, of: &str, version: u64| json!({"name": name, "model": kmeans(decay), "batch": count(4), "fork": {"of": of, "version": version}});
    let mut lab = lab(2, &json!({"model": kmeans(0.0), "batch": count(4)}));
    let lanes = lab["lanes"].as_array_mut().unwrap();
    lanes.push(lane("B", 0.5, "A", 3));
    lanes.push(lane("late", 1.0, "B", 5));
    lanes.push(lane("early", 1.0, "B", 2));
    let lines = replayed(&lab, &rows(60));
    let versions = |name: &str| -> Vec<Value> {
        let lines = lines
            .iter()
            .filter(|line| line["event"] == "version" && line["lane"] == name);
        lines.map(|line| line["centroids"].clone()).collect()
    };
    let [a, b, late, early] = ["A", "B", "late", "early"].map(versions);
    assert_eq!(a[..3], b[..3]);
    assert_ne!(a[3], b[3]);
    assert_eq!(b[..5], late[..5]);
    assert_ne!(b[5], late[5]);
    assert_eq!(a[..2], early[..2]);
    assert_ne!(a[2], early[2]);
}

#[test]
fn a_fork_that_cannot_be_is_refused_with_its_place() {
    let a = json!({"model": kmeans(0.0), "batch": count(4)});
    let three = json!({"kind": "kmeans", "engine": "flink", "k": 3, "initial": {"centroids": [[0, 0], [9, 9], [1, 1]], "weights": [1, 1, 1]}});
    let refused_with = |b: &Value, version: u64| refused(&forked(&a, b, version));
    let why = refused_with(&json!({"model": three, "batch": count(4)}), 2);
    assert!(
        why.contains("lanes[1].model") && why.contains("same k"),
        "{why}"
    );
    let why = refused_with(&a, 0);
    assert!(why.contains("lanes[1].fork.version"), "{why}");
    let why = refused_with(
        &json!({"model": kmeans(0.5), "scaler": {"kind": "standard"}}),
        2,
    );
    assert!(why.contains("lanes[1].scaler"), "{why}");
    let mut lab = forked(&a, &a, 2);
    lab["lanes"][1]["fork"]["of"] = json!("C");
    let why = refused(&lab);
    assert!(
        why.contains("lanes[1].fork.of") && why.contains("there are A"),
        "{why}"
    );
}
