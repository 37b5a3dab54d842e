//! Following the end of the log.

use std::time::{Duration, Instant};

use eddy_bridge::{Insert, News, Source};

use crate::support::{Place, follow, now_ms, outline, value};

const TABLE: &str = "CREATE TABLE t(id INTEGER PRIMARY KEY, at_ms INTEGER);";

#[test]
fn a_write_of_another_process_is_there_soon() {
    let place = Place::new();
    place.sql(TABLE);
    let source = place.open();
    let mut followed = follow(&source);
    let connection = place.other();
    let mut latencies: Vec<Duration> = (0..100)
        .map(|i| {
            std::thread::sleep(Duration::from_millis(3 + i % 7));
            connection
                .execute("INSERT INTO t(at_ms) VALUES (1)", [])
                .expect("inserted");
            let committed = Instant::now();
            match followed.next_at() {
                (at, News::Records(_)) => at.saturating_duration_since(committed),
                other => panic!("{other:?}"),
            }
        })
        .collect();
    latencies.sort();
    println!(
        "commit to delivery: p50 {:?}, p90 {:?}, largest {:?}",
        latencies[50], latencies[90], latencies[99]
    );
    assert!(latencies[50] < Duration::from_millis(200), "{latencies:?}");
}

#[test]
fn a_write_of_this_process_is_there_at_once() {
    let place = Place::new();
    place.sql(TABLE);
    let source = place.open_with(|config| config.insert_tables = vec!["t".to_owned()]);
    let mut followed = follow(&source);
    let row = serde_json::json!({"table": "t", "rows": [{"at_ms": 1}]});
    let sets = [serde_json::from_value(row).expect("a set")];
    let mut latencies: Vec<Duration> = (0..50)
        .map(|_| {
            source.insert(&sets).expect("inserted");
            let inserted = Instant::now();
            followed.next_at().0.saturating_duration_since(inserted)
        })
        .collect();
    latencies.sort();
    println!(
        "insert to delivery: p50 {:?}, largest {:?}",
        latencies[25], latencies[49]
    );
    assert!(latencies[25] < Duration::from_millis(100), "{latencies:?}");
}

#[test]
fn ticks_overtake_no_record() {
    let place = Place::new();
    place.sql(TABLE);
    let source = place.open();
    let mut followed = follow(&source);
    let connection = place.other();
    let writer = std::thread::spawn(move || {
        for _ in 0..200 {
            connection
                .execute("INSERT INTO t(at_ms) VALUES (1)", [])
                .expect("inserted");
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    let mut tick = 0;
    let mut records = 0;
    let mut ticks = 0;
    while records < 200 {
        match followed.next_of_all() {
            News::Idle { looked_at_ms } => {
                assert!(looked_at_ms >= tick);
                tick = looked_at_ms;
                ticks += 1;
            }
            News::Records(some) => {
                // A commit takes a moment after the trigger has read the clock.
                let late = some
                    .iter()
                    .filter(|record| record.timestamp_ms + 250 < tick)
                    .count();
                assert_eq!(late, 0);
                records += some.len();
            }
            other => panic!("{other:?}"),
        }
    }
    writer.join().expect("no panic");
    assert!(ticks > 0);
    let idle = loop {
        if let News::Idle { looked_at_ms } = followed.next_of_all() {
            break looked_at_ms;
        }
    };
    assert!((now_ms() - idle).abs() < 5_000);
}

#[test]
fn a_long_transaction_of_others_holds_nothing_up() {
    let place = Place::new();
    place.sql(TABLE);
    let source = place.open();
    let mut followed = follow(&source);
    let connection = place.other();
    connection
        .execute_batch("BEGIN IMMEDIATE; INSERT INTO t VALUES (1, 1);")
        .expect("begun");
    std::thread::sleep(Duration::from_millis(50));
    assert!(matches!(followed.next_of_all(), News::Idle { .. }));
    connection
        .execute_batch("INSERT INTO t VALUES (2, 2); COMMIT;")
        .expect("committed");
    assert_eq!(outline(&followed.records(2)), "t@0 c 1, t@1 c 2");
}

#[test]
fn another_file_in_its_place_is_noticed() {
    let place = Place::new();
    place.sql(TABLE);
    let source = place.open();
    let mut followed = follow(&source);
    place.sql("INSERT INTO t VALUES (1, 1);");
    followed.records(1);
    let elsewhere = Place::new();
    elsewhere.sql("CREATE TABLE t(id INTEGER PRIMARY KEY, x); INSERT INTO t VALUES (5, 'new');");
    for suffix in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", place.path().display()));
    }
    std::fs::rename(elsewhere.path(), place.path()).expect("renamed");
    match followed.next() {
        News::Start { log_id, ends } => {
            assert_ne!(log_id, followed.log_id);
            assert_eq!(ends[0].end, 1);
        }
        other => panic!("{other:?}"),
    }
    place.sql("INSERT INTO t VALUES (6, 'newer');");
    assert_eq!(outline(&followed.records(1)), "t@1 c 6");
    assert_eq!(
        value(&crate::support::everything(&source)[0])["after"]["x"],
        "new"
    );
}

#[test]
fn following_ends_soon_after_it_is_told_to() {
    let place = Place::new();
    let source = place.open();
    let started = Instant::now();
    let mut left = 3;
    source
        .tail(&now_ms, &mut |_| {
            left -= 1;
            match left {
                0 => std::ops::ControlFlow::Break(()),
                _ => std::ops::ControlFlow::Continue(()),
            }
        })
        .expect("followed");
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
fn the_clock_is_told_after_every_look_that_finds_something() {
    let place = Place::new();
    place.sql(TABLE);
    let source = place.open();
    let mut followed = follow(&source);
    let connection = place.other();
    let writer = std::thread::spawn(move || {
        for _ in 0..300 {
            connection
                .execute("INSERT INTO t(at_ms) VALUES (1)", [])
                .expect("inserted");
        }
    });
    let mut records = 0;
    while records < 300 {
        if let News::Records(some) = followed.next_of_all() {
            records += some.len();
            assert!(matches!(followed.next_of_all(), News::Idle { .. }));
        }
    }
    writer.join().expect("no panic");
}
