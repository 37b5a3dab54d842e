//! No bytes make the reader panic, and what it takes for JSON is JSON.

#![allow(clippy::unwrap_used)]

use std::sync::LazyLock;

use eddy_change::{Reader, Row, read};
use proptest::prelude::*;
use serde::de::IgnoredAny;
use serde_json::Value as Json;

/// Values of some recordings of every shape, to be mutated.
static RECORDED: LazyLock<Vec<String>> = LazyLock::new(|| {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/debezium");
    let names = [
        "envelope_plain",
        "unwrap_rewrite_keep_schema",
        "tx_plain",
        "names_plain",
        "vector_schema",
    ];
    let texts =
        names.map(|name| std::fs::read_to_string(format!("{folder}/{name}.ndjson")).unwrap());
    let lines = texts.iter().flat_map(|text| text.lines());
    let records = lines.map(|line| serde_json::from_str::<Json>(line).unwrap());
    records
        .filter_map(|record| record["value"].as_str().map(str::to_owned))
        .collect()
});

/// Reads all that there is to read, for the panics that there must not be.
fn read_all(key: Option<&[u8]>, value: &[u8]) {
    let mut reader = Reader::new();
    assert_eq!(
        reader.read("", key, Some(value)),
        read("", key, Some(value))
    );
    match read("", key, Some(value)) {
        Ok(mut change) => {
            change.add_header("__op", Some(value));
            for row in [change.key, change.before, change.after]
                .into_iter()
                .flatten()
            {
                let cells = reader.cells(row).map(|cell| cell.value());
                assert!(cells.eq(row.columns().map(|(_, value)| value)));
                for (name, value) in row.columns() {
                    assert!(row.get(&name).is_some());
                    let _ = (value.as_number(), value.as_label());
                }
            }
        }
        Err(unreadable) => assert!(!unreadable.reason.is_empty()),
    }
}

/// The scanner and serde_json agree on whether this is one JSON object, and on its columns.
fn check_agreement(bytes: &[u8]) {
    let text = std::str::from_utf8(bytes);
    let object = text.ok().filter(|text| text.trim_start().starts_with('{'));
    // Skips without a limit of depth; escaped halves of surrogate pairs are let through, as here.
    let valid = object.is_some_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok());
    let row = object.map(Row::parse);
    assert_eq!(row.as_ref().is_some_and(Result::is_ok), valid, "{row:?}");
    if let (Some(Ok(row)), Some(text)) = (row, object)
        && let Ok(Json::Object(wanted)) = serde_json::from_str(text)
    {
        let mut names: Vec<_> = row.columns().map(|(name, _)| name.into_owned()).collect();
        names.sort();
        names.dedup();
        assert_eq!(names, wanted.keys().cloned().collect::<Vec<_>>());
        for (name, wanted) in wanted {
            assert_eq!(as_json(&row.get(&name).unwrap()), wanted, "{name}");
        }
    }
}

fn as_json(value: &eddy_change::Value<'_>) -> Json {
    use eddy_change::Value;
    match value {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::from(*value),
        Value::Text(text) => Json::from(text.as_ref()),
        Value::Number(json) | Value::Array(json) | Value::Object(json) => {
            serde_json::from_str(json).unwrap()
        }
    }
}

/// JSON documents, with numbers as Java prints them, escapes, and names that mean something.
fn json() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        Just("schema".to_owned()),
        Just("payload".to_owned()),
        Just("op".to_owned()),
        Just("source".to_owned()),
        Just("after".to_owned()),
        Just("__op".to_owned()),
        "\\PC{0,12}",
    ]
    .prop_map(|name| Json::from(name).to_string());
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|value| value.to_string()),
        any::<i64>().prop_map(|value| value.to_string()),
        any::<f64>()
            .prop_filter("finite", |value| value.is_finite())
            .prop_map(|value| format!("{value:E}")),
        any::<String>().prop_map(|text| Json::from(text).to_string()),
        Just("\"c\"".to_owned()),
        any::<char>().prop_map(escaped),
    ];
    let space = || prop_oneof![9 => Just(""), 1 => Just(" \n"), 1 => Just("\t")];
    leaf.prop_recursive(6, 40, 6, move |inner| {
        let element =
            (space(), inner.clone(), space()).prop_map(|(a, value, b)| format!("{a}{value}{b}"));
        let member = (space(), name.clone(), space(), inner, space())
            .prop_map(|(a, name, b, value, c)| format!("{a}{name}{b}:{value}{c}"));
        prop_oneof![
            proptest::collection::vec(element, 0..6).prop_map(|all| format!("[{}]", all.join(","))),
            proptest::collection::vec(member, 0..6)
                .prop_map(|all| format!("{{{}}}", all.join(","))),
        ]
    })
}

/// Bytes that JSON is made of.
const JSON: &[u8] = b"{}[]\",:\\nu0e-. ";

/// A string of one character as `\uXXXX`, or two of them.
fn escaped(character: char) -> String {
    let units = character
        .encode_utf16(&mut [0; 2])
        .iter()
        .map(|unit| format!("\\u{unit:04X}"))
        .collect::<String>();
    format!("\"{units}\"")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn random_bytes(key in proptest::option::of(any::<Vec<u8>>()), value in any::<Vec<u8>>()) {
        read_all(key.as_deref(), &value);
        check_agreement(&value);
    }

    #[test]
    fn random_json(value in json()) {
        read_all(Some(value.as_bytes()), value.as_bytes());
        check_agreement(value.as_bytes());
        check_agreement(format!("{{\"a\":{value}}}").as_bytes());
    }

    #[test]
    fn mutated_records(
        index in any::<prop::sample::Index>(),
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4u8), 1..4),
    ) {
        let mut value = index.get(&RECORDED).clone().into_bytes();
        for (place, byte, edit) in edits {
            let at = place.index(value.len() + 1).min(value.len().saturating_sub(1));
            // Mostly bytes that JSON is made of: others are refused too soon to get anywhere.
            let byte = if byte < 128 { JSON[byte as usize % JSON.len()] } else { byte };
            match edit {
                0 => value.truncate(at),
                1 => value.insert(at, byte),
                2 if !value.is_empty() => value[at] = byte,
                _ if !value.is_empty() => drop(value.remove(at)),
                _ => {}
            }
        }
        read_all(None, &value);
        check_agreement(&value);
    }
}
