//! Lanes with a scaler: in the lane's batches, and in windows of its own.

// A test that fails says where.
#![allow(clippy::unwrap_used)]

#[path = "support/replayed.rs"]
mod support;

use serde_json::{Value, json};
use support::*;

fn flink(batch: &Value) -> Value {
    let mut scaler = json!({"kind": "standard", "engine": "flink", "with_mean": true});
    if !batch.is_null() {
        scaler["batch"] = batch.clone();
    }
    scaler
}

fn count(rows: usize) -> Value {
    json!({"by": "count", "rows": rows})
}

fn kmeans(scaler: Value, batch: Value) -> Value {
    lab(
        1,
        &json!({"batch": batch, "scaler": scaler, "not_finite": "as_engine",
            "model": {"kind": "kmeans", "engine": "flink", "initial": {"centroids": [[0], [10]]}}}),
    )
}

fn numbers(lines: &[&Value], field: &str) -> Vec<Value> {
    lines.iter().map(|line| line[field].clone()).collect()
}

#[test]
fn rows_wait_for_the_scalers_first_model_and_are_scaled_by_it_in_order() {
    let input = [
        Test(0, vec![5.0]),
        Train(0, vec![0.0]),
        Train(0, vec![4.0]),
        Test(0, vec![1.0]),
        Train(0, vec![8.0]),
        Test(0, vec![9.0]),
        Train(0, vec![10.0]),
        Train(0, vec![10.0]),
        Train(0, vec![10.0]),
        Test(0, vec![9.0]),
    ];
    let lines = replayed(&kmeans(flink(&count(3)), count(2)), &input);
    let order = numbers(&lines.iter().collect::<Vec<_>>(), "event");
    let wanted = [
        "version", // 1: nothing is known of the scale
        "prediction",
        "version",
        "prediction", // what waited: 5, the batch 0 4, 1
        "prediction",
        "version",
        "version",
        "prediction",
        "summary",
    ];
    assert_eq!(order, wanted, "{lines:#?}");
    let versions = of(&lines, "version");
    assert_eq!(
        numbers(&versions, "scaler_version"),
        [json!(null), json!(0), json!(0), json!(1)]
    );
    assert_eq!(versions[0]["mean"], Value::Null);
    assert_eq!(
        (&versions[1]["mean"], &versions[1]["std"]),
        (&json!([4]), &json!([4]))
    );
    assert_eq!(versions[3]["mean"], json!([7]));
    let predictions = of(&lines, "prediction");
    assert_eq!(
        numbers(&predictions, "scaler_version"),
        [json!(0), json!(0), json!(0), json!(1)]
    );
    assert_eq!(
        numbers(&predictions, "version"),
        [json!(1), json!(2), json!(2), json!(4)]
    );
    // 5 is 0.25 in the model's units, the initial centroids 0 and 10 are -1 and 1.5.
    assert_eq!(predictions[0]["prediction"], json!(0));
    assert_eq!(predictions[0]["distance"], json!(1.25));
    assert_eq!(predictions[0]["features"], json!([5]));
}

#[test]
fn a_scalers_window_of_lab_time_closes_before_the_lanes() {
    let interval = |ms: i64| json!({"by": "interval", "ms": ms});
    let spark = lab(
        1,
        &json!({"batch": interval(1000), "scaler": flink(&interval(1000)),
            "model": {"kind": "kmeans", "engine": "spark", "initial": {"centroids": [[0], [10]]}}}),
    );
    let input = [
        Train(100, vec![0.0]),
        Test(150, vec![6.0]),
        Train(200, vec![8.0]),
        Tick(1000),
        Train(3500, vec![8.0]),
    ];
    let lines = replayed(&spark, &input);
    let versions = of(&lines, "version");
    assert_eq!(
        numbers(&versions, "scaler_version"),
        [json!(null), json!(0), json!(0), json!(0), json!(1)]
    );
    assert_eq!(versions[1]["batch"]["rows"], json!(2));
    assert_eq!(versions[1]["mean"], json!([4]));
    assert_eq!(of(&lines, "prediction")[0]["version"], json!(2));
    // However often the clock ticks.
    let mut often = input.to_vec();
    often.splice(
        3..4,
        [
            Tick(300),
            Tick(999),
            Tick(1000),
            Tick(1001),
            Tick(2500),
            Tick(3499),
        ],
    );
    assert_eq!(text(&spark, &input), text(&spark, &often));
    // A window without rows makes no scaler model, and a window that is longer than the lane's is one all the same.
    let mut long = spark.clone();
    long["lanes"][0]["scaler"]["batch"] = interval(4000);
    let lines = replayed(&long, &input);
    let versions = of(&lines, "version");
    assert_eq!(numbers(&versions, "scaler_version").last(), Some(&json!(0)));
    assert_eq!(versions.last().unwrap()["batch"]["rows"], json!(3));
}

