//! Whether the error of a lane's batches has changed.

use learn::drift::adwin::{self, Adwin};
use learn::drift::page_hinkley::{self, PageHinkley};
use learn::{Checkpoint, SpecError};
use serde::{Deserialize, Serialize};

use super::Lane;
use crate::config::DriftFile;
use crate::event::{DriftEvent, LabEvent, Outbox};
use crate::number;
use crate::snapshot::{Mark, MarkKind};

/// A detector of a lane, which takes the mean loss of each batch before it is learned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Saved", into = "Saved")]
pub enum Detector {
    /// A window that shrinks where its parts differ.
    Adwin(Adwin),
    /// Sums of differences from the mean.
    PageHinkley(PageHinkley),
}

/// A detector's settings and state.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Saved {
    Adwin(Checkpoint<adwin::Spec, adwin::State>),
    PageHinkley(Checkpoint<page_hinkley::Spec, page_hinkley::State>),
}

impl Detector {
    /// Starts without values.
    ///
    /// # Errors
    /// A setting cannot be.
    pub fn new(file: DriftFile) -> Result<Detector, SpecError> {
        Ok(match file {
            DriftFile::Adwin(spec) => Detector::Adwin(Adwin::new(spec)?),
            DriftFile::PageHinkley(spec) => Detector::PageHinkley(PageHinkley::new(spec)?),
        })
    }

    /// Its name, as the lab file has it.
    pub fn name(&self) -> &'static str {
        match self {
            Detector::Adwin(_) => "adwin",
            Detector::PageHinkley(_) => "page_hinkley",
        }
    }

    fn update(&mut self, error: f64) -> bool {
        match self {
            Detector::Adwin(detector) => detector.update(error),
            Detector::PageHinkley(detector) => detector.update(error),
        }
    }
}

impl TryFrom<Saved> for Detector {
    type Error = SpecError;

    fn try_from(saved: Saved) -> Result<Detector, SpecError> {
        Ok(match saved {
            Saved::Adwin(saved) => Detector::Adwin(Adwin::resume(saved)?),
            Saved::PageHinkley(saved) => Detector::PageHinkley(PageHinkley::resume(saved)?),
        })
    }
}

impl From<Detector> for Saved {
    fn from(detector: Detector) -> Saved {
        match detector {
            Detector::Adwin(detector) => Saved::Adwin(detector.checkpoint()),
            Detector::PageHinkley(detector) => Saved::PageHinkley(detector.checkpoint()),
        }
    }
}

impl Lane {
    /// Looks at the error of the batch that made the newest version, of a batch with rows.
    pub(super) fn look_for_drift(&mut self, error: f64, records: u64, out: &mut Outbox) {
        let Some(detector) = &mut self.measuring.drift else {
            return;
        };
        if !detector.update(error) {
            return;
        }
        let (detector, version) = (detector.name(), self.timeline.versions());
        let mut text = format!("Drift by {detector} at version {version}: the batch's error was ");
        number::write(&mut text, error);
        self.measuring.mark(Mark {
            record: records,
            kind: MarkKind::Drift,
            text,
        });
        out.push(LabEvent::Drift(DriftEvent {
            lane_name: self.name(),
            version,
            detector,
            error,
        }));
    }
}
