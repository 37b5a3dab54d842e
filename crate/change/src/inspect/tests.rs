//! What no recording beside the repository's holds, or not in this form.

use super::*;
use crate::types::Unit;

/// The line of a value, with declared columns, in full.
fn line(value: &str, headers: &[(&str, &str)], reading: &Reading) -> String {
    let mut out = String::new();
    let record = Inspected {
        topic: "t",
        partition: 0,
        offset: 7,
        key: None,
        value: Some(value.as_bytes()),
    };
    let headers = headers
        .iter()
        .map(|(name, value)| (*name, Some(value.as_bytes())));
    inspect(&mut out, record, headers, reading);
    out
}

/// Checks the image after a change: an envelope with a schema of one column `v`.
fn check_schema(schema: &str, json: &str, wanted: &str) {
    let value = format!(
        r#"{{"schema":{{"type":"struct","fields":[{{"type":"struct","fields":[{schema}],"field":"after"}}]}},"payload":{{"op":"u","source":{{}},"after":{{"v":{json}}}}}}}"#
    );
    let found = line(&value, &[], &Reading::default());
    let wanted = format!(r#""after":{{"v":{wanted}}}"#);
    assert!(found.contains(&wanted), "{schema} {json}: {found}");
}

/// Checks the image after an insert, without a schema.
fn check_declared(column: ColumnType, json: &str, wanted: &str) {
    let value = format!(r#"{{"op":"c","source":{{}},"after":{{"v":{json}}}}}"#);
    let reading = Reading {
        columns: [("v".to_owned(), column.clone())].into(),
        ..Reading::default()
    };
    let found = line(&value, &[], &reading);
    let wanted = format!(r#""after":{{"v":{wanted}}}"#);
    assert!(found.contains(&wanted), "{column:?} {json}: {found}");
}

#[test]
fn types_by_the_schemas_name() {
    let named =
        |kind: &str, name: &str| format!(r#"{{"field":"v","type":"{kind}","name":"{name}"}}"#);
    let debezium = |kind: &str, name: &str| named(kind, &format!("io.debezium.{name}"));
    let nano = debezium("int64", "time.NanoTimestamp");
    let items = |items: &str| format!(r#"{{"field":"v","type":"array","items":{items}}}"#);
    for (schema, json, wanted) in [
        // time.precision.mode=nanoseconds
        (nano.clone(), "1709212455123456789", r#"{"timestamp_us":1709212455123456}"#),
        (nano.clone(), "-1", r#"{"timestamp_us":-1}"#),
        (nano.clone(), "9223372036854775807", r#"{"infinity":1}"#),
        (nano.clone(), "-9223372036854775808", r#"{"infinity":-1}"#),
        (nano.clone(), "9223372036825200000", r#"{"timestamp_us":9223372036825200}"#),
        (nano.clone(), "null", "null"),
        (items(&nano), "[1000,null]", r#"[{"timestamp_us":1},null]"#),
        (debezium("int64", "time.NanoTime"), "86400000000000", r#"{"time_us":86400000000}"#),
        (debezium("int64", "time.NanoDuration"), "-1000", r#"{"interval_us":-1}"#),
        (debezium("int32", "time.Year"), "2024", "2024"),
        (debezium("string", "time.ZonedTime"), "\"01:00:00+02:00\"", r#"{"time_us":82800000000,"utc":true}"#),
        // decimal.handling.mode
        (
            r#"{"field":"v","type":"bytes","name":"org.apache.kafka.connect.data.Decimal","parameters":{"scale":"10"}}"#.to_owned(),
            "0E-10",
            r#"{"decimal":"0.0000000000"}"#,
        ),
        (
            r#"{"field":"v","type":"bytes","name":"org.apache.kafka.connect.data.Decimal","parameters":{"scale":"-2"}}"#.to_owned(),
            "\"ew==\"",
            r#"{"decimal":"12300"}"#,
        ),
        (r#"{"field":"v","type":"double"}"#.to_owned(), "\"NaN\"", r#"{"float":"NaN"}"#),
        // binary.handling.mode and hstore.handling.mode=map
        (r#"{"field":"v","type":"bytes"}"#.to_owned(), "\"KDEsMik=\"", r#"{"base64":"KDEsMik="}"#),
        (
            r#"{"field":"v","type":"map","keys":{"type":"string"},"values":{"type":"string"}}"#.to_owned(),
            r#"{"a":"1","b c":null}"#,
            r#"{"hstore":{"a":"1","b c":null}}"#,
        ),
        (debezium("string", "data.Json"), r#""{\"a\":\"1\"}""#, r#"{"hstore":{"a":"1"}}"#),
        (debezium("string", "data.Json"), r#""{\"a\": \"1\"}""#, r#"{"json":"{\"a\": \"1\"}"}"#),
        (debezium("string", "data.Json"), r#""{\"a\":\"1\",\"a\":\"2\"}""#, r#"{"json":"{\"a\":\"1\",\"a\":\"2\"}"}"#),
        (debezium("bytes", "data.Bits"), "\"////////////\"", r#"{"bits_value":4722366482869645213695}"#),
        (
            debezium("struct", "data.SparseDoubleVector"),
            r#"{"dimensions":5,"vector":{"1":1.5}}"#,
            r#"{"sparse":{"1":1.5},"dimensions":5}"#,
        ),
        // Unknown names say nothing more than the type.
        (debezium("struct", "data.geometry.Geometry"), r#"{"wkb":"AA==","srid":1}"#, r#"{"wkb":"AA==","srid":1}"#),
        // A schema of another form is no schema.
        ("1".to_owned(), "[1, 2]", "[1, 2]"),
    ] {
        check_schema(&schema, json, wanted);
    }
}

#[test]
fn declared_types() {
    let decimal = |scale| ColumnType::Decimal { scale };
    let timestamp = |unit| ColumnType::Timestamp { unit, utc: None };
    let bytes = ColumnType::Bytes(Encoding::Guess);
    for (column, json, wanted) in [
        (decimal(Some(2)), "\"Af4=\"", r#"{"decimal":"5.10"}"#),
        (decimal(Some(2)), "5.10", r#"{"decimal":"5.10"}"#),
        (decimal(Some(2)), "\"5.10\"", r#"{"decimal":"5.10"}"#),
        (
            decimal(Some(2)),
            r#"["Af4=",null]"#,
            r#"[{"decimal":"5.10"},null]"#,
        ),
        (decimal(None), "\"1000\"", r#"{"decimal":"1000"}"#),
        (decimal(None), "\"NAN\"", r#"{"decimal":"NaN"}"#),
        (
            decimal(None),
            "\"POSITIVE_INFINITY\"",
            r#"{"decimal":"Infinity"}"#,
        ),
        (
            decimal(None),
            r#"{"scale":-2,"value":"ew=="}"#,
            r#"{"decimal":"12300"}"#,
        ),
        (
            timestamp(Unit::Ms),
            "1709212455123",
            r#"{"timestamp_us":1709212455123000}"#,
        ),
        (
            timestamp(Unit::Us),
            "9223372036825200000",
            r#"{"infinity":1}"#,
        ),
        (timestamp(Unit::Us), "\"-infinity\"", r#"{"infinity":-1}"#),
        (
            timestamp(Unit::Us),
            "\"1970-01-01T00:00:00Z\"",
            r#"{"timestamp_us":0,"utc":true}"#,
        ),
        (ColumnType::DateDays, "-2147472692", r#"{"infinity":1}"#),
        (
            ColumnType::DateDays,
            "\"2024-02-29Z\"",
            r#"{"date_days":19782}"#,
        ),
        // binary.handling.mode=hex, base64-url-safe
        (bytes.clone(), "\"00fbfffe\"", r#"{"base64":"APv//g=="}"#),
        (
            bytes.clone(),
            r#"["00ff",null,""]"#,
            r#"[{"base64":"AP8="},null,{"base64":""}]"#,
        ),
        (bytes, "\"APv__g==\"", r#"{"base64":"APv//g=="}"#),
        (ColumnType::Json, "\"[1]\"", r#"{"json":"[1]"}"#),
        (ColumnType::Json, r#"{"a":"1"}"#, r#"{"hstore":{"a":"1"}}"#),
        (ColumnType::Json, r#"{"a":1}"#, r#"{"json":"{\"a\":1}"}"#),
        (ColumnType::Number, "\"12.5\"", "12.5"),
        (
            ColumnType::Number,
            "\"Infinity\"",
            r#"{"float":"Infinity"}"#,
        ),
        (ColumnType::Boolean, "\"t\"", "true"),
        (ColumnType::Boolean, "0", "false"),
        (
            ColumnType::Enum {
                codes: Default::default(),
            },
            "\"sad\"",
            "\"sad\"",
        ),
    ] {
        check_declared(column, json, wanted);
    }
}

#[test]
fn a_placeholder_stands_only_where_a_value_may_be_missing() {
    let unavailable = r#""after":{"v":{"unavailable":true}}"#;
    let literal = r#""after":{"v":"__debezium_unavailable_value"}"#;
    let old = ("__debezium.oldkey", "{\"id\":1}");
    for (op, headers, wanted) in [
        ("u", &[][..], unavailable),
        ("c", &[old], unavailable),
        ("c", &[], literal),
        ("r", &[], literal),
    ] {
        let value = format!(
            r#"{{"op":"{op}","source":{{}},"after":{{"v":"__debezium_unavailable_value"}}}}"#
        );
        let found = line(&value, headers, &Reading::default());
        assert!(found.contains(wanted), "{op}: {found}");
    }
    // unavailable.value.placeholder=hex:00FF2A, as text and as bytes
    let reading = Reading {
        placeholder: Placeholder::new("hex:00FF2A").unwrap(),
        ..Reading::default()
    };
    let value =
        r#"{"op":"u","source":{},"after":{"v":"\u0000"#.to_owned() + "\u{fffd}*\",\"w\":\"AP8q\"}}";
    let found = line(&value, &[], &reading);
    assert!(
        found.contains(r#""after":{"v":{"unavailable":true},"w":{"unavailable":true}}"#),
        "{found}"
    );
}

#[test]
fn only_what_the_unwrap_step_added_is_left_out() {
    for (row, wanted) in [
        (r#"{"a":1,"__deleted":"false"}"#, r#"{"a":1}"#),
        (
            r#"{"a":1,"__op":"c","__table":"t","__source_ts_ms":5,"__source_lsn":1}"#,
            r#"{"a":1}"#,
        ),
        (r#"{"a":1,"__op":"x"}"#, r#"{"a":1,"__op":"x"}"#),
        (r#"{"a":1,"__op":"c","b":2}"#, r#"{"a":1,"__op":"c","b":2}"#),
        (r#"{"a":1,"__mine":2}"#, r#"{"a":1,"__mine":2}"#),
        (
            r#"{"schema":"s","payload":"p"}"#,
            r#"{"schema":"s","payload":"p"}"#,
        ),
        (r#"{"a":1,"a":2}"#, r#"{"a":2}"#),
    ] {
        let found = line(row, &[], &Reading::default());
        assert!(
            found.contains(&format!(r#""after":{wanted}"#)),
            "{row}: {found}"
        );
    }
}

#[test]
fn what_cannot_be_read_says_why_and_what_is_known() {
    let reading = Reading {
        columns: [("v".to_owned(), ColumnType::Decimal { scale: Some(1) })].into(),
        ..Reading::default()
    };
    for (value, wanted) in [
        (
            r#"{"op":"c","source":{"lsn":3},"after":{"v":"n/a"}}"#,
            r#"{"topic":"t","partition":0,"offset":7,"kind":"unreadable","shape":"envelope","op":"c","key":null,"before":null,"after":null,"lsn":3,"tx_id":null,"source_ts_ms":null,"snapshot":null,"reason":"is \"n/a\", not a decimal","column":"v"}"#,
        ),
        (
            r#"{"op":"c","source":{},"after":{"v":["Mw==",true]}}"#,
            r#""reason":"has an element 1 that is true, not a decimal","column":"v"}"#,
        ),
        (
            "\"text\"",
            r#""kind":"unreadable","shape":null,"op":null,"key":null,"before":null,"after":null,"lsn":null,"tx_id":null,"source_ts_ms":null,"snapshot":null,"reason":"is a string, not a change event or a row","column":null}"#,
        ),
        ("\0\0\0\0\u{1}", "starts with byte 0, as Avro"),
        (
            r#"{"specversion":"1.0","type":"io.debezium.x","data":{}}"#,
            "is a CloudEvent with a row neither in",
        ),
    ] {
        let found = line(value, &[], &reading);
        assert!(found.ends_with(wanted) || found.contains(wanted), "{found}");
    }
}

#[test]
fn keys_of_any_form() {
    for (key, wanted) in [
        (&br#"{"id":1}"#[..], r#"{"id":1}"#),
        (br#"{"schema":{"type":"struct","fields":[{"field":"d","type":"int32","name":"io.debezium.time.Date"}]},"payload":{"d":3}}"#, r#"{"d":{"date_days":3}}"#),
        (br#"{"schema":{"type":"int32"},"payload":7}"#, "7"),
        (b"17", "17"),
        (b"\"a\"", "\"a\""),
        (b"plain", "\"plain\""),
        (b"", "\"\""),
        (b"\xff", r#"{"base64":"/w=="}"#),
    ] {
        let mut out = String::new();
        let record = Inspected { topic: "t", partition: 0, offset: 0, key: Some(key), value: None };
        inspect(&mut out, record, [], &Reading::default());
        assert!(out.contains(&format!(r#""kind":"tombstone","shape":null,"op":null,"key":{wanted},"#)), "{out}");
    }
}

#[test]
fn a_decoded_message_is_an_insert_and_other_messages_show_their_content() {
    // The SMT DecodeLogicalDecodingMessageContent makes of it a row without a key.
    let decoded = r#"{"op":"c","ts_ms":1,"source":{"lsn":5,"txId":6,"table":""},"after":{"event":"epoch","n":7}}"#;
    let found = line(decoded, &[], &Reading::default());
    assert!(found.contains(r#""kind":"row","shape":"envelope","op":"c","key":null,"before":null,"after":{"event":"epoch","n":7},"lsn":5"#), "{found}");
    let message = r#"{"op":"m","source":{},"message":{"prefix":"p","content":"AP+A"}}"#;
    let found = line(message, &[], &Reading::default());
    assert!(
        found.ends_with(
            r#""message":{"prefix":"p","content":{"base64":"AP+A"}},"transactional":false}"#
        ),
        "{found}"
    );
}

#[test]
fn cloud_events_of_every_operation() {
    let event = |op: &str, data: &str| {
        format!(
            r#"{{"id":"x","source":"/debezium","specversion":"1.0","type":"io.debezium.connector.postgresql.DataChangeEvent","iodebeziumop":"{op}","iodebeziumtxId":"5","iodebeziumlsn":"6","iodebeziumtsms":"7","iodebeziumsnapshot":"false","data":{data}}}"#
        )
    };
    for (op, data, wanted) in [
        (
            "u",
            r#"{"before":{"a":1},"after":{"a":2}}"#,
            r#""kind":"row","shape":"envelope","op":"u","key":null,"before":{"a":1},"after":{"a":2},"lsn":6,"tx_id":5,"source_ts_ms":7,"snapshot":false}"#,
        ),
        (
            "d",
            r#"{"before":{"a":1},"after":null}"#,
            r#""op":"d","key":null,"before":{"a":1},"after":null"#,
        ),
        (
            "t",
            r#"{"before":null,"after":null}"#,
            r#""kind":"truncate","shape":"envelope","op":"t""#,
        ),
        (
            "c",
            r#"{"schema":{"type":"struct","fields":[{"field":"after","type":"struct","fields":[{"field":"a","type":"int32","name":"io.debezium.time.Date"}]}]},"payload":{"before":null,"after":{"a":2}}}"#,
            r#""after":{"a":{"date_days":2}}"#,
        ),
        (
            "c",
            r#"{"before":null,"after":3}"#,
            "is a CloudEvent with no row in `data.after`",
        ),
    ] {
        let found = line(&event(op, data), &[], &Reading::default());
        assert!(found.contains(wanted), "{found}");
    }
    // A row with such columns is a row.
    let row = r#"{"specversion":"1","data":{"after":{}},"type":"x"}"#;
    assert!(line(row, &[], &Reading::default()).contains(r#""shape":"unwrapped""#));
}

#[test]
fn a_line_is_one_line() {
    let value = "{\"a\":\n[1,\r\n2],\"b\":{\n\"c\":\"x\\ny\u{2028}\"}}";
    let found = line(value, &[], &Reading::default());
    assert!(!found.contains(['\n', '\r']), "{found}");
    assert!(
        found.contains(r#""after":{"a":[1,2],"b":{"c":"x\ny"#),
        "{found}"
    );
}
