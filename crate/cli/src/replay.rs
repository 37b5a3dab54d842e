//! `eddy replay`.

use std::fs::File;
use std::io::{BufWriter, ErrorKind, StdoutLock, Write, stdout};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use lab::csv::Table;
use lab::{Lab, LabEvent, LabFile};

use crate::lines;
use crate::progress::Progress;

/// Run an experiment on recorded events, without bridge and page
///
/// Writes one line of JSON for each thing that happens, in order: versions, predictions, rejected events, gaps, and a
/// summary of each lane. What there is to say of the streams as a whole goes to standard error at the end. The same
/// lab file and the same events give the same lines, byte for byte. The exit status is 1 where the lab file, the input
/// or one of its lines cannot be read; the other lines are read all the same.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  eddy replay lab.json events.ndjson
  eddy replay lab.json events.ndjson --csv predictions.csv > lines.ndjson
  eddy replay lab.json events.ndjson.gz | grep '\"event\":\"prediction\"'
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
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let mut lab = open_lab(&args.lab)?;
    let input = lines::open(&args.events)?;
    match replay(args, &mut lab, input) {
        // Whoever reads the lines has seen enough.
        Err(error) if is_closed_pipe(&error) => Ok(()),
        result => result,
    }
}

/// Reads a lab file and starts its experiment.
pub(crate) fn open_lab(path: &Path) -> Result<Lab> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot open {}; check the name", path.display()))?;
    LabFile::parse(&text)
        .and_then(Lab::new)
        .with_context(|| format!("cannot use {}", path.display()))
}

fn replay(args: &Args, lab: &mut Lab, input: Box<dyn std::io::BufRead>) -> Result<()> {
    let mut out = Output::new(lab, args.csv.as_deref())?;
    let mut progress = Progress::new("lines");
    let mut lines = 0;
    let (mut foreign, mut misplaced) = (0, 0);
    let outcome = lines::read(&args.events, input, |number, line| {
        match lab::replay::apply(lab, line) {
            Ok(applied) => foreign += u64::from(!applied),
            Err(error) => {
                misplaced += 1;
                eprintln!("eddy: {}, line {number}: {error}", args.events.display());
            }
        }
        lines = number;
        progress.at(number);
        out.write(lab)
    })?;
    lab.finish();
    out.write(lab)?;
    out.flush()?;
    progress.end(lines);
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
