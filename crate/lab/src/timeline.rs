//! The versions of a lane, each with the batch that made it.
//!
//! Summaries stay; models are bounded in bytes and the oldest go first. Empty batches in which nothing
//! but the weights changes share one entry. Which rows made a version is kept as ranges of their numbers, bounded too.
//!
//! - `records`: the rows of a version

use std::borrow::Cow;
use std::sync::Arc;

use learn::online::Numbers;
use learn::scale::Scale;
use serde::{Deserialize, Serialize};

use crate::event::{Source, Tested};
use crate::follow::told::Followed;

mod records;

pub use records::Records;

/// Ranges of record numbers on a timeline: of a batch whose rows came one after the other it is one. The oldest go first.
pub const RANGES_MAX: usize = 200_000;

/// A model's numbers, and the scaler's that go with them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Version {
    /// In the model's units: behind the scaler.
    pub numbers: Numbers,
    /// How features are scaled; None where they are not, or not yet.
    pub scale: Option<Arc<Scale>>,
}

impl Version {
    /// The numbers in the columns' units.
    pub fn in_columns(&self) -> Cow<'_, Numbers> {
        match &self.scale {
            None => Cow::Borrowed(&self.numbers),
            Some(scale) => Cow::Owned(scale.to_columns(&self.numbers)),
        }
    }

    fn bytes(&self) -> usize {
        let scale = self.scale.as_ref().map_or(0, |scale| 4 * scale.mean.len());
        size_of::<f64>() * (self.numbers.len() + scale)
    }
}

/// A version, or a run of empty ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// First version of the entry.
    pub first: u64,
    /// Last version; later than `first` only in a run of empty batches.
    pub last: u64,
    /// Training rows of the batch.
    pub rows: u64,
    /// Rows per cluster, by the model before, or per class.
    pub counts: Vec<u64>,
    /// Largest move of a centroid, or that of the coefficients, in the model's units.
    #[serde(with = "learn::number")]
    pub shift: f64,
    /// Move of each centroid, or of each coefficient and then the intercept, in the model's units.
    #[serde(with = "learn::number::list")]
    pub shifts: Vec<f64>,
    /// Mean loss per row before (squared distance, squared error, log-loss); NaN without rows.
    #[serde(with = "learn::number")]
    pub loss_before: f64,
    /// Mean loss per row after; NaN without rows.
    #[serde(with = "learn::number")]
    pub loss_after: f64,
    /// How the version does on the newest test rows; None where there are none with a target.
    pub tested: Option<Tested>,
    /// Records applied when the batch was opened.
    pub from_record: u64,
    /// Records applied when the (first) version was made.
    pub to_record: u64,
    /// First and last record of the batch.
    pub span: Option<(Source, Source)>,
    /// The batch's rows, by record number; None once that was let go ([`RANGES_MAX`]), or where it was never known.
    #[serde(default)]
    pub records: Option<Records>,
    /// Spark: the cluster that was split, and the dying one that was laid beside it.
    pub split: Option<(usize, usize)>,
    /// The truncate because of which the lane started again from its initial model.
    pub restarted: Option<Restart>,
    /// How often corrections have rewritten it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub revision: u64,
    /// Of a job's version: its cut, and how far the lane's own rules are from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub followed: Option<Arc<Followed>>,
    /// The model of the last version; None once it was let go.
    pub model: Option<Version>,
}

/// A lane's new start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Restart {
    /// Index of the stream that was truncated.
    pub stream: u32,
    /// The record that said so.
    pub source: Source,
}

impl Entry {
    /// Versions that no row made and in which no centroid moved.
    fn without_rows(
        (first, last): (u64, u64),
        (from_record, to_record): (u64, u64),
        parts: Parts,
        model: Option<Version>,
    ) -> Entry {
        Entry {
            first,
            last,
            rows: 0,
            counts: vec![0; parts.counts],
            shift: 0.0,
            shifts: vec![0.0; parts.moves],
            loss_before: f64::NAN,
            loss_after: f64::NAN,
            tested: None,
            from_record,
            to_record,
            span: None,
            records: Some(Records::default()),
            split: None,
            restarted: None,
            revision: 0,
            followed: None,
            model,
        }
    }
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// How many numbers a version's summary has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// Clusters, or classes.
    pub counts: usize,
    /// Centroids, or coefficients and intercept.
    pub moves: usize,
}

