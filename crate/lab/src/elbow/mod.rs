//! Which k: k-means with 1 to 8 clusters on the rows that a lane has learned, in the same batches, under the same rules.
//!
//! It works in small steps, so that nobody is held up, and goes on where it stopped when there are more versions. What
//! comes out depends on rows and settings alone, not on the steps. A lane by count that is given a candidate's k and start
//! learns the same, bit for bit; one by interval has the rows that it started from in its first batch.
//!
//! - `candidate`: one k, trained and measured
//! - `told`: what is shown: two curves, a sentence; [`use_k`]: a lane with that k

mod candidate;
#[cfg(test)]
mod tests;
mod told;

use std::collections::VecDeque;

use learn::Rows;
use learn::kmeans::Settings as Kmeans;
use learn::models::Settings;
use serde::{Deserialize, Serialize};

use crate::config::Cut;
use crate::lab::Lab;
use crate::lane::Lane;
use crate::timeline::Entry;
use candidate::Candidate;
pub use told::{ElbowPoint, ElbowView, use_k};

/// The largest k.
pub const K_MAX: usize = 8;
/// Inertia and silhouettes are of so many of the newest rows that were learned.
const MEASURED: usize = 512;
/// Centroids are chosen among so many first rows, where the lane's batches are not cut by count.
const START_ROWS: usize = 32;
/// And among at most so many.
const START_ROWS_MAX: usize = 1_000;

/// How the candidates start: k-means++ among the first rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// The first seed.
    pub seed: u64,
    /// How often centroids are chosen, with this seed and those after it; those of the least inertia are kept.
    pub restarts: usize,
}

impl Default for Start {
    fn default() -> Start {
        Start {
            seed: 1,
            restarts: 3,
        }
    }
}

/// The candidates of a lane, and how far they are.
#[derive(Clone, Debug)]
pub struct Elbow {
    start: Start,
    /// The lane that they are of, by its hash.
    lane: Option<u64>,
    candidates: Vec<Candidate>,
    /// The last version that all candidates have been through; 0 where they have not started.
    version: u64,
    /// What that version's entry was: where it is another one, the past was changed.
    at: Option<At>,
    /// The batch under way, in the model's units.
    open: Option<Open>,
    /// The newest rows that were learned, row-major, as their version's scaler scaled them.
    newest: VecDeque<f64>,
    /// What came of it, for the version that all have been through.
    measured: Option<ElbowView>,
}

/// What tells an entry of a timeline from what was in its place.
#[derive(Clone, Copy, Debug, PartialEq)]
struct At {
    first: u64,
    rows: u64,
    to_record: u64,
    shift: u64,
    revision: u64,
}

/// A batch on its way through the candidates.
#[derive(Clone, Debug)]
struct Open {
    /// The version that it made, the last one of a run of empty batches.
    version: u64,
    at: At,
    rows: Vec<f64>,
    /// Empty batches before that version.
    empty: u64,
    restarts: bool,
    /// The next candidate.
    next: usize,
}

impl Elbow {
    /// Starts with nothing learned.
    pub fn new(start: Start) -> Elbow {
        Elbow {
            start,
            lane: None,
            candidates: Vec::new(),
            version: 0,
            at: None,
            open: None,
            newest: VecDeque::new(),
            measured: None,
        }
    }

    /// Does a small piece of the work on a lane; whether there is more.
    ///
    /// A piece is one candidate's way through one batch.
    pub fn step(&mut self, lab: &Lab, lane: usize) -> bool {
        let Some((lane, settings)) = of(lab, lane) else {
            return false;
        };
        if self.is_of_another(lane) {
            *self = Elbow::new(self.start);
            self.lane = Some(lane.config.hash);
        }
        if self.version == 0 && !self.choose(lab, lane, settings) {
            return false;
        }
        if self.open.is_none() {
            self.open = self.next_batch(lab, lane);
        }
        match &mut self.open {
            Some(open) => {
                if let Some(candidate) = self.candidates.get_mut(open.next) {
                    candidate.learn(&open.rows, open.empty, open.restarts);
                    open.next += 1;
                }
                if open.next >= self.candidates.len() {
                    self.close_batch(lane.config.dim());
                }
                true
            }
            None => self.measure(lane),
        }
    }

    /// Whether what was learned is of another lane, or of a past that was changed.
    fn is_of_another(&self, lane: &Lane) -> bool {
        let is_other = self.lane != Some(lane.config.hash);
        let entry = entry_of(lane, self.version);
        // Of a run of empty versions only the end moves on.
        is_other || self.at.is_some() && entry.map(at_of) != self.at
    }

