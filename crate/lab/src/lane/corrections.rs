//! Rows that are taken out again: of a lane whose updates or deletes correct what was learned.
//!
//! Which row an update or a delete means is looked up by its key, or by all its values where it has none: numbers of an old
//! image are never subtracted, it may be half empty. The row is taken out at once, of the open batch or of one that made a
//! version; versions are made anew (`rebuild`) before the model is used the next time.

use std::collections::{BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use super::Lane;
use super::batch::Batch;
use super::history::{History, KeptHistory, State, Step};
use super::keys::{Keys, RowId};
use crate::config::LaneConfig;
use crate::event::Source;
use crate::timeline::Entry;

/// So many refused corrections are listed, the newest; all are counted.
const LISTED_MAX: usize = 100;

/// So many rows that were taken out are told from others where they are drawn, the newest.
const GONE_MAX: usize = 200_000;

/// What a lane keeps to take rows out again.
#[derive(Clone, Debug)]
pub(super) struct Corrections {
    pub(super) keys: Keys,
    pub(super) history: History,
    /// The first version whose batch has lost a row since versions were made anew.
    pub(super) dirty: Option<u64>,
    /// What stood there before the corrections since the model was last used.
    pub(super) before: Option<Before>,
    /// Rows that were taken out.
    made: u64,
    refused: u64,
    listed: VecDeque<RefusedCorrection>,
    /// The newest rows that were taken out, by record: they are not drawn.
    gone: BTreeSet<u64>,
    /// How often versions were made anew.
    pub(super) rebuilds: u64,
}

/// The versions as they were when the model was last used, from the first on that a correction changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Before {
    pub(super) version: u64,
    pub(super) entries: Vec<Entry>,
    /// The lane's ranges.
    #[serde(with = "learn::number::pairs")]
    pub(super) ranges: Vec<(f64, f64)>,
}

/// What a checkpoint keeps of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeptCorrections {
    keys: Keys,
    history: KeptHistory,
    before: Option<Before>,
    made: u64,
    refused: u64,
    listed: VecDeque<RefusedCorrection>,
    /// Versions that may yet be rewritten, but for the newest.
    pub(super) entries: Vec<Entry>,
}

/// A correction that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefusedCorrection {
    /// The record of the update or delete.
    pub source: Source,
    /// Why, and what to do.
    pub reason: String,
}

/// Where a row was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the batch that made this version.
    Version(u64),
    /// In a batch that is still open.
    OpenBatch,
    /// Among those that wait for the scaler or the first version.
    Waiting,
}

/// What became of a correction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Corrected {
    /// The row of this record was taken out.
    TakenOut(Source, Place),
    /// The row was never learned.
    NotLearned,
    /// Its row is not known.
    Unknown,
    /// Its batch is no longer there.
    LetGo,
}

impl Lane {
    /// Gets ready to correct, where the lane does; what was kept by another configuration is let go.
    pub(super) fn start_correcting(&mut self) {
        if !self.config.changes.correct() {
            self.corrections = None;
            return;
        }
        match &mut self.corrections {
            Some(corrections) => {
                let records = self.batch_from;
                corrections.history.clear(records);
            }
            None => {
                self.corrections = Some(Box::new(Corrections {
                    keys: Keys::new(self.corrections_max),
                    history: History::new(self.corrections_max),
                    dirty: None,
                    before: None,
                    made: 0,
                    refused: 0,
                    listed: VecDeque::new(),
                    gone: BTreeSet::new(),
                    rebuilds: 0,
                }));
            }
        }
    }

    /// Whether the lane takes rows out again.
    pub(crate) fn corrects(&self) -> bool {
        self.corrections.is_some()
    }

    /// Whether rows were taken out of versions since the model was last used.
    pub(super) fn is_being_corrected(&self) -> bool {
        let corrections = self.corrections.as_ref();
        corrections.is_some_and(|corrections| corrections.before.is_some())
    }

