//! The lab file, checked once into a form that is then valid.

use learn::kmeans::{self, Decay, Params, Spec};

use super::{Batch, Engine, Kmeans, LabError, LabFile, LaneFile, Model, Publish, Stream, Update};

/// A valid experiment.
#[derive(Clone, Debug)]
pub struct Config {
    /// The file that it was made from.
    pub file: LabFile,
    /// The streams, in file order.
    pub streams: Vec<Stream>,
    /// Every column that some lane learns from or takes its label from, each once.
    pub columns: Vec<String>,
    /// Indices of the columns that some lane learns from, ascending.
    pub feature_columns: Vec<usize>,
    /// The lanes, in file order.
    pub lanes: Vec<LaneConfig>,
}

/// A valid lane.
#[derive(Clone, Debug)]
pub struct LaneConfig {
    /// Unique name.
    pub name: String,
    /// Whose rules hold.
    pub engine: Engine,
    /// Names of the features.
    pub feature_names: Vec<String>,
    /// Each feature's index in [`Config::columns`].
    pub features: Vec<usize>,
    /// The label column's index in [`Config::columns`].
    pub label: Option<usize>,
    /// The model's parameters.
    pub params: Params,
    /// Version 1.
    pub initial: kmeans::Model,
    /// When a batch ends.
    pub cut: Cut,
    /// The label that each engine id stands for, in id order.
    pub cluster_labels: Option<Vec<String>>,
    /// What an update does.
    pub update: UpdatePolicy,
    /// Where predictions go.
    pub publish: Option<Publish>,
    /// Hash of lane and streams, the first part of `eddy.id`.
    pub hash: u64,
}

/// When a batch ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// After so many rows.
    Count(usize),
    /// At multiples of so many ms of lab time.
    Interval(i64),
    /// By hand.
    Hand,
}

/// What an update does.
pub type UpdatePolicy = Update;

impl Config {
    /// Checks a lab file.
    ///
    /// # Errors
    /// [`LabError::Value`] names the first place that cannot be, what it is and what to do.
    pub fn check(file: LabFile) -> Result<Config, LabError> {
        if file.eddy != 1 {
            return Err(LabError::value(
                "eddy",
                format!("is {}; this release reads form 1", file.eddy),
            ));
        }
        for (i, stream) in file.streams.iter().enumerate() {
            if file.streams[..i]
                .iter()
                .any(|other| other.topic == stream.topic)
            {
                return Err(LabError::value(
                    format!("streams[{i}].topic"),
                    format!("{:?} is there twice", stream.topic),
                ));
            }
        }
        if file.lanes.is_empty() {
            return Err(LabError::value("lanes", "has no lane; give at least one"));
        }
        let mut columns = Vec::new();
        let mut lanes = Vec::with_capacity(file.lanes.len());
        for (i, lane) in file.lanes.iter().enumerate() {
            if file.lanes[..i].iter().any(|other| other.name == lane.name) {
                return Err(LabError::value(
                    format!("lanes[{i}].name"),
                    format!("{:?} is there twice", lane.name),
                ));
            }
            lanes.push(check_lane(
                &file,
                lane,
                &mut columns,
                &format!("lanes[{i}]"),
            )?);
        }
        let learns = |column: &usize| {
            lanes
                .iter()
                .any(|lane: &LaneConfig| lane.features.contains(column))
        };
        Ok(Config {
            streams: file.streams.clone(),
            feature_columns: (0..columns.len()).filter(learns).collect(),
            columns,
            lanes,
            file,
        })
    }
}

fn check_lane(
    file: &LabFile,
    lane: &LaneFile,
    columns: &mut Vec<String>,
    at: &str,
) -> Result<LaneConfig, LabError> {
    let feature_names = lane.features.as_ref().unwrap_or(&file.features).clone();
    if feature_names.is_empty() {
        return Err(LabError::value(
            "features",
            "is empty; name at least one numeric column",
        ));
    }
    if let Some(twice) =
        (1..feature_names.len()).find(|&i| feature_names[..i].contains(&feature_names[i]))
    {
        return Err(LabError::value(
            "features",
            format!("{:?} is there twice", feature_names[twice]),
        ));
    }
    let Model::Kmeans(model) = &lane.model;
    let (params, initial) = check_kmeans(model, feature_names.len(), at)?;
    let cut = check_cut(lane.batch, model, at)?;
    let cluster_labels: Option<Vec<String>> = lane
        .cluster_labels
        .as_ref()
        .map(|labels| labels.iter().map(super::LabelValue::text).collect());
    if let Some(labels) = &cluster_labels
        && labels.len() != params.k()
    {
        let reason = format!(
            "has {} labels for {} clusters; give one for each",
            labels.len(),
            params.k()
        );
        return Err(LabError::value(format!("{at}.cluster_labels"), reason));
    }
    let mut index = |name: &String| {
        columns
            .iter()
            .position(|column| column == name)
            .unwrap_or_else(|| {
                columns.push(name.clone());
                columns.len() - 1
            })
    };
    Ok(LaneConfig {
        name: lane.name.clone(),
        engine: model.engine,
        features: feature_names.iter().map(&mut index).collect(),
        label: lane.label.as_ref().or(file.label.as_ref()).map(&mut index),
        feature_names,
        params,
        initial,
        cut,
        cluster_labels,
        update: lane.changes.update,
        publish: lane.publish.clone(),
        hash: hash(file, lane),
    })
}

