//! Training rows, and the versions that their batches make.

use learn::Rows;
use learn::online::Task;

use super::{Lane, Row};
use crate::config::Cut;
use crate::event::{BatchEvent, LabEvent, Outbox, VersionEvent};
use crate::timeline::Entry;

impl Lane {
    /// Adds a training row; a batch that is full makes a version.
    pub(super) fn train(&mut self, row: &Row, out: &mut Outbox) {
        self.rows_trained += 1;
        self.still = false;
        if self.config.cut == Cut::Transaction {
            return self.train_in_transaction(row);
        }
        self.batch.push(row);
        if self.config.cut == Cut::Count(self.batch.len()) {
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
            if !rows.is_empty() {
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
        if !self.is_started() {
            return;
        }
        let dim = self.config.dim();
        let mut features = self.batch.features().to_vec();
        if self.model.task() == Task::Clustering {
            self.measuring.sample.see(&features, dim);
        }
        self.scale_batch(&mut features);
        let Ok(rows) = Rows::new(&features, dim) else {
            return;
        };
        self.make_version(rows, records, out);
        self.batch_from = records;
        for row in std::mem::take(&mut self.held) {
            self.predict(row, out);
        }
        self.end_round_that_is_over(out);
        self.leave_parent_if_due();
    }

    /// Learns from the open batch, whose rows are in the model's units here, and tells the version.
    fn make_version(&mut self, rows: Rows<'_>, records: u64, out: &mut Outbox) {
        let dim = self.config.dim();
        let before = self.model.numbers();
        let fitted = self.model.partial_fit(rows, self.batch.targets());
        let (span, records_of_batch) = (self.batch.span(), self.batch.records());
        self.batch.clear();
        let version = self.timeline.versions() + 1;
        let after = self.version();
        let empty = fitted.rows == 0;
        self.measuring.keep_point(records, self.timeline.versions());
        if empty && after.numbers.same_places(&before) {
            self.still = after.numbers == before;
            self.timeline.extend_run(version, records, after);
            let batch = self.empty_batch();
            let event = self.version_event(version, version, Some(batch));
            out.push_empty(event);
        } else {
            self.measuring.told = None;
            let batch = BatchEvent {
                rows: fitted.rows as u64,
                task: self.model.task(),
                counts: fitted.counts.clone(),
                shift: fitted.shift,
                loss_before: fitted.loss_before,
                loss_after: fitted.loss_after,
                tested: self.tested(),
                span: span.clone(),
            };
            self.timeline.push(Entry {
                first: version,
                last: version,
                rows: batch.rows,
                counts: fitted.counts,
                shift: fitted.shift,
                shifts: before.moves(&after.numbers, dim),
                loss_before: fitted.loss_before,
                loss_after: fitted.loss_after,
                tested: batch.tested,
                from_record: self.batch_from,
                to_record: records,
                span,
                records: records_of_batch,
                split: fitted.split,
                restarted: None,
                model: Some(after),
            });
            let event = self.version_event(version, version, Some(batch));
            out.push(LabEvent::Version(event));
            self.grow_ranges();
            if !empty {
                self.look_for_drift(fitted.loss_before, records, out);
            }
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

    pub(super) fn grow_ranges(&mut self) {
        let dim = self.config.dim();
        let version = self.version();
        let numbers = version.in_columns();
        let Some(model) = numbers.clusters() else {
            return;
        };
        for (i, value) in model.centroids.iter().enumerate() {
            if value.is_finite() {
                let range = &mut self.ranges[i % dim];
                *range = (range.0.min(*value), range.1.max(*value));
            }
        }
    }
}
