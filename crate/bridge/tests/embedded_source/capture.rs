//! What a change becomes.

use serde_json::{Value, json};

use crate::support::{Place, everything, key, now_ms, outline, shell_exists, text, value};

const IRIS: &str = "CREATE TABLE iris(id INTEGER PRIMARY KEY, sepal REAL, class TEXT);";

#[test]
fn a_row_s_life_is_debezium_s_events() {
    let place = Place::new();
    place.sql(IRIS);
    let source = place.open();
    let before = now_ms();
    place.sql(
        "INSERT INTO iris(sepal, class) VALUES (3, 'a');
         UPDATE iris SET sepal = 4.5;
         DELETE FROM iris;",
    );
    let after = now_ms();
    let records = everything(&source);
    assert_eq!(
        outline(&records),
        "iris@0 c 1, iris@1 u 1, iris@2 d 1, iris@3 0 1"
    );
    assert_eq!(&*records[0].topic, "flink.public.iris");
    let old = json!({"id": 1, "sepal": 3.0, "class": "a"});
    let new = json!({"id": 1, "sepal": 4.5, "class": "a"});
    for (record, before, after) in [
        (&records[0], Value::Null, old.clone()),
        (&records[1], old, new.clone()),
        (&records[2], new, Value::Null),
    ] {
        assert_eq!(value(record)["before"], before);
        assert_eq!(value(record)["after"], after);
        assert_eq!(value(record)["ts_ms"], record.timestamp_ms);
    }
    assert!(records.iter().all(|record| key(record) == json!({"id": 1})));
    assert!(
        records
            .iter()
            .all(|record| (before..=after).contains(&record.timestamp_ms))
    );
    let ts = records[0].timestamp_ms;
    assert_eq!(
        text(&records[0]),
        format!(
            r#"{{"before":null,"after":{{"id":1,"sepal":3.0,"class":"a"}},"source":{{"version":"eddy-{}","connector":"sqlite","name":"flink","ts_ms":{ts},"snapshot":"false","db":"test.db","sequence":null,"schema":"public","table":"iris","txId":null,"lsn":1,"xmin":null}},"transaction":null,"op":"c","ts_ms":{ts}}}"#,
            env!("CARGO_PKG_VERSION")
        )
    );
}

