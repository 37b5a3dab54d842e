//! No value, of whatever type it is said to be, makes an inspection or a feature panic.

#![allow(clippy::unwrap_used)]

use std::sync::LazyLock;

use eddy_change::{
    ColumnType, Encoding, Inspected, Placeholder, Reading, Row, Types, Unit, feature, inspect,
};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde::de::IgnoredAny;
use serde_json::Value as Json;

/// Values of recordings of every type, to be mutated.
static RECORDED: LazyLock<Vec<String>> = LazyLock::new(|| {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/debezium");
    let names = [
        "types_schema",
        "decimals_precise_schema",
        "times_isostring_schema",
        "vector_schema",
        "message_schema",
        "unwrap_rewrite_schema",
        "debezium_server_cloudevents",
    ];
    let texts =
        names.map(|name| std::fs::read_to_string(format!("{folder}/{name}.ndjson")).unwrap());
    let lines = texts.iter().flat_map(|text| text.lines());
    let records = lines.map(|line| serde_json::from_str::<Json>(line).unwrap());
    let value = |record: Json| {
        record["value"]
            .as_str()
            .or(record["body"].as_str())
            .map(str::to_owned)
    };
    records.filter_map(value).collect()
});

fn column() -> impl Strategy<Value = ColumnType> {
    let unit = || select(vec![Unit::Ms, Unit::Us, Unit::Ns]);
    let leaf = prop_oneof![
        Just(ColumnType::Plain),
        Just(ColumnType::Number),
        proptest::option::of(prop_oneof![-5..5000i64, any::<i64>()])
            .prop_map(|scale| ColumnType::Decimal { scale }),
        (unit(), any::<Option<bool>>()).prop_map(|(unit, utc)| ColumnType::Timestamp { unit, utc }),
        Just(ColumnType::DateDays),
        (unit(), any::<bool>()).prop_map(|(unit, utc)| ColumnType::Time { unit, utc }),
        unit().prop_map(|unit| ColumnType::Interval { unit }),
        select(vec![Encoding::Base64, Encoding::Hex, Encoding::Guess]).prop_map(ColumnType::Bytes),
        Just(ColumnType::Bits),
        Just(ColumnType::Json),
        Just(ColumnType::Hstore),
        Just(ColumnType::Boolean),
        Just(ColumnType::Enum {
            codes: [("a".to_owned(), 1.0)].into()
        }),
        Just(ColumnType::Vector),
        Just(ColumnType::Sparse),
        Just(ColumnType::Point),
    ];
    leaf.prop_recursive(2, 4, 1, |items| {
        items.prop_map(|items| ColumnType::Array(Box::new(items)))
    })
}

/// Values as JSON: near to what the types hold, or anything.
fn value() -> impl Strategy<Value = String> {
    let text = prop_oneof![
        "[-+]?[0-9]{0,10}-?[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{0,10})?)?)?(Z|[+-][0-9:]{0,8})?",
        "[0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{0,10})?)?(Z|[+-][0-9:]{0,8})?",
        "[A-Za-z0-9+/_-]{0,40}={0,2}",
        "-?[0-9]{1,40}(\\.[0-9]{0,40})?([eE][+-]?[0-9]{1,22})?",
        "[0-9a-f]{0,20}",
        "(-?infinity|NaN|NAN|__debezium_unavailable_value)",
        any::<String>(),
    ]
    .prop_map(|text| Json::from(text).to_string());
    let leaf = prop_oneof![
        3 => text,
        2 => "-?(0|[1-9][0-9]{0,40})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,22})?",
        1 => select(vec!["null", "true", "false"]).prop_map(str::to_owned),
        1 => any::<i64>().prop_map(|number| number.to_string()),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        let name = prop_oneof![
            select(vec!["scale", "value", "dimensions", "vector", "x", "y"])
                .prop_map(str::to_owned),
            any::<String>(),
        ];
        let member =
            (name, inner.clone()).prop_map(|(name, value)| format!("{}:{value}", Json::from(name)));
        prop_oneof![
            proptest::collection::vec(inner, 0..5).prop_map(|all| format!("[{}]", all.join(","))),
            proptest::collection::vec(member.clone(), 0..4)
                .prop_map(|all| format!("{{{}}}", all.join(","))),
            proptest::collection::vec(member, 0..4).prop_map(|all| Json::from(format!(
                "{{{}}}",
                all.join(",")
            ))
            .to_string()),
        ]
    })
}

/// Inspects a value, and makes sure that the line is one line of JSON.
fn check(value: &[u8], reading: &Reading) -> String {
    let mut out = String::new();
    let record = Inspected {
        topic: "t",
        partition: 0,
        offset: 0,
        key: Some(value),
        value: Some(value),
    };
    inspect(&mut out, record, [("__op", Some(value))], reading);
    assert!(!out.contains(['\n', '\r']), "{out}");
    serde_json::from_str::<IgnoredAny>(&out).unwrap_or_else(|error| panic!("{error}: {out}"));
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn any_value_of_any_type(json in value(), column in column()) {
        let row = format!("{{\"v\":{json}}}");
        let found = Row::parse(&row).unwrap().get("v").unwrap();
        if let Err(reason) = feature(found, &column) {
            prop_assert!(!reason.is_empty());
        }
        let columns = [("v".to_owned(), column)].into();
        check(row.as_bytes(), &Reading { columns, ..Reading::default() });
    }

    #[test]
    fn any_placeholder(setting in prop_oneof![any::<String>(), "hex:[0-9a-fA-F]{0,8}"], json in value()) {
        if let Ok(placeholder) = Placeholder::new(&setting) {
            let row = format!("{{\"v\":{json}}}");
            placeholder.stands_in(&Row::parse(&row).unwrap().get("v").unwrap());
        }
    }

    #[test]
    fn mutated_records(
        index in any::<Index>(),
        edits in proptest::collection::vec((any::<Index>(), any::<u8>(), 0..3u8), 0..4),
        column in column(),
    ) {
        const JSON: &[u8] = b"{}[]\",:\\nu0159e-. ";
        let mut value = index.get(&RECORDED).clone().into_bytes();
        for (place, byte, edit) in edits {
            let at = place.index(value.len());
            let byte = if byte < 128 { JSON[byte as usize % JSON.len()] } else { byte };
            match edit {
                0 => value.insert(at, byte),
                1 => value[at] = byte,
                _ => drop(value.remove(at)),
            }
        }
        let columns = ["id", "v", "n31", "d", "by", "before"].map(|name| (name.to_owned(), column.clone())).into();
        check(&value, &Reading { columns, ..Reading::default() });
        Types::of(&value);
    }
}
