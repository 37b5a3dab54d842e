//! A lane's scaler: it learns with each batch, before the model does.

use std::sync::Arc;

use learn::Checkpoint;
use learn::Rows;
use learn::scale::Scale;
use learn::scaler::{self, Kind, Scaler};
use serde::{Deserialize, Serialize};

use super::Lane;
use crate::config::Scaling;

/// A scaler, and what it does now.
#[derive(Clone, Debug)]
pub(super) struct LaneScaler {
    scaler: Scaler,
    freeze_after: Option<u64>,
    /// None until it has learned something.
    scale: Option<Arc<Scale>>,
}

/// What a checkpoint keeps of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeptScaler {
    /// What it has learned.
    pub(crate) state: scaler::State,
    /// What it does; null until it has learned something.
    pub(crate) scale: Option<Arc<Scale>>,
}

impl LaneScaler {
    pub(super) fn to_kept(&self) -> KeptScaler {
        let LaneScaler {
            scaler,
            // Of the lab file.
            freeze_after: _,
            scale,
        } = self;
        KeptScaler {
            state: scaler.state().clone(),
            scale: scale.clone(),
        }
    }

    pub(super) fn from_kept(config: &Scaling, kept: KeptScaler) -> Result<LaneScaler, String> {
        let KeptScaler { state, scale } = kept;
        let spec = config.scaler.checkpoint().spec;
        let dim = spec.dim;
        let lists = |scale: &Arc<Scale>| {
            [&scale.mean, &scale.std, &scale.centre, &scale.factor].map(Vec::len)
        };
        if scale.as_ref().is_some_and(|scale| lists(scale) != [dim; 4]) {
            return Err(format!("scale: is not of {dim} features"));
        }
        let scaler = Scaler::resume(Checkpoint { spec, state }).map_err(|e| e.to_string())?;
        Ok(LaneScaler {
            scaler,
            freeze_after: config.freeze_after,
            scale,
        })
    }

    pub(super) fn new(config: &Scaling) -> LaneScaler {
        let scaler = config.scaler.clone();
        // Where it goes on from a checkpoint, it knows rows.
        let is_known = matches!(scaler.kind(), Kind::Fixed { .. }) || scaler.state().rows > 0;
        LaneScaler {
            scale: is_known.then(|| Arc::new(Scale::of(&scaler))),
            freeze_after: config.freeze_after,
            scaler,
        }
    }

    pub(super) fn scale(&self) -> Option<&Arc<Scale>> {
        self.scale.as_ref()
    }

    /// Learns from rows in the columns' units, as far as it is not frozen.
    fn learn(&mut self, rows: Rows<'_>) {
        let seen = self.scaler.state().rows;
        let most = self
            .freeze_after
            .map_or(u64::MAX, |most| most.saturating_sub(seen));
        let most = usize::try_from(most).unwrap_or(usize::MAX).min(rows.len());
        if most == 0 {
            return;
        }
        self.scaler.partial_fit(rows.first(most));
        self.scale = Some(Arc::new(Scale::of(&self.scaler)));
    }
}

impl Lane {
    /// Lets the scaler learn from the open batch, and brings the batch into the model's units.
    pub(super) fn scale_batch(&mut self, features: &mut [f64]) {
        let Some(scaler) = &mut self.scaler else {
            return;
        };
        let was_unknown = scaler.scale.is_none();
        if let Ok(rows) = Rows::new(features, self.config.dim()) {
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
        let numbers = scale.to_model(&self.model.numbers());
        // Where that cannot be (a centroid that becomes the zero vector under cosine), it stays as it was given.
        let _ = self.model.start_from(&numbers);
    }

    /// A row in the model's units.
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
