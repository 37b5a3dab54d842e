//! Which events of a stream have come before.
//!
//! After a crash, Debezium sends again what it cannot know to have arrived: the same events, at new
//! offsets, with the time of the sending as their only difference. A crash before the connector has noted any
//! position makes it read the whole table again, with a new position but the same keys and values.
//!
//! | event | is a repeat where the stream had |
//! | --- | --- |
//! | streamed, with a key | the same position (lsn), transaction, operation, key and values |
//! | streamed, without a key | the same again, as often within a run of one position: a table without a key may hold equal rows |
//! | read in a snapshot, with a key | the same values as the key's newest |
//! | an envelope without a key | the same bytes: the sending's own time is in them |
//!
//! What has no position (a bare row behind the unwrap step) cannot be told from a new row. It is
//! never guessed: what is not surely a repeat is new.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use change::{Change, Kind, Op, Shape};
use xxhash_rust::xxh3::xxh3_128;

/// Where an event stands in its topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) partition: i32,
    pub(crate) offset: i64,
}

/// What is remembered of a stream's events.
#[derive(Clone, Debug)]
pub(crate) struct Repeats {
    /// Where each event was first, by what makes it the same event.
    events: Recent<Spot>,
    /// By key: the newest values, and where they came.
    rows: Recent<(u128, Spot)>,
    /// The position of the last event without a key, and how often each of its events came.
    run: (i64, HashMap<u128, u32>),
    scratch: Vec<u8>,
}

impl Repeats {
    /// Remembers the newest so many events, and twice as many at most; the same of keys.
    pub(crate) fn new(most: usize) -> Repeats {
        Repeats {
            events: Recent::new(most),
            rows: Recent::new(most),
            run: (0, HashMap::new()),
            scratch: Vec::new(),
        }
    }

    /// Whether events have been forgotten because of the bound.
    pub(crate) fn forgot(&self) -> bool {
        self.events.forgot || self.rows.forgot
    }

    /// Where the event was first, if it has come before; else it is remembered, as far as it can be known again.
    pub(crate) fn first(
        &mut self,
        change: &Change<'_>,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        spot: Spot,
    ) -> Option<Spot> {
        if !matches!(change.kind, Kind::Row | Kind::Truncate) {
            return None;
        }
        let key = change.key.map(|key| key.json().as_bytes()).or(key);
        let snapshot = change.op == Some(Op::Read) || change.snapshot == Some(true);
        match (key, change.lsn) {
            _ if change.kind == Kind::Truncate => {
                let first = self.by_position(change, None, spot, 0);
                if first.is_none() {
                    self.rows.clear();
                }
                first
            }
            (Some(key), _) if snapshot => self.by_values(change, key, spot),
            (Some(key), Some(_)) => {
                let first = self.by_position(change, Some(key), spot, 0);
                if first.is_none() {
                    self.remember_row(change, key, spot);
                }
                first
            }
            (Some(key), None) if change.op.is_some() => {
                self.remember_row(change, key, spot);
                None
            }
            (None, lsn) => self.without_key(change, value, lsn.filter(|_| !snapshot), spot),
            _ => None,
        }
    }

    fn by_position(
        &mut self,
        change: &Change<'_>,
        key: Option<&[u8]>,
        spot: Spot,
        occurrence: u32,
    ) -> Option<Spot> {
        change.lsn?;
        let event = self.event(change, key, occurrence);
        self.events.first(event, spot)
    }

    /// Whether a snapshot's row is the one that is known of its key.
    fn by_values(&mut self, change: &Change<'_>, key: &[u8], spot: Spot) -> Option<Spot> {
        let values = self.values(change);
        let key = xxh3_128(key);
        match self.rows.get(key) {
            Some((known, first)) if known == values => Some(first),
            _ => {
                self.rows.insert(key, (values, spot));
                None
            }
        }
    }

    fn remember_row(&mut self, change: &Change<'_>, key: &[u8], spot: Spot) {
        if change.op == Some(Op::Delete) {
            return self.rows.remove(xxh3_128(key));
        }
        let values = self.values(change);
        self.rows.insert(xxh3_128(key), (values, spot));
    }

