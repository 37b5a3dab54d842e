//! A recording: record lines in a file that can be gone on with.
//!
//! [`out`]: the file itself, plain or compressed.

mod out;

use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use wire::{Gap, Line, LineReader, Record, TopicEnds, write_line, write_record};

use out::Out;

/// An idle stream's clock is written once in this time, so that a recording does not grow by nothing but it.
const TICK_PACE_MS: i64 = 10_000;

/// A file that grows by what is new to it.
pub(crate) struct Recording {
    path: PathBuf,
    out: Out,
    /// The last record of each partition.
    last: HashMap<(String, i32), Record>,
    written_tick_ms: i64,
    tick_ms: i64,
    line: String,
    /// Records written by this process.
    pub(crate) written: u64,
}

impl Recording {
    /// Opens a file, and reads how far it goes.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let mut reader = LineReader::new();
        let mut last = HashMap::new();
        let mut tick_ms = i64::MIN;
        let mut number = 0;
        let out = Out::open(path, |line| {
            number += 1;
            match reader.read_bytes(number, line)? {
                Some(Line::Record(record)) => {
                    last.insert((record.topic.to_string(), record.partition), record);
                }
                Some(Line::Tick { tick_ms: at }) => tick_ms = at,
                _ => {}
            }
            // Before anything is cut off: this may be no recording at all.
            ensure!(!reader.made_up(), "it holds bare values, not records");
            Ok(())
        });
        let out = out.with_context(|| {
            format!(
                "{} cannot be gone on with; check the folder, or choose another --out",
                path.display()
            )
        })?;
        Ok(Recording {
            path: path.to_owned(),
            out,
            last,
            written_tick_ms: tick_ms,
            tick_ms,
            line: String::new(),
            written: 0,
        })
    }

    /// Where each partition's recording ends: topic, partition, and the offset of the last record.
    pub(crate) fn places(&self) -> impl Iterator<Item = (&str, i32, i64)> {
        let places = self.last.iter();
        places.map(|((topic, partition), last)| (topic.as_str(), *partition, last.offset))
    }

    /// The offset to read a partition from: its last record once more, so that it can be compared.
    pub(crate) fn resume_at(&self, topic: &str, partition: i32) -> Option<i64> {
        self.last
            .get(&(topic.to_owned(), partition))
            .map(|record| record.offset)
    }

    /// Whether everything before this end is recorded, or gone.
    pub(crate) fn reaches(&self, ends: &TopicEnds) -> bool {
        ends.end <= ends.start
            || self
                .resume_at(&ends.topic, ends.partition)
                .is_some_and(|offset| offset + 1 >= ends.end)
    }

    /// Writes a record, unless it stands there already.
    pub(crate) fn record(&mut self, record: &Record) -> Result<()> {
        let place = (record.topic.to_string(), record.partition);
        if let Some(last) = self.last.get(&place) {
            if record.offset == last.offset && record != last {
                bail!(
                    "{}, partition {}, offset {} is not what {} says: the log was made anew; record it to another file",
                    place.0,
                    place.1,
                    record.offset,
                    self.path.display()
                );
            }
            if record.offset <= last.offset {
                return Ok(());
            }
        }
        self.write_tick()?;
        self.line.clear();
        write_record(&mut self.line, record.as_ref());
        self.write_line()?;
        self.written += 1;
        self.last.insert(place, record.clone());
        Ok(())
    }

    /// Notes the clock; it is written when something follows, and now and then.
    pub(crate) fn tick(&mut self, tick_ms: i64) -> Result<()> {
        self.tick_ms = self.tick_ms.max(tick_ms);
        match self.tick_ms.saturating_sub(self.written_tick_ms) >= TICK_PACE_MS {
            true => self.write_tick(),
            false => Ok(()),
        }
    }

    /// Writes that records are gone, as far as that is not before what stands there.
    pub(crate) fn gap(&mut self, gap: &Gap) -> Result<()> {
        let known = self.resume_at(&gap.topic, gap.partition);
        let from = gap.from.max(known.map_or(i64::MIN, |offset| offset + 1));
        if from > gap.to {
            return Ok(());
        }
        eprintln!(
            "eddy: offsets {from} to {} of {}, partition {}, are gone from the log",
            gap.to, gap.topic, gap.partition
        );
        self.write_tick()?;
        self.line.clear();
        let gap = Gap {
            from,
            ..gap.clone()
        };
        write_line(&mut self.line, &Line::Gap { gap });
        self.write_line()
    }

    /// Leaves no file behind where there was nothing to write.
    pub(crate) fn remove_if_empty(&self) {
        if std::fs::metadata(&self.path).is_ok_and(|file| file.len() == 0) {
            // An empty file is not worth another error.
            let _ = std::fs::remove_file(&self.path);
        }
    }

    /// Hands everything to the system.
    pub(crate) fn flush(&mut self) -> Result<()> {
        self.out
            .flush()
            .with_context(|| format!("cannot write {}", self.path.display()))
    }

    /// Writes the clock and ends the file.
    pub(crate) fn end(&mut self) -> Result<()> {
        self.write_tick()?;
        self.out
            .end()
            .with_context(|| format!("cannot write {}", self.path.display()))
    }

    fn write_tick(&mut self) -> Result<()> {
        if self.tick_ms <= self.written_tick_ms {
            return Ok(());
        }
        self.written_tick_ms = self.tick_ms;
        self.line.clear();
        let tick_ms = self.tick_ms;
        write_line(&mut self.line, &Line::Tick { tick_ms });
        self.write_line()
    }

    fn write_line(&mut self) -> Result<()> {
        self.line.push('\n');
        match self.out.write(self.line.as_bytes()) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::StorageFull => {
                Err(error).with_context(|| format!("the disk of {} is full", self.path.display()))
            }
            Err(error) => {
                Err(error).with_context(|| format!("cannot write {}", self.path.display()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(offset: i64, value: &str) -> Record {
        Record {
            topic: "t".into(),
            partition: 0,
            offset,
            timestamp_ms: 7,
            headers: Vec::new(),
            key: None,
            value: Some(value.as_bytes().to_vec()),
        }
    }

    #[test]
    fn a_recording_is_gone_on_with() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("r.ndjson");
        let mut first = Recording::open(&path).expect("opened");
        assert_eq!(first.resume_at("t", 0), None);
        first.record(&record(0, "a")).expect("written");
        first.tick(100).expect("noted");
        first.tick(200).expect("noted");
        first.record(&record(1, "b")).expect("written");
        first.end().expect("written");
        let whole = std::fs::read_to_string(&path).expect("read");
        // Killed in the middle of a line.
        std::fs::write(&path, format!("{whole}{{\"topic\":\"t\",\"part")).expect("written");
        let mut second = Recording::open(&path).expect("opened");
        assert_eq!(second.resume_at("t", 0), Some(1));
        second.record(&record(1, "b")).expect("passed over");
        let gap = Gap {
            topic: "t".to_owned(),
            partition: 0,
            from: 0,
            to: 3,
        };
        second.gap(&gap).expect("written");
        second.record(&record(4, "c")).expect("written");
        second.tick(300).expect("noted");
        second.end().expect("written");
        let lines = std::fs::read_to_string(&path).expect("read");
        let outline: Vec<&str> = lines
            .lines()
            .map(|line| line.split(",\"timestamp").next().unwrap_or(""))
            .collect();
        assert_eq!(
            outline,
            [
                r#"{"topic":"t","partition":0,"offset":0"#,
                r#"{"tick_ms":100}"#,
                r#"{"tick_ms":200}"#,
                r#"{"topic":"t","partition":0,"offset":1"#,
                r#"{"gap":{"topic":"t","partition":0,"from":2,"to":3}}"#,
                r#"{"topic":"t","partition":0,"offset":4"#,
                r#"{"tick_ms":300}"#,
            ]
        );
        let mut third = Recording::open(&path).expect("opened");
        let error = third
            .record(&record(4, "other"))
            .expect_err("another log")
            .to_string();
        assert!(
            error.contains("offset 4") && error.contains("another file"),
            "{error}"
        );
    }

    #[test]
    fn a_packed_recording_is_gone_on_with_even_if_it_was_cut() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("r.ndjson.gz");
        let records = |path: &Path| {
            let mut last = Vec::new();
            let mut recorded = 0;
            let read = Out::open(path, |line| {
                last = line.to_vec();
                recorded += 1;
                Ok(())
            });
            read.expect("read");
            let last = String::from_utf8(last).expect("text");
            (recorded, last.contains("\"offset\":999"))
        };
        let first = Recording::open(&path).expect("opened");
        first.remove_if_empty();
        assert!(!path.exists(), "nothing was recorded");
        let mut first = {
            drop(first);
            Recording::open(&path).expect("opened")
        };
        for offset in 0..500 {
            first.record(&record(offset, "a")).expect("written");
        }
        first.end().expect("written");
        let mut second = Recording::open(&path).expect("opened");
        assert_eq!(second.resume_at("t", 0), Some(499));
        for offset in 499..900 {
            second.record(&record(offset, "a")).expect("written");
        }
        second.flush().expect("written");
        second.record(&record(900, "a")).expect("written");
        // Killed: what was flushed is there, the member has no end.
        std::mem::forget(second);
        let mut third = Recording::open(&path).expect("opened");
        assert_eq!(third.resume_at("t", 0), Some(899));
        for offset in 899..1_000 {
            third.record(&record(offset, "a")).expect("written");
        }
        third.end().expect("written");
        assert_eq!(records(&path), (1_000, true));
        assert_eq!(
            std::fs::read_dir(folder.path()).expect("a folder").count(),
            1
        );
    }

    #[test]
    fn other_files_are_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["other", "other.gz"] {
            for text in ["{\"a\":1}\n{\"a\":2}\n", "no JSON\n", "short", "{\"to\":1}"] {
                let path = folder.path().join(name);
                std::fs::write(&path, text).expect("written");
                assert!(Recording::open(&path).is_err());
                assert_eq!(std::fs::read_to_string(&path).expect("read"), text);
            }
        }
    }
}
