//! What the lab's tests share: the published demo's rows, and labs to feed them to.
#![allow(dead_code)] // each test binary uses its part
#![allow(clippy::unwrap_used)] // a test may

use eddy_lab::{Lab, LabFile, replay};
use serde_json::Value;
use wire::Record;

pub(crate) const TRAIN: &str = "flink.public.iris_train";
pub(crate) const TEST: &str = "flink.public.iris_test";

/// Reads a file of tests/golden.
pub(crate) fn golden(name: &str) -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/").to_owned() + name;
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap()
}

/// The records of a recording in tests/golden/debezium.
pub(crate) fn debezium(name: &str) -> Vec<Record> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/debezium/").to_owned();
    let text = std::fs::read_to_string(path + name + ".ndjson").unwrap();
    let mut reader = wire::LineReader::new();
    let lines = text.lines().zip(1..);
    lines
        .map(|(line, number)| match reader.read(number, line).unwrap() {
            Some(wire::Line::Record(record)) => record,
            other => panic!("{other:?}"),
        })
        .collect()
}

/// The published demo's lab, with windows of so many ms for Spark.
pub(crate) fn iris_lab(window_ms: i64) -> Lab {
    let text = include_str!("../../../../www/lab.json").replace("10000", &window_ms.to_string());
    Lab::new(LabFile::parse(&text).unwrap()).unwrap()
}

/// A row of a table, as an envelope.
pub(crate) fn record(
    topic: &str,
    offset: i64,
    timestamp_ms: i64,
    row: &[f64],
    class: i64,
) -> Record {
    let value = format!(
        "{{\"before\":null,\"after\":{{\"id\":{},\"sepal_length\":{:?},\"sepal_width\":{:?},\"petal_length\":{:?},\
         \"petal_width\":{:?},\"iris_class\":{class}}},\"source\":{{\"lsn\":{offset}}},\"op\":\"c\",\"ts_ms\":{timestamp_ms}}}",
        offset + 1,
        row[0],
        row[1],
        row[2],
        row[3],
    );
    let key = format!("{{\"id\":{}}}", offset + 1);
    Record {
        topic: topic.into(),
        partition: 0,
        offset,
        timestamp_ms,
        headers: Vec::new(),
        key: Some(key.into_bytes()),
        value: Some(value.into_bytes()),
    }
}

/// A topic and the rows that are inserted, each with its class.
type Step = (&'static str, Vec<(Vec<f64>, i64)>);

/// The six steps of the published demo for one of the confirmed orders.
pub(crate) fn demo_steps(order: &Value) -> Vec<Step> {
    let iris = golden("data/iris.json");
    let tables = golden("seeds/tables.json");
    let numbers = |value: &Value| -> Vec<f64> {
        value
            .as_array()
            .unwrap()
            .iter()
            .map(|v| v.as_f64().unwrap())
            .collect()
    };
    let labels = ["target", "labels", "targets"]
        .iter()
        .find_map(|name| iris.get(name))
        .unwrap();
    let training: Vec<(Vec<f64>, i64)> = order["order"]
        .as_array()
        .unwrap()
        .iter()
        .map(|index| index.as_u64().unwrap() as usize)
        .map(|index| {
            (
                numbers(&iris["points"][index]),
                labels[index].as_i64().unwrap(),
            )
        })
        .collect();
    let test: Vec<(Vec<f64>, i64)> = tables["test_rows"]
        .as_array()
        .unwrap()
        .iter()
        .zip(tables["labels"].as_array().unwrap())
        .map(|(row, label)| (numbers(row), label.as_i64().unwrap()))
        .collect();
    let train1 = training[..1].to_vec();
    let train2 = training[1..].to_vec();
    vec![
        (TRAIN, train1),
        (TEST, test.clone()),
        (TRAIN, train2.clone()),
        (TEST, test.clone()),
        (TRAIN, train2),
        (TEST, test),
    ]
}

/// The records of the published demo, each step in a window of its own.
pub(crate) fn demo_records(order: &Value, window_ms: i64) -> Vec<Record> {
    let mut offsets = [0, 0];
    let mut records = Vec::new();
    for (step, (topic, rows)) in demo_steps(order).into_iter().enumerate() {
        let offset = &mut offsets[usize::from(topic == TEST)];
        for (row, class) in rows {
            records.push(record(
                topic,
                *offset,
                1_795_239_000_000 + (2 * step as i64) * window_ms + 5,
                &row,
                class,
            ));
            *offset += 1;
        }
    }
    records
}

/// The replay lines of what the lab has to say.
pub(crate) fn lines(lab: &mut Lab) -> Vec<String> {
    lab.drain()
        .map(|event| {
            let mut line = String::new();
            replay::write(&event, &mut line);
            line
        })
        .collect()
}

/// Predictions of a lane, round by round.
pub(crate) fn predictions(lines: &[String], lane: &str, round_rows: usize) -> Vec<Vec<i64>> {
    let values: Vec<Value> = lines
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let given: Vec<i64> = values
        .iter()
        .filter(|value| value["event"] == "prediction" && value["lane"] == lane)
        .map(|value| value["prediction"].as_i64().unwrap())
        .collect();
    given.chunks(round_rows).map(<[i64]>::to_vec).collect()
}
