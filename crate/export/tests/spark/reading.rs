//! The job reads recorded events as the lab does.

use std::collections::BTreeSet;
use std::fs;

use lab::rows::Verdict;
use lab::{Lab, LabFile};
use serde_json::{Value, json};
use wire::{Line, LineReader, Record};

use crate::{job, python};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/debezium");

/// Compares what `change_events.py` makes of each column with what the lab makes of it.
const SCRIPT: &str = r#"
import json, sys
for line in sys.stdin:
    case = json.loads(line)
    job = {}
    exec(case["source"], job)
    for record in case["records"]:
        try:
            image = job["new_image"](record["value"])
        except ValueError:
            image = None
        if record["is_row"] is not None and (image is not None) != record["is_row"]:
            print(case["name"], record["offset"], "row" if image else "no row", record["value"][:200])
            continue
        for name, wanted in record["numbers"].items() if image else ():
            try:
                found, why = job["number"](name, *image), None
            except ValueError as error:
                found, why = None, str(error)
            if found != wanted:
                print(case["name"], record["offset"], name, found, why, "- the lab:", wanted)
"#;

/// Debezium Server's own forms do not come through Kafka Connect, and heartbeats have topics of their own.
const SKIPPED: [&str; 2] = ["debezium_server", "heartbeat"];

/// The job has no parser for dates and times that a schema says are texts: it counts and logs them.
fn is_iso_text(line: &str) -> bool {
    line.contains("Z\", not a number - the lab: ") || line.starts_with("times_isostring_schema ")
}

#[test]
fn recorded_events_are_read_as_the_lab_reads_them() {
    let mut cases = String::new();
    let mut compared = 0;
    for entry in fs::read_dir(FOLDER).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if let Some(name) = name
            .strip_suffix(".ndjson")
            .filter(|name| !SKIPPED.iter().any(|skipped| name.starts_with(skipped)))
        {
            let case = case(name, &fs::read_to_string(&path).unwrap());
            compared += case["records"].as_array().unwrap().len();
            cases.push_str(&case.to_string());
            cases.push('\n');
        }
    }
    assert!(compared > 300, "{compared}");
    let Some(said) = python::run(SCRIPT, &[], &cases) else {
        return;
    };
    let other: Vec<&str> = said.lines().filter(|line| !is_iso_text(line)).collect();
    assert!(
        other.is_empty(),
        "{} differ:\n{}",
        other.len(),
        other.join("\n")
    );
}

/// A job's source, and what the lab makes of every column of each record.
fn case(name: &str, text: &str) -> Value {
    let mut reader = LineReader::new();
    let mut records: Vec<Record> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        // Whatever trains is a table's topic.
        if let Some(Line::Record(record)) = reader.read(number, line).unwrap()
            && !record.topic.ends_with(".transaction")
        {
            records.push(record);
        }
    }
    let topics: BTreeSet<&str> = records.iter().map(|record| &*record.topic).collect();
    let features: Vec<String> = columns(name).into_iter().collect();
    let streams: Vec<Value> = topics
        .iter()
        .map(|topic| json!({"topic": topic, "role": "train"}))
        .collect();
    let centroid = vec![0; features.len()];
    let lab = json!({
        "eddy": 1,
        "streams": streams,
        "features": features,
        "lanes": [{
            "name": "L",
            "model": {"kind": "kmeans", "engine": "spark", "initial": {"centroids": [centroid, centroid]}},
            "batch": {"by": "hand"}
        }]
    });
    let source = &job(&lab, "L", None).unwrap().files[2];
    assert_eq!(source.path, "change_events.py");
    let file: LabFile = serde_json::from_value(lab.clone()).unwrap();
    let mut lab = Lab::new(file).unwrap();
    let read: Vec<Value> = (0..)
        .zip(&records)
        .map(|(i, record)| {
            lab.apply(record.as_ref());
            let numbers = features.iter().enumerate().map(|(column, name)| {
                let number = lab.rows.number(i, column);
                (name.clone(), json!(number.is_finite().then_some(number)))
            });
            let numbers: serde_json::Map<String, Value> = numbers.collect();
            // What was rejected without a number may be a row or not.
            let is_row = match lab.rows.meta(i).unwrap().verdict {
                Verdict::Shown => Some(false),
                _ => numbers
                    .values()
                    .any(|number| !number.is_null())
                    .then_some(true),
            };
            let value = record
                .value
                .as_deref()
                .map(|bytes| String::from_utf8_lossy(bytes).into_owned());
            json!({"offset": record.offset, "value": value, "is_row": is_row, "numbers": numbers})
        })
        .collect();
    json!({"name": name, "source": source.text, "records": read})
}

/// The columns of all rows, and the first elements of those that are arrays.
fn columns(name: &str) -> BTreeSet<String> {
    let path = format!("{FOLDER}/{name}.expected.json");
    let events: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let mut columns = BTreeSet::from(["id".to_owned()]);
    for event in events.as_array().unwrap() {
        for (column, value) in event["after"].as_object().into_iter().flatten() {
            columns.insert(column.clone());
            let is_array =
                value.is_array() || value.get("vector").is_some() || value.get("sparse").is_some();
            columns.extend(
                (0..3)
                    .filter(|_| is_array)
                    .map(|i| format!("{column}[{i}]")),
            );
        }
    }
    columns
}