#[test]
fn values_survive_exactly() {
    let place = Place::new();
    place.sql(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, a, b REAL, c TEXT, d NUMERIC, \"e \"\"f\" BLOB);",
    );
    let source = place.open();
    let connection = place.other();
    let insert = "INSERT INTO t(a, b, c, d, \"e \"\"f\") VALUES (?1, ?2, ?3, ?4, ?5)";
    connection
        .execute(
            insert,
            (i64::MAX, 0.1 + 0.2, "ü\"\\\n\u{1}🌸", 3.0, vec![0_u8, 255]),
        )
        .expect("inserted");
    connection
        .execute(
            insert,
            ((1_i64 << 53) + 1, 3, "", i64::MIN, rusqlite::types::Null),
        )
        .expect("inserted");
    connection
        .execute(
            insert,
            (
                1e300,
                f64::INFINITY,
                rusqlite::types::Null,
                f64::NEG_INFINITY,
                "x",
            ),
        )
        .expect("inserted");
    connection
        .execute(insert, (5e-324, f64::NAN, "1", "1.10", 1))
        .expect("inserted");
    let images: Vec<String> = everything(&source)
        .iter()
        .map(|record| {
            let text = text(record);
            let (_, rest) = text.split_once(r#""after":"#).expect("after");
            rest.split_once(r#","source""#)
                .expect("source")
                .0
                .to_owned()
        })
        .collect();
    assert_eq!(
        images,
        [
            r#"{"id":1,"a":9223372036854775807,"b":0.30000000000000004,"c":"ü\"\\\n\u0001🌸","d":3,"e \"f":"AP8="}"#,
            r#"{"id":2,"a":9007199254740993,"b":3.0,"c":"","d":-9223372036854775808,"e \"f":null}"#,
            r#"{"id":3,"a":1e300,"b":"Infinity","c":null,"d":"-Infinity","e \"f":"x"}"#,
            r#"{"id":4,"a":5e-324,"b":null,"c":"1","d":1.1,"e \"f":1}"#,
        ]
    );
}

#[test]
fn a_changed_key_is_delete_tombstone_create() {
    let place = Place::new();
    place.sql(IRIS);
    let source = place.open();
    place.sql(
        "INSERT INTO iris VALUES (1, 1.5, 'a'); UPDATE iris SET id = 10; UPDATE iris SET id = 10;",
    );
    let records = everything(&source);
    assert_eq!(
        outline(&records),
        "iris@0 c 1, iris@1 d 1, iris@2 0 1, iris@3 c 10, iris@4 u 10"
    );
    let header = |i: usize| {
        let header = records[i].as_ref().headers.iter().next().expect("a header");
        (
            header.0.to_owned(),
            String::from_utf8_lossy(header.1.expect("a value")).into_owned(),
        )
    };
    let new_key = ("__debezium.newkey".to_owned(), r#"{"id":10}"#.to_owned());
    assert_eq!((header(1), header(2)), (new_key.clone(), new_key));
    assert_eq!(
        header(3),
        ("__debezium.oldkey".to_owned(), r#"{"id":1}"#.to_owned())
    );
    assert_eq!(
        value(&records[1])["source"]["lsn"],
        value(&records[3])["source"]["lsn"]
    );
    assert_eq!(value(&records[3])["before"], Value::Null);
}

#[test]
fn keys_are_primary_keys_in_their_order() {
    let place = Place::new();
    place.sql(
        "CREATE TABLE pair(a TEXT, b INTEGER, x, PRIMARY KEY(b, a)) WITHOUT ROWID;
         CREATE TABLE bare(x);",
    );
    let source = place.open();
    place.sql(
        "INSERT INTO pair VALUES ('k', 2, 0); UPDATE pair SET a = 'K';
         INSERT INTO bare VALUES (1); UPDATE bare SET x = 2; DELETE FROM bare;",
    );
    let records = everything(&source);
    let keys: Vec<String> = records
        .iter()
        .map(|record| {
            record.key.as_ref().map_or("-".to_owned(), |key| {
                String::from_utf8_lossy(key).into_owned()
            })
        })
        .collect();
    let (old, new) = (r#"{"b":2,"a":"k"}"#, r#"{"b":2,"a":"K"}"#);
    assert_eq!(keys, [old, old, old, new, "-", "-", "-", "-"]);
}

#[test]
fn what_is_rolled_back_was_never_there() {
    let place = Place::new();
    place.sql(IRIS);
    let source = place.open();
    place.sql(
        "BEGIN; INSERT INTO iris(class) VALUES ('gone'); ROLLBACK;
         BEGIN; INSERT INTO iris(class) VALUES ('a');
         SAVEPOINT s; INSERT INTO iris(class) VALUES ('gone'); DELETE FROM iris; ROLLBACK TO s;
         INSERT INTO iris(class) VALUES ('b'); COMMIT;",
    );
    assert!(
        place
            .other()
            .execute_batch("INSERT INTO iris(id) VALUES (9), (1)")
            .is_err()
    );
    place.sql("INSERT INTO iris(class) VALUES ('c');");
    let records = everything(&source);
    assert_eq!(outline(&records), "iris@0 c 1, iris@1 c 2, iris@2 c 3");
    assert_eq!(value(&records[2])["source"]["lsn"], 3);
}

#[test]
fn two_writers_keep_the_order_of_their_commits() {
    let place = Place::new();
    place.sql("CREATE TABLE one(id INTEGER PRIMARY KEY, at INTEGER); CREATE TABLE two(id INTEGER PRIMARY KEY, at INTEGER);");
    let source = place.open();
    // The order of the commits, kept by the writers themselves within their transactions.
    place
        .sql("CREATE TABLE _eddy_test_clock(at INTEGER); INSERT INTO _eddy_test_clock VALUES (0);");
    let writers: Vec<_> = ["one", "two"]
        .map(|table| {
            let connection = place.other();
            std::thread::spawn(move || {
                for i in 0..150 {
                    let end = if i % 5 == 4 { "ROLLBACK" } else { "COMMIT" };
                    connection
                        .execute_batch(&format!(
                            "BEGIN IMMEDIATE; UPDATE _eddy_test_clock SET at = at + 1;
                             INSERT INTO {table}(at) SELECT at FROM _eddy_test_clock; {end};"
                        ))
                        .expect("written");
                }
            })
        })
        .into();
    for writer in writers {
        writer.join().expect("no panic");
    }
    let records = everything(&source);
    let order: Vec<i64> = records
        .iter()
        .map(|record| value(record)["after"]["at"].as_i64().expect("at"))
        .collect();
    assert_eq!(order, (1..=240).collect::<Vec<i64>>());
    for topic in ["flink.public.one", "flink.public.two"] {
        let offsets: Vec<i64> = records
            .iter()
            .filter(|r| &*r.topic == topic)
            .map(|r| r.offset)
            .collect();
        assert_eq!(offsets, (0..120).collect::<Vec<i64>>(), "{topic}");
    }
}

#[test]
fn the_sqlite3_shell_is_captured() {
    let place = Place::new();
    place.sql(IRIS);
    let source = place.open();
    if !shell_exists() {
        return;
    }
    let shell = |sql: &str| {
        let output = std::process::Command::new("sqlite3")
            .arg(place.path())
            .arg(sql)
            .output();
        let output = output.expect("sqlite3 runs");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    };
    shell("INSERT INTO iris(sepal, class) VALUES (0.1 + 0.2, 'shell'), (7, NULL);");
    shell("UPDATE iris SET id = 5 WHERE id = 2; DELETE FROM iris WHERE id = 1;");
    let records = everything(&source);
    assert_eq!(
        outline(&records),
        "iris@0 c 1, iris@1 c 2, iris@2 d 2, iris@3 0 2, iris@4 c 5, iris@5 d 1, iris@6 0 1"
    );
    assert_eq!(value(&records[0])["after"]["sepal"], 0.1 + 0.2);
    assert_eq!(
        value(&records[1])["after"],
        json!({"id": 2, "sepal": 7.0, "class": null})
    );
}

#[test]
fn rows_from_before_are_snapshot_events_once() {
    let place = Place::new();
    place.sql(IRIS);
    place.sql("INSERT INTO iris(class) VALUES ('a'), ('b'), ('c'); CREATE TABLE other(id INTEGER PRIMARY KEY); INSERT INTO other VALUES (7);");
    let source = place.open();
    place.sql("INSERT INTO iris(class) VALUES ('d');");
    drop(source);
    let records = everything(&place.open());
    assert_eq!(
        outline(&records),
        "iris@0 r 1, iris@1 r 2, iris@2 r 3, other@0 r 7, iris@3 c 4"
    );
    let snapshot: Vec<Value> = records
        .iter()
        .map(|record| value(record)["source"]["snapshot"].clone())
        .collect();
    assert_eq!(
        snapshot,
        ["first", "true", "last_in_data_collection", "last", "false"]
    );
}

#[test]
fn schemas_are_those_of_connect_s_json_converter() {
    let place = Place::new();
    place.sql("CREATE TABLE iris(id INTEGER PRIMARY KEY, sepal float, class varchar(9) NOT NULL);");
    let source = place.open_with(|config| config.schemas = true);
    place.sql("INSERT INTO iris VALUES (1, 5.5, 'a'); UPDATE iris SET id = 2;");
    let records = everything(&source);
    let (key, value) = (key(&records[0]), value(&records[0]));
    assert_eq!(
        key,
        json!({
            "schema": {"type": "struct", "fields": [{"type": "int64", "optional": false, "field": "id"}],
                       "optional": false, "name": "flink.public.iris.Key"},
            "payload": {"id": 1},
        })
    );
    let row = json!([
        {"type": "int64", "optional": false, "field": "id"},
        {"type": "double", "optional": true, "field": "sepal"},
        {"type": "string", "optional": false, "field": "class"},
    ]);
    let fields = value["schema"]["fields"].as_array().expect("fields");
    let names: Vec<&Value> = fields.iter().map(|field| &field["field"]).collect();
    assert_eq!(
        names,
        ["before", "after", "source", "transaction", "op", "ts_ms"]
    );
    assert_eq!((&fields[0]["fields"], &fields[1]["fields"]), (&row, &row));
    assert_eq!(value["schema"]["name"], "flink.public.iris.Envelope");
    assert_eq!(
        value["payload"]["after"],
        json!({"id": 1, "sepal": 5.5, "class": "a"})
    );
    let source_fields: Vec<&Value> = fields[2]["fields"]
        .as_array()
        .expect("fields")
        .iter()
        .map(|f| &f["field"])
        .collect();
    let written: Vec<String> = value["payload"]["source"]
        .as_object()
        .expect("source")
        .keys()
        .cloned()
        .collect();
    assert_eq!(source_fields.len(), written.len());
    assert!(
        written
            .iter()
            .all(|name| source_fields.contains(&&json!(name)))
    );
    // Connect's header converter leaves the schema out.
    let header = records[1].as_ref().headers.get("__debezium.newkey");
    assert_eq!(header, Some(Some(&br#"{"id":2}"#[..])));
}
