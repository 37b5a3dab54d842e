//! Lines: what is written is read again, whatever stands in it; what is broken is named.

#![allow(clippy::unwrap_used)] // A test may panic.

use std::sync::Arc;

use eddy_wire::{Gap, Header, Hello, Line, LineReader, Record, TopicEnds, write_line};
use proptest::prelude::*;

fn written(line: &Line) -> String {
    let mut out = String::new();
    write_line(&mut out, line);
    out
}

fn record(key: Option<&[u8]>, value: Option<&[u8]>, headers: Vec<Header>) -> Record {
    Record {
        topic: Arc::from("flink.public.iris_train"),
        partition: 0,
        offset: 12,
        timestamp_ms: 1_795_239_078_909,
        headers,
        key: key.map(<[u8]>::to_vec),
        value: value.map(<[u8]>::to_vec),
    }
}

fn header(name: &str, value: Option<&[u8]>) -> Header {
    Header {
        name: name.to_owned(),
        value: value.map(<[u8]>::to_vec),
    }
}

#[test]
fn a_record_line_is_the_documented_one() {
    let record = record(
        Some(br#"{"id":1}"#),
        Some(br#"{"sepal_length":5.1}"#),
        vec![header("__op", Some(b"c"))],
    );
    assert_eq!(
        written(&Line::Record(record)),
        concat!(
            r#"{"topic":"flink.public.iris_train","partition":0,"offset":12,"timestamp_ms":1795239078909,"#,
            r#""headers":[["__op","c"]],"key":"{\"id\":1}","value":"{\"sepal_length\":5.1}"}"#
        )
    );
}

#[test]
fn bytes_that_are_no_text_are_base64_and_empty_is_not_null() {
    let record = record(
        Some(b""),
        None,
        vec![header("a", None), header("b", Some(b"\xff\x00"))],
    );
    let line = written(&Line::Record(record.clone()));
    assert!(
        line.ends_with(r#""headers":[["a",null],["b",{"base64":"/wA="}]],"key":"","value":null}"#),
        "{line}"
    );
    assert_eq!(
        LineReader::new().read(1, &line).unwrap(),
        Some(Line::Record(record))
    );
}

#[test]
fn every_other_line_is_the_documented_one() {
    let ends = TopicEnds {
        topic: "t".to_owned(),
        partition: 1,
        start: 2,
        end: 3,
    };
    let ends_json = r#"{"topic":"t","partition":1,"start":2,"end":3}"#;
    let lines = [
        (Line::Tick { tick_ms: 7 }, r#"{"tick_ms":7}"#.to_owned()),
        (
            Line::Close {
                close: "A \"b\"".to_owned(),
            },
            r#"{"close":"A \"b\""}"#.to_owned(),
        ),
        (
            Line::Hello(Hello {
                log_id: "x".to_owned(),
                topics: vec![ends.clone()],
                ..Hello::default()
            }),
            format!(r#"{{"hello":{{"log_id":"x","topics":[{ends_json}]}}}}"#),
        ),
        (
            Line::Hello(Hello {
                log_id: "x".to_owned(),
                topics: Vec::new(),
                topic_ids: [("t".to_owned(), "i".to_owned())].into(),
            }),
            r#"{"hello":{"log_id":"x","topics":[],"topic_ids":{"t":"i"}}}"#.to_owned(),
        ),
        (
            Line::Ends { ends: vec![ends] },
            format!(r#"{{"ends":[{ends_json}]}}"#),
        ),
        (
            Line::Gap {
                gap: Gap {
                    topic: "t".to_owned(),
                    partition: 0,
                    from: 4,
                    to: 9,
                },
            },
            r#"{"gap":{"topic":"t","partition":0,"from":4,"to":9}}"#.to_owned(),
        ),
        (
            Line::Error {
                error: "no".to_owned(),
            },
            r#"{"error":"no"}"#.to_owned(),
        ),
    ];
    let mut reader = LineReader::new();
    for (line, json) in lines {
        assert_eq!(written(&line), json);
        assert_eq!(reader.read(1, &json).unwrap(), Some(line));
    }
    assert!(!reader.made_up());
}

#[test]
fn kcat_lines_are_records() {
    let lines = [
        concat!(
            r#"{"topic":"t","partition":3,"offset":5,"tstype":"create","ts":99,"broker":1,"#,
            r#""headers":["a","1","b",null],"key":"k","payload":"{\"x\":1}"}"#
        ),
        // Headers as an object, as kcat writes them when told to; no time; a payload that was Avro.
        concat!(
            r#"{"topic":"t","partition":3,"offset":6,"broker":1,"headers":{"a":["1",null]},"#,
            r#""key":null,"payload":{"x": 1},"value_schema_id":4}"#
        ),
    ];
    let expected = [
        Record {
            topic: Arc::from("t"),
            partition: 3,
            offset: 5,
            timestamp_ms: 99,
            headers: vec![header("a", Some(b"1")), header("b", None)],
            key: Some(b"k".to_vec()),
            value: Some(br#"{"x":1}"#.to_vec()),
        },
        Record {
            topic: Arc::from("t"),
            partition: 3,
            offset: 6,
            timestamp_ms: 0,
            headers: vec![header("a", Some(b"1")), header("a", None)],
            key: None,
            value: Some(br#"{"x": 1}"#.to_vec()),
        },
    ];
    let mut reader = LineReader::new();
    for (line, record) in lines.iter().zip(expected) {
        assert_eq!(reader.read(1, line).unwrap(), Some(Line::Record(record)));
    }
    assert!(!reader.made_up());
}

#[test]
fn bare_values_get_a_topic_and_offsets_that_are_made_up() {
    let mut reader = LineReader::new();
    // A row with one column whose name is also a line's: still a row, since its value is none of a line.
    let lines = [
        r#"{"close":5.1}"#,
        "",
        r#"{"topic":"x"}"#,
        "null",
        r#"{"tick_ms":1}"#,
    ];
    let read: Vec<_> = lines
        .iter()
        .filter_map(|line| reader.read(1, line).unwrap())
        .map(|line| match line {
            Line::Record(record) => (
                record.topic.to_string(),
                record.partition,
                record.offset,
                record.value.map(|value| String::from_utf8(value).unwrap()),
            ),
            other => panic!("{other:?}"),
        })
        .collect();
    let row =
        |offset, value: Option<&str>| ("lines".to_owned(), 0, offset, value.map(str::to_owned));
    assert_eq!(
        read,
        [
            row(0, Some(r#"{"close":5.1}"#)),
            row(1, Some(r#"{"topic":"x"}"#)),
            row(2, None),
            row(3, Some(r#"{"tick_ms":1}"#)),
        ]
    );
    assert!(reader.made_up());
}

#[test]
fn a_broken_line_is_named_and_the_rest_is_read() {
    let good = written(&Line::Record(record(None, Some(b"1"), Vec::new())));
    let broken = [
        (
            good.replace("\"value\":\"1\"}", "\"value\":\"1\""),
            "not JSON (EOF",
        ),
        (
            good.replace("timestamp_ms", "timestamp"),
            "unknown field `timestamp`",
        ),
        (
            good.replace(",\"value\":\"1\"", ""),
            "missing field `value`",
        ),
        (
            good.replace("\"partition\":0", "\"partition\":1e99"),
            "expected i32",
        ),
        (good.replace("\"1\"", "{\"base64\":\"*\"}"), "base64: "),
        (
            good.replace("\"1\"", "{\"hex\":\"00\"}"),
            "unknown field `hex`",
        ),
        (
            good.replace("\"1\"", "5"),
            "a string, null, or {\"base64\":\"..\"}",
        ),
        (r#"{"tick_ms":"x"}"#.to_owned(), "not a line of a recording"),
        (
            r#"{"gap":{"topic":"t"}}"#.to_owned(),
            "missing field `partition`",
        ),
        ("5".to_owned(), "neither a record"),
        (r#"{"a":1}"#.to_owned(), "neither a record"),
        (
            r#"{"topic":"t","partition":0,"offset":1,"payload":"x","headers":["a"]}"#.to_owned(),
            "without a value",
        ),
    ];
    let mut reader = LineReader::new();
    assert!(reader.read(1, &good).unwrap().is_some());
    for (line, reason) in broken {
        let error = reader.read(7, &line).unwrap_err().to_string();
        assert!(
            error.starts_with("line 7: ") && error.contains(reason),
            "{line}: {error}"
        );
        assert!(reader.read(8, &good).unwrap().is_some());
    }
    let error = reader
        .read_bytes(9, b"{\"a\":\"\xff\"}")
        .unwrap_err()
        .to_string();
    assert!(error.starts_with("line 9: not UTF-8 at byte 6"), "{error}");
}

#[test]
fn a_broken_first_line_decides_nothing() {
    let good = written(&Line::Record(record(None, Some(b"1"), Vec::new())));
    let mut reader = LineReader::new();
    assert!(reader.read(1, &good[..20]).is_err());
    assert!(matches!(reader.read(2, &good), Ok(Some(Line::Record(_)))));
    assert!(!reader.made_up());
}

fn text_or_bytes() -> impl Strategy<Value = Option<Vec<u8>>> {
    proptest::option::of(prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..20),
        any::<String>().prop_map(String::into_bytes),
    ])
}

proptest! {
    #[test]
    fn any_record_is_read_as_it_was_written(
        topic in any::<String>(),
        numbers in any::<(i32, i64, i64)>(),
        headers in proptest::collection::vec((any::<String>(), text_or_bytes()), 0..3),
        key in text_or_bytes(),
        value in text_or_bytes(),
    ) {
        let record = Record {
            topic: Arc::from(topic),
            partition: numbers.0,
            offset: numbers.1,
            timestamp_ms: numbers.2,
            headers: headers.into_iter().map(|(name, value)| Header { name, value }).collect(),
            key,
            value,
        };
        let line = written(&Line::Record(record.clone()));
        prop_assert!(!line.contains('\n'));
        let mut reader = LineReader::new();
        prop_assert_eq!(reader.read(1, &line).unwrap(), Some(Line::Record(record.clone())));
        // Again, now that the reader knows what it reads.
        prop_assert_eq!(reader.read(2, &line).unwrap(), Some(Line::Record(record)));
    }

    #[test]
    fn any_text_is_read_or_refused(lines in proptest::collection::vec(
        prop_oneof![any::<String>(), "[\\[\\]{}\",:a-z0-9\\\\]{0,30}"], 1..5,
    )) {
        let mut reader = LineReader::new();
        for line in &lines {
            let _ = reader.read(1, line);
        }
    }
}
