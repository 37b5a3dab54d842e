//! Lanes that learn to predict a number or a class.

// A test that fails says where.
#![allow(clippy::unwrap_used)]

use eddy_lab::LabFile;
use eddy_lab::replay::Replay;
use serde_json::{Value, json};

/// The lines of a replay of rows (topic, value).
fn replayed(lab: &Value, rows: &[(&str, Value)]) -> Vec<Value> {
    let mut out = String::new();
    let mut replay = Replay::new(LabFile::parse(&lab.to_string()).unwrap(), &mut out).unwrap();
    for (offset, (topic, value)) in rows.iter().enumerate() {
        let record = json!({"topic": topic, "partition": 0, "offset": offset, "timestamp_ms": offset,
            "headers": [], "key": null, "value": value.to_string()});
        replay.line(&record.to_string(), &mut out).unwrap();
    }
    replay.finish(&mut out);
    out.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn lab(model: Value, extra: Value) -> Value {
    let mut lane = json!({"name": "A", "model": model, "batch": {"by": "count", "rows": 3}});
    lane.as_object_mut()
        .unwrap()
        .extend(extra.as_object().unwrap().clone());
    json!({"eddy": 1, "features": ["x"], "target": "y", "lanes": [lane],
        "streams": [{"topic": "train", "role": "train"}, {"topic": "test", "role": "classify"},
            {"topic": "both", "role": "both"}]})
}

fn of<'a>(lines: &'a [Value], event: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["event"] == event).collect()
}

#[test]
fn a_regression_predicts_numbers_and_tells_its_errors() {
    let rls = lab(
        json!({"kind": "linear_regression", "solver": "rls"}),
        json!({}),
    );
    let lines = replayed(
        &rls,
        &[
            ("test", json!({"x": 5, "y": 11})),
            ("train", json!({"x": 0, "y": 1})),
            ("train", json!({"x": 1, "y": 3})),
            ("train", json!({"x": 3})),
            ("train", json!({"x": 2, "y": 5})),
            ("test", json!({"x": 5, "y": 12})),
            ("test", json!({"x": 6})),
        ],
    );
    let versions = of(&lines, "version");
    assert_eq!(versions[0]["coefficients"], json!([0]));
    assert_eq!(versions[0]["intercept"], json!(0));
    let near = |value: &Value, to: f64| (value.as_f64().unwrap() - to).abs() < 1e-12;
    assert!(
        near(&versions[1]["coefficients"][0], 2.0),
        "{}",
        versions[1]
    );
    assert!(near(&versions[1]["intercept"], 1.0));
    let batch = &versions[1]["batch"];
    assert_eq!(batch["mse_before"], json!(35.0 / 3.0));
    assert!(near(&batch["mse_after"], 0.0));
    assert_eq!(batch["test"]["rows"], json!(1));
    assert!(near(&batch["test"]["mse"], 0.0));
    let predictions = of(&lines, "prediction");
    assert_eq!(predictions[0]["error"], json!(11));
    assert!(near(&predictions[1]["prediction"], 11.0));
    assert!(near(&predictions[1]["error"], 1.0));
    assert_eq!(predictions[2]["error"], Value::Null);
    let rejected = of(&lines, "rejected");
    assert_eq!(rejected[0]["column"], json!("y"));
    assert_eq!(rejected[0]["reason"], json!("is missing"));
}

#[test]
fn a_row_of_both_without_target_is_only_predicted() {
    let sgd = lab(
        json!({"kind": "linear_regression", "solver": "sgd"}),
        json!({}),
    );
    let lines = replayed(
        &sgd,
        &[
            ("both", json!({"x": 5, "y": null})),
            ("both", json!({"x": 5, "y": 1})),
        ],
    );
    assert_eq!(of(&lines, "prediction").len(), 2);
    assert!(of(&lines, "rejected").is_empty(), "{lines:?}");
    assert_eq!(of(&lines, "summary")[0]["rows"], json!(1));
}

