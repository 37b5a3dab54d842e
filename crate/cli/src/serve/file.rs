//! The source that plays a recording.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use bridge::Backend;
use bridge::file::{FileSource, Speed};

/// The slowest and the fastest that a recording can be played at.
const SPEEDS: std::ops::RangeInclusive<f64> = 0.001..=1_000_000.0;

#[derive(clap::Args)]
#[group(skip)]
pub(super) struct Args {
    /// Play a recording (`eddy record`, `kcat -J`, or one JSON value a line; .gz too) as if it happened now
    #[arg(
        long,
        value_name = "EVENTS",
        conflicts_with_all = ["tables", "allow_insert", "schemas", "retention_rows", "debezium_server", "allow_publish"]
    )]
    pub(super) file: Option<PathBuf>,
    /// How many times as fast as it was recorded: 1, 10, 0.5; or max for all at once
    #[arg(long, value_name = "N", default_value = "1", value_parser = parse_speed, requires = "file")]
    speed: Speed,
}

/// Opens the recording, and says what is wrong with it.
pub(super) fn open(args: &Args) -> Result<Backend> {
    let path = args.file.as_deref().context("--file names no file")?;
    let source = FileSource::open(path, args.speed)?;
    let report = source.report();
    let path = path.display();
    for complaint in &report.complaints {
        eprintln!("eddy: {path}, {complaint}");
    }
    if report.broken > 0 {
        eprintln!(
            "eddy: {path}: {} broken lines are passed over; {} records are played",
            report.broken, report.records
        );
    }
    if report.made_up {
        eprintln!(
            "eddy: {path} holds bare values: they are records of topic \"lines\" without a time, played at once"
        );
    }
    if report.closes > 0 {
        eprintln!(
            "eddy: {path}: {} batches were ended by hand in it, which is not repeated here; `eddy replay` does",
            report.closes
        );
    }
    Ok(Backend {
        source: Arc::new(source),
        sink: None,
        insert: None,
    })
}

fn parse_speed(text: &str) -> Result<Speed, String> {
    if text == "max" {
        return Ok(Speed::Max);
    }
    match text.parse::<f64>() {
        Ok(times) if SPEEDS.contains(&times) => Ok(Speed::Times(times)),
        _ => Err("give a number such as 1, 10 or 0.5, or max".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_are_numbers_or_max() {
        assert_eq!(parse_speed("max"), Ok(Speed::Max));
        assert_eq!(parse_speed("10"), Ok(Speed::Times(10.0)));
        assert_eq!(parse_speed("0.5"), Ok(Speed::Times(0.5)));
        for bad in ["", "0", "-1", "NaN", "inf", "fast", "1x"] {
            assert!(parse_speed(bad).is_err(), "{bad}");
        }
    }
}
