//! The state machine: records, ticks, gaps and hands in; events out.

use std::sync::Arc;

use change::{Change, Kind, Op, Value};
use wire::{Gap, RecordRef};

use crate::config::{Config, From, LabError, LabFile, Role, UpdatePolicy};
use crate::event::{LabEvent, Outbox, RejectedEvent, Source, SummaryEvent};
use crate::lane::{Lane, Row};
use crate::rounds::Rounds;
use crate::rows::{COLUMNS_MAX, Meta, Rows, Verdict};
use crate::snapshot::Mark;

/// Gaps that are marked; older marks are let go.
const MARKS_MAX: usize = 256;

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Records, with their columns.
    pub rows: usize,
    /// Bytes of models on each lane's timeline.
    pub model_bytes: usize,
    /// Predictions of each lane.
    pub predictions: usize,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds {
            rows: 200_000,
            model_bytes: 64 << 20,
            predictions: 100_000,
        }
    }
}

/// An experiment under way.
#[derive(Clone, Debug)]
pub struct Lab {
    /// The configuration that it was made from.
    pub config: Config,
    /// The lanes, in the order of the lab file.
    pub lanes: Vec<Lane>,
    /// Retained records.
    pub rows: Rows,
    /// Test rounds.
    pub rounds: Rounds,
    /// The largest record timestamp or tick applied so far, ms since the epoch.
    pub time_ms: Option<i64>,
    /// Records that were rejected.
    pub rejected: u64,
    /// The newest gaps, in order.
    pub marks: Vec<Mark>,
    /// By column: the least and largest number of a row that was used.
    pub ranges: Vec<(f64, f64)>,
    /// By column: sum and count over the rows that were used.
    pub sums: Vec<(f64, u64)>,
    out: Outbox,
    topics: Vec<Arc<str>>,
    /// By stream: a topic's events are written alike, and its reader remembers how.
    readers: Vec<change::Reader>,
    /// The columns of the last record, in its order: the next one's are most likely the same.
    hints: Vec<usize>,
}

impl Lab {
    /// Starts an experiment with the default bounds.
    ///
    /// # Errors
    /// The lab file holds a value that cannot be.
    pub fn new(file: LabFile) -> Result<Lab, LabError> {
        Lab::with_bounds(file, Bounds::default())
    }

    /// Starts an experiment.
    ///
    /// # Errors
    /// The lab file holds a value that cannot be.
    pub fn with_bounds(file: LabFile, bounds: Bounds) -> Result<Lab, LabError> {
        let config = Config::check(file)?;
        let mut out = Outbox::new(config.lanes.len());
        let lanes: Result<Vec<Lane>, LabError> = config
            .lanes
            .iter()
            .enumerate()
            .map(|(i, lane)| Lane::new(i, lane.clone(), &bounds, &mut out))
            .collect();
        Ok(Lab {
            lanes: lanes?,
            rows: Rows::new(&config.columns, bounds.rows),
            rounds: Rounds::default(),
            time_ms: None,
            rejected: 0,
            marks: Vec::new(),
            ranges: vec![(f64::INFINITY, f64::NEG_INFINITY); config.columns.len()],
            sums: vec![(0.0, 0); config.columns.len()],
            out,
            topics: config
                .streams
                .iter()
                .map(|stream| stream.topic.as_str().into())
                .collect(),
            readers: config
                .streams
                .iter()
                .map(|_| change::Reader::new())
                .collect(),
            hints: Vec::new(),
            config,
        })
    }

    /// Applies a record; false where its topic is no stream of this lab or lies before the stream's start.
    pub fn apply(&mut self, record: RecordRef<'_>) -> bool {
        let Some(stream) = self
            .topics
            .iter()
            .position(|topic| **topic == *record.topic)
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
        let meta = Meta {
            stream: stream as u32,
            partition: record.partition,
            offset: record.offset,
            timestamp_ms: record.timestamp_ms,
            op: 'c',
            verdict: Verdict::Row,
        };
        let number = self.rows.push(meta);
        match self.readers[stream].read(record.topic, record.key, record.value) {
            Ok(mut change) => {
                for (name, value) in record.headers.iter() {
                    change.add_header(name, value);
                }
                self.apply_change(stream, number, record, &change);
            }
            Err(unreadable) => self.reject(stream, number, unreadable.column, unreadable.reason),
        }
        true
    }

