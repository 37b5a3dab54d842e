//! `eddy inspect`.

use std::io::{BufRead, BufWriter, IsTerminal, Write, stdout};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use change::{Inspected, Placeholder, Reading, inspect};
use wire::{Line, Record};

use crate::columns;
use crate::lines;
use crate::replay::is_closed_pipe;

/// Say how each record is read, without bridge and page
///
/// Writes one line of JSON for each record, in order: what it is (a row, tombstone, truncate, message, heartbeat,
/// transaction, or unreadable and why), the operation, the key, and the row before and after the change. Values say
/// what they mean where the record has its schema in it, or the lab file declares their columns: {"decimal":"12.30"}.
/// The exit status is 1 where the input or one of its lines cannot be read; the other lines are read all the same.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  eddy inspect events.ndjson
  eddy inspect events.ndjson --lab lab.json       where its `columns` say what no schema does
  eddy inspect events.ndjson.gz | grep '\"kind\":\"unreadable\"'
  kcat -C -J -e -t flink.public.iris_train | eddy inspect -

Columns in a lab file:
  {\"columns\": {\"price\": {\"as\": \"decimal\", \"scale\": 2}, \"at\": {\"as\": \"timestamp\", \"unit\": \"us\"},
   \"born\": {\"as\": \"date_days\"}, \"photo\": {\"as\": \"bytes\"}, \"tags\": {\"as\": \"json\"}, \"size\": {\"as\": \"number\"},
   \"sold\": {\"as\": \"boolean\"}, \"kind\": {\"as\": \"enum\"}}}
  Further: time and interval (unit ms, us or ns), bits, hstore, vector, sparse, point. \"utc\": true or false goes with
  timestamp and time, \"encoding\": \"base64\" or \"hex\" with bytes. A decimal without a scale is one written in digits.")]
pub(crate) struct Args {
    /// Record lines, lines of `kcat -J`, or one JSON value a line; may be gzipped; - reads standard input
    #[arg(value_name = "EVENTS.ndjson")]
    events: PathBuf,
    /// The lab file whose `columns` declare what values mean; nothing else of it is used
    #[arg(long, value_name = "LAB.json")]
    lab: Option<PathBuf>,
    /// What the connector sends for a value that it does not know: its unavailable.value.placeholder
    #[arg(long, value_name = "TEXT|hex:DIGITS", value_parser = Placeholder::new,
          default_value = "__debezium_unavailable_value")]
    placeholder: Placeholder,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let reading = Reading {
        columns: match &args.lab {
            Some(path) => columns::read(path)?,
            None => Default::default(),
        },
        placeholder: args.placeholder.clone(),
    };
    let input = lines::open(&args.events)?;
    match inspect_all(&args.events, &reading, input) {
        // Whoever reads the lines has seen enough.
        Err(error) if is_closed_pipe(&error) => Ok(()),
        result => result,
    }
}

fn inspect_all(path: &Path, reading: &Reading, input: Box<dyn BufRead>) -> Result<()> {
    let is_watched = stdout().is_terminal();
    let mut out = BufWriter::with_capacity(1 << 16, stdout().lock());
    let mut text = String::new();
    let mut lines = 0;
    let outcome = lines::read(path, input, |number, line| {
        lines = number;
        match line {
            Line::Record(record) => {
                text.clear();
                write(&mut text, &record, reading);
                text.push('\n');
                out.write_all(text.as_bytes())?;
                if is_watched {
                    out.flush()?;
                }
            }
            Line::Error { error } => eprintln!("eddy: {}, line {number}: {error}", path.display()),
            // Time, hands and ends are no records.
            Line::Tick { .. } | Line::Close { .. } | Line::Gap { .. } => {}
            Line::Hello(_) | Line::Ends { .. } => {}
        }
        Ok(())
    })?;
    out.flush()?;
    if outcome.made_up {
        eprintln!(
            "eddy: {} holds bare values: their topic is said to be \"lines\", their offsets are counted",
            path.display()
        );
    }
    match outcome.broken {
        0 => Ok(()),
        broken => bail!(
            "{broken} of {} lines could not be read; mend or remove them",
            lines.max(broken)
        ),
    }
}

fn write(out: &mut String, record: &Record, reading: &Reading) {
    let headers = record.headers.iter();
    let headers = headers.map(|header| (header.name.as_str(), header.value.as_deref()));
    let inspected = Inspected {
        topic: &record.topic,
        partition: record.partition,
        offset: record.offset,
        key: record.key.as_deref(),
        value: record.value.as_deref(),
    };
    inspect(out, inspected, headers, reading);
}
