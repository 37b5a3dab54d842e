//! A recording that is played: what a page sees of it.

use std::sync::Arc;

use eddy_bridge::file::{FileSource, Speed};
use eddy_bridge::{Backend, Config, serve};
use tokio::net::TcpListener;
use wire::From;

use crate::client::{Heard, Page, places};

fn line(topic: &str, offset: i64, timestamp_ms: i64) -> String {
    format!(
        r#"{{"topic":"{topic}","partition":0,"offset":{offset},"timestamp_ms":{timestamp_ms},"headers":[],"key":null,"value":"{offset}"}}"#
    )
}

async fn play(lines: &[String], speed: Speed) -> Page {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.ndjson");
    std::fs::write(&path, lines.join("\n")).unwrap();
    let backend = Backend {
        source: Arc::new(FileSource::open(&path, speed).unwrap()),
        sink: None,
        insert: None,
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve(
        listener,
        Config::default(),
        backend,
        std::future::pending(),
    ));
    let mut page = Page::open(address).await;
    let all = [("a", From::Earliest), ("b", From::Earliest)];
    page.subscribe(&all, 1 << 20).await;
    page
}

/// The next tick, and the records before it.
async fn until_tick(page: &mut Page) -> (Vec<(String, i64)>, i64) {
    let mut all = Vec::new();
    loop {
        match page.hear().await {
            Heard::Tick(tick_ms) => return (all, tick_ms),
            Heard::Records(records, _) => {
                let places = places(&records).into_iter();
                all.extend(places.map(|(topic, offset)| (topic.to_owned(), offset)));
            }
            Heard::Ends(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn at_once_all_is_there_in_the_order_of_the_lines_and_time_is_the_recordings() {
    let lines = [
        line("b", 0, 5_000),
        line("a", 0, 1_000),
        line("b", 1, 2_000),
        "{\"tick_ms\":60000}".to_owned(),
    ];
    let mut page = play(&lines, Speed::Max).await;
    let (records, tick_ms) = until_tick(&mut page).await;
    let place = |topic: &str, offset| (topic.to_owned(), offset);
    assert_eq!(records, [place("b", 0), place("a", 0), place("b", 1)]);
    // Nowhere near ours.
    assert!((60_000..120_000).contains(&tick_ms), "{tick_ms}");
    let (_, later) = until_tick(&mut page).await;
    assert!(later > tick_ms);
}

#[tokio::test]
async fn at_a_pace_records_come_live_and_no_tick_overtakes_one() {
    let lines: Vec<String> = (0..50)
        .map(|offset| {
            line(
                ["a", "b"][offset as usize % 2],
                offset / 2,
                1_000_000 + offset * 1_000,
            )
        })
        .collect();
    let mut page = play(&lines, Speed::Times(50.0)).await;
    let (mut seen, mut last_tick_ms) = (0, 0);
    while seen < 50 {
        let (records, tick_ms) = until_tick(&mut page).await;
        for (topic, offset) in records {
            let at = offset * 2 + i64::from(topic == "b");
            assert_eq!(at, seen);
            assert!(
                1_000_000 + at * 1_000 > last_tick_ms,
                "{at} after {last_tick_ms}"
            );
            seen += 1;
        }
        last_tick_ms = tick_ms;
    }
}