    /// Moves lab time on: windows that ended are closed.
    pub fn tick(&mut self, now_ms: i64) {
        self.advance(now_ms);
    }

    /// Ends the open batch of a lane by hand.
    ///
    /// # Errors
    /// There is no lane of this name.
    pub fn close(&mut self, lane: &str) -> Result<(), LabError> {
        let names: Vec<&str> = self
            .config
            .lanes
            .iter()
            .map(|lane| lane.name.as_str())
            .collect();
        let Some(index) = names.iter().position(|name| *name == lane) else {
            return Err(LabError::value(
                "close",
                format!("no lane is called {lane:?}; there are {}", names.join(", ")),
            ));
        };
        self.lanes[index].close_batch(self.rows.end(), &mut self.out);
        Ok(())
    }

    /// Marks records that are gone from a topic, and goes on.
    pub fn gap(&mut self, gap: Gap) {
        let count = gap.to.saturating_sub(gap.from).saturating_add(1);
        let text = format!(
            "{count} records are gone from {}: offsets {}–{}",
            gap.topic, gap.from, gap.to
        );
        if self.marks.len() == MARKS_MAX {
            self.marks.remove(0);
        }
        self.marks.push(Mark {
            record: self.rows.end(),
            text,
        });
        self.out.push(LabEvent::Gap(gap));
    }

    /// Ends a replay: the open windows are closed and each lane is summed up.
    pub fn finish(&mut self) {
        let records = self.rows.end();
        for lane in &mut self.lanes {
            if lane.window_end_ms().is_some() {
                lane.close_window(records, &mut self.out);
            }
        }
        for lane in &self.lanes {
            self.out.push(LabEvent::Summary(SummaryEvent {
                lane_name: lane.name(),
                versions: lane.timeline.versions(),
                rows: lane.rows_trained(),
                waiting: lane.batch_rows() as u64,
            }));
        }
    }

