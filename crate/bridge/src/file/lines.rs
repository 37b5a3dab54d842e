//! Reading single lines of a file.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use wire::{Line, LineReader, Record};

use super::index::Stream;
use crate::SourceError;

/// The file's lines, by their places.
#[derive(Debug)]
pub(super) struct Lines {
    path: PathBuf,
    file: Mutex<File>,
    /// Whether the lines are bare values.
    made_up: bool,
}

impl Lines {
    pub(super) fn new(path: &Path, file: File, made_up: bool) -> Self {
        Lines {
            path: path.to_owned(),
            file: Mutex::new(file),
            made_up,
        }
    }

    /// The record of this stream and offset, which stands there.
    pub(super) fn record(
        &self,
        stream: &Stream,
        offset: i64,
        at: u64,
        length: u32,
    ) -> Result<Record, SourceError> {
        let mut bytes = vec![0; length as usize];
        let mut read = || {
            // The place is set anew for every read, so a panic elsewhere is no harm.
            let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
            file.seek(SeekFrom::Start(at))?;
            file.read_exact(&mut bytes)
        };
        read().map_err(|error| self.changed(&error.to_string()))?;
        let found = match self.made_up {
            true => bare_value(offset, &bytes),
            false => match LineReader::new().read_bytes(0, &bytes) {
                Ok(Some(Line::Record(record))) => Some(record),
                _ => None,
            },
        };
        match found {
            Some(record)
                if record.offset == offset
                    && record.partition == stream.partition
                    && record.topic == stream.topic =>
            {
                let topic = stream.topic.clone();
                Ok(Record { topic, ..record })
            }
            _ => Err(self.changed("another line stands there")),
        }
    }

    fn changed(&self, why: &str) -> SourceError {
        SourceError::Unreadable {
            what: format!(
                "{} was changed while it is played: {why}",
                self.path.display()
            ),
            remedy: "start Eddy again to play what it holds now".to_owned(),
        }
    }
}

/// A value without anything around it, as [`LineReader`] reads one.
fn bare_value(offset: i64, line: &[u8]) -> Option<Record> {
    let text = std::str::from_utf8(line).ok()?;
    let text = text.trim_start_matches('\u{feff}').trim();
    serde_json::from_str::<serde::de::IgnoredAny>(text).ok()?;
    // Read alone, a line may pass for something else, such as a tick; this one is only asked for the topic's name.
    let Ok(Some(Line::Record(any))) = LineReader::new().read(0, "0") else {
        return None;
    };
    Some(Record {
        offset,
        value: (text != "null").then(|| text.as_bytes().to_vec()),
        ..any
    })
}
