//! What the page may write.

use std::sync::Arc;

use eddy_bridge::embedded::{Embedded, PublishTable};
use eddy_bridge::{Insert, RowSet, Sink, SinkError, Source};
use serde_json::{Value, json};
use wire::{Header, Publication};

use crate::support::{Place, everything, follow, outline, text, value};

fn iris() -> (Place, Arc<Embedded>) {
    let place = Place::new();
    place.sql(
        "CREATE TABLE iris_train(id INTEGER PRIMARY KEY, x REAL NOT NULL, n INTEGER, twice AS (x * 2));
         CREATE TABLE kept(id INTEGER PRIMARY KEY);
         INSERT INTO kept VALUES (1), (2);",
    );
    let source = place.open_with(|config| {
        config.insert_tables = vec!["iris_train".to_owned()];
        config.publish = vec![PublishTable {
            topic: "iris_predictions".to_owned(),
            table: "iris_predictions".to_owned(),
        }];
    });
    (place, source)
}

fn set(table: &str, rows: Value) -> RowSet {
    serde_json::from_value(json!({ "table": table, "rows": rows })).expect("a set")
}

#[test]
fn rows_are_inserted_with_their_types() {
    let (_place, source) = iris();
    let sets = [
        set(
            "iris_train",
            json!([{"x": 1, "n": 9_007_199_254_740_993_i64}, {"x": 0.1, "n": true}]),
        ),
        set("IRIS_TRAIN", json!([{"X": 3e-7, "n": null}])),
    ];
    assert_eq!(source.insert(&sets), Ok(3));
    let after: Vec<Value> = everything(&source)[2..]
        .iter()
        .map(|r| value(r)["after"].clone())
        .collect();
    assert_eq!(
        after,
        [
            json!({"id": 1, "x": 1.0, "n": 9_007_199_254_740_993_i64, "twice": 2.0}),
            json!({"id": 2, "x": 0.1, "n": 1, "twice": 0.2}),
            json!({"id": 3, "x": 3e-7, "n": null, "twice": 6e-7}),
        ]
    );
}

#[test]
fn refused_rows_say_why_and_leave_nothing() {
    let (_place, source) = iris();
    let check = |table: &str, row: Value, message: &str| {
        let good = set("iris_train", json!([{"x": 1}]));
        let answer = source.insert(&[good, set(table, json!([{"id": 77, "x": 1}, row]))]);
        assert_eq!(
            answer.map_err(|error| error.to_string()),
            Err(message.to_owned())
        );
        assert_eq!(everything(&source).len(), 2, "only the snapshot of kept");
    };
    check(
        "kept",
        json!({}),
        "rows may not be inserted into table \"kept\"; allowed: iris_train",
    );
    check(
        "iris_train",
        json!({"sepal": 1}),
        "table iris_train has no column \"sepal\" (row 2); its columns are id, x, n",
    );
    check(
        "iris_train",
        json!({"x": 1, "twice": 2}),
        "column \"twice\" of table iris_train, row 2, is computed by the database; its columns are id, x, n",
    );
    check(
        "iris_train",
        json!({"x": [1]}),
        "column \"x\" of table iris_train, row 2: lists and objects cannot be stored; give a number, text, true, false or null",
    );
    check(
        "iris_train",
        json!({"x": 1, "n": u64::MAX}),
        "column \"n\" of table iris_train, row 2: 18446744073709551615 is more than 64 bits hold; give a smaller number, or text",
    );
    check(
        "iris_train",
        json!({"n": 1}),
        "row 2 of table iris_train was not taken: NOT NULL constraint failed: iris_train.x; mend the row; nothing was inserted",
    );
}