    /// Whether versions have to be made anew.
    pub(crate) fn is_dirty(&self) -> bool {
        let corrections = self.corrections.as_ref();
        corrections.is_some_and(|corrections| corrections.dirty.is_some())
    }

    /// Notes that a training row stands for its key from now on.
    pub(crate) fn note_row(&mut self, id: RowId, record: u64) {
        if let Some(corrections) = &mut self.corrections {
            corrections.keys.note(id, record);
        }
    }

    /// Notes that a row is gone, and stays learned.
    pub(crate) fn forget_row(&mut self, id: RowId) {
        if let Some(corrections) = &mut self.corrections {
            corrections.keys.take(id);
        }
    }

    /// Whether a row is known by its key, or its values.
    pub(crate) fn knows_row(&self, id: RowId) -> bool {
        let corrections = self.corrections.as_ref();
        corrections.is_some_and(|corrections| corrections.keys.knows(id))
    }

    /// Takes out the row that is known by this.
    pub(crate) fn correct(&mut self, id: RowId) -> Corrected {
        let Some(corrections) = &mut self.corrections else {
            return Corrected::Unknown;
        };
        let Some(record) = corrections.keys.take(id) else {
            return Corrected::Unknown;
        };
        let open = self.batch.take_out(record);
        let (source, place) =
            if let Some(source) = open.or_else(|| self.transactions.take_out(record)) {
                (source, Place::OpenBatch)
            } else if let Some(source) = self.waiting.take_out(record) {
                (source, Place::Waiting)
            } else if let Some((version, source)) = corrections.history.take_out(record) {
                self.note_dirty(version);
                (source, Place::Version(version))
            } else if record < corrections.history.let_go {
                return Corrected::LetGo;
            } else {
                return Corrected::NotLearned;
            };
        if let Some(corrections) = &mut self.corrections {
            corrections.made += 1;
            corrections.gone.insert(record);
            if corrections.gone.len() > GONE_MAX {
                corrections.gone.pop_first();
            }
        }
        Corrected::TakenOut(source, place)
    }

    /// Lists a correction that is refused.
    pub(crate) fn refuse_correction(&mut self, source: Source, reason: String) {
        if let Some(corrections) = &mut self.corrections {
            corrections.refused += 1;
            if corrections.listed.len() == LISTED_MAX {
                corrections.listed.pop_front();
            }
            let refused = RefusedCorrection { source, reason };
            corrections.listed.push_back(refused);
        }
    }

    /// Whether a record's row was taken out again.
    pub(crate) fn took_out(&self, record: u64) -> bool {
        let corrections = self.corrections.as_ref();
        corrections.is_some_and(|corrections| corrections.gone.contains(&record))
    }

    /// Rows that were taken out again.
    pub fn corrected(&self) -> u64 {
        let corrections = self.corrections.as_ref();
        corrections.map_or(0, |corrections| corrections.made)
    }

    /// Corrections that were refused.
    pub fn corrections_refused(&self) -> u64 {
        let corrections = self.corrections.as_ref();
        corrections.map_or(0, |corrections| corrections.refused)
    }

    /// The newest refused corrections, oldest first.
    pub fn refused_corrections(&self) -> impl DoubleEndedIterator<Item = &RefusedCorrection> {
        let corrections = self.corrections.iter();
        corrections.flat_map(|corrections| &corrections.listed)
    }

    /// How often versions were made anew because of corrections.
    pub fn rebuilds(&self) -> u64 {
        let corrections = self.corrections.as_ref();
        corrections.map_or(0, |corrections| corrections.rebuilds)
    }

    /// So many rows are kept to be taken out again, about.
    pub(crate) fn corrections_max(&self) -> usize {
        self.corrections_max
    }

