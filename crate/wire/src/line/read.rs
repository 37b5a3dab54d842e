//! Reading lines.

use std::sync::Arc;

use crate::Record;
use crate::line::Line;
use crate::line::kcat::KcatLine;
use crate::line::shadow::{Names, Other, RecordLine};

/// The topic of bare values.
const MADE_UP_TOPIC: &str = "lines";

/// Reads lines in order: record lines, what `kcat -J` prints, or bare values.
///
/// The first line that says what it is decides for the rest: either every line is a record line, a line of `kcat -J`, or
/// one of the other lines of [`Line`]; or every line is a bare value, one JSON value a line. A bare value becomes a
/// record of topic `lines`, partition 0, with its count (from 0) as its offset, no key, and timestamp 0; a bare `null`
/// has a null value. A broken line is an error; the lines after it are read as if it were not there.
#[derive(Debug, Default)]
pub struct LineReader {
    form: Form,
    /// The topic of the last record, which is most often that of the next.
    topic: Option<Arc<str>>,
    values: i64,
}

/// A line that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line_number}: {reason}")]
pub struct LineError {
    /// The line's number, as it was given to [`LineReader::read`].
    pub line_number: u64,
    /// What is wrong with it, and what to do.
    pub reason: String,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum Form {
    #[default]
    Unknown,
    Records,
    Values,
}

impl LineReader {
    /// A reader for a new file or stream.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether topic and offsets are made up, because the lines are bare values.
    #[must_use]
    pub fn made_up(&self) -> bool {
        self.form == Form::Values
    }

    /// Reads one line; `None` where it is blank.
    pub fn read(&mut self, line_number: u64, line: &str) -> Result<Option<Line>, LineError> {
        let line = line.trim_start_matches('\u{feff}').trim();
        if line.is_empty() {
            return Ok(None);
        }
        self.line(line).map(Some).map_err(|reason| LineError {
            line_number,
            reason,
        })
    }

    /// Reads one line that need not be UTF-8.
    pub fn read_bytes(&mut self, line_number: u64, line: &[u8]) -> Result<Option<Line>, LineError> {
        let line = std::str::from_utf8(line).map_err(|error| LineError {
            line_number,
            reason: format!(
                "not UTF-8 at byte {}; write such bytes as {{\"base64\":\"..\"}}",
                error.valid_up_to()
            ),
        })?;
        self.read(line_number, line)
    }

    fn line(&mut self, line: &str) -> Result<Line, String> {
        if self.form == Form::Values {
            return self.bare_value(line);
        }
        if self.form == Form::Records
            && let Ok(record) = serde_json::from_str::<RecordLine<'_>>(line)
        {
            return Ok(Line::Record(self.record(record)));
        }
        let names = names(line)?;
        let read = if names.topic && names.partition && names.offset {
            self.kafka_shaped(&names, line)
        } else if names.fields == 1 && names.other {
            match other(line) {
                // A row with one column of such a name: `close` may well be a price.
                Err(_) if self.form == Form::Unknown => return self.bare_value(line),
                read => read,
            }
        } else if self.form == Form::Unknown {
            return self.bare_value(line);
        } else {
            Err("neither a record nor any other line of a recording; \
                 a record has topic, partition, offset, timestamp_ms, headers, key and value"
                .to_owned())
        };
        if read.is_ok() {
            self.form = Form::Records;
        }
        read
    }

    fn kafka_shaped(&mut self, names: &Names, line: &str) -> Result<Line, String> {
        if !names.kcat {
            let record =
                serde_json::from_str(line).map_err(|error| not(&error, "a record line"))?;
            return Ok(Line::Record(self.record(record)));
        }
        let record: KcatLine<'_> =
            serde_json::from_str(line).map_err(|error| not(&error, "a line of kcat -J"))?;
        let topic = self.topic(&record.topic);
        record.record(topic).map(Line::Record)
    }

    fn record(&mut self, line: RecordLine<'_>) -> Record {
        let topic = self.topic(&line.topic);
        line.record(topic)
    }

    fn topic(&mut self, name: &str) -> Arc<str> {
        match &self.topic {
            Some(topic) if **topic == *name => topic.clone(),
            _ => self.topic.insert(Arc::from(name)).clone(),
        }
    }

    fn bare_value(&mut self, line: &str) -> Result<Line, String> {
        serde_json::from_str::<serde::de::IgnoredAny>(line).map_err(|error| not_json(&error))?;
        self.form = Form::Values;
        let offset = self.values;
        self.values += 1;
        Ok(Line::Record(Record {
            topic: self.topic(MADE_UP_TOPIC),
            partition: 0,
            offset,
            timestamp_ms: 0,
            headers: Vec::new(),
            key: None,
            value: (line != "null").then(|| line.as_bytes().to_vec()),
        }))
    }
}

/// The names in an object; none in any other JSON value.
fn names(line: &str) -> Result<Names, String> {
    if line.starts_with('{') {
        return serde_json::from_str(line).map_err(|error| not_json(&error));
    }
    serde_json::from_str::<serde::de::IgnoredAny>(line).map_err(|error| not_json(&error))?;
    Ok(Names::default())
}

fn other(line: &str) -> Result<Line, String> {
    let other = serde_json::from_str(line).map_err(|error| not(&error, "a line of a recording"))?;
    Ok(match other {
        Other::TickMs(tick_ms) => Line::Tick { tick_ms },
        Other::Close(close) => Line::Close { close },
        Other::Hello(hello) => Line::Hello(hello),
        Other::Ends(ends) => Line::Ends { ends },
        Other::Gap(gap) => Line::Gap { gap },
        Other::Error(error) => Line::Error { error },
    })
}

fn not_json(error: &serde_json::Error) -> String {
    format!(
        "not JSON ({}); one JSON value a line is wanted",
        place(error)
    )
}

fn not(error: &serde_json::Error, what: &str) -> String {
    format!("not {what}: {}", place(error))
}

/// The error without its line, which is always 1: a line's number is the file's.
fn place(error: &serde_json::Error) -> String {
    error
        .to_string()
        .replace(" at line 1 column ", " at column ")
}
