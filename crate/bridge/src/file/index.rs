//! Where each record of a file stands.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::sync::Arc;

use sha2::{Digest, Sha256};
use wire::{Gap, Line, LineReader, Record};

/// How many complaints are kept word by word.
const COMPLAINTS: usize = 10;

/// What a file holds beside records, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The records.
    pub records: u64,
    /// Lines that cannot be read, and were passed over.
    pub broken: u64,
    /// What is wrong with the first of them, with their numbers.
    pub complaints: Vec<String>,
    /// Batches that were ended by hand, which is not repeated.
    pub closes: u64,
    /// Whether topic and offsets were made up, because the lines are bare values.
    pub made_up: bool,
}

/// A partition of the file.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) topic: Arc<str>,
    pub(super) partition: i32,
    /// Its entries, as places in [`Index::entries`].
    pub(super) entries: Vec<u32>,
    /// The offset behind its last entry.
    end: i64,
}

/// A record, or a gap.
#[derive(Debug)]
pub(super) struct Entry {
    /// Its stream's place in [`Index::streams`].
    pub(super) stream: u32,
    pub(super) offset: i64,
    /// When it is played: its own time, or a later one of a line before it, in milliseconds since the epoch.
    pub(super) due_ms: i64,
    pub(super) what: What,
}

#[derive(Debug)]
pub(super) enum What {
    Record {
        /// Where its line begins, in bytes.
        at: u64,
        /// How long that is, in bytes.
        length: u32,
        timestamp_ms: i64,
    },
    /// Offsets up to this one are gone.
    Gap { to: i64 },
}

/// All of a file but its bytes.
#[derive(Debug, Default)]
pub(super) struct Index {
    pub(super) streams: Vec<Stream>,
    /// In the order of the lines.
    pub(super) entries: Vec<Entry>,
    pub(super) report: Report,
    /// The time of the first line that has one, and the latest of all.
    pub(super) first_ms: i64,
    pub(super) last_ms: i64,
    /// What the content is known by.
    pub(super) digest: String,
}

/// Why a file cannot be played.
pub(super) enum Refused {
    Io(io::Error),
    Order(String),
}

impl Entry {
    /// The last offset that it stands for.
    pub(super) fn last(&self) -> i64 {
        match self.what {
            What::Record { .. } => self.offset,
            What::Gap { to } => to,
        }
    }
}

/// Reads a file once from beginning to end.
pub(super) fn read(file: &File) -> Result<Index, Refused> {
    let mut input = BufReader::with_capacity(1 << 18, file);
    let mut reader = LineReader::new();
    let mut building = Building::default();
    let mut digest = Sha256::new();
    let mut bytes = Vec::new();
    let mut at = 0_u64;
    for number in 1.. {
        bytes.clear();
        let length = input.read_until(b'\n', &mut bytes).map_err(Refused::Io)?;
        if length == 0 {
            break;
        }
        digest.update(&bytes);
        match reader.read_bytes(number, &bytes) {
            Ok(Some(line)) => building.line(number, line, at, length)?,
            Ok(None) => {}
            Err(error) => building.broken(error.to_string()),
        }
        at += length as u64;
    }
    building.index.report.made_up = reader.made_up();
    let digest = digest.finalize();
    building.index.digest = digest[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok(building.index)
}

#[derive(Default)]
struct Building {
    index: Index,
    numbers: HashMap<(Arc<str>, i32), u32>,
    /// The latest time so far.
    due_ms: Option<i64>,
}

impl Building {
    fn line(&mut self, number: u64, line: Line, at: u64, length: usize) -> Result<(), Refused> {
        match line {
            Line::Record(record) => self.record(number, &record, at, length)?,
            Line::Tick { tick_ms } => {
                self.time(tick_ms);
            }
            Line::Gap { gap } => self.gap(&gap),
            Line::Close { .. } => self.index.report.closes += 1,
            Line::Hello(_) | Line::Ends { .. } | Line::Error { .. } => {}
        }
        Ok(())
    }

    fn record(
        &mut self,
        number: u64,
        record: &Record,
        at: u64,
        length: usize,
    ) -> Result<(), Refused> {
        let Ok(length) = u32::try_from(length) else {
            self.broken(format!("line {number}: longer than 4 GB"));
            return Ok(());
        };
        let stream = self.stream(&record.topic, record.partition);
        let known = &self.index.streams[stream as usize];
        if !known.entries.is_empty() && record.offset < known.end {
            return Err(Refused::Order(format!(
                "line {number}: offset {} of {}, partition {}, comes after offset {}",
                record.offset,
                record.topic,
                record.partition,
                known.end - 1
            )));
        }
        let what = What::Record {
            at,
            length,
            timestamp_ms: record.timestamp_ms,
        };
        self.index.report.records += 1;
        let due_ms = self.time(record.timestamp_ms);
        self.push(stream, record.offset, due_ms, what);
        Ok(())
    }

    fn gap(&mut self, gap: &Gap) {
        let stream = self.stream(&Arc::from(gap.topic.as_str()), gap.partition);
        let known = &self.index.streams[stream as usize];
        let from = match known.entries.is_empty() {
            true => gap.from,
            false => gap.from.max(known.end),
        };
        if from <= gap.to {
            let due_ms = self.due_ms.unwrap_or(i64::MIN);
            self.push(stream, from, due_ms, What::Gap { to: gap.to });
        }
    }

    fn push(&mut self, stream: u32, offset: i64, due_ms: i64, what: What) {
        // A file with more lines than that would have an index that no memory holds.
        let place = u32::try_from(self.index.entries.len()).unwrap_or(u32::MAX);
        let entry = Entry {
            stream,
            offset,
            due_ms,
            what,
        };
        let known = &mut self.index.streams[stream as usize];
        known.end = entry.last().saturating_add(1);
        known.entries.push(place);
        self.index.entries.push(entry);
    }

    fn stream(&mut self, topic: &Arc<str>, partition: i32) -> u32 {
        let streams = &mut self.index.streams;
        *self
            .numbers
            .entry((topic.clone(), partition))
            .or_insert_with(|| {
                streams.push(Stream {
                    topic: topic.clone(),
                    partition,
                    entries: Vec::new(),
                    end: 0,
                });
                (streams.len() - 1) as u32
            })
    }

    /// Moves time on, and answers what it is then.
    fn time(&mut self, ms: i64) -> i64 {
        if self.due_ms.is_none() {
            self.index.first_ms = ms;
        }
        let due_ms = self.due_ms.map_or(ms, |due_ms| due_ms.max(ms));
        self.due_ms = Some(due_ms);
        self.index.last_ms = due_ms;
        due_ms
    }

    fn broken(&mut self, complaint: String) {
        let report = &mut self.index.report;
        report.broken += 1;
        if report.complaints.len() < COMPLAINTS {
            report.complaints.push(complaint);
        }
    }
}