#[test]
fn starting_over_makes_a_new_log() {
    let (place, source) = iris();
    let old = source.hello().expect("hello").log_id;
    let mut followed = follow(&source);
    assert_eq!(followed.log_id, old);
    source
        .insert(&[set("iris_train", json!([{"x": 1}, {"x": 2}]))])
        .expect("inserted");
    source
        .publish(&[publication("a", b"1")])
        .expect("published");
    followed.records(2);
    let new = source.start_over().expect("started over");
    assert_ne!(new, old);
    match followed.next() {
        eddy_bridge::News::Start { log_id, ends } => {
            assert_eq!(log_id, new);
            let ends: Vec<_> = ends
                .iter()
                .map(|e| (e.topic.as_str(), e.start, e.end))
                .collect();
            assert_eq!(
                ends,
                [
                    ("flink.public.iris_train", 0, 0),
                    ("flink.public.kept", 0, 2)
                ]
            );
        }
        other => panic!("{other:?}"),
    }
    source
        .insert(&[set("iris_train", json!([{"x": 3}]))])
        .expect("inserted");
    assert_eq!(outline(&followed.records(1)), "iris_train@0 c 1");
    let records = everything(&source);
    assert_eq!(
        outline(&records),
        "kept@0 r 1, kept@1 r 2, iris_train@0 c 1"
    );
    assert!(text(&records[2]).contains("\"lsn\":3,"));
    let predictions: i64 = place
        .other()
        .query_row("SELECT count(*) FROM iris_predictions", [], |row| {
            row.get(0)
        })
        .expect("counted");
    assert_eq!(predictions, 0);
}

#[test]
fn starting_over_reads_what_stays_as_it_is_now() {
    let (place, source) = iris();
    place.sql("ALTER TABLE kept ADD COLUMN more DEFAULT 5; CREATE TABLE new(id INTEGER PRIMARY KEY); INSERT INTO new VALUES (9);");
    source.start_over().expect("started over");
    let records = everything(&source);
    assert_eq!(outline(&records), "kept@0 r 1, kept@1 r 2, new@0 r 9");
    assert_eq!(value(&records[1])["after"], json!({"id": 2, "more": 5}));
    assert_eq!(value(&records[2])["source"]["snapshot"], "last");
}

fn publication(id: &str, key: &[u8]) -> Publication {
    Publication {
        id: id.to_owned(),
        topic: "iris_predictions".to_owned(),
        key: Some(key.to_vec()),
        value: b"[5.4, 3.7, 1.5, 0.2] is classified as 0".to_vec(),
        headers: vec![
            Header {
                name: "lane".to_owned(),
                value: Some(b"Flink".to_vec()),
            },
            Header {
                name: "none".to_owned(),
                value: None,
            },
        ],
    }
}

#[test]
fn a_message_is_published_once_whoever_asks() {
    let (place, source) = iris();
    assert_eq!(
        source.publish(&[publication("a", b"{\"id\":1}")]),
        Ok(vec!["a".to_owned()])
    );
    let other = place.open_with(|config| {
        config.publish = vec![PublishTable {
            topic: "iris_predictions".to_owned(),
            table: "iris_predictions".to_owned(),
        }];
    });
    let ids = other.publish(&[publication("a", b"again"), publication("b", &[0xff])]);
    assert_eq!(ids, Ok(vec!["a".to_owned(), "b".to_owned()]));
    let connection = place.other();
    let mut statement = connection
        .prepare("SELECT eddy_id || ' ' || typeof(key) || ' ' || value || ' ' || headers, ts_ms FROM iris_predictions ORDER BY id")
        .expect("prepared");
    let rows: Vec<(String, i64)> = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .and_then(Iterator::collect)
        .expect("read");
    let rest = "[5.4, 3.7, 1.5, 0.2] is classified as 0 {\"lane\":\"Flink\",\"none\":null}";
    assert_eq!(rows[0].0, format!("a text {rest}"));
    assert_eq!(rows[1].0, format!("b blob {rest}"));
    assert_eq!(rows.len(), 2);
    assert!((crate::support::now_ms() - rows[0].1).abs() < 60_000);
    assert!(
        everything(&source)
            .iter()
            .all(|record| &*record.topic == "flink.public.kept")
    );
}

#[test]
fn only_allowed_topics_are_published_to() {
    let (place, source) = iris();
    assert!(source.allowed("iris_predictions"));
    assert!(!source.allowed("other"));
    let foreign = Publication {
        topic: "other".to_owned(),
        ..publication("b", b"1")
    };
    let answer = source.publish(&[publication("a", b"1"), foreign]);
    assert_eq!(
        answer,
        Err(SinkError::NotAllowed {
            topic: "other".to_owned()
        })
    );
    let nameless = source.publish(&[publication("a", b"1"), publication("", b"1")]);
    assert!(
        matches!(nameless, Err(SinkError::Refused { .. })),
        "{nameless:?}"
    );
    let rows: i64 = place
        .other()
        .query_row("SELECT count(*) FROM iris_predictions", [], |row| {
            row.get(0)
        })
        .expect("counted");
    assert_eq!(rows, 0, "all or none");
}
