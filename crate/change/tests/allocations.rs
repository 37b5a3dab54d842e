//! Reading a stream allocates nothing in the steady state.

#![allow(clippy::unwrap_used)]

use eddy_change::{Reader, Value};
use serde_json::Value as Json;

/// A record's topic, key, value and headers.
struct Record {
    topic: String,
    key: Option<String>,
    value: Option<String>,
    headers: Vec<(String, Option<String>)>,
}

fn recorded(name: &str) -> Vec<Record> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/debezium");
    let text = std::fs::read_to_string(format!("{folder}/{name}.ndjson")).unwrap();
    let owned = |json: &Json| json.as_str().map(str::to_owned);
    let record = |line| {
        let record: Json = serde_json::from_str(line).unwrap();
        let headers = record["headers"].as_array().unwrap().iter();
        Record {
            topic: owned(&record["topic"]).unwrap(),
            key: owned(&record["key"]),
            value: owned(&record["value"]),
            headers: headers
                .map(|header| (owned(&header[0]).unwrap(), owned(&header[1])))
                .collect(),
        }
    };
    text.lines().map(record).collect()
}

/// Reads the records with what their rows hold; returns how many numbers and labels that were.
fn read_all(reader: &mut Reader, records: &[Record]) -> (usize, usize) {
    let mut count = (0, 0);
    for record in records {
        let [key, value] =
            [&record.key, &record.value].map(|text| text.as_deref().map(str::as_bytes));
        let mut change = reader.read(&record.topic, key, value).unwrap();
        for (name, value) in &record.headers {
            change.add_header(name, value.as_deref().map(str::as_bytes));
        }
        let Some(row) = change.after else { continue };
        for cell in reader.cells(row) {
            count.0 += usize::from(cell.number().is_some());
            count.1 += usize::from(matches!(cell.value(), Value::Text(_)));
        }
    }
    count
}

/// All records of a recording's first topic, then all once more: the second time nothing is new.
fn check(name: &str, wanted: (usize, usize)) {
    let mut records = recorded(name);
    let topic = records[0].topic.clone();
    records.retain(|record| record.topic == topic);
    let mut reader = Reader::new();
    let mut count = (0, 0);
    let first = allocation_counter::measure(|| count = read_all(&mut reader, &records));
    assert_ne!(first.count_total, 0, "{name}: the counter counts");
    assert_eq!(count, wanted, "{name}");
    let second = allocation_counter::measure(|| count = read_all(&mut reader, &records));
    assert_eq!(second.count_total, 0, "{name}");
    assert_eq!(count, wanted, "{name}");
}

#[test]
fn nothing_in_the_steady_state() {
    check("unwrap_plain", (15, 2));
    check("unwrap_schema", (15, 2));
    check("unwrap_rewrite_schema", (21, 11));
    check("envelope_plain", (30, 6));
    check("tx_plain", (15, 3));
    check("key_change_schema", (10, 2));
}