    /// Chooses the candidates' first centroids; false where the rows for that are not there yet.
    fn choose(&mut self, lab: &Lab, lane: &Lane, settings: &Kmeans) -> bool {
        let dim = lane.config.dim();
        let mut rows = Vec::new();
        let wanted = start_rows(lane) * dim;
        let mut entries = lane.timeline.entries().iter();
        let from = first_known(lab, lane);
        for entry in entries.by_ref().filter(|entry| entry.first > from) {
            if rows.len() < wanted {
                rows.extend(rows_of(lab, lane, entry).unwrap_or_default());
            }
        }
        if rows.len() < wanted {
            return false;
        }
        rows.truncate(wanted);
        let candidate = |k| Candidate::start(k, settings, dim, &rows, self.start);
        self.candidates = (1..=K_MAX).map(candidate).collect();
        self.version = from;
        self.at = entry_of(lane, from).map(at_of);
        true
    }

    fn next_batch(&self, lab: &Lab, lane: &Lane) -> Option<Open> {
        let entry = entry_of(lane, self.version + 1)?;
        let empty = match entry.rows {
            0 => entry.last - self.version,
            _ => 0,
        };
        Some(Open {
            version: entry.last,
            at: at_of(entry),
            rows: rows_of(lab, lane, entry).unwrap_or_default(),
            empty: if entry.restarted.is_some() { 0 } else { empty },
            restarts: entry.restarted.is_some(),
            next: 0,
        })
    }

    fn close_batch(&mut self, dim: usize) {
        let Some(open) = self.open.take() else {
            return;
        };
        (self.version, self.at) = (open.version, Some(open.at));
        let most = MEASURED * dim;
        let new = &open.rows[open.rows.len().saturating_sub(most)..];
        let over = (self.newest.len() + new.len()).saturating_sub(most);
        self.newest.drain(..over);
        self.newest.extend(new);
    }

    /// Measures the next candidate of the newest version; whether there is more to do.
    fn measure(&mut self, lane: &Lane) -> bool {
        let is_known = |view: &ElbowView| view.version == self.version;
        if self.measured.as_ref().is_some_and(is_known) {
            return false;
        }
        let version = self.version;
        let newest = self.newest.make_contiguous();
        let Ok(rows) = Rows::new(newest, lane.config.dim()) else {
            return false;
        };
        let open = |candidate: &&mut Candidate| candidate.measured_at != version;
        if let Some(candidate) = self.candidates.iter_mut().find(open) {
            candidate.measure(rows, version);
            return true;
        }
        self.measured = Some(told::view(
            &self.candidates,
            (version, rows.len() as u64),
            self.start,
        ));
        false
    }
}

/// The lane, and its settings, where it is k-means.
fn of(lab: &Lab, lane: usize) -> Option<(&Lane, &Kmeans)> {
    match &lab.config.file.lanes.get(lane)?.model {
        Settings::Kmeans(settings) => Some((lab.lanes.get(lane)?, settings)),
        _ => None,
    }
}

/// Rows that the candidates start from: as many as a first batch has, and enough for all of them.
fn start_rows(lane: &Lane) -> usize {
    match lane.config.cut {
        Cut::Count(rows) => rows.clamp(K_MAX, START_ROWS_MAX),
        _ => START_ROWS,
    }
}

/// The version behind which the rows of all are still there.
fn first_known(lab: &Lab, lane: &Lane) -> u64 {
    let entries = lane.timeline.entries().iter().rev();
    let known = entries.take_while(|entry| entry.first > 1 && is_there(lab, entry));
    known
        .last()
        .map_or_else(|| lane.timeline.versions().max(1), |entry| entry.first - 1)
}

/// Whether the rows of an entry are retained.
fn is_there(lab: &Lab, entry: &Entry) -> bool {
    let records = entry.records.as_ref();
    records.is_some_and(|records| {
        let first = records.ranges().first();
        records.rows() == entry.rows && first.is_none_or(|(first, _)| *first >= lab.rows.first())
    })
}

/// The rows of an entry, as its version's scaler scaled them; None where they are no longer there.
fn rows_of(lab: &Lab, lane: &Lane, entry: &Entry) -> Option<Vec<f64>> {
    let records = entry.records.as_ref().filter(|_| is_there(lab, entry))?;
    let columns = &lane.config.features;
    let mut rows = Vec::with_capacity(entry.rows as usize * columns.len());
    for record in records.iter() {
        rows.extend(
            columns
                .iter()
                .map(|column| lab.rows.number(record, *column)),
        );
    }
    // Of old versions the model may be let go: then the next one's scaler is the nearest.
    let entries = lane.timeline.entries();
    let at = lane.timeline.of_version(entry.first);
    let version = entries[at..].iter().find_map(|entry| entry.model.as_ref());
    if let Some(scale) = version.and_then(|version| version.scale.as_ref()) {
        scale.transform(&mut rows);
    }
    Some(rows)
}

fn entry_of(lane: &Lane, version: u64) -> Option<&Entry> {
    let entry = &lane.timeline.entries()[lane.timeline.of_version(version)];
    (entry.first..=entry.last)
        .contains(&version)
        .then_some(entry)
}

fn at_of(entry: &Entry) -> At {
    At {
        first: entry.first,
        rows: entry.rows,
        to_record: entry.to_record,
        shift: entry.shift.to_bits(),
        revision: entry.revision,
    }
}
