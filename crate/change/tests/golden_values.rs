//! Every recorded record gives the inspect line that the file beside it says, value by value.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use eddy_change::{ColumnType, ColumnTypes, Encoding, Inspected, Reading, Types, Unit, inspect};
use serde_json::{Map, Value as Json};

/// What is in the expected files beside the line: where it comes from, and what the database held.
const NOTES: [&str; 8] = [
    "meta",
    "header_meta",
    "sql_after",
    "sql_unavailable",
    "duplicate",
    "ambiguous",
    "value_form",
    "attempt",
];

/// Facts that Debezium Server does not send, or sends in part: taken from the database's log.
const NOT_SENT: [(&str, &[&str]); 2] = [
    ("debezium_server_", &["key"]),
    (
        "debezium_server_headers",
        &["key", "tx_id", "source_ts_ms", "snapshot"],
    ),
];

#[derive(Default, Debug, PartialEq, Eq)]
struct Counts {
    files: usize,
    records: usize,
    /// Fields of lines that are no rows.
    facts: usize,
    /// Values in rows, keys and images; of arrays each.
    values: usize,
    /// How many of them have a form that JSON has no own way to say, by that form.
    forms: BTreeMap<String, usize>,
}

#[test]
fn kafka_records() {
    let counts = check_all(|name| !name.starts_with("debezium_server_"), kafka_line);
    let forms = FORMS.map(|(form, count)| (form.to_owned(), count));
    let wanted = Counts {
        files: 50,
        records: 467,
        facts: KAFKA_FACTS,
        values: KAFKA_VALUES,
        forms: forms.into(),
    };
    assert_eq!(counts, wanted);
}

#[test]
fn debezium_server_requests() {
    let counts = check_all(|name| name.starts_with("debezium_server_"), server_line);
    let wanted = Counts {
        files: 6,
        records: 54,
        facts: SERVER_FACTS,
        values: SERVER_VALUES,
        forms: BTreeMap::new(),
    };
    assert_eq!(counts, wanted);
}

const KAFKA_FACTS: usize = 3419;
const KAFKA_VALUES: usize = 4103;
const SERVER_FACTS: usize = 263;
const SERVER_VALUES: usize = 324;
/// The forms that JSON has no own way to say; the last is a point.
const FORMS: [(&str, usize); 16] = [
    ("base64", 44),
    ("bits_value", 12),
    ("date_days", 51),
    ("decimal", 155),
    ("float", 35),
    ("hstore", 18),
    ("infinity", 56),
    ("interval_iso", 8),
    ("interval_us", 20),
    ("json", 16),
    ("sparse", 4),
    ("time_us", 84),
    ("timestamp_us", 152),
    ("unavailable", 16),
    ("vector", 17),
    ("x", 6),
];

fn check_all(
    wanted: impl Fn(&str) -> bool,
    line: impl Fn(&str, &Json, &Reading) -> Json,
) -> Counts {
    let mut counts = Counts::default();
    for name in recordings().iter().filter(|name| wanted(name)) {
        counts.files += 1;
        let declared = declarations(name);
        for (number, (record, wanted)) in records(name).into_iter().enumerate() {
            counts.records += 1;
            let topic = record["topic"].as_str().unwrap_or_default();
            let mut columns = declared.get(topic_key(topic)).cloned().unwrap_or_default();
            // It was a double until the column's type was changed, and JSON's numbers are both.
            let value = record["value"].as_str().unwrap_or_default();
            if name == "schema_change_plain" && !value.contains(r#""petal_length":""#) {
                columns.remove("petal_length");
            }
            let reading = Reading {
                columns,
                ..Reading::default()
            };
            let found = line(name, &record, &reading);
            let place = format!("{name} line {}", number + 1);
            check_form(name, &found, &place);
            check(name, &found, &wanted, &place, &mut counts);
        }
    }
    println!("{counts:#?}");
    counts
}

