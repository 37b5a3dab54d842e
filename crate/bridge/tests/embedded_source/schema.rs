//! Tables that come, change and go.

use eddy_bridge::Source;
use serde_json::json;

use crate::support::{Place, everything, follow, outline, value};

#[test]
fn an_altered_table_is_captured_as_it_is_now() {
    let place = Place::new();
    place.sql("CREATE TABLE t(id INTEGER PRIMARY KEY, x REAL);");
    let source = place.open();
    let mut followed = follow(&source);
    place.sql("INSERT INTO t(x) VALUES (1);");
    followed.records(1);
    place.sql("ALTER TABLE t ADD COLUMN y TEXT DEFAULT 'd'; ALTER TABLE t RENAME COLUMN x TO z;");
    wait_for_triggers(&place, "\"z\"");
    place.sql("INSERT INTO t(z) VALUES (2);");
    let records = followed.records(1);
    assert_eq!(
        value(&records[0])["after"],
        json!({"id": 2, "z": 2.0, "y": "d"})
    );
    let old = value(&everything(&source)[0]);
    assert_eq!(
        old["after"],
        json!({"id": 1, "x": 1.0}),
        "records keep their layout"
    );
}

#[test]
fn a_column_can_be_dropped_as_the_docs_say() {
    let place = Place::new();
    place.sql(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, x REAL, y REAL); INSERT INTO t(x) VALUES (1);",
    );
    let source = place.open();
    let _followed = follow(&source);
    assert!(
        place
            .other()
            .execute_batch("ALTER TABLE t DROP COLUMN x")
            .is_err()
    );
    place.sql(
        "BEGIN; DROP TRIGGER _eddy_1_insert; DROP TRIGGER _eddy_1_update; DROP TRIGGER _eddy_1_delete;
         ALTER TABLE t DROP COLUMN x; COMMIT;",
    );
    wait_for_triggers(&place, "NEW.\"y\"");
    place.sql("INSERT INTO t(y) VALUES (2);");
    let records = everything(&source);
    assert_eq!(outline(&records), "t@0 r 1, t@1 c 2", "no second snapshot");
    assert_eq!(value(&records[1])["after"], json!({"id": 2, "y": 2.0}));
}

#[test]
fn tables_may_grow_wider_than_any_before() {
    let place = Place::new();
    place.sql("CREATE TABLE t(id INTEGER PRIMARY KEY);");
    let source = place.open();
    let _followed = follow(&source);
    place.sql("INSERT INTO t DEFAULT VALUES;");
    assert_eq!(everything(&source).len(), 1);
    let columns: Vec<String> = (0..40)
        .map(|i| format!("c{i} INTEGER DEFAULT {i}"))
        .collect();
    place.sql(&format!(
        "CREATE TABLE wide(id INTEGER PRIMARY KEY, {});",
        columns.join(",")
    ));
    wait_for_triggers(&place, "NEW.\"c39\"");
    place.sql("INSERT INTO wide DEFAULT VALUES; UPDATE wide SET c39 = 7;");
    let records = everything(&source);
    assert_eq!(value(&records[2])["before"]["c39"], 39);
    assert_eq!(value(&records[2])["after"]["c39"], 7);
    assert_eq!(value(&records[2])["after"]["c0"], 0);
}

#[test]
fn a_table_made_again_goes_on_in_its_topic() {
    let place = Place::new();
    place.sql("CREATE TABLE t(id INTEGER PRIMARY KEY, x);");
    let source = place.open();
    let mut followed = follow(&source);
    place.sql("INSERT INTO t(x) VALUES ('old');");
    followed.records(1);
    place.sql(
        "DROP TABLE t; CREATE TABLE t(id INTEGER PRIMARY KEY, y); INSERT INTO t(y) VALUES ('new');",
    );
    let records = followed.records(1);
    assert_eq!(outline(&records), "t@1 r 1");
    assert_eq!(value(&records[0])["after"], json!({"id": 1, "y": "new"}));
    place.sql("INSERT INTO t(y) VALUES ('newer');");
    assert_eq!(outline(&followed.records(1)), "t@2 c 2");
}

#[test]
fn a_renamed_table_is_another_topic() {
    let place = Place::new();
    place.sql("CREATE TABLE t(id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1);");
    let source = place.open();
    let mut followed = follow(&source);
    place.sql("ALTER TABLE t RENAME TO u;");
    assert_eq!(outline(&followed.records(1)), "u@0 r 1");
    place.sql("INSERT INTO u VALUES (2); CREATE TABLE t(id INTEGER PRIMARY KEY);");
    assert_eq!(outline(&followed.records(1)), "u@1 c 2");
    wait_for_triggers(&place, "ON \"t\"");
    place.sql("INSERT INTO t VALUES (3);");
    assert_eq!(outline(&followed.records(1)), "t@1 c 3");
}

#[test]
fn tables_are_watched_as_soon_as_they_exist() {
    let place = Place::new();
    let source = place.open_with(|config| config.tables = vec!["iris_*".to_owned()]);
    let mut followed = follow(&source);
    assert_eq!(source.hello().expect("hello").topics, []);
    place.sql(
        "CREATE TABLE iris_train(id INTEGER PRIMARY KEY); INSERT INTO iris_train VALUES (4);
         CREATE TABLE rose(id INTEGER PRIMARY KEY); INSERT INTO rose VALUES (5);",
    );
    assert_eq!(outline(&followed.records(1)), "iris_train@0 r 4");
    place.sql("INSERT INTO rose VALUES (6); INSERT INTO iris_train VALUES (7);");
    assert_eq!(outline(&followed.records(1)), "iris_train@1 c 7");
}

#[test]
fn changes_while_nobody_looks_are_found_on_opening() {
    let place = Place::new();
    place.sql("CREATE TABLE t(id INTEGER PRIMARY KEY, x);");
    let log_id = place.open().hello().expect("hello").log_id;
    place.sql("INSERT INTO t(x) VALUES (1); ALTER TABLE t ADD COLUMN y; INSERT INTO t(x, y) VALUES (2, 3);");
    let source = place.open();
    place.sql("INSERT INTO t(x, y) VALUES (4, 5);");
    let records = everything(&source);
    assert_eq!(outline(&records), "t@0 c 1, t@1 c 2, t@2 c 3");
    assert_eq!(
        value(&records[1])["after"],
        json!({"id": 2, "x": 2}),
        "y was not known yet"
    );
    assert_eq!(
        value(&records[2])["after"],
        json!({"id": 3, "x": 4, "y": 5})
    );
    assert_eq!(source.hello().expect("hello").log_id, log_id);
}

/// Waits until the follower has made triggers with this in them.
fn wait_for_triggers(place: &Place, part: &str) {
    let connection = place.other();
    for _ in 0..2000 {
        let found: bool = connection
            .query_row(
                "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'trigger' AND instr(sql, ?1)
                 AND instr(sql, 'INSERT INTO _eddy_change'))",
                [part],
                |row| row.get(0),
            )
            .expect("readable");
        // RENAME COLUMN rewrites the old triggers at once, which still name the old layout.
        let layouts: i64 = connection
            .query_row("SELECT count(*) FROM _eddy_layout", [], |row| row.get(0))
            .expect("readable");
        if found && layouts > 1 {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    panic!("no trigger with {part}");
}
