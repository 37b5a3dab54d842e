//! Checkpoint: a lab as JSON, to go on from (FORMATS: "Checkpoint", field by field).
//!
//! What is loaded goes on as if it had never stopped: versions, predictions, rejections and summaries are the same, bit for
//! bit. Not in it is what is only drawn: retained records, predictions that were made, and all versions but the newest.
//!
//! - `kept`: a lab to a checkpoint and back; `compare`: whether two lab files are of the same experiment
//! - `at`: stopping at a version; `past`: what of a recording lies before a checkpoint
//! - [`mod@diff`]: what changed between two; `initial`: a lane that starts from one
//! - `seen`: how far a lab has read; `bytes`: bytes as record lines have them

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::{LabError, LabFile};
use crate::event::Run;
use crate::lane::KeptLane;
use crate::notes::Notes;
use crate::redelivery::KeptRepeats;
use crate::rounds::Rounds;
use crate::rows::KeptRows;
use crate::snapshot::Mark;

mod at;
pub(crate) mod bytes;
mod compare;
pub mod diff;
pub(crate) mod initial;
mod kept;
mod past;
mod seen;

pub use past::Past;
pub(crate) use seen::Seen;

/// The version of the form that this release reads and writes.
const FORM: u32 = 1;

/// A lab that was kept, to go on from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    eddy_checkpoint: u32,
    lab_hash: String,
    /// Lab time, ms since the epoch.
    pub time_ms: Option<i64>,
    /// The last record applied of each partition.
    pub offsets: Vec<Place>,
    others: u64,
    lanes: Vec<KeptLane>,
    rounds: Rounds,
    rejected: u64,
    redelivered: u64,
    held_back: Vec<Run>,
    codes: BTreeMap<usize, Vec<String>>,
    rows: KeptRows,
    streams: Vec<KeptStream>,
    notes: Notes,
    marks: Vec<Mark>,
    #[serde(with = "learn::number::pairs")]
    ranges: Vec<(f64, f64)>,
    sums: Vec<(learn::number::Number, u64)>,
    /// The lab file that it is of.
    pub lab: LabFile,
}

/// The last record applied of a partition.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Topic.
    pub topic: String,
    /// Partition.
    pub partition: i32,
    /// Its offset.
    pub offset: i64,
}

/// What is kept of a stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptStream {
    topic: String,
    repeats: KeptRepeats,
    repeats_remarked: bool,
}

/// Why a checkpoint cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// It is no JSON.
    #[error("checkpoint: is no JSON, or cut off: {0}")]
    Json(serde_json::Error),
    /// It is other JSON.
    #[error(
        "checkpoint: has no field eddy_checkpoint, so it is none; `eddy replay --checkpoint FILE` writes one"
    )]
    Foreign,
    /// It is of another release.
    #[error("checkpoint: is of form {0}; this release reads form {FORM}")]
    Form(u64),
    /// A field is not what it is to be.
    #[error("checkpoint: is damaged: {0}. Take another one, or begin without")]
    Damaged(String),
    /// It is of another experiment.
    #[error("checkpoint: is of another lab file: {} differ{}. Use the lab file that it was made with; only label_names and \
             publish may differ", .0.join(", "), if .0.len() == 1 { "s" } else { "" })]
    OtherLab(Vec<String>),
    /// The lab file cannot be used.
    #[error(transparent)]
    Lab(#[from] LabError),
}

impl Checkpoint {
    /// Reads a checkpoint.
    ///
    /// # Errors
    /// It is none, of another form, or damaged.
    pub fn parse(json: &str) -> Result<Checkpoint, CheckpointError> {
        let value: Value = serde_json::from_str(json).map_err(CheckpointError::Json)?;
        match value.get("eddy_checkpoint") {
            None => return Err(CheckpointError::Foreign),
            Some(form) if form.as_u64() != Some(FORM.into()) => {
                return Err(CheckpointError::Form(form.as_u64().unwrap_or(0)));
            }
            Some(_) => {}
        }
        let read: Checkpoint = serde_json::from_str(json)
            .map_err(|error| CheckpointError::Damaged(error.to_string()))?;
        match compare::hash(&read.lab) == read.lab_hash {
            true => Ok(read),
            false => Err(CheckpointError::Damaged(
                "lab_hash is not that of lab".to_owned(),
            )),
        }
    }

    /// Writes it, on one line.
    pub fn to_json(&self) -> String {
        // Everything in it has a form in JSON; the empty text, which is refused, stands in for what cannot happen.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Records applied.
    pub fn records(&self) -> u64 {
        self.rows.end
    }

    /// Name, newest version and training rows of each lane.
    pub fn lanes(&self) -> impl Iterator<Item = (&str, u64, u64)> {
        let lanes = self.lanes.iter();
        lanes.map(|lane| (lane.name.as_str(), lane.newest.last, lane.rows_trained))
    }
}
