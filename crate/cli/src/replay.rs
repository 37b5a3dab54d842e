//! `eddy replay`.

use std::fs::File;
use std::io::{BufWriter, ErrorKind, StdoutLock, Write, stdout};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use lab::checkpoint::Past;
use lab::csv::Table;
use lab::{Lab, LabEvent};
use wire::Line;

use crate::checkpoint::{self, At, Keep};
use crate::progress::Progress;
use crate::{lab_file, lines};

/// Run an experiment on recorded events, without bridge and page
///
/// Writes one line of JSON for each thing that happens, in order: versions, predictions, rejected events, gaps, and a
/// summary of each lane. What there is to say of the streams as a whole goes to standard error at the end. The same
/// lab file and the same events give the same lines, byte for byte. The exit status is 1 where the lab file, the input
/// or one of its lines cannot be read; the other lines are read all the same.
///
/// A checkpoint holds all that the lab goes on from. With --from nothing is repeated: records that it has behind it are
/// passed over, version 1 is not written again, and the lines are the rest of those of one replay, byte for byte.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  eddy replay lab.json events.ndjson
  eddy replay lab.json events.ndjson --csv predictions.csv > lines.ndjson
  eddy replay lab.json events.ndjson.gz | grep '\"event\":\"prediction\"'
  eddy replay lab.json monday.ndjson --checkpoint monday.json
  eddy replay lab.json tuesday.ndjson --from monday.json
  eddy replay lab.json events.ndjson --checkpoint v5.json --at Flink:5
  kcat -C -J -e -t flink.public.iris_train | eddy replay lab.json -")]
pub(crate) struct Args {
    /// The lab file
    #[arg(value_name = "LAB.json")]
    lab: PathBuf,
    /// Record lines, lines of `kcat -J`, or one JSON value a line; may be gzipped; - reads standard input
    #[arg(value_name = "EVENTS.ndjson")]
    events: PathBuf,
    /// Also write the predictions of all lanes as CSV, one line each
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Write the state at the end of the input to this file; open batches and windows stay open in it
    #[arg(long, value_name = "FILE.json")]
    checkpoint: Option<PathBuf>,
    /// Write it when this lane has made this version
    #[arg(long, value_name = "LANE:VERSION", requires = "checkpoint")]
    at: Option<At>,
    /// Go on from this checkpoint, which is of the same lab file
    #[arg(long, value_name = "FILE.json")]
    from: Option<PathBuf>,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let (mut lab, past) = match &args.from {
        Some(from) => {
            let (lab, past) = checkpoint::resume(&args.lab, from)?;
            (lab, Some(past))
        }
        None => (open_lab(&args.lab)?, None),
    };
    let input = lines::open(&args.events)?;
    match replay(args, &mut lab, past, input) {
        // Whoever reads the lines has seen enough.
        Err(error) if is_closed_pipe(&error) => Ok(()),
        result => result,
    }
}

/// Reads a lab file and starts its experiment.
pub(crate) fn open_lab(path: &Path) -> Result<Lab> {
    let file = lab_file::open(path)?;
    Lab::new(file).with_context(|| format!("cannot use {}", path.display()))
}

