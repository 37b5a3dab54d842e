//! A record's way through the lab: read, recognised, kept, handed out to the lanes.
//!
//! - `hand_out`: what a row, or a truncate, does in each lane
//! - `faults`: what is rejected, and why; `remarks`: what a record shows of its stream as a whole
//! - `corrections`: what an update or a delete takes out again
//! - `models`: a job's model records
//! - `transactions`: what it says of its database transaction

use change::{Change, Kind, Op};
use wire::RecordRef;

use crate::config::{From, Redelivered, Role};
use crate::event::Source;
use crate::lab::Lab;
use crate::redelivery::Spot;
use crate::rows::{Meta, Verdict};

mod corrections;
mod faults;
mod hand_out;
mod models;
mod remarks;
mod transactions;

/// A record on its way.
#[derive(Clone, Copy)]
struct Arrived<'a> {
    stream: usize,
    /// Its number among all that were applied.
    number: u64,
    record: RecordRef<'a>,
    /// Where the same event was first, if it has come before.
    first: Option<Spot>,
}

impl Lab {
    /// Applies a record; false where its topic is no stream of this lab or lies before the stream's start.
    pub fn apply(&mut self, record: RecordRef<'_>) -> bool {
        let Some(stream) = self.stream_of(record) else {
            return false;
        };
        let carries_models = self.config.carries_models(stream);
        if !carries_models || stream < self.config.file.streams.len() {
            self.advance(record.timestamp_ms);
        }
        self.seen.record(stream, record.partition, record.offset);
        let number = self.rows.push(Meta {
            stream: stream as u32,
            partition: record.partition,
            offset: record.offset,
            timestamp_ms: record.timestamp_ms,
            op: 'c',
            verdict: Verdict::Row,
            again: false,
        });
        let mut arrived = Arrived {
            stream,
            number,
            record,
            first: None,
        };
        if carries_models {
            self.apply_model(arrived);
            self.let_models_in(false);
            return true;
        }
        match self.streams[stream].reading.read(record, &self.config) {
            Ok(change) => {
                if self.streams[stream].reading.is_news() {
                    self.remark_defaults(arrived);
                    self.remark_decimals(arrived, &change);
                }
                if let Some(lsn) = change.lsn {
                    self.rows.set_lsn(lsn);
                }
                arrived.first = self.recognise(arrived, &change);
                self.apply_change(arrived, &change);
            }
            Err(unreadable) => {
                self.remark_unreadable(arrived, &unreadable.reason);
                self.reject(arrived, unreadable.column, unreadable.reason);
            }
        }
        self.let_models_in(false);
        true
    }

    /// Whether a record is of one of the lab's streams, and not before its start.
    pub fn reads(&self, record: RecordRef<'_>) -> bool {
        self.stream_of(record).is_some()
    }

    /// The stream that takes a record; None where its topic is none, or it lies before the stream's start.
    pub(crate) fn stream_of(&self, record: RecordRef<'_>) -> Option<usize> {
        let mut streams = self.streams.iter();
        let stream = streams.position(|stream| *stream.topic == *record.topic)?;
        let before_start = match self.config.streams[stream].from {
            From::Offset(offset) => record.offset < offset,
            From::TimestampMs(ms) => record.timestamp_ms < ms,
            From::Earliest | From::Latest => false,
        };
        (!before_start).then_some(stream)
    }

    /// Where the same event was first; None where it is new or cannot be recognised.
    fn recognise(&mut self, arrived: Arrived<'_>, change: &Change<'_>) -> Option<Spot> {
        if self.role(arrived.stream) == Role::Ignore {
            return None;
        }
        self.remark_repeats(arrived, change);
        let record = arrived.record;
        let spot = Spot {
            partition: record.partition,
            offset: record.offset,
        };
        let repeats = &mut self.streams[arrived.stream].repeats;
        let first = repeats.first(change, record.key, record.value, spot);
        if repeats.take_forgot() {
            self.remark_forgotten(arrived);
        }
        if first.is_some() {
            self.redelivered += 1;
            self.rows.set_again();
        }
        first
    }

