use super::*;
use crate::change::{Op, Shape};

/// Reads a value without topic and key, and compares what was made of it.
fn check(value: &str, wanted: &str) {
    let change = read("", None, Some(value.as_bytes()));
    assert_eq!(shown(&change), wanted, "{value}");
}

/// `kind shape op before -> after`, or the reason.
fn shown(change: &Result<Change<'_>, Unreadable>) -> String {
    match change {
        Err(unreadable) => format!("unreadable: {unreadable}"),
        Ok(change) => format!(
            "{} {} {} {} -> {}",
            change.kind.name(),
            change.shape.map_or("-", Shape::name),
            change.op.map_or('-', Op::letter),
            change.before.map_or("-", |row| row.json()),
            change.after.map_or("-", |row| row.json()),
        ),
    }
}

#[test]
fn shapes() {
    for (value, wanted) in [
        // Unwrapped, bare and wrapped.
        (r#"{"a":1}"#, r#"row unwrapped - - -> {"a":1}"#),
        (r#" { "a" : 1 } "#, r#"row unwrapped - - -> { "a" : 1 }"#),
        ("{}", "row unwrapped - - -> {}"),
        (
            r#"{"schema":{"x":[{}]},"payload":{"a":1}}"#,
            r#"row unwrapped - - -> {"a":1}"#,
        ),
        (
            r#"{"schema":null,"payload":{"a":1}}"#,
            r#"row unwrapped - - -> {"a":1}"#,
        ),
        (
            r#"{"payload": {"a":1} ,"schema":{}}"#,
            r#"row unwrapped - - -> {"a":1}"#,
        ),
        (
            r#"{"sch\u0065ma":{},"payload":{"a":1}}"#,
            r#"row unwrapped - - -> {"a":1}"#,
        ),
        // Envelopes, bare and wrapped.
        (
            r#"{"after":{"a":1},"source":{},"op":"c"}"#,
            r#"row envelope c - -> {"a":1}"#,
        ),
        (
            r#"{"before":null,"after":{"a":1},"source":{},"op":"r"}"#,
            r#"row envelope r - -> {"a":1}"#,
        ),
        (
            r#"{"schema":{},"payload":{"before":{"a":1},"after":{"a":2},"source":{},"op":"u"}}"#,
            r#"row envelope u {"a":1} -> {"a":2}"#,
        ),
        (
            r#"{"before":{"a":1},"after":null,"source":{},"op":"d"}"#,
            r#"row envelope d {"a":1} -> -"#,
        ),
        (
            r#"{"before":null,"after":null,"source":{},"op":"t"}"#,
            "truncate envelope t - -> -",
        ),
        (
            r#"{"op":"m","source":{},"message":{}}"#,
            "message envelope m - -> -",
        ),
        (
            r#"{"\u006fp":"\u0063","after":{},"source":{}}"#,
            "row envelope c - -> {}",
        ),
        // The last of a name counts.
        (
            r#"{"op":"c","op":"d","source":1,"source":{},"before":{}}"#,
            "row envelope d {} -> -",
        ),
        (
            r#"{"schema":{},"payload":{"a":1},"payload":{"a":2}}"#,
            r#"row unwrapped - - -> {"a":2}"#,
        ),
        (
            r#"{"schema":{},"payload":{"a":1},"payload":null}"#,
            "tombstone - - - -> -",
        ),
        // Tombstones.
        ("null", "tombstone - - - -> -"),
        (" null\n", "tombstone - - - -> -"),
        (
            r#"{"schema":{"type":"struct"},"payload":null}"#,
            "tombstone - - - -> -",
        ),
        (r#"{"schema":null,"payload":null}"#, "tombstone - - - -> -"),
    ] {
        check(value, wanted);
    }
    assert_eq!(shown(&read("", None, None)), "tombstone - - - -> -");
}

#[test]
fn rows_with_columns_named_like_an_event() {
    for row in [
        r#"{"schema":"s","payload":"p"}"#,
        r#"{"schema":1,"payload":{"a":1}}"#,
        r#"{"schema":null,"payload":"p"}"#,
        r#"{"id":1,"schema":null,"payload":null}"#,
        r#"{"schema":{}}"#,
        r#"{"payload":{"a":1}}"#,
        r#"{"id":1,"before":"b","after":"a","op":"c","source":"s","ts_ms":1}"#,
        r#"{"op":"c","source":null,"after":{}}"#,
        r#"{"op":"x","source":{},"after":{}}"#,
        r#"{"op":1,"source":{},"after":{}}"#,
        r#"{"op":"c","source":{},"source":"s"}"#,
        r#"{"before":{},"after":{},"source":{}}"#,
        r#"{"ts_ms":1}"#,
        r#"{"status":"BEGIN","id":"1","event_count":null,"data_collections":null}"#,
        r#"{"status":"NEW","id":"1","event_count":null,"data_collections":null,"ts_ms":1}"#,
        r#"{"__op":"","__deleted":"no"}"#,
        r#"{"__op":"t"}"#,
    ] {
        check(row, &format!("row unwrapped - - -> {row}"));
    }
}

#[test]
fn unreadable_values_say_why() {
    for (value, reason) in [
        (
            "",
            "is empty: 0 bytes, which is neither JSON nor a Kafka null",
        ),
        ("  ", "is cut off: the JSON ends at byte 2"),
        ("[1]", "is an array, not a change event or a row"),
        ("\"text\"", "is a string, not a change event or a row"),
        ("12", "is a number, not a change event or a row"),
        ("true", "is a boolean, not a change event or a row"),
        (
            "hello",
            "is not JSON: expected a value at byte 0, found `h`",
        ),
        ("nul", "is cut off: the JSON ends at byte 3"),
        ("{\"a\":1", "is cut off: the JSON ends at byte 6"),
        ("{\"a\":\"x", "is cut off: the JSON ends at byte 7"),
        (
            "{\"a\":1}}",
            "is not JSON: expected the end at byte 7, found `}`",
        ),
        (
            "null null",
            "is not JSON: expected the end at byte 5, found `n`",
        ),
        (
            "{\"a\":1,}",
            "is not JSON: expected a name in quotes at byte 7, found `}`",
        ),
        (
            "{\"a\" 1}",
            "is not JSON: expected `:` at byte 5, found `1`",
        ),
        (
            "{\"a\":01}",
            "is not JSON: expected `,` or `}` at byte 6, found `1`",
        ),
        (
            "{\"a\":\"\t\"}",
            "is not JSON: unescaped control character 0x09 in a string at byte 6",
        ),
        (
            "{\"a\":\"\\x\"}",
            "is not JSON: unknown escape in a string at byte 6",
        ),
        (
            r#"{"schema":{},"payload":7}"#,
            "has a payload that is a number, not a change event or a row",
        ),
        (
            r#"{"op":"c","source":{},"after":"{}"}"#,
            "has in `after` a string, not a row",
        ),
        (
            r#"{"op":"d","source":{},"before":[]}"#,
            "has in `before` an array, not a row",
        ),
        (
            r#"{"op":"c","source":{},"after":null}"#,
            "has op c but no row in `after`",
        ),
        (
            r#"{"op":"u","source":{}}"#,
            "has op u but no row in `after`",
        ),
    ] {
        check(value, &format!("unreadable: the value {reason}"));
    }
    for (bytes, start) in [
        (&b"\0\0\0\0\x07\x02"[..], "starts with byte 0, as Avro"),
        (&b"{\"a\":\"\xff\"}"[..], "is not JSON: no UTF-8 at byte 6"),
        (
            &b"\xef\xbb\xbf{}"[..],
            "is not JSON: expected a value at byte 0, found byte 0xef",
        ),
    ] {
        let unreadable = read("", None, Some(bytes)).unwrap_err();
        assert_eq!(unreadable.column, None);
        assert!(unreadable.reason.starts_with(start), "{unreadable}");
        assert!(
            !unreadable.reason.contains("UTF-8") || unreadable.reason.contains("JsonConverter")
        );
    }
}

#[test]
fn what_an_envelope_says_of_its_source() {
    let value = br#"{"before":null,"after":{"id":2},"source":{"version":"3","name":"flink","ts_ms":17,
        "snapshot":"false","schema":"public","table":"Gr\u00f6\u00dfe","txId":2256,"lsn":299277504,"xmin":null},
        "transaction":{"id":"2256:299277504","total_order":1},"op":"c","ts_ms":18}"#;
    let change = read("", None, Some(value)).unwrap();
    assert_eq!((change.lsn, change.tx_id), (Some(299277504), Some(2256)));
    assert_eq!((change.source_ts_ms, change.ts_ms), (Some(17), Some(18)));
    assert_eq!(change.transaction_id.as_deref(), Some("2256:299277504"));
    let source = change.source.unwrap();
    assert_eq!(source.name().as_deref(), Some("flink"));
    assert_eq!(source.schema().as_deref(), Some("public"));
    assert_eq!(source.table().as_deref(), Some("Größe"));
}

#[test]
fn only_false_and_null_mean_streamed() {
    for (written, wanted) in [
        (r#""false""#, Some(false)),
        ("null", Some(false)),
        ("false", Some(false)),
        ("true", Some(true)),
        (r#""true""#, Some(true)),
        (r#""first""#, Some(true)),
        (r#""last_in_data_collection""#, Some(true)),
        (r#""incremental""#, Some(true)),
        ("7", None),
    ] {
        let value = format!(r#"{{"op":"c","after":{{}},"source":{{"snapshot":{written}}}}}"#);
        let change = read("", None, Some(value.as_bytes())).unwrap();
        assert_eq!(change.snapshot, wanted, "{written}");
    }
    let value = br#"{"op":"c","after":{},"source":{"lsn":"x","txId":1.5}}"#;
    let change = read("", None, Some(value)).unwrap();
    assert_eq!(
        (change.snapshot, change.lsn, change.tx_id),
        (None, None, None)
    );
}

#[test]
fn what_the_unwrap_step_adds() {
    for (row, op, deleted, lsn, snapshot) in [
        (r#"{"a":1,"__deleted":"false"}"#, None, false, None, None),
        (r#"{"a":1,"__deleted":"true"}"#, Some('d'), true, None, None),
        (r#"{"a":1,"__deleted":true}"#, Some('d'), true, None, None),
        (
            r#"{"a":1,"__deleted":"false","__op":"r","__lsn":5}"#,
            Some('r'),
            false,
            Some(5),
            Some(true),
        ),
        (
            r#"{"a":1,"__deleted":"false","__op":"u","__source_lsn":5}"#,
            Some('u'),
            false,
            Some(5),
            Some(false),
        ),
        (
            r#"{"a":1,"__deleted":"true","__op":"d"}"#,
            Some('d'),
            true,
            None,
            Some(false),
        ),
        (r#"{"a":1,"__op":"d"}"#, Some('d'), true, None, Some(false)),
        (
            r#"{"a":1,"__op":"c","__snapshot":"incremental"}"#,
            Some('c'),
            false,
            None,
            Some(true),
        ),
    ] {
        let change = read("", None, Some(row.as_bytes())).unwrap();
        let image = if deleted { change.before } else { change.after };
        assert_eq!(image.map(|row| row.json().to_owned()).as_deref(), Some(row));
        assert_eq!(change.before.is_some(), deleted, "{row}");
        assert_eq!(change.op.map(Op::letter), op, "{row}");
        assert_eq!((change.lsn, change.snapshot), (lsn, snapshot), "{row}");
    }
}

#[test]
fn keys() {
    for (key, wanted) in [
        (None, None),
        (Some(r#"{"id":1}"#), Some(r#"{"id":1}"#)),
        (
            Some(r#"{"schema":{"type":"struct"},"payload":{"id":1}}"#),
            Some(r#"{"id":1}"#),
        ),
        (Some(r#"{"schema":"s"}"#), Some(r#"{"schema":"s"}"#)),
        (Some(r#"{"schema":null,"payload":null}"#), None),
        (Some(r#"{"schema":{},"payload":5}"#), None),
        (Some("null"), None),
        (Some("17"), None),
        (Some("\"abc\""), None),
        (Some("abc"), None),
        (Some(""), None),
        (Some("{\"id\":1"), None),
        (Some("{\"id\":1} x"), None),
    ] {
        let change = read("", key.map(str::as_bytes), Some(b"{}")).unwrap();
        assert_eq!(
            change.key.map(|row| row.json().to_owned()).as_deref(),
            wanted,
            "{key:?}"
        );
    }
    assert_eq!(read("", Some(&[0, 0, 0xff]), None).unwrap().key, None);
}

#[test]
fn heartbeats_and_transactions() {
    let beat = br#"{"schema":{},"payload":{"ts_ms":17}}"#;
    for (topic, key, kind) in [
        ("__debezium-heartbeat.flink", None, Kind::Heartbeat),
        (
            "hb.flink",
            Some(&br#"{"serverName":"flink"}"#[..]),
            Kind::Heartbeat,
        ),
        (
            "flink.public.beats",
            Some(&br#"{"ts_ms":17}"#[..]),
            Kind::Row,
        ),
        (
            "flink.public.beats",
            Some(&br#"{"serverName":"x","id":1}"#[..]),
            Kind::Row,
        ),
        ("flink.public.beats", None, Kind::Row),
    ] {
        let change = read(topic, key, Some(beat)).unwrap();
        assert_eq!(change.kind, kind, "{topic}");
        assert_eq!(change.ts_ms, (kind == Kind::Heartbeat).then_some(17));
    }
    let begin = br#"{"status":"BEGIN","id":"2256:77","event_count":null,"data_collections":null,"ts_ms":5}"#;
    let change = read("flink.transaction", None, Some(begin)).unwrap();
    assert_eq!(change.kind, Kind::Transaction);
    assert_eq!((change.tx_id, change.source_ts_ms), (Some(2256), Some(5)));
    assert_eq!(change.transaction_id.as_deref(), Some("2256:77"));
}
