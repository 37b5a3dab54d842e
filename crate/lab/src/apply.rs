//! A record's way through the lab: read, recognised, kept, handed out to the lanes.

use std::sync::Arc;

use change::{Change, Kind, Op};
use wire::RecordRef;

use crate::config::{From, Redelivered, Role, Truncate};
use crate::event::{LabEvent, RejectedEvent, Source};
use crate::lab::Lab;
use crate::lane::Row;
use crate::reading::Fault;
use crate::redelivery::Spot;
use crate::rows::{Meta, Verdict};

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
        let Some(stream) = self
            .streams
            .iter()
            .position(|stream| *stream.topic == *record.topic)
        else {
            return false;
        };
        let before_start = match self.config.streams[stream].from {
            From::Offset(offset) => record.offset < offset,
            From::TimestampMs(ms) => record.timestamp_ms < ms,
            From::Earliest | From::Latest => false,
        };
        if before_start {
            return false;
        }
        self.advance(record.timestamp_ms);
        let number = self.rows.push(Meta {
            stream: stream as u32,
            partition: record.partition,
            offset: record.offset,
            timestamp_ms: record.timestamp_ms,
            op: 'c',
            verdict: Verdict::Row,
        });
        let mut arrived = Arrived {
            stream,
            number,
            record,
            first: None,
        };
        match self.streams[stream].reading.read(record, &self.config) {
            Ok((change, new_schema)) => {
                if new_schema {
                    self.remark_defaults(arrived);
                }
                arrived.first = self.recognise(arrived, &change);
                self.apply_change(arrived, &change);
            }
            Err(unreadable) => {
                self.remark_unreadable(arrived, &unreadable.reason);
                self.reject(arrived, unreadable.column, unreadable.reason);
            }
        }
        true
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
        self.redelivered += u64::from(first.is_some());
        if repeats.forgot() {
            self.remark_forgotten(arrived);
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
            self.mark_again(arrived, op);
        }
        // Kept from row to row, so that nothing is allocated for it.
        let mut takes = std::mem::take(&mut self.takes);
        takes.clear();
        takes.resize(self.lanes.len(), true);
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
    fn mark_again(&mut self, arrived: Arrived<'_>, op: char) {
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
        self.rows.mark(Verdict::Again, op, note);
    }

    /// Leaves out the lanes of which a feature is no finite number, and says so.
    fn leave_out_unusable(
        &mut self,
        arrived: Arrived<'_>,
        change: &Change<'_>,
        row: change::Row<'_>,
        takes: &mut [bool],
    ) {
        let faults = self.faults(arrived, change, row);
        if faults.is_empty() {
            return;
        }
        let faults_of = |features: &[usize]| {
            let mut faults = faults.iter();
            faults
                .find(|(column, _)| features.contains(column))
                .cloned()
        };
        let found: Vec<Option<(usize, Fault)>> = self
            .config
            .lanes
            .iter()
            .map(|lane| faults_of(&lane.features))
            .collect();
        for (takes, fault) in takes.iter_mut().zip(&found) {
            *takes = fault.is_none();
        }
        if !takes.contains(&true) {
            let (column, fault) = faults[0].clone();
            let column = self.config.columns[column].clone();
            return self.reject(arrived, Some(column), fault.reason);
        }
        self.rejected += 1;
        for (lane, fault) in found.into_iter().enumerate() {
            if let Some((column, fault)) = fault {
                let column = self.config.columns[column].clone();
                self.reject_in(arrived, lane, Some(column), fault.reason);
            }
        }
    }

    /// The features of any lane that are no finite numbers, and why.
    fn faults(
        &mut self,
        arrived: Arrived<'_>,
        change: &Change<'_>,
        row: change::Row<'_>,
    ) -> Vec<(usize, Fault)> {
        let mut faults = Vec::new();
        for &column in &self.config.feature_columns {
            if self.rows.number(arrived.number, column).is_finite() {
                continue;
            }
            let reading = &self.streams[arrived.stream].reading;
            let name = &self.config.columns[column];
            match reading.fault(change, row, name, &self.config) {
                Ok(number) => self.rows.set_number(column, number),
                Err(fault) => faults.push((column, fault)),
            }
        }
        for (column, fault) in &faults {
            self.remark_fault(arrived, *column, fault);
        }
        faults
    }

    /// What the row does in each lane that takes it.
    fn hand_out(
        &mut self,
        arrived: Arrived<'_>,
        role: Role,
        transaction: Option<i64>,
        takes: &[bool],
    ) {
        let number = arrived.number;
        let source = self.source(arrived);
        let classified = matches!(role, Role::Classify | Role::Both);
        // Only a prediction carries key and label.
        let key: Option<Arc<[u8]>> = arrived.record.key.filter(|_| classified).map(Arc::from);
        let round = if classified {
            self.rounds.classify(number)
        } else {
            0
        };
        if role == Role::Train {
            self.rounds.train();
        }
        let mut refused = Vec::new();
        for (i, lane) in self.lanes.iter_mut().enumerate() {
            lane.let_rounds_go(self.rounds.let_go);
            if !takes[i] {
                continue;
            }
            let config = &lane.config;
            let row = Row {
                record: number,
                source: source.clone(),
                key: key.clone(),
                label: config
                    .label
                    .filter(|_| classified)
                    .and_then(|column| self.rows.label(number, column)),
                features: config
                    .features
                    .iter()
                    .map(|column| self.rows.number(number, *column))
                    .collect(),
                round,
                transaction,
            };
            if let Err(reason) = lane.check(&row.features) {
                refused.push((i, format!("the row {reason}")));
                continue;
            }
            match role {
                Role::Train => lane.train(&row, &mut self.out),
                Role::Classify => lane.classify(row, &mut self.out),
                Role::Both => {
                    // By the model as it was before this row's batch, whatever the cut.
                    lane.predict(row.clone(), &mut self.out);
                    lane.train(&row, &mut self.out);
                }
                Role::Ignore => {}
            }
        }
        self.rejected += u64::from(!refused.is_empty());
        for (lane, reason) in refused {
            self.reject_in(arrived, lane, None, reason);
        }
    }

    /// What a truncate does in each lane.
    fn truncate(&mut self, arrived: Arrived<'_>) {
        if !matches!(self.role(arrived.stream), Role::Train | Role::Both) {
            return;
        }
        let source = self.source(arrived);
        let mut names = Vec::new();
        for lane in &mut self.lanes {
            if lane.config.changes.truncate == Truncate::Restart {
                lane.restart(
                    arrived.stream as u32,
                    &source,
                    arrived.number + 1,
                    &mut self.out,
                );
                names.push(lane.config.name.clone());
            }
        }
        if !names.is_empty() {
            let note = format!("truncated: started again in {}", names.join(", "));
            self.rows.say_of_newest(note);
        }
    }

    fn count_row(&mut self, number: u64) {
        for column in 0..self.config.columns.len() {
            let value = self.rows.number(number, column);
            if value.is_finite() {
                let range = &mut self.ranges[column];
                *range = (range.0.min(value), range.1.max(value));
                self.sums[column] = (self.sums[column].0 + value, self.sums[column].1 + 1);
            }
        }
    }

    /// Rejects a record in all lanes.
    fn reject(&mut self, arrived: Arrived<'_>, column: Option<String>, reason: String) {
        self.rows
            .mark(Verdict::Rejected, '!', said(column.as_deref(), &reason));
        self.rejected += 1;
        self.out.push(LabEvent::Rejected(RejectedEvent {
            source: self.source(arrived),
            column,
            reason,
            lane_name: None,
        }));
    }

    /// Rejects a record in one lane.
    fn reject_in(
        &mut self,
        arrived: Arrived<'_>,
        lane: usize,
        column: Option<String>,
        reason: String,
    ) {
        let name = self.lanes[lane].name();
        let note = format!("not in {name}: {}", said(column.as_deref(), &reason));
        self.rows.note_on(note);
        self.out.push(LabEvent::Rejected(RejectedEvent {
            source: self.source(arrived),
            column,
            reason,
            lane_name: Some(name),
        }));
    }

    fn source(&self, arrived: Arrived<'_>) -> Source {
        Source {
            topic: self.streams[arrived.stream].topic.clone(),
            partition: arrived.record.partition,
            offset: arrived.record.offset,
        }
    }
}

fn said(column: Option<&str>, reason: &str) -> String {
    match column {
        Some(column) => format!("{column} {reason}"),
        None => reason.to_owned(),
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
