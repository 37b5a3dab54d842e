//! Rows with numbers that are not finite: rejected, or as the engine has them.

// A test that fails says where.
#![allow(clippy::unwrap_used)]

#[path = "support/replayed.rs"]
mod support;

use serde_json::{Value, json};
use support::*;

fn file(model: &Value, not_finite: &str) -> Value {
    lab(
        2,
        &json!({"model": model, "batch": {"by": "count", "rows": 2}, "not_finite": not_finite}),
    )
}

fn kmeans(engine: &str, distance: &str) -> Value {
    let mut model =
        json!({"kind": "kmeans", "engine": engine, "initial": {"centroids": [[0, 0], [10, 10]]}});
    if engine == "flink" {
        model["distance"] = json!(distance);
        model["initial"]["centroids"][0] = json!([1, 0]);
    }
    model
}

/// What is said of a row to train: in its note, and as the reason of its rejection.
fn said(model: &Value, not_finite: &str, row: [f64; 2]) -> (String, Option<String>) {
    let input = [Train(0, row.to_vec())];
    let lab = applied(&file(model, not_finite), &input);
    let lines = replayed(&file(model, not_finite), &input);
    let reason = of(&lines, "rejected")
        .first()
        .map(|line| line["reason"].as_str().unwrap().to_owned());
    (lab.rows.note(0).to_owned(), reason)
}

#[test]
fn a_rejection_says_what_the_engine_would_do() {
    let nan = [f64::NAN, 1.0];
    let check = |model: &Value, row, wanted: &str| {
        let (note, reason) = said(model, "reject", row);
        assert_eq!(reason.as_deref(), Some(wanted));
        assert_eq!(note, format!("x0 {wanted}"));
    };
    let flink = kmeans("flink", "euclidean");
    let goes = "it goes to cluster 0 and makes its centroid NaN for good";
    check(
        &flink,
        nan,
        &format!("is NaN, not a finite number; Flink would take it: {goes}"),
    );
    let inf = [f64::INFINITY, 1.0];
    let goes = "its cluster's centroid is not finite from then on";
    check(
        &flink,
        inf,
        &format!("is inf, not a finite number; Flink would take it: {goes}"),
    );
    let fails =
        |engine: &str| format!("is NaN, not a finite number; {engine}'s job would fail on it");
    check(&kmeans("flink", "manhattan"), nan, &fails("Flink"));
    check(&kmeans("spark", ""), nan, &fails("Spark"));
    let rls = json!({"kind": "linear_regression", "solver": "rls"});
    check(&rls, nan, "is NaN, not a finite number");
}

#[test]
fn as_the_engine_has_it_a_note_says_what_happened() {
    let nan = [f64::NAN, 1.0];
    let (note, reason) = said(&kmeans("flink", "euclidean"), "as_engine", nan);
    let wanted =
        "A: x0 is NaN: as in Flink, it goes to cluster 0 and makes its centroid NaN for good";
    assert_eq!((note.as_str(), reason), (wanted, None));
    let spark = json!({"kind": "linear_regression", "engine": "spark"});
    let (note, reason) = said(&spark, "as_engine", nan);
    let wanted =
        "A: x0 is NaN: as in Spark, every coefficient that learns from it is NaN from then on";
    assert_eq!((note.as_str(), reason), (wanted, None));
    // On which its job fails is rejected all the same.
    for model in [kmeans("spark", ""), kmeans("flink", "cosine")] {
        let (note, reason) = said(&model, "as_engine", nan);
        let reason = reason.unwrap();
        assert!(reason.starts_with("the row number 0 is NaN; "), "{reason}");
        assert_eq!(note, format!("not in A: {reason}"));
    }
}

#[test]
fn a_text_that_is_no_finite_number_needs_no_declaration() {
    let read = |columns: Value, written: &str| {
        let mut file = file(&kmeans("flink", "euclidean"), "as_engine");
        file["columns"] = columns;
        let mut lab =
            eddy_lab::Lab::new(eddy_lab::LabFile::parse(&file.to_string()).unwrap()).unwrap();
        let value = json!({"x0": written, "x1": 1}).to_string();
        let record = json!({"topic": "train", "partition": 0, "offset": 0, "timestamp_ms": 0, "headers": [],
            "key": null, "value": value});
        let line = wire::LineReader::new()
            .read(1, &record.to_string())
            .unwrap()
            .unwrap();
        eddy_lab::replay::apply(&mut lab, line).unwrap();
        (lab.lanes[0].batch().first().copied(), lab.rejected)
    };
    for columns in [json!({}), json!({"x0": {"as": "number"}})] {
        for (written, number) in [
            ("inf", f64::INFINITY),
            ("Infinity", f64::INFINITY),
            ("-inf", f64::NEG_INFINITY),
            ("-Infinity", f64::NEG_INFINITY),
        ] {
            assert_eq!(
                read(columns.clone(), written),
                (Some(number), 0),
                "{columns} {written}"
            );
        }
        assert!(read(columns.clone(), "NaN").0.unwrap().is_nan());
        assert_eq!(read(columns, "n/a"), (None, 1));
    }
}

#[test]
fn a_schemas_double_may_be_no_finite_number() {
    let field = |name: &str| json!({"type": "double", "optional": true, "field": name});
    let schema = json!({"type": "struct", "fields": [field("x0"), field("x1")]});
    let value = json!({"schema": schema, "payload": {"x0": "NaN", "x1": 3.5}});
    let file = file(&kmeans("flink", "euclidean"), "as_engine");
    let mut lab = eddy_lab::Lab::new(eddy_lab::LabFile::parse(&file.to_string()).unwrap()).unwrap();
    let record = json!({"topic": "train", "partition": 0, "offset": 0, "timestamp_ms": 0, "headers": [],
        "key": null, "value": value.to_string()});
    let line = wire::LineReader::new()
        .read(1, &record.to_string())
        .unwrap()
        .unwrap();
    eddy_lab::replay::apply(&mut lab, line).unwrap();
    let batch = lab.lanes[0].batch();
    assert!(batch[0].is_nan() && batch[1] == 3.5, "{batch:?}");
}
