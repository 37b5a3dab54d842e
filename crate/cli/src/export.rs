//! `eddy export`.

use std::fs;
use std::io::{Write, stdout};
use std::path::{Path, PathBuf};

use ::export::{Engine, Job, Request, Start};
use anyhow::{Context, Result, bail};
use lab::Lab;
use lab::lint::Linter;

use crate::lint::apply;
use crate::replay::{is_closed_pipe, open_lab};
use crate::{checkpoint, lab_file};

/// Write a lane as a job for Spark or Flink
///
/// A folder with a job's sources: the same model with the same parameters, from one version of the lane and the offsets behind
/// it. What the job cannot do as the lane does is said first, item by item, and stands in its header. It writes each of its
/// versions to a model topic, which `eddy verify` compares with the lane's rules, and which a lane of the page can follow.
///
/// Without events it starts from version 1. With events these are applied as `eddy replay` does; with a checkpoint it
/// starts from that.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  eddy export lab.json --lane Spark --to spark --out iris-job
  eddy export lab.json --lane Flink --to flink --events events.ndjson --version 5 --out iris-job
  eddy export lab.json --lane Flink --to flink --checkpoint monday.json --out iris-job")]
pub(crate) struct Args {
    /// The lab file
    #[arg(value_name = "LAB.json")]
    lab: PathBuf,
    /// The lane; may be left out where there is only one
    #[arg(long, value_name = "NAME")]
    lane: Option<String>,
    /// The engine: spark or flink
    #[arg(long, value_name = "ENGINE")]
    to: Engine,
    /// The job's folder: new or empty, unless --force is given
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Record lines, lines of `kcat -J`, or one JSON value a line; may be gzipped; - reads standard input
    #[arg(long, value_name = "FILE.ndjson", conflicts_with = "checkpoint")]
    events: Option<PathBuf>,
    /// The version that the job starts from; left out: the newest
    #[arg(long, value_name = "N", requires = "events")]
    version: Option<u64>,
    /// Start from this checkpoint, which is of the same lab file
    #[arg(long, value_name = "FILE.json")]
    checkpoint: Option<PathBuf>,
    /// Write into a folder that holds files already; those of the same names are overwritten
    #[arg(long)]
    force: bool,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let (lab, linter) = experience(args)?;
    let file = lab_file::open(&args.lab)?;
    let lane = lane(args, &lab)?;
    let start = Start::at(&lab, &lane, args.version)?;
    let findings = linter.findings(&lab);
    let job = ::export::export(&Request {
        lab: &file,
        lane: &lane,
        start: &start,
        engine: args.to,
        findings: &findings,
    })?;
    write(args, &job)?;
    match tell(args, &lane, &start, &job) {
        // Whoever reads the lines has seen enough.
        Err(error) if is_closed_pipe(&error) => Ok(()),
        result => result,
    }
}

/// The lab, with what it has seen, and what the linter noticed meanwhile.
fn experience(args: &Args) -> Result<(Lab, Linter)> {
    let mut linter = Linter::default();
    let mut lab = match &args.checkpoint {
        Some(from) => checkpoint::resume(&args.lab, from)?.0,
        None => open_lab(&args.lab)?,
    };
    if let Some(events) = &args.events {
        let broken = apply(events, &mut lab, &mut linter)?;
        if broken > 0 {
            eprintln!("eddy: {broken} lines could not be read and were passed over");
        }
        lab.finish();
        lab.drain().for_each(drop);
    }
    linter.see(&lab, usize::MAX);
    Ok((lab, linter))
}

fn lane(args: &Args, lab: &Lab) -> Result<String> {
    match (&args.lane, &lab.config.lanes[..]) {
        (Some(name), _) => Ok(name.clone()),
        (None, [only]) => Ok(only.name.clone()),
        (None, lanes) => {
            let names: Vec<&str> = lanes.iter().map(|lane| lane.name.as_str()).collect();
            bail!("say which lane with --lane: {}", names.join(", "))
        }
    }
}

fn write(args: &Args, job: &Job) -> Result<()> {
    let out = &args.out;
    let holds_files = fs::read_dir(out).is_ok_and(|mut there| there.next().is_some());
    if holds_files && !args.force {
        bail!(
            "{} holds files already; name a new folder, or add --force",
            out.display()
        );
    }
    for file in &job.files {
        let path = out.join(&file.path);
        let folder = path.parent().unwrap_or(out);
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&path, &file.text))
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

fn tell(args: &Args, lane: &str, start: &Start, job: &Job) -> Result<()> {
    let mut to = stdout().lock();
    let (version, engine) = (start.version, args.to);
    writeln!(
        to,
        "Lane {lane:?} from version {version}, as a job for {engine}."
    )?;
    if !job.left_out.is_empty() {
        writeln!(to, "\nNot carried over:")?;
        for item in &job.left_out {
            writeln!(to, "- The lane {}. {}", item.what, item.instead)?;
        }
    }
    writeln!(to, "\nWritten to {}:", args.out.display())?;
    for file in &job.files {
        writeln!(to, "  {}", file.path)?;
    }
    let readme = Path::new(&args.out).join("README.md");
    writeln!(
        to,
        "\nIt writes its versions to the topic {}. {} says how to run it.",
        job.model_topic,
        readme.display()
    )?;
    Ok(())
}