fn kafka_line(_: &str, record: &Json, reading: &Reading) -> Json {
    let headers = record["headers"].as_array().unwrap().iter();
    let headers = headers.map(|header| {
        (
            header[0].as_str().unwrap(),
            header[1].as_str().map(str::as_bytes),
        )
    });
    let mut out = String::new();
    inspect(
        &mut out,
        Inspected {
            topic: record["topic"].as_str().unwrap(),
            partition: record["partition"].as_i64().unwrap().try_into().unwrap(),
            offset: record["offset"].as_i64().unwrap(),
            key: record["key"].as_str().map(str::as_bytes),
            value: record["value"].as_str().map(str::as_bytes),
        },
        headers,
        reading,
    );
    let line = parse(&out);
    for field in ["topic", "partition", "offset"] {
        assert_eq!(line[field], record[field], "{out}");
    }
    line
}

fn server_line(_: &str, request: &Json, reading: &Reading) -> Json {
    // One recording's own prefix; its values are plain.
    let headers = request["headers"].as_array().unwrap().iter();
    let headers: Vec<(String, &str)> = headers
        .filter_map(|header| {
            let name = header[0].as_str().unwrap().strip_prefix("x-dbz-")?;
            Some((name.to_lowercase(), header[1].as_str().unwrap()))
        })
        .collect();
    let headers = headers
        .iter()
        .map(|(name, value)| (name.as_str(), Some(value.as_bytes())));
    let mut out = String::new();
    let record = Inspected {
        topic: "",
        partition: 0,
        offset: 0,
        key: None,
        value: request["body"].as_str().map(str::as_bytes),
    };
    inspect(&mut out, record, headers, reading);
    parse(&out)
}

fn parse(line: &str) -> Json {
    assert!(!line.contains('\n'), "{line}");
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}"))
}

/// Whether a line has all its fields, and the shape that the recording's connector writes.
fn check_form(name: &str, found: &Json, place: &str) {
    let fields = [
        "topic",
        "partition",
        "offset",
        "kind",
        "shape",
        "op",
        "key",
        "before",
        "after",
        "lsn",
        "tx_id",
        "source_ts_ms",
        "snapshot",
    ];
    for field in fields {
        assert!(found.get(field).is_some(), "{field} in {place}");
    }
    let is_unwrapped = name.starts_with("unwrap") || name == "debezium_server_headers";
    let shape = match found["kind"].as_str() {
        Some("row") if is_unwrapped => Json::from("unwrapped"),
        Some("row" | "truncate" | "message") => Json::from("envelope"),
        _ => Json::Null,
    };
    assert_eq!(found["shape"], shape, "{place}");
}

/// Compares a line with what is expected, field by field.
fn check(name: &str, found: &Json, wanted: &Json, place: &str, counts: &mut Counts) {
    let not_sent = NOT_SENT.iter().filter(|(file, _)| name.starts_with(file));
    let not_sent: BTreeSet<_> = not_sent
        .flat_map(|(_, fields)| fields.iter().copied())
        .collect();
    // The header of a snapshot row holds the lsn, where the database's log has none.
    let lsn_unknown = name.starts_with("debezium_server_headers") && wanted["lsn"].is_null();
    for (field, wanted) in wanted.as_object().unwrap() {
        if NOTES.contains(&field.as_str())
            || not_sent.contains(field.as_str())
            || (field == "lsn" && lsn_unknown)
        {
            continue;
        }
        let place = format!("{place}, {field}");
        let found = &found[field];
        match (field.as_str(), wanted) {
            ("key" | "before" | "after", Json::Object(wanted)) => {
                let found = found
                    .as_object()
                    .unwrap_or_else(|| panic!("{found} in {place}"));
                let names: BTreeSet<_> = found.keys().collect();
                assert_eq!(names, wanted.keys().collect(), "{place}");
                for (column, wanted) in wanted {
                    check_value(
                        &found[column],
                        wanted,
                        &format!("{place}, {column}"),
                        counts,
                    );
                }
            }
            _ => {
                assert_eq!(found, wanted, "{place}");
                counts.facts += 1;
            }
        }
    }
}

