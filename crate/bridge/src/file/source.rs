//! A recording behind the bridge's trait.

use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use wire::{Gap, Hello, Record, TopicEnds};

use super::index::{self, Entry, Index, Refused, Report, What};
use super::lines::Lines;
use super::play::{Play, Speed};
use super::unpack;
use crate::embedded::meta::new_log_id;
use crate::{Chunk, News, Position, Source, SourceError};

/// How often the clock is told, and the longest wait.
const BEAT: Duration = Duration::from_millis(20);

/// How much is delivered at once.
const READ_BYTES: usize = 1 << 20;

/// Why a file cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It cannot be read.
    #[error("cannot read {path}: {source}; check the name and the rights", path = .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Its offsets do not ascend.
    #[error("{path}, {what}; a recording holds each offset once, in ascending order: sort its lines, or record again", path = .path.display())]
    Order {
        /// The file.
        path: PathBuf,
        /// Where, and which offset.
        what: String,
    },
    /// There are no records in it.
    #[error("{path} holds no records ({first}); name a file of record lines, of kcat -J, or of one JSON value a line", path = .path.display())]
    NoRecords {
        /// The file.
        path: PathBuf,
        /// What is wrong with its first line.
        first: String,
    },
}

/// A recording that is being played.
#[derive(Debug)]
pub struct FileSource {
    path: PathBuf,
    index: Index,
    play: Play,
    log_id: String,
    lines: Lines,
}

impl FileSource {
    /// Reads a file through, and begins to play it.
    ///
    /// # Errors
    ///
    /// Where it cannot be read, holds no records, or its offsets do not ascend.
    pub fn open(path: &Path, speed: Speed) -> Result<Self, FileError> {
        let unreadable = |source| FileError::Unreadable {
            path: path.to_owned(),
            source,
        };
        let plain = unpack::open(path).map_err(unreadable)?;
        let mut index = index::read(&plain.file).map_err(|refused| match refused {
            Refused::Io(source) => unreadable(source),
            Refused::Order(what) => FileError::Order {
                path: path.to_owned(),
                what,
            },
        })?;
        if index.report.records == 0 {
            let first = index.report.complaints.first();
            return Err(FileError::NoRecords {
                path: path.to_owned(),
                first: first.map_or_else(|| "it has no lines".to_owned(), Clone::clone),
            });
        }
        if plain.cut {
            index.report.broken += 1;
            let cut = "its compressed data ends too early: what follows is lost";
            index.report.complaints.push(cut.to_owned());
        }
        let log_id = match speed {
            Speed::Max => format!("file-{}", index.digest),
            // It begins anew: what a page has seen of an earlier playing does not count.
            Speed::Times(_) => format!("file-{}-{}", index.digest, new_log_id()),
        };
        let lines = Lines::new(path, plain.file, index.report.made_up);
        Ok(FileSource {
            path: path.to_owned(),
            play: Play::new(speed, index.first_ms, index.last_ms),
            index,
            log_id,
            lines,
        })
    }

    /// What the file holds beside records, and what is wrong with it.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.index.report
    }

    fn check(&self, log_id: &str) -> Result<(), SourceError> {
        match log_id == self.log_id {
            true => Ok(()),
            false => Err(SourceError::MadeAnew {
                log_id: self.log_id.clone(),
            }),
        }
    }

    /// How many entries have been played at this time of the recording's clock.
    fn played(&self, clock_ms: i64) -> usize {
        self.index
            .entries
            .partition_point(|entry| entry.due_ms <= clock_ms)
    }

    fn ends(&self, played: usize) -> Vec<TopicEnds> {
        let streams = self.index.streams.iter();
        let ends = streams.map(|stream| {
            let there = stream
                .entries
                .partition_point(|place| (*place as usize) < played);
            let entry = |place: &u32| &self.index.entries[*place as usize];
            let start = stream
                .entries
                .first()
                .map_or(0, |place| entry(place).offset);
            let last = stream.entries[..there].last();
            TopicEnds {
                topic: stream.topic.to_string(),
                partition: stream.partition,
                start,
                end: last.map_or(start, |place| entry(place).last().saturating_add(1)),
            }
        });
        ends.collect()
    }

    /// The stream of a position, or what is wrong with it.
    fn stream(&self, position: &Position) -> Result<u32, SourceError> {
        let streams = self.index.streams.iter();
        let found = (0..).zip(streams).find(|(_, stream)| {
            stream.partition == position.partition && stream.topic == position.topic
        });
        let found = found.map(|(number, _)| number);
        found.ok_or_else(|| SourceError::Unreadable {
            what: format!(
                "{} holds no topic {} with partition {}",
                self.path.display(),
                position.topic,
                position.partition
            ),
            remedy: "see /health for those that it holds".to_owned(),
        })
    }

    /// The place of a stream's first entry that is not wholly before this offset.
    fn place(&self, stream: u32, offset: i64) -> usize {
        let entries = &self.index.streams[stream as usize].entries;
        let passed =
            entries.partition_point(|place| self.index.entries[*place as usize].last() < offset);
        entries
            .get(passed)
            .map_or(usize::MAX, |place| *place as usize)
    }

    fn gap(&self, entry: &Entry, to: i64) -> Gap {
        let stream = &self.index.streams[entry.stream as usize];
        Gap {
            topic: stream.topic.to_string(),
            partition: stream.partition,
            from: entry.offset,
            to,
        }
    }

    fn record(&self, entry: &Entry, at: u64, length: u32) -> Result<Record, SourceError> {
        let stream = &self.index.streams[entry.stream as usize];
        self.lines.record(stream, entry.offset, at, length)
    }

    /// What has been played since, as far as one reading goes; moves the place on.
    fn news(&self, place: &mut usize, to: usize) -> Result<Vec<News>, SourceError> {
        let mut news = Vec::new();
        let mut records = Vec::new();
        let mut bytes = 0;
        while *place < to && bytes < READ_BYTES {
            let entry = &self.index.entries[*place];
            match entry.what {
                What::Record { at, length, .. } => {
                    let record = self.record(entry, at, length)?;
                    bytes += record.size_bytes();
                    records.push(record);
                }
                What::Gap { to } => {
                    if !records.is_empty() {
                        news.push(News::Records(std::mem::take(&mut records)));
                    }
                    news.push(News::Gap(self.gap(entry, to)));
                }
            }
            *place += 1;
        }
        if !records.is_empty() {
            news.push(News::Records(records));
        }
        Ok(news)
    }
}

