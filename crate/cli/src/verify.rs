//! `eddy verify`; [`mod@write`]: its lines.

mod write;

use std::io::{BufWriter, Write, stdout};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use lab::LabFile;
use lab::config::Role;
use lab::follow::verify::{Found, Model, Verify};
use serde_json::Value;
use wire::{Line, Record};

use crate::progress::Progress;
use crate::replay::is_closed_pipe;
use crate::{lab_file, lines};

/// Learn what a Flink or Spark job learned once more, and say how far the two are apart
///
/// A job that `eddy export` made writes each version of its model to a topic, with the offsets that its batch was made of. This
/// learns exactly these batches by the lane's rules, one version after the other, and writes one line for each: rows, and the
/// largest relative difference of two numbers. 1e-12 or less is the same. Rows that no version learned, or that two did, are
/// told too. The exit status is 0 where everything was compared and is the same, else 1.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  eddy verify lab.json models.ndjson events.ndjson
  eddy verify lab.json both.ndjson both.ndjson --lane Flink
  eddy verify lab.json models.ndjson events.ndjson.gz --json | tail -1
  kcat -C -J -e -t iris_models | eddy verify lab.json - events.ndjson")]
pub(crate) struct Args {
    /// The lab file: a lane that follows the job says its rules, or else the lane that the records name
    #[arg(value_name = "LAB.json")]
    lab: PathBuf,
    /// Model records: a recording of the model topic, lines of `kcat -J`, or one record's JSON a line; - reads standard input
    #[arg(value_name = "MODELS")]
    models: PathBuf,
    /// A recording of the streams that the job learned from; may be the same file; - reads standard input
    #[arg(value_name = "EVENTS")]
    events: PathBuf,
    /// Only the job of this lane
    #[arg(long, value_name = "NAME")]
    lane: Option<String>,
    /// Write lines of JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    match verify(args) {
        // Whoever reads the lines has seen enough.
        Err(error) if is_closed_pipe(&error) => Ok(()),
        result => result,
    }
}

fn verify(args: &Args) -> Result<()> {
    let is_input = |path: &Path| path.as_os_str() == "-";
    if is_input(&args.models) && is_input(&args.events) {
        bail!("standard input can be one of MODELS and EVENTS; give a file for the other");
    }
    let file = lab_file::open(&args.lab)?;
    let (models, mut broken) = models(args, &file)?;
    let mut verify = Verify::new(&file, models, args.lane.as_deref())
        .with_context(|| format!("cannot verify {}", args.models.display()))?;
    let mut out = BufWriter::with_capacity(1 << 16, stdout().lock());
    let mut line = String::new();
    let mut tell = |verify: &mut Verify| -> Result<()> {
        for found in verify.drain() {
            line.clear();
            if let Found::Rejected { place, reason } = &found {
                eprintln!("eddy: {place}: {reason}");
                continue;
            }
            write::found(&found, args.json, &mut line);
            out.write_all(line.as_bytes())?;
        }
        Ok(())
    };
    tell(&mut verify)?;
    let input = lines::open(&args.events)?;
    let mut progress = Progress::new("lines");
    let (mut read, mut rows) = (0, 0);
    let outcome = lines::read(&args.events, input, |number, line| {
        read = number;
        progress.at(number);
        rows += u64::from(verify.apply(line));
        tell(&mut verify)
    })?;
    progress.end(read);
    verify.finish();
    tell(&mut verify)?;
    broken += outcome.broken;
    if rows == 0 {
        let (events, lab) = (args.events.display(), args.lab.display());
        eprintln!("eddy: {events} holds no record of a stream of {lab}");
    }
    line.clear();
    for summary in verify.summaries() {
        write::summary(summary, args.json, &mut line);
    }
    out.write_all(line.as_bytes())?;
    out.flush()?;
    if broken > 0 {
        bail!("{broken} lines could not be read; mend or remove them");
    }
    match verify.summaries().iter().all(|summary| summary.is_same()) {
        true => Ok(()),
        false => bail!("not the same"),
    }
}

/// The model records, and how many lines could not be read.
///
/// In a file that is the recording of the streams too, what is none is passed over.
fn models(args: &Args, file: &LabFile) -> Result<(Vec<Model>, u64)> {
    let both = args.models == args.events;
    let is_row = |record: &Record| {
        let mut streams = file.streams.iter();
        streams.any(|stream| stream.role != Role::Ignore && *stream.topic == *record.topic)
    };
    let input = lines::open(&args.models)?;
    let mut models = Vec::new();
    let mut rows = 0_u64;
    let outcome = lines::read(&args.models, input, |number, line| {
        let Line::Record(record) = line else {
            return Ok(());
        };
        if is_row(&record) {
            rows += 1;
            return Ok(());
        }
        let topic = Some(record.topic.clone()).filter(|topic| **topic != *"lines");
        let place = match &topic {
            None => format!("{}, line {number}", args.models.display()),
            Some(topic) => format!("{topic}/{}/{}", record.partition, record.offset),
        };
        let json = record.value.unwrap_or_default();
        let is_event = |value: &Value| value.get("event").is_some();
        if !both || serde_json::from_slice(&json).is_ok_and(|value| is_event(&value)) {
            models.push(Model { place, topic, json });
        }
        Ok(())
    })?;
    if rows > 0 && !both {
        let models = args.models.display();
        eprintln!("eddy: {rows} records of {models} are rows of the streams and were passed over");
    }
    // Lines of a file that is both are counted with the events.
    Ok((models, if both { 0 } else { outcome.broken }))
}
