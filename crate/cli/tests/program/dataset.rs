//! `eddy dataset`, and what `eddy replay` makes of its files.

use serde_json::Value;

use crate::support::Folder;

/// The predictions of a lane in a CSV file, each line's cells by its column's name.
fn predictions(csv: &str, lane: &str) -> Vec<Vec<(String, String)>> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let names = reader.headers().expect("a head").clone();
    let rows = reader.records().map(|row| row.expect("a line"));
    rows.filter(|row| row.get(0) == Some(lane))
        .map(|row| {
            let cells = names.iter().zip(row.iter());
            cells.map(|(a, b)| (a.to_owned(), b.to_owned())).collect()
        })
        .collect()
}

fn number(row: &[(String, String)], column: &str) -> f64 {
    let cell = row.iter().find(|(name, _)| name == column);
    cell.and_then(|(_, cell)| cell.parse().ok()).expect(column)
}

fn golden(name: &str) -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/").to_owned() + name;
    serde_json::from_str(&std::fs::read_to_string(path).expect(name)).expect(name)
}

fn replay(scenario: &str) -> (Folder, String, String) {
    let folder = Folder::new();
    folder.good(&["dataset", scenario, "--out", "out"]);
    let args = [
        "replay",
        "out/lab.json",
        "out/events.ndjson",
        "--csv",
        "p.csv",
    ];
    let lines = folder.good(&args);
    let csv = folder.read("p.csv");
    (folder, lines, csv)
}

#[test]
fn the_regression_is_scikit_learns() {
    let (_folder, lines, csv) = replay("ecommerce");
    let recorded = golden("linreg/sklearn.json");
    let rows = predictions(&csv, "RLS");
    let names: Vec<&str> = rows[0].iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names.join(","),
        "lane,version,topic,partition,offset,age,income,buy_count,prediction,target,error"
    );
    let said = recorded["test_predictions_in_test_order"]
        .as_array()
        .expect("a list");
    assert_eq!((rows.len(), said.len()), (200, 200));
    for (row, said) in rows.iter().zip(said) {
        let (ours, theirs) = (number(row, "prediction"), said.as_f64().expect("a number"));
        assert!(
            (ours - theirs).abs() < 1e-9 * theirs.abs(),
            "{row:?}: {theirs}"
        );
    }
    let errors: Vec<f64> = rows.iter().map(|row| number(row, "error")).collect();
    let near = |ours: f64, name: &str| {
        let theirs = recorded[name].as_f64().expect(name);
        assert!(
            (ours - theirs).abs() < 1e-9 * theirs.abs(),
            "{name}: {ours}, {theirs}"
        );
    };
    near(
        errors.iter().map(|error| error * error).sum::<f64>() / 200.0,
        "test_mse",
    );
    near(
        errors.iter().map(|error| error.abs()).sum::<f64>() / 200.0,
        "test_mae",
    );
    let last = lines
        .lines()
        .rfind(|line| line.contains("\"event\":\"version\"") && line.contains("\"lane\":\"RLS\""));
    let last: Value = serde_json::from_str(last.expect("a version")).expect("JSON");
    near(last["intercept"].as_f64().expect("a number"), "intercept");
    for i in 0..3 {
        let ours = last["coefficients"][i].as_f64().expect("a number");
        let theirs = recorded["coef_age_income_buy_count"][i]
            .as_f64()
            .expect("a number");
        assert!((ours - theirs).abs() < 1e-9 * theirs, "{ours} {theirs}");
    }
    assert_eq!(predictions(&csv, "Spark").len(), 200);
}

#[test]
fn the_logistic_case_tells_most_flowers_apart() {
    let (_folder, _lines, csv) = replay("virginica");
    let right = |lane: &str| -> Vec<usize> {
        let rows = predictions(&csv, lane);
        let is_right = |row: &&Vec<(String, String)>| {
            assert!((0.0..=1.0).contains(&number(row, "probability")));
            number(row, "prediction") == number(row, "target")
        };
        rows.chunks(20)
            .map(|round| round.iter().filter(is_right).count())
            .collect()
    };
    assert_eq!(right("Flink"), [15, 18]);
    assert_eq!(right("Spark"), [16, 20]);
}

#[test]
fn iris_has_its_tables_in_the_csv_too() {
    let (_folder, _lines, csv) = replay("iris");
    let tables = golden("seeds/tables.json");
    for (lane, name) in [
        ("Flink", "flink_after_train1_train2_train2"),
        ("Spark", "spark_README_after_train1_train2_train2"),
    ] {
        let given: Vec<i64> = predictions(&csv, lane)
            .iter()
            .map(|row| number(row, "prediction") as i64)
            .collect();
        let rounds: Vec<&[i64]> = given.chunks(11).collect();
        assert_eq!(serde_json::json!(rounds), tables[name], "{lane}");
    }
}

#[test]
fn what_cannot_be_written_says_why() {
    let folder = Folder::new();
    let error = folder.bad(&["dataset", "ecommerce", "--out", "out", "--shuffle", "7"]);
    assert!(
        error.contains("the rows of ecommerce have one order; leave --shuffle out"),
        "{error}"
    );
    assert!(!folder.path("out").exists());
    folder.good(&["dataset", "virginica", "--out", "out"]);
    let args = [
        "replay",
        "out/lab.json",
        "out/events.ndjson",
        "--csv",
        "none/p.csv",
    ];
    let error = folder.bad(&args);
    assert!(
        error.contains("cannot create none/p.csv; check the folder"),
        "{error}"
    );
}
