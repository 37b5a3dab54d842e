//! A lane's scaler: it learns with each batch, before the model does, or in windows of its own.
//!
//! An initial model is given in the columns' units. The first scaler model that is known brings it into the model's
//! units, once; from then on the model goes its own way there, whatever the scaler learns.
//!
//! A scaler that learns with the lane's batch scales the rows of the batch when it closes. One with windows of its own is
//! Flink's `OnlineStandardScaler` as a step of the pipeline before the model: its window closes first, each row is scaled
//! by the newest scaler model as it arrives, and rows that arrive before the first one wait for it.

use std::sync::Arc;

use learn::Checkpoint;
use learn::Rows;
use learn::scale::Scale;
use learn::scaler::{self, Kind, Scaler};
use serde::{Deserialize, Serialize};

use super::batch::Batch;
use super::{Lane, Row, Scaled};
use crate::config::{Cut, Scaling};
use crate::event::Outbox;

/// A scaler, and what it does now.
#[derive(Clone, Debug)]
pub(super) struct LaneScaler {
    scaler: Scaler,
    freeze_after: Option<u64>,
    /// None until it has learned something.
    scale: Option<Arc<Scale>>,
    /// Where it has windows of its own.
    window: Option<Window>,
}

/// The open window of a scaler.
#[derive(Clone, Debug)]
struct Window {
    cut: Cut,
    /// Its rows, in the columns' units, row-major.
    rows: Vec<f64>,
    /// When it ends, ms of lab time; None where it is cut by count, or has no row.
    end_ms: Option<i64>,
}

/// What a checkpoint keeps of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeptScaler {
    /// What it has learned.
    pub(crate) state: scaler::State,
    /// What it does; null until it has learned something.
    pub(crate) scale: Option<Arc<Scale>>,
    /// The open window, of a scaler that has its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    window: Option<KeptWindow>,
}

/// What a checkpoint keeps of a scaler's open window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptWindow {
    /// Its rows, in the columns' units, row-major.
    #[serde(with = "learn::number::list")]
    rows: Vec<f64>,
    /// When it ends, ms of lab time.
    end_ms: Option<i64>,
}

impl LaneScaler {
    pub(super) fn to_kept(&self) -> KeptScaler {
        let LaneScaler {
            scaler,
            // Of the lab file.
            freeze_after: _,
            scale,
            window,
        } = self;
        KeptScaler {
            state: scaler.state().clone(),
            scale: scale.clone(),
            window: window.as_ref().map(|window| {
                let Window {
                    // Of the lab file.
                    cut: _,
                    rows,
                    end_ms,
                } = window;
                KeptWindow {
                    rows: rows.clone(),
                    end_ms: *end_ms,
                }
            }),
        }
    }

    pub(super) fn from_kept(config: &Scaling, kept: KeptScaler) -> Result<LaneScaler, String> {
        let KeptScaler {
            state,
            scale,
            window,
        } = kept;
        let spec = config.scaler.checkpoint().spec;
        let dim = spec.dim;
        let lists = |scale: &Arc<Scale>| {
            [&scale.mean, &scale.std, &scale.centre, &scale.factor].map(Vec::len)
        };
        if scale.as_ref().is_some_and(|scale| lists(scale) != [dim; 4]) {
            return Err(format!("scale: is not of {dim} features"));
        }
        let window = match (config.cut, window) {
            (None, None) => None,
            (Some(cut), Some(KeptWindow { rows, end_ms })) if rows.len().is_multiple_of(dim) => {
                Some(Window { cut, rows, end_ms })
            }
            _ => return Err("window: is not of this scaler".to_owned()),
        };
        let scaler = Scaler::resume(Checkpoint { spec, state }).map_err(|e| e.to_string())?;
        Ok(LaneScaler {
            scaler,
            freeze_after: config.freeze_after,
            scale,
            window,
        })
    }

