//! Training rows that wait for a batch to end.

use serde::{Deserialize, Serialize};

use super::Row;
use crate::event::Source;
use crate::timeline::Records;

/// Rows, and where each came from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Batch {
    /// Features in the columns' units, row-major.
    #[serde(with = "learn::number::list")]
    features: Vec<f64>,
    /// By row, in the model's units, where a scaler with windows of its own scaled it as it arrived.
    #[serde(with = "learn::number::maybe_lists")]
    scaled: Vec<Option<Vec<f64>>>,
    /// One for each row, where the model has a target.
    #[serde(with = "learn::number::list")]
    targets: Vec<f64>,
    sources: Vec<Source>,
    /// The records' numbers; fewer than rows where a checkpoint of an earlier release did not have them.
    #[serde(default)]
    records: Vec<u64>,
    /// Rows that were taken out again: they count where a batch is cut.
    #[serde(default, skip_serializing_if = "is_zero")]
    gone: usize,
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

impl Batch {
    pub(super) fn push(&mut self, row: &Row) {
        self.features.extend_from_slice(&row.features);
        let scaled = row.scaled.as_ref();
        self.scaled
            .push(scaled.map(|scaled| scaled.features.clone()));
        self.targets.extend(row.target);
        self.sources.push(row.source.clone());
        self.records.push(row.record);
    }

    pub(super) fn append(&mut self, other: &mut Batch) {
        self.features.append(&mut other.features);
        self.scaled.append(&mut other.scaled);
        self.targets.append(&mut other.targets);
        self.sources.append(&mut other.sources);
        self.records.append(&mut other.records);
        self.gone += std::mem::take(&mut other.gone);
    }

    pub(super) fn clear(&mut self) {
        self.features.clear();
        self.scaled.clear();
        self.targets.clear();
        self.sources.clear();
        self.records.clear();
        self.gone = 0;
    }

    /// Drops the rows of a topic; `dim` numbers are a row.
    pub(super) fn drop_topic(&mut self, topic: &str, dim: usize) {
        let mut kept = Batch {
            gone: self.gone,
            ..Batch::default()
        };
        let knows_records = self.records.len() == self.len();
        for (i, (features, source)) in self.features.chunks(dim).zip(&self.sources).enumerate() {
            if *source.topic != *topic {
                kept.features.extend_from_slice(features);
                kept.scaled.push(self.scaled[i].take());
                kept.targets.extend(self.targets.get(i));
                kept.sources.push(source.clone());
                kept.records
                    .extend(self.records.get(i).filter(|_| knows_records));
            }
        }
        *self = kept;
    }

    /// Takes a record's row out, and says where it came from; None where it is none of these.
    pub(super) fn take_out(&mut self, record: u64) -> Option<Source> {
        if self.records.len() != self.len() {
            return None;
        }
        let at = self.records.iter().position(|row| *row == record)?;
        let dim = self.features.len() / self.len();
        self.features.drain(at * dim..(at + 1) * dim);
        self.scaled.remove(at);
        if !self.targets.is_empty() {
            self.targets.remove(at);
        }
        self.records.remove(at);
        self.gone += 1;
        Some(self.sources.remove(at))
    }

    /// Takes the rows back to the columns' units: the scaler starts again.
    pub(super) fn forget_scaled(&mut self) {
        self.scaled.iter_mut().for_each(|scaled| *scaled = None);
    }

    /// Whether it is rows of so many numbers, each with a target or none.
    pub(super) fn fits(&self, dim: usize, with_target: bool) -> bool {
        let targets = if with_target { self.len() } else { 0 };
        let scaled = self.scaled.iter().flatten();
        self.features.len() == self.len() * dim
            && self.scaled.len() == self.len()
            && self.records.len() <= self.len()
            && scaled.map(Vec::len).all(|len| len == dim)
            && self.targets.len() == targets
    }

    pub(super) fn len(&self) -> usize {
        self.sources.len()
    }

    /// Rows that came, those that were taken out again too.
    pub(super) fn came(&self) -> usize {
        self.len() + self.gone
    }

    /// Whether no row came.
    pub(super) fn nothing_came(&self) -> bool {
        self.came() == 0
    }

    pub(super) fn features(&self) -> &[f64] {
        &self.features
    }

    /// By row: as it was scaled when it arrived.
    pub(super) fn scaled(&self) -> &[Option<Vec<f64>>] {
        &self.scaled
    }

    pub(super) fn targets(&self) -> &[f64] {
        &self.targets
    }

    /// The records' numbers; None where some are not known.
    pub(super) fn records(&self) -> Option<Records> {
        (self.records.len() == self.len()).then(|| Records::of(&self.records))
    }

    /// The first and the last row's place.
    pub(super) fn span(&self) -> Option<(Source, Source)> {
        Some((self.sources.first()?.clone(), self.sources.last()?.clone()))
    }
}
