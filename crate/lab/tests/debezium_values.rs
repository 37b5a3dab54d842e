//! Every recorded event that carries its schema gives the features that the file beside it says.
#![allow(clippy::unwrap_used)] // a test may

use std::collections::{BTreeMap, BTreeSet};

use eddy_lab::{Lab, LabFile};
use serde_json::{Value, json};

mod support;

/// What a lane made of a record.
#[derive(Clone, Debug, PartialEq)]
enum Made {
    Feature(f64),
    Rejected(String),
}

/// The number that an expected value stands for; None where there is none to learn from.
fn number(value: &Value) -> Option<f64> {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let whole = |name: &str| value.get(name).and_then(Value::as_f64);
    if let Some(digits) = text("decimal") {
        return digits
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite());
    }
    if value.is_number() {
        return value.as_f64();
    }
    [
        "timestamp_us",
        "date_days",
        "time_us",
        "interval_us",
        "bits_value",
    ]
    .iter()
    .find_map(|name| whole(name))
}

/// The features of a row: its columns, and the elements of those that are arrays or vectors.
fn features(image: &Value) -> BTreeMap<String, Value> {
    let mut features = BTreeMap::new();
    for (name, value) in image.as_object().into_iter().flatten() {
        features.insert(name.clone(), value.clone());
        let dense = value.get("vector").unwrap_or(value).as_array();
        for (i, element) in dense.into_iter().flatten().enumerate().take(3) {
            features.insert(format!("{name}[{i}]"), element.clone());
        }
        let dimensions = value.get("dimensions").and_then(Value::as_u64).unwrap_or(0);
        for i in 0..dimensions {
            let element = value["sparse"].get((i + 1).to_string()).cloned();
            features.insert(format!("{name}[{i}]"), element.unwrap_or(json!(0)));
        }
    }
    features
}

/// What a recording's schemas do not say.
fn declared(name: &str) -> Value {
    match name {
        "decimals_string_schema" => {
            let names = ["n31", "n102", "n380", "n2010", "nun", "n", "m"];
            let columns = names.map(|name| (name.to_owned(), json!({"as": "decimal"})));
            columns.into_iter().collect()
        }
        _ => json!({}),
    }
}

/// A lab that classifies the rows of all topics, with a lane for each feature.
fn lab(name: &str, topics: &BTreeSet<String>, lanes: &BTreeSet<String>) -> Lab {
    let streams: Vec<Value> = topics
        .iter()
        .map(|topic| json!({"topic": topic, "role": "classify"}))
        .collect();
    let lanes: Vec<Value> = lanes
        .iter()
        .map(|feature| {
            json!({
                "name": feature, "features": [feature], "changes": {"redelivered": "again"},
                "model": {"kind": "kmeans", "engine": "flink", "initial": {"centroids": [[0], [1]]}},
            })
        })
        .collect();
    let file = json!({"eddy": 1, "streams": streams, "columns": declared(name), "features": ["-"], "lanes": lanes});
    Lab::new(LabFile::parse(&file.to_string()).unwrap()).unwrap()
}

/// What each lane made of a record; a rejection of all lanes stands under "".
fn made(lab: &mut Lab) -> BTreeMap<String, Made> {
    let lines = support::lines(lab).into_iter();
    lines
        .filter_map(|line| {
            let line: Value = serde_json::from_str(&line).unwrap();
            let lane = line["lane"].as_str().unwrap_or_default().to_owned();
            match line["event"].as_str().unwrap() {
                "prediction" => Some((lane, Made::Feature(line["features"][0].as_f64().unwrap()))),
                "rejected" => {
                    let reason = line["reason"].as_str().unwrap();
                    Some((lane, Made::Rejected(reason.to_owned())))
                }
                _ => None,
            }
        })
        .collect()
}

/// Values, of which unavailable.
fn check(name: &str) -> (usize, usize) {
    let records = support::debezium(name);
    let expected = support::golden(&format!("debezium/{name}.expected.json"));
    let expected = expected.as_array().unwrap();
    let topics: BTreeSet<String> = records
        .iter()
        .map(|record| record.topic.to_string())
        .collect();
    let lanes: BTreeSet<String> = expected
        .iter()
        .flat_map(|line| features(&line["after"]).into_keys())
        .collect();
    let mut lab = lab(name, &topics, &lanes);
    made(&mut lab);
    let (mut values, mut unavailable) = (0, 0);
    for (record, expected) in records.iter().zip(expected) {
        assert!(lab.apply(record.as_ref()));
        let made = made(&mut lab);
        let place = format!("{name}: {} {}", record.topic, record.offset);
        if expected["kind"] != "row" || expected["after"].is_null() {
            assert!(made.is_empty(), "{place}: {made:?}");
            continue;
        }
        let mut wanted = features(&expected["after"]);
        // Of what was not sent, no element was either.
        for lane in &lanes {
            let array = lane
                .split_once('[')
                .and_then(|(array, _)| wanted.get(array))
                .cloned();
            if let Some(value) = array.filter(|value| value["unavailable"] == true) {
                wanted.insert(lane.clone(), value);
            }
        }
        for (feature, value) in wanted {
            values += 1;
            let found = made.get(&feature).or(made.get(""));
            let place = format!("{place} {feature}: {value} is {found:?}");
            let found = found.unwrap_or_else(|| panic!("{place}"));
            match (number(&value), found) {
                (Some(wanted), Made::Feature(found)) => assert_eq!(*found, wanted, "{place}"),
                // The engine itself may not take a number that is too large.
                (Some(wanted), Made::Rejected(why)) => {
                    assert!(
                        wanted.abs() > 1e150 && why.starts_with("the row"),
                        "{place}"
                    );
                }
                (None, Made::Feature(_)) => panic!("{place}"),
                (None, Made::Rejected(why)) if value["unavailable"] == true => {
                    assert!(why.contains("REPLICA IDENTITY FULL"), "{place}");
                    unavailable += 1;
                }
                (None, Made::Rejected(_)) => {}
            }
        }
    }
    (values, unavailable)
}

#[test]
fn features_are_what_the_columns_hold() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/debezium");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
        .filter_map(|file| Some(file.strip_suffix("_schema.ndjson")?.to_owned() + "_schema"))
        .collect();
    names.sort();
    let counts: Vec<(usize, usize)> = names.iter().map(|name| check(name)).collect();
    let values: usize = counts.iter().map(|(values, _)| values).sum();
    let unavailable: usize = counts.iter().map(|(_, unavailable)| unavailable).sum();
    assert_eq!((names.len(), values, unavailable), (22, 1188, 14));
}
