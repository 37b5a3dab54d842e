//! The lab file, checked once into a form that is then valid.

use std::collections::BTreeMap;

use change::ColumnTypes;
use learn::kmeans::{self, Params};

use super::kmeans::check_kmeans;
use super::{Batch, Changes, Engine, Kmeans, LabError, LabFile, LaneFile, Model, Publish, Stream};

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
    /// The declared types of columns, by the names that rows have for them.
    pub declared: ColumnTypes,
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
    /// What updates, truncates and repeats do.
    pub changes: Changes,
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
    /// At the end of a database transaction.
    Transaction,
    /// By hand.
    Hand,
}

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
        check_rename(&file.rename)?;
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
            declared: declared(&file),
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
        changes: lane.changes,
        publish: lane.publish.clone(),
        hash: hash(file, lane),
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
        Batch::Transaction {} => Ok(Cut::Transaction),
        Batch::Hand {} => Ok(Cut::Hand),
    }
}

fn check_rename(rename: &BTreeMap<String, String>) -> Result<(), LabError> {
    for (from, to) in rename {
        let reason = if from == to {
            "reads a column as itself; remove it".to_owned()
        } else if let Some(next) = rename.get(to) {
            format!("reads it as {to:?}, which is itself read as {next:?}; name the last one")
        } else {
            continue;
        };
        return Err(LabError::value(format!("rename.{from}"), reason));
    }
    Ok(())
}

/// The declared types; a column that is read as another has that one's, unless it has its own.
fn declared(file: &LabFile) -> ColumnTypes {
    let declared =
        |(name, column): (&String, &super::Column)| (name.clone(), column.clone().into());
    let mut types: ColumnTypes = file.columns.iter().map(declared).collect();
    for (from, to) in &file.rename {
        if let (false, Some(column)) = (types.contains_key(from), types.get(to).cloned()) {
            types.insert(from.clone(), column);
        }
    }
    types
}

/// FNV-1a of the JSON of the lane, the streams and how they are read: the same text gives the same hash on
/// every machine.
fn hash(file: &LabFile, lane: &LaneFile) -> u64 {
    let mut parts = serde_json::json!([lane, file.streams, file.features, file.label]);
    if let (Some(parts), false) = (
        parts.as_array_mut(),
        file.columns.is_empty() && file.rename.is_empty(),
    ) {
        parts.push(serde_json::json!([file.columns, file.rename]));
    }
    let text = parts.to_string();
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