/// A lane's history.
#[derive(Clone, Debug)]
pub struct Timeline {
    /// Oldest first; never empty: the first is version 1, or a version 0 without a model as long as there is none, or the one
    /// that a checkpoint was of.
    entries: Vec<Entry>,
    /// Entries from here on still have their model.
    models_from: usize,
    models_max: usize,
    /// Entries from here on still know their rows.
    records_from: usize,
    /// Ranges of record numbers in all entries.
    ranges: usize,
    parts: Parts,
}

impl Timeline {
    /// Starts with version 1; keeps at most `models_bytes` of models.
    pub fn new(initial: Version, parts: Parts, models_bytes: usize) -> Timeline {
        let models_max = (models_bytes / initial.bytes().max(1)).max(1);
        Timeline {
            entries: vec![Entry::without_rows((1, 1), (0, 0), parts, Some(initial))],
            models_from: 0,
            models_max,
            records_from: 0,
            ranges: 0,
            parts,
        }
    }

    /// Starts without a version.
    pub fn without_version(parts: Parts) -> Timeline {
        Timeline {
            entries: vec![Entry::without_rows((0, 0), (0, 0), parts, None)],
            models_from: 0,
            models_max: 1,
            records_from: 0,
            ranges: 0,
            parts,
        }
    }

    /// Goes on after an entry, which has its model; what was before it is not there.
    pub(crate) fn going_on(
        entry: Entry,
        model: &Version,
        parts: Parts,
        models_bytes: usize,
    ) -> Timeline {
        Timeline {
            ranges: ranges_of(&entry),
            entries: vec![entry],
            ..Timeline::new(model.clone(), parts, models_bytes)
        }
    }

    /// Goes on after entries that are there, all but the newest of them given here, oldest first.
    pub(crate) fn with_earlier(mut self, earlier: Vec<Entry>) -> Timeline {
        let newest = std::mem::take(&mut self.entries);
        for entry in earlier.into_iter().chain(newest) {
            self.push(entry);
        }
        self
    }

    /// Takes all entries from this version's on away: they are made anew.
    pub(crate) fn cut_at(&mut self, version: u64) -> Vec<Entry> {
        let at = self.entries.partition_point(|entry| entry.last < version);
        let cut = self.entries.split_off(at);
        self.ranges -= cut.iter().map(ranges_of).sum::<usize>();
        self.models_from = self.models_from.min(at);
        self.records_from = self.records_from.min(at);
        cut
    }

    /// The entries from this version's on.
    pub(crate) fn since_version(&self, version: u64) -> &[Entry] {
        let at = self.entries.partition_point(|entry| entry.last < version);
        &self.entries[at..]
    }

    /// The same, to be changed.
    pub(crate) fn since_version_mut(&mut self, version: u64) -> &mut [Entry] {
        let at = self.entries.partition_point(|entry| entry.last < version);
        &mut self.entries[at..]
    }

    /// All entries, oldest first.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// How many numbers a version's summary has.
    pub fn parts(&self) -> Parts {
        self.parts
    }

    /// The newest entry.
    pub fn newest(&self) -> &Entry {
        &self.entries[self.entries.len() - 1]
    }

    /// The newest version.
    pub fn versions(&self) -> u64 {
        self.newest().last
    }

    /// Index of the entry that holds this version (the nearest one there is).
    pub fn of_version(&self, version: u64) -> usize {
        self.entries
            .partition_point(|entry| entry.first <= version)
            .saturating_sub(1)
    }

    /// The rows that made a version, by record number: none of version 1 and of empty batches.
    ///
    /// None where there is no such version, and where that was let go ([`RANGES_MAX`]).
    pub fn rows_of(&self, version: u64) -> Option<&Records> {
        let entry = &self.entries[self.of_version(version)];
        let is_there = (entry.first..=entry.last).contains(&version);
        entry.records.as_ref().filter(|_| is_there)
    }

