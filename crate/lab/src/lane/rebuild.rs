//! Versions made anew, after rows were taken out of their batches.
//!
//! The cut into batches stays: each batch makes its version again, from the rows that it still has, by the same steps as
//! the first time. Predictions that were made stand as they are, and so do measures and drift. The test rows by
//! which a rewritten version is judged are the newest there are.
//!
//! However many corrections there are between two uses of the model, the versions that come out have one revision more,
//! and are told once, when the model is used: it does not matter whether somebody looked at them meanwhile.

use super::Lane;
use super::history::{History, Step};
use super::train::grow;
use crate::event::{LabEvent, Outbox, VersionEvent};
use crate::timeline::{Entry, Version};

impl Lane {
    /// Makes the model fit for use: versions are made anew where corrections ask for it, and told.
    pub(crate) fn use_model(&mut self, out: &mut Outbox) {
        if !self.is_being_corrected() {
            return;
        }
        self.settle();
        let corrections = self.corrections.as_mut();
        let Some(before) = corrections.and_then(|corrections| corrections.before.take()) else {
            return;
        };
        for entry in self.timeline.since_version(before.version) {
            let old = since_version(&before.entries, entry.first).first();
            let is_known = old.is_some_and(|old| {
                let is = |entry: &Entry| (entry.first, entry.last, entry.revision);
                is(old) == is(entry)
            });
            if !is_known && let Some(model) = &entry.model {
                out.push(LabEvent::Version(self.revised(entry, model)));
            }
        }
    }

    /// Makes versions anew where corrections ask for it; nothing is told.
    pub(crate) fn settle(&mut self) {
        let Some(mut corrections) = self.corrections.take() else {
            return;
        };
        if let Some(version) = corrections.dirty.take() {
            corrections.rebuilds += 1;
            self.rebuild(version, &mut corrections.history);
            if let Some(before) = &corrections.before {
                self.number_revisions(before.version, &before.entries);
                self.ranges.clone_from(&before.ranges);
                let entries = self.timeline.since_version(before.version).iter();
                for model in entries.filter_map(|entry| entry.model.as_ref()) {
                    grow(&mut self.ranges, model);
                }
            }
            self.measuring.told = None;
        }
        self.corrections = Some(corrections);
    }

    /// Makes the versions from this one on anew.
    fn rebuild(&mut self, version: u64, history: &mut History) {
        let at = history
            .states
            .partition_point(|(before, _)| *before <= version);
        let Some((from, state)) = at.checked_sub(1).and_then(|at| history.states.get(at)) else {
            return;
        };
        self.model = state.model.clone();
        self.scaler.clone_from(&state.scaler);
        self.measuring.sample = state.sample.clone();
        self.timeline.cut_at(version);
        let first = history.steps.partition_point(|step| step.version < *from);
        for step in history.steps.range(first..) {
            if let Ok(state) = history
                .states
                .binary_search_by_key(&step.version, |(before, _)| *before)
                && step.version > version
            {
                let state = &mut history.states[state].1;
                state.model = self.model.clone();
                state.scaler.clone_from(&self.scaler);
                state.sample = self.measuring.sample.clone();
            }
            match step.version < version {
                true => self.learn_again(step),
                false => self.make_again(step),
            }
            if step.predicted {
                // Some engines keep what they first predicted with; what they predicted does not matter.
                let _ = self.model.predict(&vec![0.0; self.config.dim()]);
            }
        }
    }

    /// Learns from a step whose versions stand.
    fn learn_again(&mut self, step: &Step) {
        if step.is_batch() {
            self.fit(&step.rows);
            return;
        }
        let mut left = step.versions;
        while left > 0 {
            if self.model.fade(left).is_some() {
                return;
            }
            self.fit(&step.rows);
            left -= 1;
        }
    }

    /// Makes the versions of a step.
    fn make_again(&mut self, step: &Step) {
        let records = (step.from_record, step.to_record);
        let mut left = step.versions;
        while left > 0 {
            if !step.is_batch()
                && let Some(changed) = self.model.fade(left)
            {
                self.still = !changed;
                let last = self.timeline.versions() + left;
                self.timeline
                    .extend_run(last, step.to_record, self.version());
                return;
            }
            if let Some(fit) = self.fit(&step.rows) {
                self.add_version(fit, &step.rows, records);
            }
            left -= 1;
        }
    }

    /// Gives versions that came out as they were back what they were, and the others a revision more than they had.
    fn number_revisions(&mut self, from: u64, before: &[Entry]) {
        for entry in self.timeline.since_version_mut(from) {
            let overlapping = since_version(before, entry.first)
                .iter()
                .take_while(|old| old.first <= entry.last);
            match overlapping.clone().find(|old| is_same(old, entry)) {
                Some(same) => *entry = same.clone(),
                None => {
                    let revisions = overlapping.map(|old| old.revision);
                    entry.revision = revisions.max().unwrap_or(0) + 1;
                }
            }
        }
    }

    /// What is told of a rewritten version.
    fn revised(&self, entry: &Entry, model: &Version) -> VersionEvent {
        VersionEvent {
            lane: self.index,
            lane_name: self.name.clone(),
            first: entry.first,
            last: entry.last,
            engine_version: self.model.engine_version(entry.last),
            numbers: model.in_columns().into_owned(),
            dim: self.config.dim(),
            scale: model.scale.clone(),
            batch: Some(self.batch_event(entry)),
            restarted: None,
            revision: entry.revision,
            followed: None,
            // Of predictions, which stand.
            metrics: None,
        }
    }
}

/// The entries from this version's on.
fn since_version(entries: &[Entry], version: u64) -> &[Entry] {
    &entries[entries.partition_point(|entry| entry.last < version)..]
}

/// Whether a version that was made anew is the one that it was, as exactly as text tells it.
///
/// How it does on test rows is not compared: those are others meanwhile.
fn is_same(old: &Entry, new: &Entry) -> bool {
    // Text keeps neither the sign of 0 nor what kind of NaN it is.
    let bits = |x: &f64| match x.is_nan() {
        true => f64::NAN.to_bits(),
        false => (x + 0.0).to_bits(),
    };
    let numbers = |entry: &Entry| {
        let mut all = vec![entry.shift, entry.loss_before, entry.loss_after];
        all.extend(&entry.shifts);
        if let Some(version) = &entry.model {
            all.extend(version.numbers.places());
            let clusters = version.numbers.clusters();
            all.extend(clusters.iter().flat_map(|model| &model.weights));
            if let Some(scale) = &version.scale {
                all.extend([&scale.mean, &scale.std].into_iter().flatten());
            }
        }
        all.iter().map(bits).collect::<Vec<u64>>()
    };
    (old.first, old.last, old.rows, old.split) == (new.first, new.last, new.rows, new.split)
        && old.counts == new.counts
        && old.records == new.records
        && old.model.is_some() == new.model.is_some()
        && numbers(old) == numbers(new)
}
