//! Training rows that wait for a batch to end.

use serde::{Deserialize, Serialize};

use crate::event::Source;

/// Rows, and where each came from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Batch {
    /// Features, row-major.
    #[serde(with = "learn::number::list")]
    features: Vec<f64>,
    /// One for each row, where the model has a target.
    #[serde(with = "learn::number::list")]
    targets: Vec<f64>,
    sources: Vec<Source>,
}

impl Batch {
    pub(super) fn push(&mut self, features: &[f64], target: Option<f64>, source: &Source) {
        self.features.extend_from_slice(features);
        self.targets.extend(target);
        self.sources.push(source.clone());
    }

    pub(super) fn append(&mut self, other: &mut Batch) {
        self.features.append(&mut other.features);
        self.targets.append(&mut other.targets);
        self.sources.append(&mut other.sources);
    }

    pub(super) fn clear(&mut self) {
        self.features.clear();
        self.targets.clear();
        self.sources.clear();
    }

    /// Drops the rows of a topic; `dim` numbers are a row.
    pub(super) fn drop_topic(&mut self, topic: &str, dim: usize) {
        let mut kept = Batch::default();
        for (i, (features, source)) in self.features.chunks(dim).zip(&self.sources).enumerate() {
            if *source.topic != *topic {
                kept.push(features, self.targets.get(i).copied(), source);
            }
        }
        *self = kept;
    }

    /// Whether it is rows of so many numbers, each with a target or none.
    pub(super) fn fits(&self, dim: usize, with_target: bool) -> bool {
        let targets = if with_target { self.len() } else { 0 };
        self.features.len() == self.len() * dim && self.targets.len() == targets
    }

    pub(super) fn len(&self) -> usize {
        self.sources.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }

    pub(super) fn features(&self) -> &[f64] {
        &self.features
    }

    pub(super) fn targets(&self) -> &[f64] {
        &self.targets
    }

    /// The first and the last row's place.
    pub(super) fn span(&self) -> Option<(Source, Source)> {
        Some((self.sources.first()?.clone(), self.sources.last()?.clone()))
    }
}