    /// Index of the entry whose model was in use after this many applied records.
    pub fn of_record(&self, record: u64) -> usize {
        self.entries
            .partition_point(|entry| entry.to_record <= record)
            .saturating_sub(1)
    }

    /// Adds a version.
    pub fn push(&mut self, entry: Entry) {
        self.ranges += ranges_of(&entry);
        self.entries.push(entry);
        while self.ranges > RANGES_MAX && self.records_from < self.entries.len() {
            let oldest = &mut self.entries[self.records_from];
            self.ranges -= ranges_of(oldest);
            oldest.records = None;
            self.records_from += 1;
        }
        if self.entries.len() - self.models_from > self.models_max {
            self.entries[self.models_from].model = None;
            self.models_from += 1;
        }
    }

    /// Says anew what the newest version's model is: its scaler has learned.
    pub fn set_newest_model(&mut self, model: Version) {
        if let Some(newest) = self.entries.last_mut() {
            newest.model = Some(model);
        }
    }

    /// Adds empty versions up to `last` that changed nothing but the weights; `to_record` is when.
    pub fn extend_run(&mut self, last: u64, to_record: u64, model: Version) {
        let newest = self.newest();
        if newest.rows == 0 && newest.first > 1 && newest.shift == 0.0 && newest.restarted.is_none()
        {
            let at = self.entries.len() - 1;
            self.entries[at].last = last;
            self.entries[at].model = Some(model);
            return;
        }
        let (first, from_record) = (newest.last + 1, newest.to_record);
        self.push(Entry::without_rows(
            (first, last),
            (from_record, to_record),
            self.parts,
            Some(model),
        ));
    }
}

fn ranges_of(entry: &Entry) -> usize {
    let records = entry.records.as_ref();
    records.map_or(0, |records| records.ranges().len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_versions_share_an_entry_and_old_models_go_first() {
        let model = Version {
            numbers: Numbers::Clusters(learn::kmeans::Model {
                centroids: vec![1.0],
                weights: vec![1.0],
            }),
            scale: None,
        };
        let parts = Parts {
            counts: 1,
            moves: 1,
        };
        let mut timeline = Timeline::new(model.clone(), parts, 32);
        timeline.extend_run(2, 5, model.clone());
        timeline.extend_run(300, 9, model.clone());
        assert_eq!(timeline.entries().len(), 2);
        assert_eq!(timeline.versions(), 300);
        let mut entry = timeline.newest().clone();
        (entry.first, entry.last, entry.rows, entry.to_record) = (301, 301, 3, 12);
        timeline.push(entry);
        assert_eq!(timeline.entries()[0].model, None);
        assert!(timeline.newest().model.is_some());
        assert_eq!(timeline.of_version(299), 1);
        assert_eq!(timeline.of_record(11), 1);
        assert_eq!(timeline.of_record(12), 2);
        timeline.extend_run(302, 12, model);
        assert_eq!(timeline.entries().len(), 4);
    }
    #[test]
    fn rows_of_the_oldest_versions_are_let_go() {
        let model = Version {
            numbers: Numbers::Linear(learn::Linear {
                coefficients: vec![1.0],
                intercept: 0.0,
            }),
            scale: None,
        };
        let parts = Parts {
            counts: 0,
            moves: 2,
        };
        let mut timeline = Timeline::new(model, parts, 1 << 20);
        // Every second record: as many ranges as rows.
        let rows = RANGES_MAX as u64 / 2;
        for version in 2..5 {
            let first = version * 2 * rows;
            let numbers: Vec<u64> = (first..first + 2 * rows).step_by(2).collect();
            let mut entry = timeline.newest().clone();
            (entry.first, entry.last, entry.rows) = (version, version, rows);
            entry.records = Some(Records::of(&numbers));
            timeline.push(entry);
        }
        assert_eq!(timeline.rows_of(2), None);
        for version in [3, 4] {
            let records = timeline.rows_of(version).unwrap();
            assert_eq!(records.rows(), rows);
            assert!(records.contains(version * 2 * rows));
        }
        assert_eq!(timeline.rows_of(5), None);
    }
}