    /// Takes what happened since the last call.
    pub fn drain(&mut self) -> impl Iterator<Item = LabEvent> + '_ {
        self.out.drain()
    }

    /// The role of a stream, by index.
    pub fn role(&self, stream: usize) -> Role {
        self.config.streams[stream].role
    }

    /// The topic of a stream, by index.
    pub fn topic(&self, stream: usize) -> &Arc<str> {
        &self.topics[stream]
    }

    fn advance(&mut self, now_ms: i64) {
        if self.time_ms.is_some_and(|time_ms| now_ms <= time_ms) {
            return;
        }
        self.time_ms = Some(now_ms);
        for lane in &mut self.lanes {
            lane.open_window(now_ms);
        }
        let records = self.rows.end();
        let mut may_fade = true;
        // In the order of their ends, so that the outcome does not hang on how often time moves.
        while let Some((end_ms, next)) = self.next_window_end()
            && end_ms <= now_ms
        {
            if self.lanes.iter().all(|lane| {
                lane.window_end_ms()
                    .is_none_or(|end| end > now_ms || lane.is_still())
            }) {
                for lane in &mut self.lanes {
                    lane.skip_windows(now_ms, records, &mut self.out);
                }
            } else if !self
                .lanes
                .iter()
                .any(|lane| lane.window_end_ms().is_some() && lane.has_rows())
                && std::mem::take(&mut may_fade)
                && let Some(faded) = self
                    .lanes
                    .iter()
                    .map(|lane| lane.faded(now_ms))
                    .collect::<Option<Vec<_>>>()
            {
                for (lane, faded) in self.lanes.iter_mut().zip(faded) {
                    lane.pass_windows(now_ms, records, faded, &mut self.out);
                }
            } else {
                self.lanes[next].close_window(records, &mut self.out);
            }
        }
    }

    fn next_window_end(&self) -> Option<(i64, usize)> {
        self.lanes
            .iter()
            .enumerate()
            .filter_map(|(i, lane)| Some((lane.window_end_ms()?, i)))
            .min()
    }

    fn apply_change(
        &mut self,
        stream: usize,
        number: u64,
        record: RecordRef<'_>,
        change: &Change<'_>,
    ) {
        if let Some((op, note)) = shown(change) {
            return self.rows.mark(Verdict::Shown, op, note.to_owned());
        }
        let Some(row) = change.after else {
            return self.reject(
                stream,
                number,
                None,
                "the event has no new image of the row".to_owned(),
            );
        };
        self.keep_columns(row);
        let op = change.op.map_or('c', Op::letter);
        self.rows.set_op(op);
        let role = self.role(stream);
        if role == Role::Ignore {
            return;
        }
        if let Some((column, reason)) = self.unusable(row) {
            return self.reject(stream, number, Some(column), reason);
        }
        self.count_row(number);
        let source = self.source(stream, record.partition, record.offset);
        let update = op == 'u';
        self.hand_out(role, number, update, &source, record.key);
    }

    /// Keeps every scalar column of the row.
    fn keep_columns(&mut self, row: change::Row<'_>) {
        for (i, (name, value)) in row.columns().take(COLUMNS_MAX).enumerate() {
            let hint = self.hints.get(i).copied().unwrap_or(usize::MAX);
            let Some(column) = self.rows.column(&name, hint) else {
                continue;
            };
            match self.hints.get_mut(i) {
                Some(hint) => *hint = column,
                None => self.hints.resize(i + 1, column),
            }
            match &value {
                Value::Number(_) => {
                    if let Ok(number) = value.as_number() {
                        self.rows.set_number(column, number);
                    }
                }
                Value::Text(text) => self.rows.set_text(column, text),
                Value::Bool(true) => self.rows.set_text(column, "true"),
                Value::Bool(false) => self.rows.set_text(column, "false"),
                Value::Null | Value::Array(_) | Value::Object(_) => {}
            }
        }
    }

    /// The first feature of any lane that is not a finite number, and why.
    fn unusable(&mut self, row: change::Row<'_>) -> Option<(String, String)> {
        let number = self.rows.end() - 1;
        for &column in &self.config.feature_columns {
            if self.rows.number(number, column).is_finite() {
                continue;
            }
            let name = &self.config.columns[column];
            let reason = match row.get(name) {
                None => "is missing".to_owned(),
                Some(value) => match value.as_number() {
                    Ok(value) if value.is_finite() => {
                        self.rows.set_number(column, value);
                        continue;
                    }
                    Ok(value) => format!("is {value}, not a finite number"),
                    Err(reason) => reason,
                },
            };
            return Some((name.clone(), reason));
        }
        None
    }

    /// What the row does in each lane.
    fn hand_out(
        &mut self,
        role: Role,
        number: u64,
        update: bool,
        source: &Source,
        key: Option<&[u8]>,
    ) {
        let classified = matches!(role, Role::Classify | Role::Both);
        // Only a prediction carries key and label.
        let key: Option<Arc<[u8]>> = key.filter(|_| classified).map(Arc::from);
        let round = if classified {
            self.rounds.classify(number)
        } else {
            0
        };
        if role == Role::Train {
            self.rounds.train();
        }
        let mut refused = None;
        for lane in &mut self.lanes {
            lane.let_rounds_go(self.rounds.let_go);
            let config = &lane.config;
            if update && config.update == UpdatePolicy::Ignore {
                continue;
            }
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
            };
            if let Err(reason) = lane.check(&row.features) {
                refused.get_or_insert(format!("lane {}: the row {reason}", lane.config.name));
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
        if let Some(reason) = refused {
            self.rejected += 1;
            self.out.push(LabEvent::Rejected(RejectedEvent {
                source: source.clone(),
                column: None,
                reason,
            }));
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

    fn reject(&mut self, stream: usize, number: u64, column: Option<String>, reason: String) {
        let Some(meta) = self.rows.meta(number).copied() else {
            return;
        };
        let note = match &column {
            Some(column) => format!("{column} {reason}"),
            None => reason.clone(),
        };
        self.rows.mark(Verdict::Rejected, '!', note);
        self.rejected += 1;
        let source = self.source(stream, meta.partition, meta.offset);
        self.out.push(LabEvent::Rejected(RejectedEvent {
            source,
            column,
            reason,
        }));
    }

    fn source(&self, stream: usize, partition: i32, offset: i64) -> Source {
        Source {
            topic: self.topics[stream].clone(),
            partition,
            offset,
        }
    }
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
