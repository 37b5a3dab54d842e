//! Windows of lab time that cut batches.

use learn::online::Online;

use super::Lane;
use super::batch::Batch;
use crate::config::Cut;
use crate::event::{Outbox, RUN_MAX};

impl Lane {
    /// When the open window ends, ms of lab time; None where no window is open.
    pub fn window_end_ms(&self) -> Option<i64> {
        match (self.config.cut, self.window) {
            (Cut::Interval(ms), Some(window)) => window.checked_add(1)?.checked_mul(ms),
            _ => None,
        }
    }

    /// Takes note of lab time, and opens the window that it is in, if none is open; without a model there are none.
    pub fn open_window(&mut self, time_ms: i64) {
        self.now_ms = Some(time_ms);
        if self.is_started() {
            self.open_window_at(time_ms);
        }
    }

    pub(super) fn open_window_at(&mut self, time_ms: i64) {
        if let Cut::Interval(ms) = self.config.cut {
            self.window.get_or_insert(time_ms.div_euclid(ms));
        }
    }

    /// Ends the open window and opens the next.
    pub fn close_window(&mut self, records: u64, out: &mut Outbox) {
        self.window = self.window.map(|window| window + 1);
        self.close_batch(records, out);
    }

    /// Whether further empty windows change nothing at all.
    pub fn is_still(&self) -> bool {
        self.still && self.batch.nothing_came() && self.held.is_empty()
    }

    /// Passes all windows that end by `time_ms`, where each is empty and changes nothing.
    pub fn skip_windows(&mut self, time_ms: i64, records: u64, out: &mut Outbox) {
        let skipped = self.windows_until(time_ms);
        if skipped <= 0 {
            return;
        }
        self.use_model(out);
        let first = self.timeline.versions() + 1;
        let last = first + skipped as u64 - 1;
        self.timeline.extend_run(last, records, self.version());
        self.keep_step(Batch::default(), skipped as u64, records);
        let batch = self.empty_batch();
        let event = self.version_event(first, last, Some(batch));
        out.push_empty(event);
        self.window = self.window.map(|window| window + skipped);
        self.batch_from = records;
        self.leave_parent_if_due();
    }

    /// The model after all windows that end by `time_ms`, and whether the last of them changed it.
    ///
    /// None where that has to be found out window by window: a row waits, or a centroid moves.
    pub fn faded(&self, time_ms: i64) -> Option<(Box<dyn Online>, bool)> {
        let passed = self.windows_until(time_ms);
        if passed <= 0 || self.is_still() {
            return Some((self.model.clone(), !self.still));
        }
        if self.has_rows() {
            return None;
        }
        let mut model = self.model.clone();
        let changed = model.fade(passed as u64)?;
        Some((model, changed))
    }

    /// Passes all windows that end by `time_ms`, with what [`Lane::faded`] found.
    pub fn pass_windows(
        &mut self,
        time_ms: i64,
        records: u64,
        (model, changed): (Box<dyn Online>, bool),
        out: &mut Outbox,
    ) {
        let passed = self.windows_until(time_ms);
        if !self.is_still() && passed <= RUN_MAX as i64 {
            // So few are told of one by one.
            (0..passed).for_each(|_| self.close_window(records, out));
            return;
        }
        (self.model, self.still) = (model, !changed);
        self.skip_windows(time_ms, records, out);
    }

    /// Whether rows wait for the open window's end.
    pub fn has_rows(&self) -> bool {
        !self.batch.nothing_came() || !self.held.is_empty()
    }

    fn windows_until(&self, time_ms: i64) -> i64 {
        match (self.config.cut, self.window) {
            (Cut::Interval(ms), Some(window)) => time_ms.div_euclid(ms).saturating_sub(window),
            _ => 0,
        }
    }
}