#[test]
fn by_default_the_scalers_window_ends_with_the_input_or_by_hand() {
    let rows = [Train(0, vec![1.0]), Test(0, vec![2.0]), Train(0, vec![3.0])];
    let global = kmeans(flink(&Value::Null), count(2));
    let lines = replayed(&global, &rows);
    assert_eq!(
        numbers(&of(&lines, "version"), "scaler_version"),
        [json!(null), json!(0)]
    );
    assert_eq!(of(&lines, "prediction").len(), 1);
    let mut by_hand = rows.to_vec();
    by_hand.extend([Close, Train(0, vec![9.0]), Close]);
    let lines = replayed(
        &kmeans(flink(&Value::Null), json!({"by": "hand"})),
        &by_hand,
    );
    assert_eq!(
        numbers(&of(&lines, "version"), "scaler_version"),
        [json!(null), json!(0), json!(1)]
    );
}

#[test]
fn without_a_scaler_model_rows_wait_to_the_end() {
    let rows = [Train(0, vec![1.0]), Test(0, vec![2.0])];
    let lines = replayed(&kmeans(flink(&count(3)), count(1)), &rows);
    assert_eq!(of(&lines, "version").len(), 1);
    assert!(of(&lines, "prediction").is_empty());
    let summary = of(&lines, "summary")[0].clone();
    assert_eq!(
        (&summary["rows"], &summary["waiting"]),
        (&json!(1), &json!(1))
    );
}

#[test]
fn rows_that_wait_are_bounded() {
    let file = eddy_lab::LabFile::parse(&kmeans(flink(&count(3)), count(1)).to_string()).unwrap();
    let bounds = eddy_lab::lab::Bounds {
        waiting: 1,
        ..Default::default()
    };
    let mut lab = eddy_lab::Lab::with_bounds(file, bounds).unwrap();
    let rows = [
        Train(0, vec![1.0]),
        Test(0, vec![2.0]),
        Train(0, vec![3.0]),
        Test(0, vec![2.0]),
    ];
    for (line, number) in lines(&rows).iter().zip(1..) {
        let line = wire::LineReader::new().read(number, line).unwrap().unwrap();
        eddy_lab::replay::apply(&mut lab, line).unwrap();
    }
    assert_eq!(lab.rejected, 2);
    let wanted = "not in A: the row is one too many: 1 wait for the scaler's first model";
    assert_eq!((lab.rows.note(2), lab.rows.note(3)), (wanted, wanted));
    assert_eq!(lab.rows.note(1), "");
}

#[test]
fn an_empty_table_starts_the_scaler_again() {
    let mut file = kmeans(flink(&count(2)), count(2));
    file["lanes"][0]["changes"] = json!({"truncate": "restart"});
    let mut rows = lines(&[1.0, 3.0, 5.0].map(|x| Train(0, vec![x])));
    let truncate = json!({"before": null, "after": null, "op": "t", "source": {"lsn": 9}});
    rows.push(
        json!({"topic": "train", "partition": 0, "offset": 3, "timestamp_ms": 0, "headers": [], "key": null,
            "value": truncate.to_string()})
        .to_string(),
    );
    for (i, x) in [(4, 10.0), (5, 30.0)] {
        let value = json!({"x0": x, "y": 1}).to_string();
        rows.push(
            json!({"topic": "train", "partition": 0, "offset": i, "timestamp_ms": 0, "headers": [], "key": null,
                "value": value})
            .to_string(),
        );
    }
    let mut out = String::new();
    let file = eddy_lab::LabFile::parse(&file.to_string()).unwrap();
    let mut replay = eddy_lab::replay::Replay::new(file, &mut out).unwrap();
    rows.iter()
        .for_each(|row| replay.line(row, &mut out).unwrap());
    replay.finish(&mut out);
    let lines: Vec<Value> = out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let versions = of(&lines, "version");
    assert_eq!(versions[1]["mean"], json!([2]));
    assert_eq!(
        (&versions[2]["mean"], &versions[2]["centroids"]),
        (&Value::Null, &json!([[0], [10]]))
    );
    assert_eq!(
        (&versions[3]["mean"], &versions[3]["scaler_version"]),
        (&json!([20]), &json!(0))
    );
}

#[test]
fn a_scaler_that_cannot_be_is_refused() {
    let check = |scaler: Value, reason: &str| {
        let refused = refused(&kmeans(scaler, count(2)));
        assert!(refused.contains(reason), "{refused}");
    };
    check(
        json!({"kind": "standard", "freeze_after": 0}),
        "scaler.freeze_after: is 0",
    );
    check(flink(&count(0)), "scaler.batch.rows: is 0");
    check(
        flink(&json!({"by": "interval", "ms": 0})),
        "scaler.batch.ms: is 0",
    );
    check(
        flink(&json!({"by": "transaction"})),
        "scaler.batch: is by transaction",
    );
    check(
        json!({"kind": "min_max", "batch": count(2)}),
        "scaler.batch: is for the engine flink",
    );
    let logistic = |scaler: Value| {
        let model = json!({"kind": "logistic_regression", "engine": "flink", "initial": {"coefficients": [2]}});
        lab(1, &json!({"scaler": scaler, "model": model}))
    };
    let reason = refused(&logistic(json!({"kind": "standard"})));
    let wanted =
        "lanes[0].model.initial.coefficients: are not all 0 beside a scaler that takes a mean";
    assert!(reason.contains(wanted), "{reason}");
    let mut without_mean = flink(&count(2));
    without_mean["with_mean"] = json!(false);
    replayed(&logistic(without_mean), &[]);
}