    pub(super) fn new(config: &Scaling) -> LaneScaler {
        let scaler = config.scaler.clone();
        // Where it goes on from a checkpoint, it knows rows.
        let is_known = matches!(scaler.kind(), Kind::Fixed { .. }) || scaler.state().rows > 0;
        LaneScaler {
            scale: is_known.then(|| Arc::new(Scale::of(&scaler))),
            freeze_after: config.freeze_after,
            window: config.cut.map(|cut| Window {
                cut,
                rows: Vec::new(),
                end_ms: None,
            }),
            scaler,
        }
    }

    pub(super) fn scale(&self) -> Option<&Arc<Scale>> {
        self.scale.as_ref()
    }

    /// Whether rows have to wait for its first model.
    pub(super) fn is_awaited(&self) -> bool {
        self.window.is_some() && self.scale.is_none()
    }

    /// What it would do after these rows too.
    pub(super) fn scale_after(&self, rows: Rows<'_>) -> Option<Arc<Scale>> {
        let mut after = self.clone();
        if after.window.is_none() {
            after.learn(rows);
        }
        after.scale
    }

    /// Learns from rows in the columns' units, as far as it is not frozen; whether there is a new scaler model.
    fn learn(&mut self, rows: Rows<'_>) -> bool {
        let seen = self.scaler.state().rows;
        let most = self
            .freeze_after
            .map_or(u64::MAX, |most| most.saturating_sub(seen));
        let most = usize::try_from(most).unwrap_or(usize::MAX).min(rows.len());
        if most == 0 {
            return false;
        }
        self.scaler.partial_fit(rows.first(most));
        let before = self.scale.as_ref().and_then(|scale| scale.version);
        let mut scale = Scale::of(&self.scaler);
        if self.window.is_some() {
            scale.version = Some(before.map_or(0, |version| version + 1));
        }
        self.scale = Some(Arc::new(scale));
        true
    }

    /// Adds a training row to the open window; whether the window is full.
    fn add(&mut self, row: &[f64], dim: usize, now_ms: i64) -> bool {
        let Some(window) = &mut self.window else {
            return false;
        };
        window.rows.extend_from_slice(row);
        match window.cut {
            Cut::Count(rows) => window.rows.len() >= rows.saturating_mul(dim),
            Cut::Interval(ms) => {
                let end = now_ms.div_euclid(ms).saturating_add(1).saturating_mul(ms);
                window.end_ms.get_or_insert(end);
                false
            }
            Cut::Transaction | Cut::Hand => false,
        }
    }
}

impl Lane {
    /// When the scaler's open window ends, ms of lab time; None where no row is in it, or it is cut by count.
    pub fn scaler_end_ms(&self) -> Option<i64> {
        self.scaler.as_ref()?.window.as_ref()?.end_ms
    }

    /// Lets a scaler with windows of its own see a training row; a full window makes a scaler model.
    pub(super) fn show_scaler(&mut self, row: &[f64], out: &mut Outbox) {
        let (dim, now_ms) = (self.config.dim(), self.now_ms.unwrap_or(0));
        let scaler = self.scaler.as_mut();
        if scaler.is_some_and(|scaler| scaler.add(row, dim, now_ms)) {
            self.close_scaler_window(now_ms, out);
        }
    }

    /// Ends the scaler's open window with the input, or by hand; one that is cut by count and is not full waits.
    pub fn end_scaler_window(&mut self, out: &mut Outbox) {
        let window = self
            .scaler
            .as_ref()
            .and_then(|scaler| scaler.window.as_ref());
        let ends_ms = window.and_then(|window| match window.cut {
            Cut::Hand => self.now_ms,
            Cut::Interval(_) => window.end_ms.map(|end_ms| end_ms - 1),
            Cut::Count(_) | Cut::Transaction => None,
        });
        if let Some(at_ms) = ends_ms {
            self.close_scaler_window(at_ms, out);
        }
    }

    /// Whether the scaler's window is ended by hand.
    pub(super) fn scales_by_hand(&self) -> bool {
        let window = self
            .scaler
            .as_ref()
            .and_then(|scaler| scaler.window.as_ref());
        window.is_some_and(|window| window.cut == Cut::Hand)
    }

