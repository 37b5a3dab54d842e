//! `eddy.json`: lines for people and other programs.

use std::time::Duration;

use futures_util::StreamExt;
use tokio_tungstenite::tungstenite::Message;
use wire::{Line, LineReader};

use crate::client::{PATIENCE, Socket, connect};
use crate::memory::MemoryLog;
use crate::server::Bridge;

const JSON: (&str, &str) = ("sec-websocket-protocol", "eddy.json");

async fn open(bridge: &Bridge, query: &str) -> Socket {
    connect(bridge.address, query, &[JSON]).await.unwrap()
}

/// The next line, and its text; none when the session was closed.
async fn next(socket: &mut Socket) -> Option<(Line, String)> {
    let message = tokio::time::timeout(PATIENCE, socket.next())
        .await
        .expect("nothing was said");
    match message.unwrap().unwrap() {
        Message::Text(text) => {
            let line = LineReader::new().read(1, &text).unwrap().unwrap();
            Some((line, text.to_string()))
        }
        Message::Close(_) => None,
        other => panic!("{other:?}"),
    }
}

/// The offsets of so many records; other lines are passed over.
async fn offsets(socket: &mut Socket, count: usize) -> Vec<i64> {
    let mut offsets = Vec::new();
    while offsets.len() < count {
        if let (Line::Record(record), _) = next(socket).await.unwrap() {
            offsets.push(record.offset);
        }
    }
    offsets
}

