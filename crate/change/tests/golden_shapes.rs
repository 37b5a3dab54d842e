//! Every recorded record is read as the file beside it says.
//!
//! Values are compared where JSON's own forms say it all. Those that need a column's type
//! (`{"decimal":..}` and the like) are counted by their form, so that none is left out unnoticed;
//! `golden_values.rs` compares them.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use eddy_change::{Change, Op, Row, Value, read};
use serde_json::{Map, Value as Json};

/// What was compared, over all files.
#[derive(Default, Debug, PartialEq, Eq)]
struct Counts {
    files: usize,
    records: usize,
    values: usize,
    /// Values not compared, by the name of their form.
    special: BTreeMap<String, usize>,
}

#[test]
fn kafka_records() {
    let mut counts = Counts::default();
    for name in recordings() {
        if name.starts_with("debezium_server_") {
            continue;
        }
        counts.files += 1;
        for (line, wanted) in lines(&name) {
            counts.records += 1;
            let place = format!("{name} offset {}: {wanted}", line["offset"]);
            let key = line["key"].as_str().map(str::as_bytes);
            let value = line["value"].as_str().map(str::as_bytes);
            assert!(value.is_some() || line["value"].is_null(), "{place}");
            let mut change = read(line["topic"].as_str().unwrap(), key, value).expect(&place);
            for header in line["headers"].as_array().unwrap() {
                let value = header[1].as_str().map(str::as_bytes);
                change.add_header(header[0].as_str().unwrap(), value);
            }
            check_facts(&change, &wanted, &place);
            check_images(&change, &wanted, &place, &mut counts);
            check_row(
                change.key,
                &wanted["key"],
                &wanted["meta"],
                &place,
                &mut counts,
            );
        }
    }
    println!("{counts:#?}");
    let special: BTreeMap<String, usize> = SPECIAL.map(|(form, n)| (form.to_owned(), n)).into();
    assert_eq!(
        counts,
        Counts {
            files: FILES,
            records: RECORDS,
            values: VALUES,
            special
        }
    );
}

/// Bodies of Debezium Server's requests: neither topic nor key is sent.
#[test]
fn debezium_server_requests() {
    let mut counts = Counts::default();
    for name in recordings() {
        // CloudEvents are another form.
        let is_cloud_event = name.starts_with("debezium_server_cloudevents");
        if !name.starts_with("debezium_server_") || is_cloud_event {
            continue;
        }
        counts.files += 1;
        for (line, mut wanted) in lines(&name) {
            counts.records += 1;
            let place = format!("{name} line {}: {wanted}", counts.records);
            let mut change =
                read("", None, line["body"].as_str().map(str::as_bytes)).expect(&place);
            for header in line["headers"].as_array().unwrap() {
                // This recording's own prefix; its values are plain.
                if let Some(name) = header[0].as_str().unwrap().strip_prefix("x-dbz-") {
                    let value = header[1].as_str().map(str::as_bytes);
                    change.add_header(&name.to_lowercase(), value);
                }
            }
            if name == "debezium_server_headers.ndjson" {
                // Taken from the database's log, which knows more of a change and less of a snapshot.
                let wanted = wanted.as_object_mut().unwrap();
                wanted.retain(|field, value| match field.as_str() {
                    "lsn" => !value.is_null(),
                    "tx_id" | "source_ts_ms" | "snapshot" => false,
                    _ => true,
                });
            }
            check_facts(&change, &wanted, &place);
            check_images(&change, &wanted, &place, &mut counts);
        }
    }
    println!("{counts:#?}");
    let special = BTreeMap::new();
    assert_eq!(
        counts,
        Counts {
            files: 4,
            records: 42,
            values: 252,
            special
        }
    );
}

/// Names of the recordings, in order.
fn recordings() -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".ndjson"))
        .collect();
    names.sort();
    names
}

/// The lines of a recording, each with what is expected of it.
fn lines(name: &str) -> Vec<(Json, Json)> {
    let text = std::fs::read_to_string(folder().join(name)).unwrap();
    let wanted = std::fs::read_to_string(folder().join(name.replace(".ndjson", ".expected.json")));
    let wanted: Vec<Json> = serde_json::from_str(&wanted.unwrap()).unwrap();
    let lines: Vec<Json> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), wanted.len(), "{name}");
    lines.into_iter().zip(wanted).collect()
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/debezium")
}