impl Source for FileSource {
    fn kind(&self) -> &'static str {
        "file"
    }

    fn hello(&self) -> Result<Hello, SourceError> {
        Ok(Hello {
            log_id: self.log_id.clone(),
            topics: self.ends(self.played(self.play.clock_ms())),
            ..Hello::default()
        })
    }

    fn read(
        &self,
        log_id: &str,
        from: &[Position],
        max_bytes: usize,
    ) -> Result<Chunk, SourceError> {
        self.check(log_id)?;
        let played = self.played(self.play.clock_ms());
        let mut chunk = Chunk::default();
        // By number of the stream, the index in `chunk.next`.
        let mut wanted = vec![None; self.index.streams.len()];
        let mut place = usize::MAX;
        for position in from {
            let stream = self.stream(position)?;
            wanted[stream as usize] = Some(chunk.next.len());
            place = place.min(self.place(stream, position.offset));
            chunk.next.push(position.clone());
        }
        let mut bytes = 0;
        for entry in self.index.entries[..played].iter().skip(place) {
            let Some(at) = wanted[entry.stream as usize] else {
                continue;
            };
            let next = &mut chunk.next[at].offset;
            if entry.last() < *next {
                continue;
            }
            match entry.what {
                What::Record { at, length, .. } => {
                    if bytes > 0 && bytes + length as usize > max_bytes {
                        break;
                    }
                    let record = self.record(entry, at, length)?;
                    bytes += record.size_bytes();
                    chunk.records.push(record);
                }
                // Gaps come first in a chunk.
                What::Gap { .. } if !chunk.records.is_empty() => break,
                What::Gap { to } => {
                    let from = entry.offset.max(*next);
                    chunk.gaps.push(Gap {
                        from,
                        ..self.gap(entry, to)
                    });
                }
            }
            *next = entry.last().saturating_add(1);
        }
        Ok(chunk)
    }

    fn offset_at(
        &self,
        log_id: &str,
        topic: &str,
        timestamp_ms: i64,
    ) -> Result<Vec<(i32, i64)>, SourceError> {
        self.check(log_id)?;
        let played = self.played(self.play.clock_ms());
        let ends = self.ends(played);
        let streams = self.index.streams.iter().zip(ends);
        let offsets = streams.filter(|(stream, _)| *stream.topic == *topic);
        let offsets = offsets.map(|(stream, ends)| {
            let entries = stream.entries.iter();
            let there = entries
                .map(|place| *place as usize)
                .take_while(|place| *place < played);
            let first = there.map(|place| &self.index.entries[place]).find(|entry| {
                matches!(entry.what, What::Record { timestamp_ms: at, .. } if at >= timestamp_ms)
            });
            (
                stream.partition,
                first.map_or(ends.end, |entry| entry.offset),
            )
        });
        Ok(offsets.collect())
    }

    /// The clock is the recording's own, not the bridge's.
    fn tail(
        &self,
        _now_ms: &dyn Fn() -> i64,
        deliver: &mut dyn FnMut(News) -> ControlFlow<()>,
    ) -> Result<(), SourceError> {
        let mut place = self.played(self.play.clock_ms());
        let start = News::Start {
            log_id: self.log_id.clone(),
            ends: self.ends(place),
        };
        if deliver(start).is_break() {
            return Ok(());
        }
        loop {
            let clock_ms = self.play.clock_ms();
            let to = self.played(clock_ms);
            while place < to {
                for news in self.news(&mut place, to)? {
                    if deliver(news).is_break() {
                        return Ok(());
                    }
                }
            }
            let looked_at_ms = clock_ms;
            if deliver(News::Idle { looked_at_ms }).is_break() {
                return Ok(());
            }
            let next = self.index.entries.get(place);
            let wait = next.map_or(BEAT, |next| self.play.wait(clock_ms, next.due_ms));
            std::thread::sleep(wait.clamp(Duration::from_millis(1), BEAT));
        }
    }
}

#[cfg(test)]
mod tests;
