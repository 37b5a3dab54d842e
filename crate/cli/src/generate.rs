//! `eddy generate`.
//!
//! - [`flags`]: what a made-up stream is like, for `eddy insert --generate` too; [`mod@tables`]: its rows in a database

pub(crate) mod flags;
pub(crate) mod tables;

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::dataset::write;

/// Make a stream up and write it as files: change events, and the experiment that fits
///
/// events.ndjson, the change events of two tables, NAME_train and NAME_test, by a clock of its own; lab.json, the experiment:
/// `eddy replay DIR/lab.json DIR/events.ndjson` runs it. The same flags give the same bytes on every machine. Of every 50
/// changes 40 are to train and 10 to test. Labels are the clusters that rows come from, A, B ..; a plane has a target, y.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  eddy generate blobs --out blobs && eddy replay blobs/lab.json blobs/events.ndjson
  eddy generate growing --out growing --clusters 6 --noise 0.1
  eddy generate plane --out plane --dims 4 --drift 8
  eddy serve --file rotating/events.ndjson --lab rotating/lab.json --speed 10

Into a database that `eddy serve` watches:
  eddy serve --table 'blobs_*' --lab blobs/lab.json
  eddy insert --generate blobs --rate 20")]
pub(crate) struct Args {
    /// What moves
    kind: flags::KindFlag,
    /// The folder for the files; created where it is missing
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The row alone, as behind Debezium's unwrap step, in place of the envelope
    #[arg(long)]
    unwrapped: bool,
    #[command(flatten)]
    flags: flags::Flags,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let stream = args.flags.stream(args.kind, args.unwrapped)?;
    std::fs::create_dir_all(&args.out)
        .with_context(|| format!("cannot create the folder {}", args.out.display()))?;
    write(&args.out.join("events.ndjson"), &stream.ndjson())?;
    write(&args.out.join("lab.json"), &stream.lab())
}