    /// Keeps the state before a batch, where one is due.
    pub(super) fn keep_state_before(&mut self, batch: &Batch) {
        let Some(corrections) = &mut self.corrections else {
            return;
        };
        if !batch.nothing_came() && corrections.history.wants_state() {
            let state = State {
                model: self.model.clone(),
                scaler: self.scaler.clone(),
                sample: self.measuring.sample.clone(),
            };
            let version = self.timeline.versions() + 1;
            corrections.history.keep_state(version, state);
        }
    }

    /// Keeps a batch that made a version, or so many empty ones, where the lane corrects; gives back the room for the next.
    pub(super) fn keep_step(&mut self, mut rows: Batch, versions: u64, to_record: u64) -> Batch {
        let Some(corrections) = &mut self.corrections else {
            rows.clear();
            return rows;
        };
        corrections.history.keep(Step {
            version: self.timeline.versions() + 1 - versions,
            versions,
            rows,
            from_record: self.batch_from,
            to_record,
            predicted: false,
        });
        Batch::default()
    }

    /// Notes that the newest version has classified a row.
    pub(super) fn note_prediction(&mut self) {
        if let Some(corrections) = &mut self.corrections {
            corrections.history.predicted();
        }
    }

    /// Lets go of all batches: the model has started again.
    pub(super) fn forget_history(&mut self, records: u64) {
        if let Some(corrections) = &mut self.corrections {
            corrections.history.clear(records);
        }
    }

    /// Notes that the batch of a version has lost a row, and what the versions were before that.
    fn note_dirty(&mut self, version: u64) {
        let Some(corrections) = &mut self.corrections else {
            return;
        };
        let dirty = corrections.dirty.unwrap_or(version);
        corrections.dirty = Some(dirty.min(version));
        let before = corrections.before.get_or_insert_with(|| Before {
            version: self.timeline.versions() + 1,
            entries: Vec::new(),
            ranges: self.ranges.clone(),
        });
        // What lies before the first correction has not been touched.
        let untouched = self.timeline.since_version(version).iter();
        let mut entries: Vec<Entry> = untouched
            .take_while(|entry| entry.first < before.version)
            .cloned()
            .collect();
        entries.append(&mut before.entries);
        before.entries = entries;
        before.version = before.version.min(version);
    }
}

impl KeptCorrections {
    /// All versions in it.
    pub(super) fn all_entries(&self) -> impl Iterator<Item = &Entry> {
        let before = self.before.iter().flat_map(|before| &before.entries);
        self.entries.iter().chain(before)
    }
}

impl Corrections {
    /// What a checkpoint keeps, of a lane whose versions are up to date.
    pub(super) fn to_kept(&self, timeline: &[Entry]) -> KeptCorrections {
        let Corrections {
            keys,
            history,
            // Versions are up to date.
            dirty: _,
            before,
            made,
            refused,
            listed,
            // Is only drawn, or counted.
            gone: _,
            rebuilds: _,
        } = self;
        let earlier = &timeline[..timeline.len().saturating_sub(1)];
        let first = history.steps.front().map_or(u64::MAX, |step| step.version);
        let from = earlier.partition_point(|entry| entry.last < first);
        KeptCorrections {
            keys: keys.clone(),
            history: history.to_kept(),
            before: before.clone(),
            made: *made,
            refused: *refused,
            listed: listed.clone(),
            // The one before the first too, so that something stands before what is made anew.
            entries: earlier[from.saturating_sub(1)..].to_vec(),
        }
    }

    /// Goes on with what was kept of a lane of this configuration.
    ///
    /// # Errors
    /// What of it is not of such a lane, field first.
    pub(super) fn from_kept(
        config: &LaneConfig,
        most: usize,
        kept: KeptCorrections,
    ) -> Result<Corrections, String> {
        let KeptCorrections {
            keys,
            history,
            before,
            made,
            refused,
            listed,
            entries: _,
        } = kept;
        Ok(Corrections {
            keys: keys.going_on(most),
            history: History::from_kept(config, most, history)?,
            dirty: None,
            before,
            made,
            refused,
            listed,
            gone: BTreeSet::new(),
            rebuilds: 0,
        })
    }
}