    /// Ends the scaler's open window at a time, ms; the first scaler model lets the rows in that wait for it.
    pub fn close_scaler_window(&mut self, at_ms: i64, out: &mut Outbox) {
        let dim = self.config.dim();
        let Some(scaler) = &mut self.scaler else {
            return;
        };
        let Some(window) = &mut scaler.window else {
            return;
        };
        let rows = std::mem::take(&mut window.rows);
        window.end_ms = None;
        let was_unknown = scaler.scale.is_none();
        let learned = Rows::new(&rows, dim).is_ok_and(|rows| scaler.learn(rows));
        let Some(scale) = scaler.scale.clone().filter(|_| learned) else {
            return;
        };
        if was_unknown {
            self.start_scaled(&scale);
        }
        if self.is_started() {
            self.timeline.set_newest_model(self.version());
        }
        if was_unknown {
            self.scale_waiting();
            self.let_in(at_ms, out);
        }
    }

    /// Lets the scaler learn from a batch, and brings its rows into the model's units.
    pub(super) fn scale_batch(&mut self, batch: &Batch, features: &mut [f64]) {
        let dim = self.config.dim();
        let Some(scaler) = &mut self.scaler else {
            return;
        };
        if scaler.window.is_some() {
            let rows = features.chunks_exact_mut(dim).zip(batch.scaled());
            for (row, scaled) in rows {
                match (scaled, &scaler.scale) {
                    (Some(scaled), _) => row.copy_from_slice(scaled),
                    (None, Some(scale)) => scale.transform(row),
                    (None, None) => {}
                }
            }
            return;
        }
        let was_unknown = scaler.scale.is_none();
        if let Ok(rows) = Rows::new(features, dim) {
            scaler.learn(rows);
        }
        if let Some(scale) = scaler.scale.clone() {
            if was_unknown {
                self.start_scaled(&scale);
            }
            scale.transform(features);
        }
    }

    /// Brings the initial model, which is in the columns' units, into the model's.
    pub(super) fn start_scaled(&mut self, scale: &Scale) {
        if !self.is_started() {
            // There is none yet: it will be made of rows in the model's units.
            return;
        }
        let numbers = scale.to_model(&self.model.numbers());
        // Where that cannot be (a centroid that becomes the zero vector under cosine), it stays as it was given.
        let _ = self.model.start_from(&numbers);
    }

    /// Starts the scaler, with nothing learned and no row in its window.
    pub(super) fn start_scaler(&mut self) {
        self.scaler = self.config.scaling.as_ref().map(LaneScaler::new);
    }

    /// A row as a scaler with windows of its own scales it on arrival; None where there is no such scaler.
    pub(super) fn scaled_on_arrival(&self, features: &[f64]) -> Option<Scaled> {
        let scaler = self.scaler.as_ref()?;
        scaler.window.as_ref()?;
        let scale = scaler.scale.as_ref()?;
        let mut features = features.to_vec();
        scale.transform(&mut features);
        Some(Scaled {
            features,
            version: scale.version,
        })
    }

    /// A row in the model's units, and the number of the scaler that brought it there.
    pub(super) fn in_model_units(&mut self, row: &Row) -> (Vec<f64>, Option<u64>) {
        match &row.scaled {
            Some(scaled) => (scaled.features.clone(), scaled.version),
            None => {
                let scale = self.scaler.as_ref().and_then(LaneScaler::scale);
                let version = scale.and_then(|scale| scale.version);
                (self.scaled(&row.features), version)
            }
        }
    }

    /// A row in the model's units, by the newest scaler.
    pub(super) fn scaled(&mut self, features: &[f64]) -> Vec<f64> {
        let mut row = std::mem::take(&mut self.scratch);
        row.clear();
        row.extend_from_slice(features);
        if let Some(scale) = self.scaler.as_ref().and_then(LaneScaler::scale) {
            scale.transform(&mut row);
        }
        row
    }
}
