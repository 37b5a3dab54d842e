//! What a finding offers: a change of the lab file, in a lane.

use learn::models::Settings;
use serde::{Deserialize, Serialize};

use crate::config::{Batch, LabFile, LaneFile, Redelivered, ScalerFile, ScalerKind, Update};

/// A change of the lab file that mends a finding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fix {
    /// What it is called: "Use 0.5".
    pub words: String,
    /// Name of the lane.
    pub lane: String,
    /// What it does.
    pub kind: FixKind,
}

/// What a fix does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FixKind {
    /// Gives k-means another decay factor.
    Decay(f64),
    /// Gives each initial centroid this weight.
    Weights(f64),
    /// Gives k-means another number of clusters: the first of the initial centroids that are given.
    K(usize),
    /// Scales features by mean and standard deviation.
    Scale,
    /// Ends batches after so many rows.
    BatchRows(usize),
    /// Ends the scaler's windows after so many rows.
    ScalerRows(usize),
    /// Takes a feature out of the lane.
    LeaveOut(String),
    /// Says what updates do.
    Updates(Update),
    /// Says what events that come again do.
    Redelivered(Redelivered),
    /// Does as the algorithm means it.
    NoDefects,
}

impl Fix {
    /// Changes a lab file; one that has no such lane stays as it is.
    pub fn apply(&self, file: &mut LabFile) {
        let all = file.features.clone();
        let Some(lane) = file.lanes.iter_mut().find(|lane| lane.name == self.lane) else {
            return;
        };
        match &self.kind {
            FixKind::Decay(factor) => {
                if let Settings::Kmeans(model) = &mut lane.model {
                    (model.decay_factor, model.half_life) = (Some(*factor), None);
                }
            }
            FixKind::Weights(weight) => weigh(lane, *weight),
            FixKind::K(k) => set_k(lane, *k),
            FixKind::Scale => lane.scaler = Some(standard()),
            FixKind::BatchRows(rows) => lane.batch = Some(Batch::Count { rows: *rows }),
            FixKind::ScalerRows(rows) => {
                if let Some(scaler) = &mut lane.scaler {
                    scaler.batch = Some(Batch::Count { rows: *rows });
                }
            }
            FixKind::LeaveOut(feature) => leave_out(lane, &all, feature),
            FixKind::Updates(update) => lane.changes.update = *update,
            FixKind::Redelivered(redelivered) => lane.changes.redelivered = *redelivered,
            FixKind::NoDefects => lane.engine_defects = Some(false),
        }
    }
}

fn standard() -> ScalerFile {
    ScalerFile {
        kind: ScalerKind::Standard,
        freeze_after: None,
        mean: None,
        std: None,
        engine: None,
        with_mean: None,
        with_std: None,
        batch: None,
    }
}

fn weigh(lane: &mut LaneFile, weight: f64) {
    let Settings::Kmeans(model) = &mut lane.model else {
        return;
    };
    let initial = &mut model.initial;
    if let Some(centroids) = &initial.centroids {
        initial.weights = Some(vec![weight; centroids.len()]);
    }
    if let Some(random) = &mut initial.random {
        random.weight = weight;
    }
    if let Some(plus_plus) = &mut initial.plus_plus {
        plus_plus.weight = weight;
    }
}

fn set_k(lane: &mut LaneFile, k: usize) {
    if let Settings::Kmeans(model) = &mut lane.model {
        model.k = Some(k);
        if let Some(centroids) = &mut model.initial.centroids {
            centroids.truncate(k);
        }
        if let Some(weights) = &mut model.initial.weights {
            weights.truncate(k);
        }
        if let Some(plus_plus) = &mut model.initial.plus_plus {
            plus_plus.rows = plus_plus.rows.max(k);
        }
    }
    if let Some(labels) = &mut lane.cluster_labels {
        labels.truncate(k);
    }
}

fn leave_out(lane: &mut LaneFile, all: &[String], feature: &str) {
    let features = lane.features.get_or_insert_with(|| all.to_vec());
    let Some(at) = features.iter().position(|name| name == feature) else {
        return;
    };
    features.remove(at);
    let take = |numbers: &mut Vec<f64>| {
        if at < numbers.len() {
            numbers.remove(at);
        }
    };
    let linear = match &mut lane.model {
        Settings::Kmeans(model) => {
            let centroids = model.initial.centroids.iter_mut().flatten();
            centroids.for_each(take);
            None
        }
        Settings::Rls(model) => Some(&mut model.initial),
        Settings::Sgd(model) => Some(&mut model.initial),
        Settings::SparkLinear(model) => Some(&mut model.0.initial),
        Settings::SparkLogistic(model) => Some(&mut model.0.initial),
        Settings::FlinkLogistic(model) => Some(&mut model.initial),
    };
    if let Some(initial) = linear {
        initial.coefficients.iter_mut().for_each(take);
    }
    if let Some(scaler) = &mut lane.scaler {
        scaler.mean.iter_mut().for_each(take);
        scaler.std.iter_mut().for_each(take);
    }
}
