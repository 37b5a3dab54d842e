//! Reading from offsets and times.

use eddy_bridge::{Source, SourceError};
use wire::{Gap, TopicEnds};

use crate::support::{Place, everything, outline, position};

const TOPIC: &str = "flink.public.t";

fn numbered(rows: u32) -> Place {
    let place = Place::new();
    place.sql("CREATE TABLE t(id INTEGER PRIMARY KEY);");
    place.open();
    place.sql(&format!(
        "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) INSERT INTO t SELECT i FROM n;"
    ));
    place
}

#[test]
fn chunks_follow_one_another_without_loss() {
    let place = numbered(100);
    place.sql("DELETE FROM t WHERE id % 3 = 0; UPDATE t SET id = id + 1000 WHERE id % 7 = 0;");
    let source = place.open();
    let log_id = source.hello().expect("hello").log_id;
    let all = everything(&source);
    assert_eq!(all.len(), 100 + 33 * 2 + 10 * 3);
    for max_bytes in [0, 1, 700, 5_000] {
        let mut read = Vec::new();
        let mut from = vec![position(TOPIC, 0)];
        loop {
            let chunk = source.read(&log_id, &from, max_bytes).expect("a chunk");
            assert_eq!(chunk.gaps, []);
            if chunk.records.is_empty() {
                break;
            }
            let bytes: usize = chunk.records.iter().map(|record| record.size_bytes()).sum();
            assert!(chunk.records.len() == 1 || bytes <= max_bytes);
            read.extend(chunk.records);
            from = chunk.next;
        }
        assert_eq!(read, all);
    }
    for from in [1, 101, 102, 170, 167, 195] {
        let chunk = source
            .read(&log_id, &[position(TOPIC, from)], usize::MAX)
            .expect("a chunk");
        assert_eq!(chunk.records, all[from as usize..], "from {from}");
    }
}

#[test]
fn topics_are_read_together_in_commit_order() {
    let place = Place::new();
    place.sql("CREATE TABLE t(id INTEGER PRIMARY KEY); CREATE TABLE u(id INTEGER PRIMARY KEY); CREATE TABLE v(id INTEGER PRIMARY KEY);");
    let source = place.open();
    place.sql("INSERT INTO t VALUES (1); INSERT INTO u VALUES (2); INSERT INTO v VALUES (3); INSERT INTO t VALUES (4); INSERT INTO u VALUES (5);");
    let log_id = source.hello().expect("hello").log_id;
    let read = |from: &[(&str, i64)]| {
        let from: Vec<_> = from
            .iter()
            .map(|(topic, offset)| position(topic, *offset))
            .collect();
        outline(
            &source
                .read(&log_id, &from, usize::MAX)
                .expect("a chunk")
                .records,
        )
    };
    let (t, u) = ("flink.public.t", "flink.public.u");
    assert_eq!(
        read(&[(t, 0), (u, 0)]),
        "t@0 c 1, u@0 c 2, t@1 c 4, u@1 c 5"
    );
    assert_eq!(read(&[(u, 0), (t, 1)]), "u@0 c 2, t@1 c 4, u@1 c 5");
    assert_eq!(read(&[(t, 2), (u, 1)]), "u@1 c 5");
    assert_eq!(read(&[(t, 2), (u, 9)]), "");
}

#[test]
fn offsets_go_on_after_reopening() {
    let place = numbered(3);
    let first = place.open();
    let hello = first.hello().expect("hello");
    let records = everything(&first);
    drop(first);
    place.sql("INSERT INTO t VALUES (9);");
    let again = place.open();
    assert_eq!(again.hello().expect("hello").log_id, hello.log_id);
    assert_eq!(everything(&again)[..3], records);
    assert_eq!(outline(&everything(&again)[3..]), "t@3 c 9");
}

#[test]
fn what_retention_removed_is_a_gap() {
    let place = numbered(1000);
    let source = place.open_with(|config| config.retention_rows = Some(100));
    let mut followed = crate::support::follow(&source);
    wait_for_start(&*source, 900);
    place.sql("INSERT INTO t VALUES (1001);");
    followed.records(1);
    let hello = source.hello().expect("hello");
    let chunk = source
        .read(&hello.log_id, &[position(TOPIC, 40)], usize::MAX)
        .expect("a chunk");
    let gap = Gap {
        topic: TOPIC.to_owned(),
        partition: 0,
        from: 40,
        to: 899,
    };
    assert_eq!(chunk.gaps, [gap]);
    assert_eq!((chunk.records.len(), chunk.records[0].offset), (101, 900));
    assert_eq!(chunk.next, [position(TOPIC, 1001)]);
    drop(source);
    place.sql("DELETE FROM _eddy_change;");
    let ends = TopicEnds {
        topic: TOPIC.to_owned(),
        partition: 0,
        start: 1001,
        end: 1001,
    };
    assert_eq!(
        place.open().hello().expect("hello").topics,
        [ends],
        "an empty log keeps its place"
    );
}

