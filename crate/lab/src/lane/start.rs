//! How a lane starts: from an initial model that is given, or from one that is made of the first rows.

use std::sync::Arc;

use learn::Rows;
use learn::online::Online;
use learn::scale::Scale;

use super::scaling::LaneScaler;
use super::{Lane, Told};
use crate::event::{LabEvent, Outbox};
use crate::timeline::Timeline;

impl Lane {
    /// Whether there is a model: a version.
    pub fn is_started(&self) -> bool {
        match self.following {
            Some(_) => self.timeline.versions() > 0,
            None => self.model.rows_wanted() == 0,
        }
    }

    /// Training rows that the first version is made of; None where it is there.
    pub fn rows_to_start(&self) -> Option<usize> {
        Some(self.model.rows_wanted()).filter(|rows| *rows > 0)
    }

    /// Makes version 1 of the initial model; `at_ms` is the time.
    pub(super) fn begin(&mut self, at_ms: i64, out: &mut Outbox) {
        self.start();
        let parts = self.timeline.parts();
        self.timeline = Timeline::new(self.version(), parts, self.model_bytes);
        self.grow_ranges();
        out.push(LabEvent::Version(self.version_event(1, 1, None)));
        if self.now_ms.is_some() {
            self.open_window_at(at_ms);
        }
        self.leave_parent_if_due();
    }

    /// Goes back to the initial model, behind the scaler as it is.
    pub(super) fn start(&mut self) {
        self.model = self.initial.clone();
        let scale = self.scaler.as_ref().and_then(LaneScaler::scale).cloned();
        if let (Some(scale), false) = (scale, self.config.model_is_scaled) {
            self.start_scaled(&scale);
        }
    }

    /// Makes the initial model of the rows to train that wait, and with it version 1; whether that could be.
    ///
    /// It is chosen among rows in the model's units, and is then, as every initial model, given in the columns'.
    pub(super) fn start_with_waiting(&mut self, at_ms: i64, out: &mut Outbox) -> bool {
        let wanted = self.model.rows_wanted();
        let tried = self.waiting.tried;
        if self.waiting.to_train() < wanted || tried && !self.waiting.newest_is_new() {
            return false;
        }
        let (rows, scale) = self.rows_to_start_with();
        if rows.len() < wanted * self.config.dim() {
            return false;
        }
        match self.initial_of(&rows, scale.as_deref()) {
            Ok(initial) => {
                self.initial = initial;
                self.begin(at_ms, out);
                true
            }
            Err(reason) => {
                if !tried && let Some(newest) = self.waiting.newest() {
                    self.told.push(Told::Note {
                        record: newest.record,
                        text: format!("{} waits for more rows: {reason}", self.name),
                    });
                }
                self.waiting.tried = true;
                false
            }
        }
    }

    /// The rows that wait to be trained and can be, in the model's units, row-major; and the scaler of these.
    ///
    /// A scaler that learns with the lane's batches knows nothing yet: it is asked what it would do after these rows.
    fn rows_to_start_with(&self) -> (Vec<f64>, Option<Arc<Scale>>) {
        let is_finite = |features: &[f64]| features.iter().all(|number| number.is_finite());
        let training = || {
            self.waiting
                .training()
                .filter(|row| is_finite(&row.features))
        };
        let all: Vec<f64> = training().flat_map(|row| row.features.clone()).collect();
        let rows = Rows::new(&all, self.config.dim()).ok();
        let scale = match (&self.scaler, rows) {
            (Some(scaler), Some(rows)) => scaler.scale_after(rows),
            _ => None,
        };
        let mut start = Vec::with_capacity(all.len());
        for row in training() {
            let mut features = row.features.clone();
            match (&row.scaled, &scale) {
                (Some(scaled), _) => features.clone_from(&scaled.features),
                (None, Some(scale)) => scale.transform(&mut features),
                (None, None) => {}
            }
            if is_finite(&features) && self.model.check_row(&features, row.target).is_ok() {
                start.extend(features);
            }
        }
        (start, scale)
    }

    /// The initial model that these rows, in the model's units, give, in the columns' units.
    fn initial_of(&self, rows: &[f64], scale: Option<&Scale>) -> Result<Box<dyn Online>, String> {
        let rows = Rows::new(rows, self.config.dim()).map_err(|e| e.to_string())?;
        let mut model = self.model.clone();
        model.start_with(rows)?;
        let numbers = model.numbers();
        if let Some(scale) = scale {
            model.start_from(&scale.to_columns(&numbers))?;
        }
        Ok(model)
    }
}
