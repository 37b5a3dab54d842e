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

use change::{Change, Kind, Op, Shape};
use xxhash_rust::xxh3::xxh3_128;

mod kept;
mod recent;
#[cfg(test)]
mod tests;

pub(crate) use kept::KeptRepeats;
use recent::Recent;

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
    /// The furthest position of an event that is remembered by it.
    furthest: Option<i64>,
    scratch: Vec<u8>,
    text: String,
}

impl Repeats {
    /// Remembers the newest so many events, and twice as many at most; the same of keys.
    pub(crate) fn new(most: usize) -> Repeats {
        Repeats {
            events: Recent::new(most),
            rows: Recent::new(most),
            run: (0, HashMap::new()),
            furthest: None,
            scratch: Vec::new(),
            text: String::new(),
        }
    }

    /// Whether events have been forgotten because of the bound since the last time this was asked.
    pub(crate) fn take_forgot(&mut self) -> bool {
        let [events, rows] = [&mut self.events.forgot, &mut self.rows.forgot].map(std::mem::take);
        events || rows
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
        let snapshot = change.op == Some(Op::Read) || change.snapshot == Some(true);
        if change.lsn.is_none() && change.op.is_none() && !snapshot {
            return None;
        }
        let key = change.key.map(|key| key.bytes()).or(key);
        match (key, change.lsn) {
            _ if change.kind == Kind::Truncate => {
                let first = self.by_position(change, None, spot, (0, NO_VALUES));
                if first.is_none() {
                    self.rows.clear();
                }
                first
            }
            (Some(key), _) if snapshot => self.by_values(change, key, spot),
            (Some(key), Some(_)) => {
                let values = self.values(change);
                let first = self.by_position(change, Some(key), spot, (0, values));
                if first.is_none() {
                    self.remember_row(change, key, spot, values);
                }
                first
            }
            (Some(key), None) if change.op.is_some() => {
                let values = self.values(change);
                self.remember_row(change, key, spot, values);
                None
            }
            (None, lsn) => self.without_key(change, value, lsn.filter(|_| !snapshot), spot),
            _ => None,
        }
    }

    /// By its position, which of the equal ones there it is, and its values.
    fn by_position(
        &mut self,
        change: &Change<'_>,
        key: Option<&[u8]>,
        spot: Spot,
        (occurrence, values): (u32, u128),
    ) -> Option<Spot> {
        let lsn = change.lsn?;
        let event = self.event(change, key, occurrence, values);
        if self.furthest.is_none_or(|furthest| furthest < lsn) {
            // Most events: none of this position can have come, so it need not be looked for.
            self.furthest = Some(lsn);
            self.events.insert(event, spot);
            return None;
        }
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

    fn remember_row(&mut self, change: &Change<'_>, key: &[u8], spot: Spot, values: u128) {
        let key = xxh3_128(key);
        if change.op == Some(Op::Delete) {
            return self.rows.remove(key);
        }
        self.rows.insert(key, (values, spot));
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
        let values = self.values(change);
        let event = self.event(change, None, 0, values);
        if self.run.0 != lsn || self.run.1.len() > RUN_MAX {
            self.run.0 = lsn;
            self.run.1.clear();
        }
        let occurrence = self.run.1.entry(event).or_insert(0);
        *occurrence += 1;
        let occurrence = *occurrence;
        self.by_position(change, None, spot, (occurrence, values))
    }

    /// What makes an event the same event.
    fn event(
        &mut self,
        change: &Change<'_>,
        key: Option<&[u8]>,
        occurrence: u32,
        values: u128,
    ) -> u128 {
        let op = change.op.map_or(0, |op| op.letter() as u32);
        self.scratch.clear();
        for number in [change.lsn.unwrap_or(-1), change.tx_id.unwrap_or(-1)] {
            self.scratch.extend_from_slice(&number.to_le_bytes());
        }
        let key_len = key.map_or(u32::MAX, |key| key.len() as u32);
        for number in [op, occurrence, key_len] {
            self.scratch.extend_from_slice(&number.to_le_bytes());
        }
        self.scratch.extend_from_slice(&values.to_le_bytes());
        self.scratch.extend_from_slice(key.unwrap_or_default());
        xxh3_128(&self.scratch)
    }

    /// The row as it is written, without what the unwrap step has added: the time of the sending may be in that.
    fn values(&mut self, change: &Change<'_>) -> u128 {
        let Some(row) = change.after.or(change.before) else {
            return NO_VALUES;
        };
        let shape = change.shape.unwrap_or(Shape::Unwrapped);
        values_of(row, shape, &mut self.text)
    }
}

/// The hash of a row as it is written, without what the unwrap step has added: the time of the sending may be in that.
pub(crate) fn values_of(row: change::Row<'_>, shape: Shape, text: &mut String) -> u128 {
    if shape == Shape::Envelope {
        return xxh3_128(row.bytes());
    }
    text.clear();
    for (name, value) in change::own_columns(row) {
        text.push_str(&name);
        text.push('\u{0}');
        value.write(text);
        text.push('\u{0}');
    }
    xxh3_128(text.as_bytes())
}

/// In the place of the values of an event without a row.
const NO_VALUES: u128 = 0;

/// More different events of one position than a page of a table has rows are not told apart.
const RUN_MAX: usize = 4096;
