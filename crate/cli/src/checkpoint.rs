//! `eddy checkpoint`, and what `eddy replay` keeps and starts from.

use std::io::{Write, stdout};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use lab::Lab;
use lab::checkpoint::diff::{Amount, Changed, diff};
use lab::checkpoint::{Checkpoint, Past};
use wire::Line;

use crate::lab_file;
use crate::replay::is_closed_pipe;

/// Look at checkpoints of experiments
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    Diff(Diff),
}

/// List what changed from one checkpoint to another
///
/// Versions, rows, centroids or coefficients by feature in the columns' units, weights, the scaler's means and deviations,
/// offsets, lab time: whatever is not the same, in both and the difference.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  eddy checkpoint diff before.json after.json
  eddy checkpoint diff before.json after.json --json")]
struct Diff {
    /// The first checkpoint
    #[arg(value_name = "A.json")]
    a: PathBuf,
    /// The second one
    #[arg(value_name = "B.json")]
    b: PathBuf,
    /// One line of JSON for each number that changed, with all its digits
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let Command::Diff(args) = &args.command;
    let changed = diff(&read(&args.a)?, &read(&args.b)?);
    let text = match args.json {
        true => lines(&changed)?,
        false => table(&changed),
    };
    match stdout().write_all(text.as_bytes()).map_err(Into::into) {
        // Whoever reads the lines has seen enough.
        Err(error) if is_closed_pipe(&error) => Ok(()),
        result => result,
    }
}

/// Reads a checkpoint.
pub(crate) fn read(path: &Path) -> Result<Checkpoint> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot open {}; check the name", path.display()))?;
    Checkpoint::parse(&text).with_context(|| format!("cannot use {}", path.display()))
}

/// Starts an experiment from a checkpoint, and what of a recording lies before that.
pub(crate) fn resume(lab: &Path, from: &Path) -> Result<(Lab, Past)> {
    let kept = read(from)?;
    let past = Past::of(&kept);
    let lab = Lab::resume(lab_file::open(lab)?, kept);
    Ok((
        lab.with_context(|| format!("cannot go on from {}", from.display()))?,
        past,
    ))
}

/// A lane's version: `Flink:5`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct At {
    lane: String,
    version: u64,
}

impl std::str::FromStr for At {
    type Err = String;

    fn from_str(text: &str) -> Result<At, String> {
        let (lane, version) = text.rsplit_once(':').ok_or("is no LANE:VERSION")?;
        let version = version.parse();
        Ok(At {
            lane: lane.to_owned(),
            version: version.map_err(|_| "a version is a whole number, from 1")?,
        })
    }
}

/// The checkpoint that a replay writes.
pub(crate) struct Keep {
    path: PathBuf,
    /// Index of a lane, and its version; None for the end.
    at: Option<(usize, u64)>,
    is_written: bool,
}

impl Keep {
    /// Keeps the end of a replay, or the moment at which a version is made.
    pub(crate) fn new(path: &Path, at: Option<&At>, lab: &Lab) -> Result<Keep> {
        let place = |at: &At| {
            let mut names = lab.lanes.iter().map(|lane| lane.config.name.as_str());
            let lane = names.position(|name| name == at.lane).with_context(|| {
                let names = lab.lanes.iter().map(|lane| lane.config.name.as_str());
                let names: Vec<&str> = names.collect();
                format!(
                    "no lane is called {:?}; there are {}",
                    at.lane,
                    names.join(", ")
                )
            })?;
            let newest = lab.lanes[lane].timeline.versions();
            ensure!(
                newest <= at.version,
                "{} starts at version {newest}: version {} is before that",
                at.lane,
                at.version
            );
            Ok((lane, at.version))
        };
        Ok(Keep {
            path: path.to_owned(),
            at: at.map(place).transpose()?,
            is_written: false,
        })
    }

    /// Before a line is applied: the version may be made on the way to it.
    pub(crate) fn before(&mut self, lab: &mut Lab, line: &Line) -> Result<()> {
        if let (Some((lane, version)), false) = (self.at, self.is_written)
            && lab.approach(lane, version, line)
        {
            self.write(lab)?;
        }
        Ok(())
    }

    /// After a line was applied.
    pub(crate) fn after(&mut self, lab: &Lab) -> Result<()> {
        if let (Some((lane, version)), false) = (self.at, self.is_written) {
            let newest = lab.lanes[lane].timeline.versions();
            if newest > version {
                eprintln!(
                    "eddy: versions {version} to {newest} were made by one record: the checkpoint is of version {newest}"
                );
            }
            if newest >= version {
                self.write(lab)?;
            }
        }
        Ok(())
    }

    /// After the last line, before open windows are closed.
    pub(crate) fn end(&mut self, lab: &Lab) -> Result<()> {
        match self.at {
            None => self.write(lab),
            Some((lane, version)) if !self.is_written => bail!(
                "{} was not written: {} has {} versions, not {version}",
                self.path.display(),
                lab.lanes[lane].config.name,
                lab.lanes[lane].timeline.versions()
            ),
            Some(_) => Ok(()),
        }
    }

    fn write(&mut self, lab: &Lab) -> Result<()> {
        self.is_written = true;
        let json = lab.checkpoint().to_json();
        std::fs::write(&self.path, json + "\n")
            .with_context(|| format!("cannot write {}; check the folder", self.path.display()))
    }
}

fn lines(changed: &[Changed]) -> Result<String> {
    let mut text = String::new();
    for changed in changed {
        text.push_str(&serde_json::to_string(changed)?);
        text.push('\n');
    }
    Ok(text)
}

/// A table for people: what, before, after, by how much.
fn table(changed: &[Changed]) -> String {
    let amount = |amount: Option<Amount>| amount.map_or("-".to_owned(), Amount::text);
    let mut rows = vec![["", "before", "after", "by"].map(str::to_owned)];
    let mut lane = &None;
    for changed in changed {
        if changed.lane != *lane {
            lane = &changed.lane;
            let name = lane.clone().unwrap_or_default();
            rows.push([name, String::new(), String::new(), String::new()]);
        }
        let inset = if lane.is_some() { "  " } else { "" };
        rows.push([
            format!("{inset}{}", changed.what),
            amount(changed.before),
            amount(changed.after),
            amount(changed.by),
        ]);
    }
    if changed.is_empty() {
        return "nothing changed\n".to_owned();
    }
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or(0)
    };
    let (a, b, c, d) = (width(0), width(1), width(2), width(3));
    let lines = rows.iter().map(|[what, before, after, by]| {
        let line = format!("{what:a$}  {before:>b$}  {after:>c$}  {by:>d$}");
        line.trim_end().to_owned() + "\n"
    });
    lines.collect()
}
