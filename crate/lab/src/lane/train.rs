//! Training rows, and the versions that their batches make.

use learn::Rows;
use learn::online::{Fitted, Numbers, Task};

use super::batch::Batch;
use super::{Lane, Row};
use crate::config::Cut;
use crate::event::{BatchEvent, LabEvent, Outbox, VersionEvent};
use crate::timeline::{Entry, Version};

/// What a batch did to the model.
pub(super) struct Fit {
    /// The numbers that the model had.
    before: Numbers,
    fitted: Fitted,
}

impl Lane {
    /// Adds a training row; a batch that is full makes a version.
    pub(super) fn train(&mut self, row: &Row, out: &mut Outbox) {
        self.rows_trained += 1;
        self.still = false;
        if self.config.cut == Cut::Transaction {
            return self.train_in_transaction(row);
        }
        self.batch.push(row);
        if self.config.cut == Cut::Count(self.batch.came()) {
            self.close_batch(row.record + 1, out);
        }
    }

    /// Ends the open batch by hand; of a lane that cuts by transaction, each open transaction.
    ///
    /// A scaler's window that is ended by hand ends before it.
    pub fn close(&mut self, records: u64, out: &mut Outbox) {
        if self.scales_by_hand() {
            self.end_scaler_window(out);
        }
        for mut rows in self.transactions.take_all() {
            if !rows.nothing_came() {
                self.batch.append(&mut rows);
                self.close_batch(records, out);
            }
        }
        if self.config.cut != Cut::Transaction {
            self.close_batch(records, out);
        }
    }

    /// Ends the open batch, full or not, and classifies what waited for it.
    pub fn close_batch(&mut self, records: u64, out: &mut Outbox) {
        if !self.is_started() || self.following.is_some() {
            return;
        }
        self.use_model(out);
        let batch = std::mem::take(&mut self.batch);
        self.keep_state_before(&batch);
        let Some(fit) = self.fit(&batch) else {
            self.batch = batch;
            return;
        };
        self.make_version(fit, &batch, records, out);
        self.batch = self.keep_step(batch, 1, records);
        self.batch_from = records;
        for row in std::mem::take(&mut self.held) {
            self.predict(row, out);
        }
        self.end_round_that_is_over(out);
        self.leave_parent_if_due();
    }

    /// Learns from a batch: the scaler first, where it does with the lane's batches, then the model.
    ///
    /// None where its rows are not of the lane's width, which they always are.
    pub(super) fn fit(&mut self, batch: &Batch) -> Option<Fit> {
        let dim = self.config.dim();
        let mut features = batch.features().to_vec();
        if self.model.task() == Task::Clustering {
            self.measuring.sample.see(&features, dim);
        }
        self.scale_batch(batch, &mut features);
        let rows = Rows::new(&features, dim).ok()?;
        let before = self.model.numbers();
        let fitted = self.model.partial_fit(rows, batch.targets());
        Some(Fit { before, fitted })
    }

    /// Adds the version that a batch made to the timeline, and tells it.
    fn make_version(&mut self, fit: Fit, batch: &Batch, records: u64, out: &mut Outbox) {
        let loss_before = fit.fitted.loss_before;
        self.measuring.keep_point(records, self.timeline.versions());
        let version = self.timeline.versions() + 1;
        if !self.add_version(fit, batch, (self.batch_from, records)) {
            let batch = self.empty_batch();
            let event = self.version_event(version, version, Some(batch));
            return out.push_empty(event);
        }
        self.measuring.told = None;
        let told = self.batch_event(self.timeline.newest());
        let event = self.version_event(version, version, Some(told));
        out.push(LabEvent::Version(event));
        self.grow_ranges();
        if batch.len() > 0 {
            self.look_for_drift(loss_before, records, out);
        }
    }

    /// Adds the version that a batch made to the timeline; false where it is one of a run of empty ones in which nothing but
    /// weights changed.
    ///
    /// A batch that lost all its rows again is told of as a batch.
    pub(super) fn add_version(
        &mut self,
        fit: Fit,
        batch: &Batch,
        (from_record, to_record): (u64, u64),
    ) -> bool {
        let Fit { before, fitted } = fit;
        let version = self.timeline.versions() + 1;
        let after = self.version();
        if batch.nothing_came() && after.numbers.same_places(&before) {
            self.still = after.numbers == before;
            self.timeline.extend_run(version, to_record, after);
            return false;
        }
        // Versions that were made anew meanwhile may have found that nothing changed any more.
        self.still = false;
        let tested = self.tested();
        self.timeline.push(Entry {
            first: version,
            last: version,
            rows: fitted.rows as u64,
            counts: fitted.counts,
            shift: fitted.shift,
            shifts: before.moves(&after.numbers, self.config.dim()),
            loss_before: fitted.loss_before,
            loss_after: fitted.loss_after,
            tested,
            from_record,
            to_record,
            span: batch.span(),
            records: batch.records(),
            split: fitted.split,
            restarted: None,
            revision: 0,
            followed: None,
            model: Some(after),
        });
        true
    }

    /// What is told of the batch that made a version.
    pub(super) fn batch_event(&self, entry: &Entry) -> BatchEvent {
        BatchEvent {
            rows: entry.rows,
            task: self.model.task(),
            counts: entry.counts.clone(),
            shift: entry.shift,
            loss_before: entry.loss_before,
            loss_after: entry.loss_after,
            tested: entry.tested,
            span: entry.span.clone(),
        }
    }

    pub(super) fn version_event(
        &mut self,
        first: u64,
        last: u64,
        batch: Option<BatchEvent>,
    ) -> VersionEvent {
        let version = self.version();
        VersionEvent {
            lane: self.index,
            lane_name: self.name.clone(),
            first,
            last,
            engine_version: self.model.engine_version(last),
            numbers: version.in_columns().into_owned(),
            dim: self.config.dim(),
            scale: version.scale,
            batch,
            restarted: None,
            revision: 0,
            followed: None,
            metrics: self.tell(),
        }
    }

    pub(super) fn empty_batch(&self) -> BatchEvent {
        BatchEvent {
            rows: 0,
            task: self.model.task(),
            counts: vec![0; self.timeline.parts().counts],
            shift: 0.0,
            loss_before: f64::NAN,
            loss_after: f64::NAN,
            tested: None,
            span: None,
        }
    }

    /// Lets the ranges hold the newest version's centroids.
    pub(super) fn grow_ranges(&mut self) {
        let version = self.version();
        grow(&mut self.ranges, &version);
    }
}

/// Lets ranges, by feature, hold a version's centroids.
pub(super) fn grow(ranges: &mut [(f64, f64)], version: &Version) {
    let dim = ranges.len();
    let numbers = version.in_columns();
    let Some(model) = numbers.clusters() else {
        return;
    };
    for (i, value) in model.centroids.iter().enumerate() {
        if value.is_finite() {
            let range = &mut ranges[i % dim];
            *range = (range.0.min(*value), range.1.max(*value));
        }
    }
}