fn wait_for_start(source: &impl Source, wanted: i64) {
    let mut start = 0;
    for _ in 0..1000 {
        start = source.hello().expect("hello").topics[0].start;
        if start == wanted {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    panic!("the log starts at {start}");
}

#[test]
fn times_lead_to_offsets() {
    let place = numbered(4);
    let source = place.open();
    place.sql("UPDATE _eddy_change SET ts_ms = 1000 * seq;");
    let log_id = source.hello().expect("hello").log_id;
    let at = |ms| source.offset_at(&log_id, TOPIC, ms).expect("offsets");
    assert_eq!(at(0), [(0, 0)]);
    assert_eq!(at(2000), [(0, 1)]);
    assert_eq!(at(2001), [(0, 2)]);
    assert_eq!(at(9000), [(0, 4)]);
    assert_eq!(
        source.offset_at(&log_id, "flink.public.none", 0),
        Ok(vec![])
    );
}

#[test]
fn another_log_or_topic_is_said() {
    let place = numbered(1);
    let source = place.open();
    let log_id = source.hello().expect("hello").log_id;
    let made_anew = SourceError::MadeAnew {
        log_id: log_id.clone(),
    };
    assert_eq!(
        source.read("other", &[position(TOPIC, 0)], 1),
        Err(made_anew.clone())
    );
    assert_eq!(source.offset_at("other", TOPIC, 0), Err(made_anew));
    let unknown = source.read(&log_id, &[position("flink.public.u", 0)], 1);
    assert_eq!(
        unknown.map_err(|error| error.to_string()),
        Err(
            "there is no topic flink.public.u; watch its table where the bridge is started"
                .to_owned()
        )
    );
}

#[test]
fn files_of_others_are_refused_by_name() {
    use eddy_bridge::embedded::{Embedded, EmbeddedConfig};
    let memory = Embedded::open(EmbeddedConfig::new(":memory:")).err();
    assert!(memory.is_some_and(|error| error.to_string().ends_with("name a file")));
    let place = Place::new();
    let open = || match Embedded::open(EmbeddedConfig::new(place.path())) {
        Ok(_) => panic!("opened"),
        Err(error) => error.to_string(),
    };
    std::fs::write(
        place.path(),
        "this is no database, and long enough to be read as one".repeat(50),
    )
    .expect("written");
    let error = open();
    assert!(
        error.contains("test.db") && error.contains("name a SQLite database"),
        "{error}"
    );
    std::fs::remove_file(place.path()).expect("removed");
    place.open();
    place.sql("UPDATE _eddy_meta SET value = 9 WHERE name = 'format';");
    let error = open();
    assert!(
        error.contains("format 9") && error.contains("use the Eddy that wrote it"),
        "{error}"
    );
}

#[test]
fn what_comes_in_one_go_is_delivered_before_it_is_removed() {
    let place = numbered(1);
    let source = place.open_with(|config| config.retention_rows = Some(10));
    let mut followed = crate::support::follow(&source);
    place.sql("WITH RECURSIVE n(i) AS (VALUES (2) UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO t SELECT i FROM n;");
    let mut next = 1;
    while next < 20_000 {
        match followed.next() {
            eddy_bridge::News::Records(records) => {
                assert_eq!(records[0].offset, next);
                next += records.len() as i64;
            }
            other => panic!("{other:?}"),
        }
    }
    wait_for_start(&*source, 19_990);
}

#[test]
fn a_log_can_be_read_without_keeping_it() {
    use eddy_bridge::embedded::{Embedded, EmbeddedConfig};
    let mut config = EmbeddedConfig::new(Place::new().path());
    config.tables = vec!["*".to_owned()];
    let error = Embedded::open_log(config.clone())
        .err()
        .map(|error| error.to_string());
    assert!(error.is_some_and(|error| error.contains("has no change log")));
    assert!(!config.path.exists(), "nothing is created");
    let place = numbered(3);
    place.sql("CREATE TABLE later(id INTEGER PRIMARY KEY);");
    config.path = place.path();
    let log = std::sync::Arc::new(Embedded::open_log(config).expect("a log"));
    let mut followed = crate::support::follow(&log);
    assert_eq!(everything(&log).len(), 3);
    place.sql("INSERT INTO later VALUES (1); INSERT INTO t VALUES (9);");
    assert_eq!(outline(&followed.records(1)), "t@3 c 9");
    assert_eq!(
        log.hello().expect("hello").topics.len(),
        1,
        "later is not captured"
    );
}