fn replay(
    args: &Args,
    lab: &mut Lab,
    past: Option<Past>,
    input: Box<dyn std::io::BufRead>,
) -> Result<()> {
    let mut out = Output::new(lab, args.csv.as_deref())?;
    let mut past = past;
    let keep = args.checkpoint.as_deref();
    let mut keep = keep
        .map(|path| Keep::new(path, args.at.as_ref(), lab))
        .transpose()?;
    let mut progress = Progress::new("lines");
    let mut lines = 0;
    let (mut foreign, mut misplaced) = (0, 0);
    let mut apply = |lab: &mut Lab, number: u64, line: Line| -> Result<()> {
        if let Some(keep) = &mut keep {
            keep.before(lab, &line)?;
        }
        match lab::replay::apply(lab, line) {
            Ok(applied) => foreign += u64::from(!applied),
            Err(error) => {
                misplaced += 1;
                eprintln!("eddy: {}, line {number}: {error}", args.events.display());
            }
        }
        if let Some(keep) = &mut keep {
            keep.after(lab)?;
        }
        out.write(lab)
    };
    let outcome = lines::read(&args.events, input, |number, line| {
        lines = number;
        progress.at(number);
        match &mut past {
            None => apply(lab, number, line),
            Some(past) => {
                let mut lines = past.take(line).into_iter();
                lines.try_for_each(|line| apply(lab, number, line))
            }
        }
    })?;
    let rest = past.as_mut().map_or_else(Vec::new, Past::end);
    rest.into_iter()
        .try_for_each(|line| apply(lab, lines, line))?;
    if let Some(keep) = &mut keep {
        keep.end(lab)?;
    }
    lab.finish();
    out.write(lab)?;
    out.flush()?;
    progress.end(lines);
    if let (Some(past), Some(from)) = (&past, &args.from) {
        eprintln!(
            "eddy: {} records are behind {} and were passed over",
            past.passed,
            from.display()
        );
    }
    if outcome.made_up {
        eprintln!(
            "eddy: {} holds bare values: their topic is said to be \"lines\", their offsets are counted",
            args.events.display()
        );
    }
    if foreign > 0 {
        eprintln!(
            "eddy: {foreign} records are of topics that {} does not name",
            args.lab.display()
        );
    }
    for note in lab.notes() {
        let place = format!("{}/{}/{}", note.topic, note.partition, note.offset);
        eprintln!("eddy: {place}: {}", note.text);
    }
    match outcome.broken + misplaced {
        0 => Ok(()),
        broken => bail!("{broken} of {lines} lines could not be read; mend or remove them"),
    }
}

/// Standard output, with the line that is being written, and the table of predictions.
struct Output<'a> {
    lines: BufWriter<StdoutLock<'static>>,
    line: String,
    csv: Option<CsvFile<'a>>,
}

/// Predictions as CSV.
struct CsvFile<'a> {
    path: &'a Path,
    file: BufWriter<File>,
    table: Table,
}

impl<'a> Output<'a> {
    fn new(lab: &Lab, csv: Option<&'a Path>) -> Result<Self> {
        Ok(Output {
            lines: BufWriter::with_capacity(1 << 16, stdout().lock()),
            line: String::new(),
            csv: csv.map(|path| CsvFile::create(path, lab)).transpose()?,
        })
    }

    fn write(&mut self, lab: &mut Lab) -> Result<()> {
        for event in lab.drain() {
            self.line.clear();
            lab::replay::write(&event, &mut self.line);
            self.line.push('\n');
            self.lines.write_all(self.line.as_bytes())?;
            if let (Some(csv), LabEvent::Prediction(prediction)) = (&mut self.csv, &event) {
                self.line.clear();
                csv.table.write(prediction, &mut self.line);
                csv.write(&self.line)?;
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        if let Some(csv) = &mut self.csv {
            let flushed = csv.file.flush();
            flushed.with_context(|| csv.cannot())?;
        }
        Ok(self.lines.flush()?)
    }
}

impl<'a> CsvFile<'a> {
    fn create(path: &'a Path, lab: &Lab) -> Result<Self> {
        let file = File::create(path)
            .with_context(|| format!("cannot create {}; check the folder", path.display()))?;
        let (table, mut head) = (Table::new(lab), String::new());
        table.write_head(&mut head);
        let file = BufWriter::with_capacity(1 << 16, file);
        let mut csv = CsvFile { path, file, table };
        csv.write(&head)?;
        Ok(csv)
    }

    fn write(&mut self, text: &str) -> Result<()> {
        let written = self.file.write_all(text.as_bytes());
        written.with_context(|| self.cannot())
    }

    fn cannot(&self) -> String {
        format!("cannot write {}", self.path.display())
    }
}

pub(crate) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}