fn check_kmeans(model: &Kmeans, dim: usize, at: &str) -> Result<(Params, kmeans::Model), LabError> {
    let flink = model.engine == Engine::Flink;
    let k = model.k.unwrap_or(2);
    let decay = match (model.decay_factor, model.half_life) {
        (Some(_), Some(_)) => {
            return Err(LabError::value(
                format!("{at}.model.half_life"),
                "stands beside decay_factor; give one of them",
            ));
        }
        (None, Some(half_life)) => Decay::HalfLife(half_life),
        (Some(factor), None) => Decay::Factor(factor),
        (None, None) => Decay::Factor(if flink { 0.0 } else { 1.0 }),
    };
    let only = |there: bool, field: &str, engine: &str| match there {
        true => Err(LabError::value(
            format!("{at}.model.{field}"),
            format!("is {engine}'s; this lane's engine has none"),
        )),
        false => Ok(()),
    };
    only(flink && model.half_life.is_some(), "half_life", "Spark")?;
    only(
        flink && model.time_unit == Some(super::TimeUnit::Points),
        "time_unit",
        "Spark",
    )?;
    only(
        !flink
            && model
                .distance
                .is_some_and(|d| d != super::Distance::Euclidean),
        "distance",
        "Flink",
    )?;
    only(
        !flink && model.parallelism.is_some_and(|p| p != 1),
        "parallelism",
        "Flink",
    )?;
    let spec = Spec {
        engine: if flink {
            kmeans::Engine::Flink
        } else {
            kmeans::Engine::Spark
        },
        k,
        dim,
        decay,
        time_unit: match model.time_unit.unwrap_or(super::TimeUnit::Batches) {
            super::TimeUnit::Batches => kmeans::TimeUnit::Batches,
            super::TimeUnit::Points => kmeans::TimeUnit::Points,
        },
        distance: match model.distance.unwrap_or(super::Distance::Euclidean) {
            super::Distance::Euclidean => kmeans::Distance::Euclidean,
            super::Distance::Manhattan => kmeans::Distance::Manhattan,
            super::Distance::Cosine => kmeans::Distance::Cosine,
        },
        parallelism: model.parallelism.unwrap_or(1),
    };
    let params =
        Params::new(spec).map_err(|e| LabError::value(format!("{at}.model"), e.to_string()))?;
    let initial = check_initial(&model.initial, k, dim, at)?;
    Ok((params, initial))
}

fn check_initial(
    initial: &super::Initial,
    k: usize,
    dim: usize,
    at: &str,
) -> Result<kmeans::Model, LabError> {
    let place = format!("{at}.model.initial.centroids");
    if initial.centroids.len() != k {
        let reason = format!(
            "k is {k}, but {} initial centroids. Give {k}, or set k to {0}",
            initial.centroids.len()
        );
        return Err(LabError::value(place, reason));
    }
    if let Some(i) = initial
        .centroids
        .iter()
        .position(|centroid| centroid.len() != dim)
    {
        let reason = format!(
            "centroid {i} has {} numbers for {dim} features",
            initial.centroids[i].len()
        );
        return Err(LabError::value(place, reason));
    }
    let weights = initial.weights.clone().unwrap_or_else(|| vec![0.0; k]);
    if weights.len() != k {
        let reason = format!("has {} weights for {k} clusters", weights.len());
        return Err(LabError::value(
            format!("{at}.model.initial.weights"),
            reason,
        ));
    }
    Ok(kmeans::Model {
        centroids: initial.centroids.concat(),
        weights,
    })
}

fn check_cut(batch: Option<Batch>, model: &Kmeans, at: &str) -> Result<Cut, LabError> {
    let default = match model.engine {
        Engine::Flink => Batch::Count { rows: 32 },
        Engine::Spark => Batch::Interval { ms: 10_000 },
    };
    match batch.unwrap_or(default) {
        Batch::Count { rows } if rows < model.parallelism.unwrap_or(1).max(1) => {
            let reason = format!("is {rows}; a batch has at least one row for each subtask");
            Err(LabError::value(format!("{at}.batch.rows"), reason))
        }
        Batch::Count { rows } => Ok(Cut::Count(rows)),
        Batch::Interval { ms } if ms < 1 => Err(LabError::value(
            format!("{at}.batch.ms"),
            format!("is {ms}; a window is at least 1 ms long"),
        )),
        Batch::Interval { ms } => Ok(Cut::Interval(ms)),
        Batch::Hand {} => Ok(Cut::Hand),
    }
}

/// FNV-1a of the lane's and the streams' JSON: the same text gives the same hash on every machine.
fn hash(file: &LabFile, lane: &LaneFile) -> u64 {
    let text = serde_json::json!([lane, file.streams, file.features, file.label]).to_string();
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