fn check_value(found: &Json, wanted: &Json, place: &str, counts: &mut Counts) {
    match (found, wanted) {
        (Json::Array(found), Json::Array(wanted)) => {
            assert_eq!(found.len(), wanted.len(), "{place}");
            for (i, (found, wanted)) in found.iter().zip(wanted).enumerate() {
                check_value(found, wanted, &format!("{place}[{i}]"), counts);
            }
        }
        (Json::Object(found), Json::Object(wanted)) => {
            let mut wanted: Map<String, Json> = wanted.clone();
            wanted.remove("raw");
            assert_eq!(*found, wanted, "{place}");
            let form = wanted
                .keys()
                .find(|form| !matches!(form.as_str(), "utc" | "dimensions"));
            *counts.forms.entry(form.unwrap().clone()).or_default() += 1;
            counts.values += 1;
        }
        _ => {
            assert_eq!(found, wanted, "{place}");
            counts.values += 1;
        }
    }
}

/// The types to declare for a recording's topics, by what stands behind the connector's name.
fn declarations(name: &str) -> BTreeMap<String, ColumnTypes> {
    let mut types: BTreeMap<String, ColumnTypes> = BTreeMap::new();
    let twin = match name {
        "decimals_numeric_plain" => Some("decimals_precise_schema".to_owned()),
        // Its doubles need no type but for what is not finite.
        "decimals_double_plain" => Some("decimals_string_schema".to_owned()),
        // Only the defaults' handling differs.
        "nulls_defaults_false_plain" => Some("nulls_defaults_true_schema".to_owned()),
        _ => name
            .strip_suffix("_plain")
            .map(|stem| format!("{stem}_schema")),
    };
    if let Some(twin) = twin.filter(|twin| recordings().contains(twin)) {
        for (record, _) in records(&twin) {
            let topic = record["topic"].as_str().unwrap();
            let value = record["value"].as_str().unwrap_or_default();
            let row = Types::of(value.as_bytes()).row;
            types
                .entry(topic_key(topic).to_owned())
                .or_default()
                .extend(row);
        }
    }
    // What no schema of these connectors says, because it calls them strings.
    let mut declare = |table: &str, columns: &[(&str, ColumnType)]| {
        let types = types.entry(table.to_owned()).or_default();
        types.extend(
            columns
                .iter()
                .map(|(name, column)| ((*name).to_owned(), column.clone())),
        );
    };
    let decimal = ColumnType::Decimal { scale: None };
    let nums = ["n31", "n102", "n380", "n2010", "nun", "m", "n"];
    if name == "decimals_string_schema" {
        for table in ["nums", "nums_special", "nums_negscale", "nums_notnull"] {
            declare(
                &format!("public.{table}"),
                &nums.map(|name| (name, decimal.clone())),
            );
        }
    }
    if name == "decimals_double_plain" {
        for table in ["nums", "nums_special", "nums_negscale", "nums_notnull"] {
            declare(
                &format!("public.{table}"),
                &nums.map(|name| (name, ColumnType::Number)),
            );
        }
    }
    if name.starts_with("types_base64") {
        let bytes = ColumnType::Bytes(Encoding::Base64);
        declare("public.bins", &[("by", bytes.clone()), ("bya", bytes)]);
    }
    if name == "schema_change_plain" {
        // It has no twin here: its columns come one after the other.
        let at = ColumnType::Timestamp {
            unit: Unit::Us,
            utc: Some(true),
        };
        let petal_length = ColumnType::Decimal { scale: Some(2) };
        declare(
            "public.iris_train",
            &[("petal_length", petal_length), ("at", at)],
        );
    }
    types
}

/// The topic without the connector's name in front.
fn topic_key(topic: &str) -> &str {
    topic.split_once('.').map_or(topic, |(_, table)| table)
}

/// Names of the recordings, in order, without their ending.
fn recordings() -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".ndjson").map(str::to_owned))
        .collect();
    names.sort();
    names
}

/// The records of a recording, each with what is expected of it.
fn records(name: &str) -> Vec<(Json, Json)> {
    let read =
        |ending: &str| std::fs::read_to_string(folder().join(format!("{name}{ending}"))).unwrap();
    let wanted: Vec<Json> = serde_json::from_str(&read(".expected.json")).unwrap();
    let records: Vec<Json> = read(".ndjson")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(records.len(), wanted.len(), "{name}");
    records.into_iter().zip(wanted).collect()
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/debezium")
}