#[test]
fn flinks_predictions_wait_for_its_first_version_and_stay_with_it() {
    let rows: Vec<(&str, Value)> = vec![
        ("test", json!({"x": 1, "y": 1})),
        ("train", json!({"x": 1, "y": 1})),
        ("train", json!({"x": -1, "y": 0})),
        ("train", json!({"x": 2, "y": 1})),
        ("train", json!({"x": 1, "y": 1})),
        ("train", json!({"x": -1, "y": 0})),
        ("train", json!({"x": 2, "y": 1})),
        ("test", json!({"x": 1, "y": 1})),
    ];
    let flink = json!({"kind": "logistic_regression", "engine": "flink"});
    let lines = replayed(&lab(flink.clone(), json!({})), &rows);
    let versions = of(&lines, "version");
    assert_eq!(versions[0]["engine_version"], Value::Null);
    assert_eq!(versions[1]["engine_version"], json!(1));
    assert_eq!(versions[1]["batch"]["counts"], json!([1, 2]));
    let predictions = of(&lines, "prediction");
    assert_eq!(predictions[0]["version"], json!(2));
    assert_eq!(predictions[1]["version"], json!(3));
    assert_eq!(predictions[0]["probability"], predictions[1]["probability"]);
    let lines = replayed(&lab(flink, json!({"engine_defects": false})), &rows);
    let predictions = of(&lines, "prediction");
    assert!(predictions[0]["probability"].as_f64() < predictions[1]["probability"].as_f64());
}

#[test]
fn a_scaler_is_part_of_the_version_and_numbers_are_in_the_columns_units() {
    let spark = json!({"kind": "linear_regression", "engine": "spark", "iterations": 500,
        "convergence_tol": 0.0, "step_size": 0.05, "intercept": true});
    let lines = replayed(
        &lab(
            spark,
            json!({"scaler": {"kind": "standard", "freeze_after": 3}}),
        ),
        &[
            ("train", json!({"x": 1000, "y": 1})),
            ("train", json!({"x": 2000, "y": 2})),
            ("train", json!({"x": 3000, "y": 3})),
            ("train", json!({"x": 9000, "y": 9})),
            ("train", json!({"x": 2000, "y": 2})),
            ("train", json!({"x": 3000, "y": 3})),
            ("test", json!({"x": 4000, "y": 4})),
        ],
    );
    let versions = of(&lines, "version");
    assert_eq!(versions[0]["mean"], Value::Null);
    assert_eq!(versions[1]["mean"], json!([2000]));
    assert_eq!(versions[2]["mean"], json!([2000]));
    assert_eq!(versions[1]["std"], json!([816.496580927726]));
    let error = of(&lines, "prediction")[0]["error"].as_f64().unwrap();
    // The intercept starts again from 1 in each batch, and is not there yet.
    assert!(error.abs() < 0.3, "{lines:?}");
}

#[test]
fn what_cannot_be_is_refused_with_its_place() {
    let refused = |lab: Value| {
        let file = LabFile::parse(&lab.to_string()).unwrap();
        eddy_lab::Lab::new(file).unwrap_err().to_string()
    };
    let rls = || json!({"kind": "linear_regression", "solver": "rls"});
    let mut without = lab(rls(), json!({}));
    without["target"] = Value::Null;
    assert!(refused(without).contains("target: is missing"));
    assert!(refused(lab(rls(), json!({"target": "x"}))).contains("is a feature too"));
    let labels = refused(lab(rls(), json!({"cluster_labels": [0]})));
    assert!(
        labels.contains("lanes[0].cluster_labels: stands beside"),
        "{labels}"
    );
    let forgetting = json!({"kind": "linear_regression", "solver": "rls", "forgetting": 2});
    let forgetting = refused(lab(forgetting, json!({})));
    assert!(
        forgetting.contains("lanes[0].model: forgetting is above 0"),
        "{forgetting}"
    );
    let unknown = lab(
        json!({"kind": "linear_regression", "solver": "qr"}),
        json!({}),
    );
    let unknown = LabFile::parse(&unknown.to_string())
        .unwrap_err()
        .to_string();
    assert!(
        unknown.contains("there is no model {\"kind\": \"linear_regression\", \"solver\": \"qr\"}"),
        "{unknown}"
    );
}