/// Compares what is no row: kind, op, and what is known of the source.
fn check_facts(change: &Change<'_>, wanted: &Json, place: &str) {
    assert_eq!(change.kind.name(), wanted["kind"], "{place}");
    let op = change.op.map(|op: Op| op.letter().to_string());
    assert_eq!(Json::from(op), wanted["op"], "{place}");
    for (field, found) in [
        ("lsn", Json::from(change.lsn)),
        ("tx_id", Json::from(change.tx_id)),
        ("source_ts_ms", Json::from(change.source_ts_ms)),
        ("snapshot", Json::from(change.snapshot)),
    ] {
        if let Some(wanted) = wanted.get(field) {
            assert_eq!(found, *wanted, "{field}, {place}");
        }
    }
    if let Some(id) = wanted
        .get("transaction")
        .map(|transaction| &transaction["id"])
    {
        assert_eq!(Json::from(change.transaction_id.as_deref()), *id, "{place}");
    }
}

fn check_images(change: &Change<'_>, wanted: &Json, place: &str, counts: &mut Counts) {
    for (field, found) in [("before", change.before), ("after", change.after)] {
        check_row(found, &wanted[field], &wanted["meta"], place, counts);
    }
}

/// Compares a row's columns; `meta` holds those that the unwrap step added.
fn check_row(found: Option<Row<'_>>, wanted: &Json, meta: &Json, place: &str, counts: &mut Counts) {
    let Some(row) = found else {
        assert!(wanted.is_null(), "no row in {place}");
        return;
    };
    let wanted = wanted
        .as_object()
        .unwrap_or_else(|| panic!("a row too many in {place}"));
    for (name, value) in wanted {
        let found = row
            .get(name)
            .unwrap_or_else(|| panic!("no column {name} in {place}"));
        match special_form(value) {
            Some(form) => *counts.special.entry(form.to_owned()).or_default() += 1,
            None => {
                assert!(
                    same(&found, value),
                    "{name}: {found:?} is not {value} in {place}"
                );
                counts.values += 1;
            }
        }
    }
    let nothing = Map::new();
    let meta = meta.as_object().unwrap_or(&nothing);
    for (name, _) in row.columns() {
        let known = wanted.contains_key(name.as_ref())
            || meta.contains_key(name.as_ref())
            || name == "__deleted";
        assert!(known, "unexpected column {name} in {place}");
    }
}

/// The name of a form that JSON has no own way to say, where a value or one in it has such a form.
fn special_form(value: &Json) -> Option<&str> {
    match value {
        Json::Array(elements) => elements.iter().find_map(special_form),
        Json::Object(form) => {
            let known = |name: &&String| SPECIAL.iter().any(|(form, _)| name == form);
            Some(
                form.keys()
                    .find(known)
                    .unwrap_or_else(|| panic!("unknown form {value}")),
            )
        }
        _ => None,
    }
}

/// Whether a value is the same as one of JSON's own.
fn same(found: &Value<'_>, wanted: &Json) -> bool {
    match (found, wanted) {
        (Value::Null, Json::Null) => true,
        (Value::Bool(found), Json::Bool(wanted)) => found == wanted,
        (Value::Text(found), Json::String(wanted)) => found == wanted,
        (Value::Number(digits), Json::Number(wanted)) => match wanted.as_i64() {
            Some(whole) => digits.parse() == Ok(whole),
            None => found.as_number().ok() == wanted.as_f64(),
        },
        (Value::Array(_), Json::Array(wanted)) => {
            found.elements().count() == wanted.len()
                && found
                    .elements()
                    .zip(wanted)
                    .all(|(found, wanted)| same(&found, wanted))
        }
        _ => false,
    }
}

/// What the recordings hold.
const FILES: usize = 50;
const RECORDS: usize = 467;
const VALUES: usize = 2486;
/// The forms that JSON has no own way to say, and how many values of each the recordings hold.
const SPECIAL: [(&str, usize); 16] = [
    ("base64", 32),
    ("bits_value", 12),
    ("date_days", 47),
    ("decimal", 151),
    ("float", 31),
    ("hstore", 18),
    ("infinity", 56),
    ("interval_iso", 8),
    ("interval_us", 20),
    ("json", 16),
    ("sparse", 4),
    ("time_us", 84),
    ("timestamp_us", 152),
    ("unavailable", 16),
    ("vector", 14),
    // A point, {x, y}.
    ("x", 6),
];
