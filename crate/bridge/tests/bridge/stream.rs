//! Records reach a page once each, in order, wherever it starts and however slow it is.

use std::time::Duration;

use eddy_bridge::Config;
use wire::{ClientFrame, From, Gap};

use crate::client::{Heard, Page, places, run};
use crate::memory::MemoryLog;
use crate::server::Bridge;

const MUCH: u64 = 1 << 30;

#[tokio::test]
async fn earliest_latest_offsets_and_times() {
    let log = MemoryLog::new(&["a", "b"]);
    for at_ms in 0..10 {
        log.append_at("a", "x", &|| at_ms);
    }
    log.append("b", "y");
    let bridge = Bridge::start(&log).await;
    let starts = [
        (From::Earliest, 0),
        (From::Latest, 10),
        (From::Offsets(vec![(0, 7)]), 7),
        (From::Offsets(vec![(0, 10)]), 10),
        // A partition that is not named is read from its earliest.
        (From::Offsets(vec![(1, 7)]), 0),
        (From::TimestampMs(4), 4),
        (From::TimestampMs(99), 10),
    ];
    let mut pages = Vec::new();
    for (from, first) in starts {
        let mut page = Page::open(bridge.address).await;
        assert_eq!(page.hello.topics.len(), 2);
        page.subscribe(&[("a", from)], MUCH).await;
        let old = page.records(usize::try_from(10 - first).unwrap()).await;
        assert_eq!(places(&old), run("a", first..10));
        pages.push(page);
    }
    // Ends are told once the subscription holds, so what comes now is new to all.
    for page in &mut pages {
        while !matches!(page.hear().await, Heard::Ends(_)) {}
    }
    log.append("b", "z");
    log.append("a", "z");
    for mut page in pages {
        let new = page.records(1).await;
        assert_eq!(places(&new), [("a", 10)]);
        assert_eq!(new[0].value.as_deref(), Some(&b"z"[..]));
    }
}

#[tokio::test]
async fn a_page_that_does_not_read_stops_the_flow_and_loses_nothing() {
    let log = MemoryLog::new(&["a"]);
    log.append_many("a", 2_000);
    let bridge = Bridge::start(&log).await;
    let mut page = Page::open(bridge.address).await;
    page.subscribe(&[("a", From::Earliest)], 1_000).await;
    let Heard::Records(mut records, bytes) = page.hear_news().await else {
        panic!("no records")
    };
    // The frame is cut where the credit ends, give or take one record.
    assert!((1_000..1_100).contains(&bytes), "{bytes}");
    log.append_many("a", 100);
    let heard = page.listen(Duration::from_millis(500)).await;
    assert!(
        !heard
            .iter()
            .any(|heard| matches!(heard, Heard::Records(..))),
        "{heard:?}"
    );
    // The ends go on all the same: they say how much waits.
    assert!(
        heard
            .iter()
            .any(|heard| matches!(heard, Heard::Ends(ends) if ends[0].end == 2_100))
    );
    // It is not up to date, so the clock is not told.
    assert!(!heard.iter().any(|heard| matches!(heard, Heard::Tick(_))));

    // What was overdrawn is owed first.
    let bytes = bytes - 1_000 + 1;
    page.say(&ClientFrame::Credit { bytes }).await;
    let Heard::Records(few, _) = page.hear_news().await else {
        panic!("no records")
    };
    assert_eq!(few.len(), 1);
    records.extend(few);
    page.say(&ClientFrame::Credit { bytes: MUCH }).await;
    let rest = 2_100 - records.len();
    records.extend(page.records(rest).await);
    assert_eq!(places(&records), run("a", 0..2_100));
}

#[tokio::test]
async fn a_reconnect_goes_on_at_the_next_offset() {
    let log = MemoryLog::new(&["a", "b"]);
    log.append_many("a", 50);
    log.append_many("b", 50);
    let bridge = Bridge::start(&log).await;
    let mut page = Page::open(bridge.address).await;
    page.subscribe(&[("a", From::Earliest), ("b", From::Earliest)], 300)
        .await;
    let Heard::Records(mut records, _) = page.hear_news().await else {
        panic!("no records")
    };
    drop(page);
    log.append_many("a", 50);
    let next = |topic: &str| {
        let mut of_topic = records.iter().filter(|record| *record.topic == *topic);
        From::Offsets(vec![(
            0,
            of_topic.next_back().map_or(0, |record| record.offset + 1),
        )])
    };
    let streams = [("a", next("a")), ("b", next("b"))];
    let mut page = Page::open(bridge.address).await;
    page.subscribe(&streams, MUCH).await;
    let rest = 150 - records.len();
    records.extend(page.records(rest).await);
    let expected = [run("a", 0..50), run("b", 0..50), run("a", 50..100)].concat();
    assert_eq!(places(&records), expected);
}

