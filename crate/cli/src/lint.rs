//! `eddy lint`.

use std::io::{Write, stdout};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use lab::lint::{Finding, Linter, Severity, refused, write};
use lab::{Lab, LabFile};

use crate::progress::Progress;
use crate::replay::is_closed_pipe;
use crate::{lab_file, lines};

/// So many lines are applied before the linter looks at them: long before any of them is let go.
const LINES: u64 = 10_000;

/// Say what to know of a lab file, and of events, before its lanes are deployed
///
/// Applies the events as `eddy replay` does and writes what was found: what it is and what it means, where it was seen, what
/// to do. Without events only what the lab file itself says. The exit status is 1 where the lab file cannot be used, or a
/// line cannot be read; warnings and notes leave it 0.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  eddy lint lab.json
  eddy lint lab.json events.ndjson
  eddy lint lab.json events.ndjson.gz --json | grep '\"severity\":\"warning\"'
  kcat -C -J -e -t flink.public.iris_train | eddy lint lab.json -")]
pub(crate) struct Args {
    /// The lab file
    #[arg(value_name = "LAB.json")]
    lab: PathBuf,
    /// Record lines, lines of `kcat -J`, or one JSON value a line; may be gzipped; - reads standard input
    #[arg(value_name = "EVENTS.ndjson")]
    events: Option<PathBuf>,
    /// Write one line of JSON for each finding
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let file = lab_file::open(&args.lab)?;
    let (found, broken) = match refused(&file) {
        Some(finding) => (vec![finding], 0),
        None => find(args, file)?,
    };
    match tell(args, &found) {
        // Whoever reads the lines has seen enough.
        Err(error) if is_closed_pipe(&error) => return Ok(()),
        result => result?,
    }
    if found
        .iter()
        .any(|finding| finding.severity == Severity::Error)
    {
        bail!("{} cannot be used", args.lab.display());
    }
    match broken {
        0 => Ok(()),
        1 => bail!("1 line could not be read; mend or remove it"),
        broken => bail!("{broken} lines could not be read; mend or remove them"),
    }
}

/// What there is to know, and how many lines could not be read.
fn find(args: &Args, file: LabFile) -> Result<(Vec<Finding>, u64)> {
    let lab = Lab::new(file);
    let mut lab = lab.with_context(|| format!("cannot use {}", args.lab.display()))?;
    let mut linter = Linter::default();
    let broken = match &args.events {
        Some(events) => apply(events, &mut lab, &mut linter)?,
        None => 0,
    };
    linter.see(&lab, usize::MAX);
    Ok((linter.findings(&lab), broken))
}

/// Applies events, and lets the linter look at them from time to time; says how many lines could not be read.
pub(crate) fn apply(events: &Path, lab: &mut Lab, linter: &mut Linter) -> Result<u64> {
    let input = lines::open(events)?;
    let mut progress = Progress::new("lines");
    let (mut read, mut misplaced) = (0, 0);
    let outcome = lines::read(events, input, |number, line| {
        read = number;
        progress.at(number);
        if let Err(error) = lab::replay::apply(lab, line) {
            misplaced += 1;
            eprintln!("eddy: {}, line {number}: {error}", events.display());
        }
        // What happened is not told here.
        lab.drain().for_each(drop);
        if number % LINES == 0 {
            linter.see(lab, usize::MAX);
        }
        Ok(())
    })?;
    progress.end(read);
    Ok(outcome.broken + misplaced)
}

fn tell(args: &Args, found: &[Finding]) -> Result<()> {
    let mut text = String::new();
    for finding in found {
        match args.json {
            true => {
                write::json(finding, &mut text);
                text.push('\n');
            }
            false => write::text(finding, &mut text),
        }
    }
    if !args.json {
        write::summary(found, &mut text);
    }
    Ok(stdout().lock().write_all(text.as_bytes())?)
}
