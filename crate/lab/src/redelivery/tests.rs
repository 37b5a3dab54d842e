use super::*;

/// Whether each event is said to be a repeat, and of which.
fn check(events: &[(Option<&str>, &str)], wanted: &[Option<i64>]) {
    let mut repeats = Repeats::new(100);
    let found: Vec<_> = events
        .iter()
        .zip(0..)
        .map(|((key, value), offset)| {
            let (key, value) = (key.map(str::as_bytes), Some(value.as_bytes()));
            let change = change::read("t", key, value).unwrap();
            let spot = Spot {
                partition: 0,
                offset,
            };
            repeats
                .first(&change, key, value, spot)
                .map(|first| first.offset)
        })
        .collect();
    assert_eq!(found, wanted, "{events:#?}");
}

fn event(op: &str, lsn: i64, row: &str, ts_ms: i64) -> String {
    let (before, after) = if op == "d" {
        (row, "null")
    } else {
        ("null", row)
    };
    format!(
        r#"{{"before":{before},"after":{after},"source":{{"lsn":{lsn},"txId":7,"snapshot":"{}"}},"op":"{op}","ts_ms":{ts_ms}}}"#,
        op == "r"
    )
}

#[test]
fn events_with_a_key() {
    let key = Some(r#"{"id":1}"#);
    let other = Some(r#"{"id":2}"#);
    let row = r#"{"id":1,"x":5}"#;
    let changed = r#"{"id":1,"x":6}"#;
    check(
        &[
            (key, &event("c", 10, row, 1)),
            (key, &event("u", 11, row, 2)),
            // Sent again later.
            (key, &event("c", 10, row, 3)),
            (key, &event("u", 11, row, 3)),
            // The same values, written once more.
            (key, &event("u", 12, row, 4)),
            // A key change: delete and insert of one position.
            (key, &event("d", 13, row, 5)),
            (other, &event("c", 13, row, 5)),
            (other, &event("c", 13, row, 6)),
            // Many rows of one position, as COPY writes them.
            (key, &event("c", 14, row, 7)),
            (other, &event("c", 14, changed, 7)),
            (key, &event("t", 15, "null", 8)),
            (key, &event("t", 15, "null", 9)),
        ],
        &[
            None,
            None,
            Some(0),
            Some(1),
            None,
            None,
            None,
            Some(6),
            None,
            None,
            None,
            Some(10),
        ],
    );
}

#[test]
fn snapshots() {
    let key = Some(r#"{"id":1}"#);
    let row = r#"{"id":1,"x":5}"#;
    let changed = r#"{"id":1,"x":6}"#;
    check(
        &[
            (key, &event("r", 10, row, 1)),
            (key, &event("r", 20, row, 2)),
            (key, &event("c", 21, row, 3)),
            (key, &event("r", 30, row, 4)),
            // An update that was missed, and one that was not.
            (key, &event("r", 40, changed, 5)),
            (key, &event("u", 41, row, 6)),
            (key, &event("r", 50, row, 7)),
            // Deleted and inserted again, unseen.
            (key, &event("d", 51, row, 8)),
            (key, &event("r", 60, row, 9)),
            (key, &event("t", 61, "null", 10)),
            (key, &event("r", 70, row, 11)),
            // Without a key two rows may be equal.
            (None, &event("r", 70, row, 12)),
            (None, &event("r", 70, row, 13)),
        ],
        &[
            None,
            Some(0),
            None,
            Some(2),
            None,
            None,
            Some(5),
            None,
            None,
            None,
            None,
            None,
            None,
        ],
    );
}

#[test]
fn events_without_a_key() {
    let row = r#"{"x":5}"#;
    let [first, twin, again] = [1, 2, 3].map(|ts_ms| event("c", 10, row, ts_ms));
    let later = event("c", 11, row, 4);
    check(
        &[
            (None, &first),
            (None, &twin),
            // One request, sent twice.
            (None, &twin),
            (None, &later),
            (None, &again),
        ],
        &[None, None, Some(1), None, Some(0)],
    );
}

#[test]
fn rows_behind_the_unwrap_step() {
    let key = Some(r#"{"id":1}"#);
    check(
        &[
            (key, r#"{"x":5}"#),
            (key, r#"{"x":5}"#),
            (key, r#"{"x":5,"__op":"c","__lsn":7,"__ts_ms":1}"#),
            (key, r#"{"x":5,"__op":"c","__lsn":7,"__ts_ms":2}"#),
            (key, r#"{"x":5,"__lsn":8}"#),
            (key, r#"{"x":5,"__lsn":8}"#),
            (key, r#"{"x":5,"__op":"r"}"#),
            (None, r#"{"x":5,"__lsn":9}"#),
            (None, r#"{"x":5,"__lsn":9}"#),
            (None, r#"{"x":5,"__lsn":10}"#),
            (None, r#"{"x":5,"__lsn":9}"#),
        ],
        &[
            None,
            None,
            None,
            Some(2),
            None,
            Some(4),
            Some(4),
            None,
            None,
            None,
            Some(7),
        ],
    );
}

#[test]
fn what_is_remembered_is_bounded_and_the_newest_stay() {
    let mut repeats = Repeats::new(10);
    let mut first = |lsn: i64| {
        let (key, value) = (Some(&b"{\"id\":1}"[..]), event("c", lsn, "{}", 0));
        let change = change::read("t", key, Some(value.as_bytes())).unwrap();
        let spot = Spot {
            partition: 0,
            offset: lsn,
        };
        let first = repeats.first(&change, key, None, spot);
        (first.map(|first| first.offset), repeats.events.len())
    };
    for lsn in 0..95 {
        assert!(first(lsn).1 <= 20);
    }
    assert_eq!(first(86).0, Some(86));
    assert_eq!(first(5).0, None);
    assert!(repeats.take_forgot());
    assert!(!repeats.take_forgot());
}

proptest::proptest! {
    /// An event behind all others is not looked for: what is found is the same as if it were.
    #[test]
    fn the_furthest_position_spares_only_the_looking(
        events in proptest::collection::vec((0..3usize, 0..6i64, 0..2u8, 0..3u8), 0..40),
    ) {
        let mut repeats = Repeats::new(5);
        let mut looking = Repeats::new(5);
        looking.furthest = Some(i64::MAX);
        for ((key, lsn, value, op), offset) in events.into_iter().zip(0..) {
            let key = [None, Some(r#"{"id":1}"#), Some(r#"{"id":2}"#)][key].map(str::as_bytes);
            let op = ["c", "u", "d"][usize::from(op)];
            let value = event(op, lsn, &format!("{{\"x\":{value}}}"), offset);
            let change = change::read("t", key, Some(value.as_bytes())).unwrap();
            let spot = Spot { partition: 0, offset };
            let [found, wanted] = [&mut repeats, &mut looking]
                .map(|repeats| repeats.first(&change, key, Some(value.as_bytes()), spot));
            proptest::prop_assert_eq!(found, wanted);
        }
    }
}