#[tokio::test]
async fn another_subscription_replaces_the_first() {
    let log = MemoryLog::new(&["a", "b"]);
    log.append_many("a", 500);
    log.append_many("b", 5);
    let bridge = Bridge::start(&log).await;
    let mut page = Page::open(bridge.address).await;
    page.subscribe(&[("a", From::Earliest)], 500).await;
    let Heard::Records(..) = page.hear_news().await else {
        panic!("no records")
    };
    page.subscribe(&[("b", From::Offsets(vec![(0, 3)]))], MUCH)
        .await;
    assert_eq!(places(&page.records(2).await), run("b", 3..5));
    log.append("a", "not wanted");
    log.append("b", "wanted");
    assert_eq!(places(&page.records(1).await), [("b", 5)]);
}

#[tokio::test]
async fn what_retention_removed_is_a_gap() {
    let log = MemoryLog::new(&["a"]);
    log.append_many("a", 10);
    log.remove_oldest(4);
    let bridge = Bridge::start(&log).await;
    let mut page = Page::open(bridge.address).await;
    assert_eq!(page.hello.topics[0].start, 4);
    page.subscribe(&[("a", From::Offsets(vec![(0, 1)]))], MUCH)
        .await;
    let gap = Gap {
        topic: "a".to_owned(),
        partition: 0,
        from: 1,
        to: 3,
    };
    assert_eq!(page.hear_news().await, Heard::Gap(gap));
    assert_eq!(places(&page.records(6).await), run("a", 4..10));
}

#[tokio::test]
async fn a_slow_page_reads_the_source_and_then_joins_the_ring() {
    let log = MemoryLog::new(&["a", "b"]);
    log.append_many("a", 20);
    let config = Config {
        ring_bytes: 20_000,
        ..Config::default()
    };
    let bridge = Bridge::start_with(&log, config, |backend| backend).await;
    let (mut slow, mut quick) = (
        Page::open(bridge.address).await,
        Page::open(bridge.address).await,
    );
    let streams = [("a", From::Earliest), ("b", From::Earliest)];
    slow.subscribe(&streams, 100).await;
    quick.subscribe(&streams, MUCH).await;
    let Heard::Records(mut slowly, _) = slow.hear_news().await else {
        panic!("no records")
    };
    let mut quickly = quick.records(20).await;
    // Far more than the ring holds, in turns, so that the order across topics can be seen.
    for _ in 0..1_000 {
        log.append("a", "x");
        log.append("b", "y");
    }
    quickly.extend(quick.records(2_000).await);
    let reads = log.reads();
    slow.say(&ClientFrame::Credit { bytes: MUCH }).await;
    let rest = 2_020 - slowly.len();
    slowly.extend(slow.records(rest).await);
    assert!(
        log.reads() > reads,
        "the slow page must have read the source"
    );
    assert_eq!(places(&slowly), places(&quickly));
    let turns = (0..1_000).flat_map(|n| [("a", n + 20), ("b", n)]);
    assert_eq!(
        places(&slowly),
        run("a", 0..20).into_iter().chain(turns).collect::<Vec<_>>()
    );

    // Both are up to date now: what comes next comes from the ring alone.
    for page in [&mut slow, &mut quick] {
        while !matches!(page.hear().await, Heard::Tick(_)) {}
    }
    let reads = log.reads();
    log.append_many("a", 10);
    for page in [&mut slow, &mut quick] {
        assert_eq!(places(&page.records(10).await), run("a", 1_020..1_030));
    }
    assert_eq!(log.reads(), reads);
}

#[tokio::test]
async fn sessions_have_offsets_and_credit_of_their_own() {
    let log = MemoryLog::new(&["a"]);
    let bridge = Bridge::start(&log).await;
    let (mut one, mut other) = (
        Page::open(bridge.address).await,
        Page::open(bridge.address).await,
    );
    one.subscribe(&[("a", From::Earliest)], MUCH).await;
    other.subscribe(&[("a", From::Earliest)], 0).await;
    log.append_many("a", 30);
    assert_eq!(places(&one.records(30).await), run("a", 0..30));
    let heard = other.listen(Duration::from_millis(300)).await;
    assert!(
        !heard
            .iter()
            .any(|heard| matches!(heard, Heard::Records(..))),
        "{heard:?}"
    );
    other.say(&ClientFrame::Credit { bytes: MUCH }).await;
    assert_eq!(places(&other.records(30).await), run("a", 0..30));
}

