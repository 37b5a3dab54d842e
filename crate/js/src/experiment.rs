//! A lab that takes the lines of a recording and tells replay lines, both as texts.

use lab::Lab;
use lab::ask::AskError;
use lab::checkpoint::{Checkpoint, CheckpointError};
use lab::config::{LabError, LabFile};
use lab::replay;
use lab::snapshot::Snapshot;
use wire::{Line, LineError, LineReader};

use crate::shown::{Shown, ShownError};

/// An experiment under way.
#[derive(Debug)]
pub struct Experiment {
    lab: Lab,
    reader: LineReader,
    line_number: u64,
    foreign: u64,
    finished: bool,
}

/// What an experiment cannot do.
#[derive(Debug, thiserror::Error)]
pub enum ExperimentError {
    /// The lab file, or the name of a lane.
    #[error(transparent)]
    Lab(#[from] LabError),
    /// The checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A line that cannot be read.
    #[error(transparent)]
    Line(#[from] LineError),
    /// An object that is no line of a recording.
    #[error("record: {0}")]
    Record(String),
    /// A row that no lane can take.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// What is to be shown is not there.
    #[error(transparent)]
    Shown(#[from] ShownError),
    /// A time that is none.
    #[error("tick: {0} is no time; give whole milliseconds since the epoch")]
    Time(f64),
    /// Something comes after the end.
    #[error(
        "the lab has finished: its windows were closed and summed up; make a new one, or take a checkpoint before finish()"
    )]
    Finished,
}

type Result<T> = std::result::Result<T, ExperimentError>;

/// The largest whole number that a JavaScript number holds without a doubt.
const SAFE_MAX: f64 = 9_007_199_254_740_991.0;

impl Experiment {
    /// Starts an experiment.
    ///
    /// # Errors
    /// The lab file is not one.
    pub fn new(lab_file: &str) -> Result<Experiment> {
        Ok(Experiment::of(Lab::new(LabFile::parse(lab_file)?)?))
    }

    /// Goes on from a checkpoint.
    ///
    /// # Errors
    /// The lab file or the checkpoint is not one, or the checkpoint is of another lab file.
    pub fn resume(lab_file: &str, checkpoint: &str) -> Result<Experiment> {
        let checkpoint = Checkpoint::parse(checkpoint)?;
        let lab = Lab::resume(LabFile::parse(lab_file)?, checkpoint)?;
        Ok(Experiment::of(lab))
    }

    fn of(lab: Lab) -> Experiment {
        Experiment {
            lab,
            reader: LineReader::new(),
            line_number: 0,
            foreign: 0,
            finished: false,
        }
    }

    /// What happened since it was last told: a JSON array of replay lines.
    pub fn events(&mut self) -> String {
        let mut out = String::from("[");
        for event in self.lab.drain() {
            if out.len() > 1 {
                out.push(',');
            }
            replay::write(&event, &mut out);
        }
        out.push(']');
        out
    }

    /// Applies a line of a recording; the lines are counted.
    ///
    /// # Errors
    /// It cannot be read, or closes the batch of no lane; what comes after it is applied as if it were not there.
    pub fn line(&mut self, line: &str) -> Result<String> {
        self.check_open()?;
        self.line_number += 1;
        if let Some(line) = self.reader.read(self.line_number, line)? {
            self.take(line)?;
        }
        Ok(self.events())
    }

    /// Applies one object that is a line of a recording, as JSON.
    ///
    /// # Errors
    /// It is none, or closes the batch of no lane.
    pub fn apply(&mut self, record: &str) -> Result<String> {
        self.check_open()?;
        // A reader of its own: what one record says of its form binds no other.
        let mut reader = LineReader::new();
        match reader.read(1, record) {
            Ok(Some(line)) if !reader.made_up() => self.take(line)?,
            Ok(_) => {
                let fields = "topic, partition, offset, timestamp_ms, key and value";
                return Err(ExperimentError::Record(format!(
                    "is none: a record has {fields}"
                )));
            }
            Err(error) => return Err(ExperimentError::Record(error.reason)),
        }
        Ok(self.events())
    }

    /// Moves lab time on, ms since the epoch.
    ///
    /// # Errors
    /// It is no whole number.
    pub fn tick(&mut self, now_ms: f64) -> Result<String> {
        self.check_open()?;
        if now_ms.fract() != 0.0 || now_ms.abs() > SAFE_MAX {
            return Err(ExperimentError::Time(now_ms));
        }
        self.lab.tick(now_ms as i64);
        Ok(self.events())
    }

    /// Ends the open batch of a lane by hand.
    ///
    /// # Errors
    /// There is no such lane.
    pub fn close(&mut self, lane: &str) -> Result<String> {
        self.check_open()?;
        self.lab.close(lane)?;
        Ok(self.events())
    }

    /// Ends the experiment: open windows are closed, each lane is summed up. Nothing is applied after it.
    ///
    /// # Errors
    /// It has finished already.
    pub fn finish(&mut self) -> Result<String> {
        self.check_open()?;
        self.finished = true;
        self.lab.finish();
        Ok(self.events())
    }

    /// All that it goes on from, as JSON. What happened and was not told yet is not in it.
    ///
    /// # Errors
    /// It has finished.
    pub fn checkpoint(&self) -> Result<String> {
        self.check_open()?;
        Ok(self.lab.checkpoint().to_json())
    }

    /// The picture of what is to be shown: JSON of a [`Shown`].
    ///
    /// # Errors
    /// A lane, feature or field is named that is not there.
    pub fn snapshot(&mut self, shown: &str) -> Result<Snapshot> {
        self.lab.settle();
        let view = Shown::parse(shown)?.view(&self.lab.config)?;
        Ok(self.lab.snapshot(&view))
    }

    /// What a lane would say of a row, by the newest or another version: JSON.
    ///
    /// # Errors
    /// Lane, row or version are not of this lab.
    pub fn predict(
        &mut self,
        lane: &str,
        features: &[f64],
        version: Option<u64>,
    ) -> Result<String> {
        self.lab.settle();
        let (version, answer) = self.lab.ask(lane, features, version)?;
        let mut out = format!("{{\"version\":{version},");
        replay::write_answer(&answer, &mut out);
        out.push('}');
        Ok(out)
    }

    /// The newest version of each lane, by name: JSON.
    pub fn versions(&self) -> String {
        let lanes = self.lab.lanes.iter();
        let versions: serde_json::Map<String, serde_json::Value> = lanes
            .map(|lane| (lane.config.name.clone(), lane.timeline.versions().into()))
            .collect();
        serde_json::Value::Object(versions).to_string()
    }

    /// Records applied so far whose topic is no stream of the lab.
    pub fn foreign(&self) -> u64 {
        self.foreign
    }

    fn take(&mut self, line: Line) -> Result<()> {
        self.foreign += u64::from(!replay::apply(&mut self.lab, line)?);
        Ok(())
    }

    fn check_open(&self) -> Result<()> {
        match self.finished {
            true => Err(ExperimentError::Finished),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
