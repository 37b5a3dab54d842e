//! What the ring holds, and what it says of it.

#![allow(clippy::unwrap_used)] // A test may panic.

use super::*;

fn record(topic: &str, offset: i64) -> Record {
    Record {
        topic: Arc::from(topic),
        partition: 0,
        offset,
        timestamp_ms: 0,
        headers: Vec::new(),
        key: None,
        value: Some(vec![0; 100]),
    }
}

fn start(ring: &Ring, log_id: &str, ends: &[(&str, i64)]) {
    let ends = ends.iter().map(|(topic, end)| TopicEnds {
        topic: (*topic).to_owned(),
        partition: 0,
        start: 0,
        end: *end,
    });
    ring.take(News::Start {
        log_id: log_id.to_owned(),
        ends: ends.collect(),
    });
}

fn positions(offsets: &[(&str, i64)]) -> Vec<Position> {
    let position = |(topic, offset): &(&str, i64)| Position {
        topic: Arc::from(*topic),
        partition: 0,
        offset: *offset,
    };
    offsets.iter().map(position).collect()
}

fn places(items: &[Item]) -> Vec<(String, i64)> {
    let place = |item: &Item| match item {
        Item::Record(record) => (record.topic.to_string(), record.offset),
        Item::Gap(gap) => (format!("{} gap from {}", gap.topic, gap.from), gap.to),
    };
    items.iter().map(place).collect()
}

#[test]
fn it_is_joined_only_where_it_holds_everything() {
    let ring = Ring::new(1 << 20);
    assert_eq!(ring.join("x", &positions(&[("a", 9)])), None);
    start(&ring, "x", &[("a", 5), ("b", 0)]);
    assert_eq!(ring.join("x", &positions(&[("a", 4), ("b", 0)])), None);
    assert_eq!(ring.join("y", &positions(&[("a", 5)])), None);
    assert!(ring.join("x", &positions(&[("a", 5), ("b", 0)])).is_some());
    // A topic that was made since: its records all come by.
    assert!(ring.join("x", &positions(&[("c", 0)])).is_some());
}

#[test]
fn what_a_session_has_or_does_not_want_is_passed_over() {
    let ring = Ring::new(1 << 20);
    start(&ring, "x", &[("a", 5), ("b", 0)]);
    let records = [("a", 5), ("b", 0), ("a", 6), ("a", 7)];
    ring.take(News::Records(
        records.map(|(topic, offset)| record(topic, offset)).into(),
    ));
    let mut wanted = positions(&[("a", 6)]);
    let mut place = ring.join("x", &wanted).unwrap();
    let items = ring.fetch(&mut place, &mut wanted).unwrap();
    assert_eq!(places(&items), [("a".to_owned(), 6), ("a".to_owned(), 7)]);
    assert_eq!(wanted, positions(&[("a", 8)]));
    assert_eq!(place, *ring.head().borrow());
}

#[test]
fn the_oldest_go_and_are_missed() {
    let ring = Ring::new(3 * Item::Record(Arc::new(record("a", 0))).size_bytes());
    start(&ring, "x", &[("a", 0)]);
    let mut wanted = positions(&[("a", 0)]);
    let mut place = ring.join("x", &wanted).unwrap();
    for offset in 0..5 {
        ring.take(News::Records(vec![record("a", offset)]));
    }
    assert_eq!(ring.fetch(&mut place, &mut wanted), None);
    assert_eq!(ring.join("x", &positions(&[("a", 1)])), None);
    let mut wanted = positions(&[("a", 2)]);
    let mut place = ring.join("x", &wanted).unwrap();
    assert_eq!(ring.fetch(&mut place, &mut wanted).unwrap().len(), 3);
}

#[test]
fn a_gap_is_cut_to_what_is_wanted() {
    let ring = Ring::new(1 << 20);
    start(&ring, "x", &[("a", 0)]);
    ring.take(News::Gap(Gap {
        topic: "a".to_owned(),
        partition: 0,
        from: 0,
        to: 9,
    }));
    let mut wanted = positions(&[("a", 4)]);
    let mut place = ring.join("x", &wanted).unwrap();
    let items = ring.fetch(&mut place, &mut wanted).unwrap();
    assert_eq!(places(&items), [("a gap from 4".to_owned(), 9)]);
    assert_eq!(wanted, positions(&[("a", 10)]));
}

#[test]
fn a_new_beginning_is_never_taken_for_the_end() {
    let ring = Ring::new(1 << 20);
    start(&ring, "x", &[("a", 0)]);
    let mut wanted = positions(&[("a", 0)]);
    let mut place = ring.join("x", &wanted).unwrap();
    // The place was lost: offsets 0 to 6 may never come by.
    start(&ring, "x", &[("a", 7)]);
    assert_ne!(place, *ring.head().borrow());
    assert_eq!(ring.fetch(&mut place, &mut wanted), None);
}

#[test]
fn the_clock_is_told_only_behind_what_was_there() {
    let ring = Ring::new(1 << 20);
    start(&ring, "x", &[("a", 0)]);
    let mut wanted = positions(&[("a", 0)]);
    let mut place = ring.join("x", &wanted).unwrap();
    assert_eq!(ring.looked_at(), None);
    ring.take(News::Idle { looked_at_ms: 5 });
    assert_eq!(ring.looked_at(), Some((5, place)));
    ring.take(News::Records(vec![record("a", 0)]));
    assert_eq!(ring.looked_at(), Some((5, place)));
    ring.take(News::Idle { looked_at_ms: 6 });
    let (looked_at_ms, behind) = ring.looked_at().unwrap();
    assert!(looked_at_ms == 6 && !place.has_reached(behind));
    ring.fetch(&mut place, &mut wanted).unwrap();
    assert!(place.has_reached(behind));
    start(&ring, "x", &[("a", 1)]);
    assert_eq!(ring.looked_at(), None);
    ring.take(News::Idle { looked_at_ms: 7 });
    assert!(!place.has_reached(ring.looked_at().unwrap().1));
}