#[tokio::test]
async fn what_cannot_be_subscribed_to_is_refused_with_a_reason() {
    let log = MemoryLog::new(&["a", "b"]);
    log.append_many("a", 5);
    let config = Config {
        max_topics: 2,
        ..Config::default()
    };
    let bridge = Bridge::start_with(&log, config, |backend| backend).await;
    let mut page = Page::open(bridge.address).await;
    let earliest = |topic| (topic, From::Earliest);
    let refusals = [
        (vec![earliest("c")], "topic c is not there; there are: a, b"),
        (vec![earliest("a"), earliest("a")], "topic a is named twice"),
        (
            vec![earliest("a"), earliest("b"), earliest("c")],
            "3 topics are more than the 2",
        ),
    ];
    for (streams, reason) in refusals {
        page.subscribe(&streams, MUCH).await;
        let Heard::Error(error, false) = page.hear_news().await else {
            panic!("not refused: {reason}")
        };
        assert!(error.contains(reason), "{error}");
    }
    page.subscribe(&[earliest("a")], MUCH).await;
    assert_eq!(page.records(5).await.len(), 5);
}

#[tokio::test]
async fn a_partition_that_lost_its_tail_is_left_out_and_the_others_are_not() {
    let log = MemoryLog::new(&["a", "b"]);
    log.add_partition("a", 1);
    log.append_many("a", 9);
    log.append_to("a", 1, "x", &|| 1);
    log.append_many("b", 2);
    log.truncate("a", 5);
    let bridge = Bridge::start(&log).await;
    let mut page = Page::open(bridge.address).await;
    let streams = [
        ("a", From::Offsets(vec![(0, 9)])),
        ("b", From::Offsets(vec![(0, 2)])),
    ];
    page.subscribe(&streams, MUCH).await;
    let said = page.hear_news().await;
    assert_eq!(said, Heard::Truncated("a".to_owned(), 0, 5));
    let of_partition_1 = page.records(1).await;
    assert_eq!(of_partition_1[0].partition, 1);
    // The others go on, and the clock is told for them.
    while !matches!(page.hear().await, Heard::Tick(_)) {}
    log.append("a", "not sent");
    log.append("b", "sent");
    assert_eq!(places(&page.records(1).await), [("b", 2)]);

    // So does a page that has heard of it, and says that it wants nothing of that partition.
    let left_out = From::Offsets(vec![(0, From::LEFT_OUT), (1, 1)]);
    page.subscribe(&[("a", left_out)], 0).await;
    log.append("a", "not sent");
    log.append_to("a", 1, "sent", &|| 1);
    let of_partition_1 = page.records(1).await;
    let (partition, offset) = (of_partition_1[0].partition, of_partition_1[0].offset);
    assert_eq!((partition, offset), (1, 1));
}

#[tokio::test]
async fn a_tail_that_is_lost_while_it_is_followed_is_said() {
    let log = MemoryLog::new(&["a", "b"]);
    log.append_many("a", 5);
    let bridge = Bridge::start(&log).await;
    let mut page = Page::open(bridge.address).await;
    page.subscribe(&[("a", From::Earliest), ("b", From::Earliest)], MUCH)
        .await;
    assert_eq!(page.records(5).await.len(), 5);
    log.truncate("a", 3);
    let said = page.hear_news().await;
    assert_eq!(said, Heard::Truncated("a".to_owned(), 0, 3));
    log.append_many("a", 9);
    log.append("b", "goes on");
    assert_eq!(places(&page.records(1).await), [("b", 0)]);
}