    fn apply_change(&mut self, arrived: Arrived<'_>, change: &Change<'_>) {
        let role = self.role(arrived.stream);
        if role != Role::Ignore {
            self.remark_kind(arrived, change);
            self.transaction_event(arrived, change);
        }
        if change.boundary.is_some_and(|boundary| boundary.is_end()) {
            self.transaction_end(arrived, change);
        }
        match (shown(change), change.after) {
            (Some((op, note)), _) => {
                self.rows.mark(Verdict::Shown, op, note.to_owned());
                if let Some(first) = arrived.first {
                    self.rows.note_on(came_again(first, arrived, true));
                } else if change.kind == Kind::Truncate {
                    self.truncate(arrived);
                }
                self.correct(arrived, change);
            }
            (None, Some(row)) => self.apply_row(arrived, change, row),
            (None, None) => {
                self.reject(
                    arrived,
                    None,
                    "the event has no new image of the row".to_owned(),
                );
            }
        }
        if role != Role::Ignore {
            self.transaction_event_done(arrived, change);
        }
    }

    fn apply_row(&mut self, arrived: Arrived<'_>, change: &Change<'_>, row: change::Row<'_>) {
        let op = change.op.map_or('c', Op::letter);
        self.rows.set_op(op);
        let role = self.role(arrived.stream);
        let codes = (role != Role::Ignore).then_some(&mut self.codes);
        let reading = &mut self.streams[arrived.stream].reading;
        reading.keep(row, &mut self.rows, codes, &self.config);
        if role == Role::Ignore {
            return;
        }
        let again = arrived.first.is_some();
        if again {
            self.note_again(arrived, op);
        }
        // Kept from row to row, so that nothing is allocated for it.
        let mut takes = std::mem::take(&mut self.takes);
        takes.clear();
        takes.resize(self.lanes.len(), true);
        self.correct(arrived, change);
        self.leave_out_unusable(arrived, change, row, &mut takes);
        if takes.contains(&true) {
            self.count_row(arrived.number);
        }
        for (lane, takes) in self.lanes.iter_mut().zip(&mut takes) {
            let left_out = again && lane.config.changes.redelivered == Redelivered::Once;
            lane.redelivered += u64::from(left_out && *takes);
            *takes &= lane.takes(op, again);
        }
        if takes.contains(&true) {
            self.hand_out(arrived, role, change.transaction(), &takes);
        }
        self.takes = takes;
    }

    /// Says that the newest record has come before, and what the lanes make of it.
    fn note_again(&mut self, arrived: Arrived<'_>, op: char) {
        let Some(first) = arrived.first else { return };
        let again = |lane: &&crate::lane::Lane| lane.takes(op, true);
        let names: Vec<&str> = self
            .lanes
            .iter()
            .filter(again)
            .map(|lane| lane.config.name.as_str())
            .collect();
        let mut note = came_again(first, arrived, names.is_empty());
        if !names.is_empty() && names.len() < self.lanes.len() {
            note = format!("{note}: counted again in {}", names.join(", "));
        } else if !names.is_empty() {
            note = format!("{note}: counted again");
        }
        self.rows.note_on(note);
    }

    fn source(&self, arrived: Arrived<'_>) -> Source {
        Source {
            topic: self.streams[arrived.stream].topic.clone(),
            partition: arrived.record.partition,
            offset: arrived.record.offset,
        }
    }
}

/// "came again: counted once (offset 5 first)"
fn came_again(first: Spot, arrived: Arrived<'_>, once: bool) -> String {
    let once = if once { ": counted once" } else { "" };
    let place = if first.partition == arrived.record.partition {
        format!("offset {}", first.offset)
    } else {
        format!("partition {}, offset {}", first.partition, first.offset)
    };
    format!("came again{once} ({place} first)")
}

/// What is shown and changes no model: its letter and what is said of it.
pub(crate) fn shown(change: &Change<'_>) -> Option<(char, &'static str)> {
    match change.kind {
        Kind::Tombstone => Some(('0', "tombstone: ignored")),
        Kind::Truncate => Some(('t', "truncated: nothing unlearned")),
        Kind::Message => Some(('m', "message: ignored")),
        Kind::Heartbeat => Some(('h', "heartbeat: ignored")),
        Kind::Transaction => Some(('x', "transaction: ignored")),
        Kind::Row if change.op == Some(Op::Delete) => Some(('d', "deleted: not unlearned")),
        Kind::Row => None,
    }
}