#[tokio::test]
async fn hello_then_records_then_ends_and_ticks() {
    let log = MemoryLog::new(&["a", "b"]);
    log.append("a", r#"{"x":1}"#);
    let bridge = Bridge::start(&log).await;
    let mut socket = open(&bridge, "?topic=a&topic=b&from=earliest").await;
    let ends = r#"{"topic":"a","partition":0,"start":0,"end":1},{"topic":"b","partition":0,"start":0,"end":0}"#;
    let (_, hello) = next(&mut socket).await.unwrap();
    assert_eq!(
        hello,
        format!(r#"{{"hello":{{"log_id":"log-1","topics":[{ends}]}}}}"#)
    );
    let (mut record, mut told_ends, mut tick) = (None, None, None);
    while tick.is_none() || told_ends.is_none() {
        match next(&mut socket).await.unwrap() {
            (Line::Record(_), text) => record = Some(text),
            (Line::Ends { .. }, text) => told_ends = Some(text),
            (Line::Tick { tick_ms }, _) => {
                assert!(record.is_some(), "the tick came before the record");
                tick = Some(tick_ms);
            }
            other => panic!("{other:?}"),
        }
    }
    let expected = concat!(
        r#"{"topic":"a","partition":0,"offset":0,"timestamp_ms":1000,"headers":[],"#,
        r#""key":"0","value":"{\"x\":1}"}"#
    );
    assert_eq!(record.as_deref(), Some(expected));
    assert_eq!(told_ends, Some(format!(r#"{{"ends":[{ends}]}}"#)));
}

#[tokio::test]
async fn it_starts_where_the_address_says() {
    let log = MemoryLog::new(&["a"]);
    log.append_many("a", 2_000);
    let bridge = Bridge::start(&log).await;
    for (from, first) in [
        ("", 0),
        ("&from=earliest", 0),
        ("&from=1990", 1_990),
        ("&from=latest", 2_000),
    ] {
        let mut socket = open(&bridge, &format!("?topic=a{from}")).await;
        next(&mut socket).await.unwrap();
        let old = offsets(&mut socket, 2_000 - first).await;
        assert_eq!(
            old,
            (i64::try_from(first).unwrap()..2_000).collect::<Vec<_>>()
        );
        // Once the clock is told, everything has been sent, and what comes next is new.
        while !matches!(next(&mut socket).await.unwrap(), (Line::Tick { .. }, _)) {}
        let end = log.end("a");
        if first == 2_000 {
            log.append("a", "x");
            assert_eq!(offsets(&mut socket, 1).await, [end]);
        }
    }
}

#[tokio::test]
async fn gaps_are_lines() {
    let log = MemoryLog::new(&["a"]);
    log.append_many("a", 5);
    log.remove_oldest(3);
    let bridge = Bridge::start(&log).await;
    let mut socket = open(&bridge, "?topic=a&from=1").await;
    next(&mut socket).await.unwrap();
    loop {
        match next(&mut socket).await.unwrap() {
            (Line::Gap { .. }, text) => {
                assert_eq!(
                    text,
                    r#"{"gap":{"topic":"a","partition":0,"from":1,"to":2}}"#
                );
                break;
            }
            (Line::Ends { .. }, _) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(offsets(&mut socket, 2).await, [3, 4]);
}

#[tokio::test]
async fn what_makes_no_sense_is_an_error_line() {
    let log = MemoryLog::new(&["a", "b"]);
    log.append_many("a", 5);
    let bridge = Bridge::start(&log).await;
    let cases = [
        ("", "name a topic"),
        ("?topic=c", "topic c is not there; there are: a, b"),
        (
            "?topic=a&from=soon",
            "from=soon is none of earliest, latest",
        ),
        ("?topic=a&from=6", "lies beyond the log's end, which is 5"),
        ("?topic=a&form=earliest", "form is none of topic, from"),
    ];
    for (query, reason) in cases {
        let mut socket = open(&bridge, query).await;
        assert!(matches!(
            next(&mut socket).await.unwrap(),
            (Line::Hello(_), _)
        ));
        let (Line::Error { error }, _) = next(&mut socket).await.unwrap() else {
            panic!("no error: {query}")
        };
        assert!(error.contains(reason), "{error}");
        assert!(next(&mut socket).await.is_none());
    }
}

#[tokio::test]
async fn a_log_made_anew_is_said_and_read_from_its_beginning() {
    let log = MemoryLog::new(&["a"]);
    log.append_many("a", 5);
    let bridge = Bridge::start(&log).await;
    let mut socket = open(&bridge, "?topic=a&from=latest").await;
    next(&mut socket).await.unwrap();
    while !matches!(next(&mut socket).await.unwrap(), (Line::Tick { .. }, _)) {}
    log.make_anew("log-2");
    log.append_many("a", 3);
    loop {
        match next(&mut socket).await.unwrap() {
            (Line::Hello(hello), _) => {
                assert_eq!(hello.log_id, "log-2");
                break;
            }
            (Line::Record(record), _) => panic!("before hello: {record:?}"),
            _ => {}
        }
    }
    assert_eq!(offsets(&mut socket, 3).await, [0, 1, 2]);
}

/// Partition and offset of so many records, and the hellos between them.
async fn partitions(socket: &mut Socket, count: usize) -> (Vec<(i32, i64)>, usize) {
    let (mut places, mut hellos) = (Vec::new(), 0);
    while places.len() < count {
        match next(socket).await.unwrap() {
            (Line::Record(record), _) => places.push((record.partition, record.offset)),
            (Line::Hello(_), _) => hellos += 1,
            (Line::Error { error }, _) => panic!("{error}"),
            _ => {}
        }
    }
    (places, hellos)
}

#[tokio::test]
async fn a_partition_that_appears_is_sent_from_its_start() {
    let log = MemoryLog::new(&["a"]);
    log.append_many("a", 2);
    let bridge = Bridge::start(&log).await;
    let mut socket = open(&bridge, "?topic=a&from=latest").await;
    next(&mut socket).await.unwrap();
    while !matches!(next(&mut socket).await.unwrap(), (Line::Tick { .. }, _)) {}
    log.add_partition("a", 1);
    log.append_to("a", 1, "x", &|| 1);
    assert_eq!(partitions(&mut socket, 1).await.0, [(1, 0)]);
    log.append_to("a", 1, "x", &|| 1);
    log.append("a", "x");
    assert_eq!(partitions(&mut socket, 2).await.0, [(1, 1), (0, 2)]);
}

#[tokio::test]
async fn a_topic_made_anew_is_said_and_read_from_its_beginning_and_the_others_go_on() {
    let log = MemoryLog::new(&["a", "b"]);
    log.identify("a", "id 1");
    log.append_many("a", 5);
    log.append_many("b", 5);
    let bridge = Bridge::start(&log).await;
    let mut socket = open(&bridge, "?topic=a&topic=b").await;
    next(&mut socket).await.unwrap();
    partitions(&mut socket, 10).await;
    log.make_topic_anew("a", "id 2");
    log.append_many("a", 3);
    let (places, hellos) = partitions(&mut socket, 3).await;
    assert_eq!((places, hellos), (vec![(0, 0), (0, 1), (0, 2)], 1));
    log.append("b", "x");
    assert_eq!(partitions(&mut socket, 1).await, (vec![(0, 5)], 0));
}

#[tokio::test]
async fn a_partition_that_ends_before_the_offset_is_named_and_left_out() {
    let log = MemoryLog::new(&["a"]);
    log.append_many("a", 5);
    log.add_partition("a", 1);
    log.append_to("a", 1, "x", &|| 1);
    let bridge = Bridge::start(&log).await;
    let mut socket = open(&bridge, "?topic=a&from=3").await;
    next(&mut socket).await.unwrap();
    let (Line::Error { error }, _) = next(&mut socket).await.unwrap() else {
        panic!("no error")
    };
    assert!(
        error.starts_with("topic a, partition 1: offset 3"),
        "{error}"
    );
    assert_eq!(partitions(&mut socket, 2).await.0, [(0, 3), (0, 4)]);
    log.append_to("a", 1, "x", &|| 1);
    log.append("a", "x");
    assert_eq!(partitions(&mut socket, 1).await.0, [(0, 5)]);
}

#[tokio::test]
async fn a_reader_that_does_not_read_holds_up_nobody_and_loses_nothing() {
    let log = MemoryLog::new(&["a"]);
    let bridge = Bridge::start(&log).await;
    let mut idle = open(&bridge, "?topic=a").await;
    let mut busy = open(&bridge, "?topic=a").await;
    // Far more than the sockets' buffers take.
    let value = "x".repeat(10_000);
    for _ in 0..2_000 {
        log.append("a", &value);
    }
    let all: Vec<_> = (0..2_000).collect();
    assert_eq!(offsets(&mut busy, 2_000).await, all);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(offsets(&mut idle, 2_000).await, all);
}