#[tokio::test]
async fn ends_that_are_not_told_for_a_while_are_no_lost_tail() {
    let log = MemoryLog::new(&["a"]);
    log.append_many("a", 5);
    let bridge = Bridge::start(&log).await;
    let mut page = Page::open(bridge.address).await;
    page.subscribe(&[("a", From::Earliest)], MUCH).await;
    assert_eq!(page.records(5).await.len(), 5);
    while !matches!(page.hear().await, Heard::Ends(_)) {}
    // The ends that were told last are those before what comes now.
    log.hide_ends(true);
    log.append("a", "the last one");
    assert_eq!(page.records(1).await.len(), 1);
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    log.hide_ends(false);
    log.append("a", "goes on");
    loop {
        match page.hear_news().await {
            Heard::Error(..) => {}
            Heard::Records(records, _) => {
                assert_eq!(places(&records), [("a", 6)]);
                return;
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn partitions_without_an_offset_of_their_own_begin_at_a_time() {
    let log = MemoryLog::new(&["a"]);
    log.add_partition("a", 1);
    for at_ms in 0..4 {
        log.append_to("a", 0, "x", &|| at_ms);
        log.append_to("a", 1, "x", &|| at_ms);
    }
    let bridge = Bridge::start(&log).await;
    let mut page = Page::open(bridge.address).await;
    let from = From::OffsetsOrTimestamp {
        offsets: vec![(0, 3)],
        timestamp_ms: 2,
    };
    page.subscribe(&[("a", from)], MUCH).await;
    let records = page.records(3).await;
    let mut places: Vec<_> = records.iter().map(|r| (r.partition, r.offset)).collect();
    places.sort_unstable();
    assert_eq!(places, [(0, 3), (1, 2), (1, 3)]);
}

#[tokio::test]
async fn subscribing_again_gives_no_credit_of_its_own() {
    let log = MemoryLog::new(&["a"]);
    log.append_many("a", 2_000);
    let bridge = Bridge::start(&log).await;
    let mut page = Page::open(bridge.address).await;
    page.subscribe(&[("a", From::Earliest)], 1_000).await;
    let Heard::Records(records, bytes) = page.hear_news().await else {
        panic!("no records")
    };
    let next = records.last().unwrap().offset + 1;
    let from = From::Offsets(vec![(0, next)]);
    page.subscribe(&[("a", from)], 0).await;
    let heard = page.listen(Duration::from_millis(300)).await;
    let is_records = |heard: &Heard| matches!(heard, Heard::Records(..));
    assert!(!heard.iter().any(is_records), "{heard:?}");
    page.say(&ClientFrame::Credit { bytes }).await;
    assert!(matches!(page.hear_news().await, Heard::Records(..)));
}

#[tokio::test]
async fn a_broken_frame_ends_the_session_with_a_reason() {
    let log = MemoryLog::new(&["a"]);
    let bridge = Bridge::start(&log).await;
    let mut page = Page::open(bridge.address).await;
    page.say_bytes(vec![0x42]).await;
    let Heard::Error(error, true) = page.hear_news().await else {
        panic!("no fatal error")
    };
    assert!(error.contains("unknown tag 66"), "{error}");
    assert!(matches!(page.hear_news().await, Heard::Closed(1008, _)));
}

#[tokio::test]
async fn too_large_a_message_ends_the_session() {
    let log = MemoryLog::new(&["a"]);
    let bridge = Bridge::start(&log).await;
    let mut page = Page::open(bridge.address).await;
    page.say_bytes(vec![0; (1 << 20) + 1]).await;
    let Heard::Error(error, true) = page.hear_news().await else {
        panic!("no fatal error")
    };
    assert!(error.to_lowercase().contains("too"), "{error}");
}

#[tokio::test]
async fn too_large_a_record_is_told_and_passed_over() {
    let log = MemoryLog::new(&["a"]);
    log.append("a", "before");
    log.append("a", &"x".repeat(wire::MAX_RECORD_BYTES));
    log.append("a", "after");
    let bridge = Bridge::start(&log).await;
    let mut page = Page::open(bridge.address).await;
    page.subscribe(&[("a", From::Earliest)], MUCH).await;
    assert_eq!(places(&page.records(1).await), [("a", 0)]);
    assert!(
        matches!(page.hear_news().await, Heard::Error(error, false) if error.contains("offset 1"))
    );
    assert!(matches!(
        page.hear_news().await,
        Heard::Gap(Gap { from: 1, to: 1, .. })
    ));
    assert_eq!(places(&page.records(1).await), [("a", 2)]);
}

#[tokio::test]
async fn a_ring_that_begins_anew_loses_and_repeats_nothing() {
    let log = MemoryLog::new(&["a", "b"]);
    let bridge = Bridge::start(&log).await;
    let mut quick = Page::open(bridge.address).await;
    let mut slow = Page::open(bridge.address).await;
    let both = [("a", From::Earliest), ("b", From::Earliest)];
    quick.subscribe(&both, MUCH).await;
    slow.subscribe(&both, 500).await;
    for round in 0..20 {
        for _ in 0..10 {
            log.append("a", "x");
            log.append("b", "y");
        }
        if round % 3 == 0 {
            log.lose_place();
        }
        if round % 4 == 0 {
            tokio::time::sleep(Duration::from_millis(15)).await;
        }
    }
    let all: Vec<_> = (0..200).flat_map(|n| [("a", n), ("b", n)]).collect();
    assert_eq!(places(&quick.records(400).await), all);
    assert_eq!(places(&slow.records(400).await), all);
}