    fn without_key(
        &mut self,
        change: &Change<'_>,
        value: Option<&[u8]>,
        lsn: Option<i64>,
        spot: Spot,
    ) -> Option<Spot> {
        if change.shape == Some(Shape::Envelope)
            && let Some(value) = value
            && let Some(first) = self.events.first(xxh3_128(value), spot)
        {
            return Some(first);
        }
        let lsn = lsn?;
        let event = self.event(change, None, 0);
        if self.run.0 != lsn || self.run.1.len() > RUN_MAX {
            self.run = (lsn, HashMap::new());
        }
        let occurrence = self.run.1.entry(event).or_insert(0);
        *occurrence += 1;
        let occurrence = *occurrence;
        self.by_position(change, None, spot, occurrence)
    }

    /// What makes an event the same event.
    fn event(&mut self, change: &Change<'_>, key: Option<&[u8]>, occurrence: u32) -> u128 {
        let op = change.op.map_or(0, |op| op.letter() as u32);
        self.scratch.clear();
        for number in [change.lsn.unwrap_or(-1), change.tx_id.unwrap_or(-1)] {
            self.scratch.extend_from_slice(&number.to_le_bytes());
        }
        let key_len = key.map_or(u32::MAX, |key| key.len() as u32);
        for number in [op, occurrence, key_len] {
            self.scratch.extend_from_slice(&number.to_le_bytes());
        }
        self.scratch.extend_from_slice(key.unwrap_or_default());
        self.add_values(change);
        xxh3_128(&self.scratch)
    }

    fn values(&mut self, change: &Change<'_>) -> u128 {
        self.scratch.clear();
        self.add_values(change);
        xxh3_128(&self.scratch)
    }

    /// The row as it is written, without what the unwrap step has added: the time of the sending may be in that.
    fn add_values(&mut self, change: &Change<'_>) {
        let Some(row) = change.after.or(change.before) else {
            return;
        };
        if change.shape == Some(Shape::Envelope) {
            return self.scratch.extend_from_slice(row.json().as_bytes());
        }
        let mut text = String::new();
        for (name, value) in change::own_columns(row) {
            text.push_str(&name);
            text.push('\u{0}');
            value.write(&mut text);
            text.push('\u{0}');
        }
        self.scratch.extend_from_slice(text.as_bytes());
    }
}

/// More different events of one position than a page of a table has rows are not told apart.
const RUN_MAX: usize = 4096;

/// The newest entries, by a hash of what they are about.
///
/// There are two halves: the young one takes what is new, and becomes the old one when it is full.
#[derive(Clone, Debug)]
struct Recent<V> {
    young: HashMap<u128, V, BuildHasherDefault<AlreadyHashed>>,
    old: HashMap<u128, V, BuildHasherDefault<AlreadyHashed>>,
    most: usize,
    forgot: bool,
}

impl<V: Copy> Recent<V> {
    fn new(most: usize) -> Recent<V> {
        Recent {
            young: HashMap::default(),
            old: HashMap::default(),
            most: most.max(1),
            forgot: false,
        }
    }

    fn get(&self, hash: u128) -> Option<V> {
        self.young
            .get(&hash)
            .or_else(|| self.old.get(&hash))
            .copied()
    }

    /// What is there already; else it is put there.
    fn first(&mut self, hash: u128, value: V) -> Option<V> {
        let first = self.get(hash);
        if first.is_none() {
            self.insert(hash, value);
        }
        first
    }

    fn insert(&mut self, hash: u128, value: V) {
        self.young.insert(hash, value);
        if self.young.len() >= self.most {
            self.forgot |= !self.old.is_empty();
            self.old = std::mem::take(&mut self.young);
        }
    }

    fn remove(&mut self, hash: u128) {
        self.young.remove(&hash);
        self.old.remove(&hash);
    }

    fn clear(&mut self) {
        self.young.clear();
        self.old.clear();
    }
}

/// The keys are hashes: their own bits serve.
#[derive(Clone, Debug, Default)]
struct AlreadyHashed(u64);

impl Hasher for AlreadyHashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.0 ^= u64::from_le_bytes(word);
        }
    }

    fn write_u128(&mut self, hash: u128) {
        self.0 = hash as u64;
    }
}

#[cfg(test)]
mod tests {
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
            (
                first.map(|first| first.offset),
                repeats.events.young.len() + repeats.events.old.len(),
            )
        };
        for lsn in 0..95 {
            assert!(first(lsn).1 <= 20);
        }
        assert_eq!(first(86).0, Some(86));
        assert_eq!(first(5).0, None);
        assert!(repeats.forgot());
    }
}
