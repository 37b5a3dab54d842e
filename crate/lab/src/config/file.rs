//! The lab file's form, field by field.

use std::collections::BTreeMap;

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use learn::models::Settings;

use super::{Column, DriftFile, MetricsFile};

/// One experiment: which streams, how they are read, which lanes learn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LabFile {
    /// Version of the form: 1.
    pub eddy: u32,
    /// The topics that are read, and what their rows do.
    pub streams: Vec<Stream>,
    /// Columns that the models learn from, in this order.
    pub features: Vec<String>,
    /// Column that holds a row's true label; never learned from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Column that regressions learn to predict: a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// What to call each label: {"0": "setosa"}.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub label_names: BTreeMap<String, String>,
    /// What the values of columns mean, where no schema says it: {"price": {"as": "decimal", "scale": 2}}.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<String, Column>,
    /// Columns that are read as others: {"petal_w": "petal_width"} reads the left as the right, where a row
    /// has no column that is called so itself.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rename: BTreeMap<String, String>,
    /// The models that learn, side by side on the same streams.
    pub lanes: Vec<LaneFile>,
}

/// A topic and what its rows do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Stream {
    /// Name of the topic, as Debezium names it: `flink.public.iris_train`.
    pub topic: String,
    /// What its rows do.
    pub role: Role,
    /// Where reading starts.
    #[serde(default, skip_serializing_if = "is_default")]
    pub from: From,
}

/// What a topic's rows do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Fill batches.
    Train,
    /// Are classified.
    Classify,
    /// Are classified by the model as it is, then fill batches.
    Both,
    /// Move time on, nothing else.
    Ignore,
}

/// Where reading of a stream starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum From {
    /// At the oldest record there is.
    #[default]
    Earliest,
    /// At the next record written.
    Latest,
    /// At this offset, in each partition.
    Offset(i64),
    /// At the first record that is not older, ms since the epoch.
    TimestampMs(i64),
}

/// One model under one configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LaneFile {
    /// Name of the lane, unique.
    pub name: String,
    /// The lane that it is up to one of its versions; left out: it is a lane of its own from the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fork: Option<Fork>,
    /// The model topic of a job that the lane's versions come from; left out: it learns by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follow: Option<Follow>,
    /// The model; of a lane that follows a job, the rules by which what the job learned is learned again.
    pub model: Settings,
    /// When a batch ends; left out: as the engine does (Flink 32 rows, Spark 10 s).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<Batch>,
    /// Columns of this lane, in place of the lab's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub features: Option<Vec<String>>,
    /// Label column of this lane, in place of the lab's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Target column of this lane, in place of the lab's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// How features are scaled before the model sees them; left out: not at all. An initial model is given in the columns'
    /// units all the same: the first scaler model that is known brings it into the scaled ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scaler: Option<ScalerFile>,
    /// Whether known defects of the engine are shown as they are; default true. False: as the algorithm means it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine_defects: Option<bool>,
    /// What becomes of a row with a feature (or a target to be learned) that is no finite number. JSON has none: it is
    /// the text "NaN", "inf", "-inf", "Infinity" or "-Infinity", in a column that is declared to hold numbers or not declared.
    #[serde(default, skip_serializing_if = "is_default")]
    pub not_finite: NotFinite,
    /// The label that each engine id stands for, in id order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster_labels: Option<Vec<LabelValue>>,
    /// What updates, deletes, truncates and repeats do.
    #[serde(default, skip_serializing_if = "is_default")]
    pub changes: Changes,
    /// Topic that predictions are published to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publish: Option<Publish>,
    /// Over which rows measures are taken; left out: all, and none in replay lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metrics: Option<MetricsFile>,
    /// What looks for drift in the batches' error; left out: nothing does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drift: Option<DriftFile>,
}

/// Where a lane leaves another: up to this version it is that lane, from there on it goes its own way.
///
/// It goes on from the other's numbers of that version, with its own model's parameters, batches and change policies;
/// its own initial model is not used. Columns, scaler, labels and measures are the other's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Fork {
    /// Name of the other lane, one that stands before this one.
    pub of: String,
    /// Its version, from 1.
    pub version: u64,
}

/// Whose versions a lane takes over: a job of Flink or Spark writes each as a model record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Follow {
    /// The topic that the job writes its model records to; it need not be among the streams.
    pub topic: String,
    /// The lane that the job names in its records; left out: the lane's own name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lane: Option<String>,
}

impl LabFile {
    /// All topics that are read: the streams, and the model topics of lanes that follow a job.
    pub fn reads(&self) -> Vec<Stream> {
        let mut streams = self.streams.clone();
        for follow in self.lanes.iter().filter_map(|lane| lane.follow.as_ref()) {
            if streams.iter().all(|stream| stream.topic != follow.topic) {
                streams.push(Stream {
                    topic: follow.topic.clone(),
                    role: Role::Ignore,
                    from: From::Earliest,
                });
            }
        }
        streams
    }
}

/// A label as text or as a whole number; both mean its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(untagged)]
pub enum LabelValue {
    /// "versicolor"
    Text(String),
    /// 1
    Number(i64),
}

impl LabelValue {
    /// The label's text.
    pub fn text(&self) -> String {
        match self {
            LabelValue::Text(text) => text.clone(),
            LabelValue::Number(number) => number.to_string(),
        }
    }
}

/// How features are scaled before the model sees them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ScalerFile {
    /// How.
    pub kind: ScalerKind,
    /// Training rows that the scaler learns from, 1 or more; then it stays as it is. Left out: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub freeze_after: Option<u64>,
    /// Fixed: what is taken from each feature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean: Option<Vec<f64>>,
    /// Fixed: what each feature is divided by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub std: Option<Vec<f64>>,
    /// Standard: Flink ML's OnlineStandardScaler, in its arithmetic and with windows of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<ScalerEngine>,
    /// Flink: whether the mean is taken from the features; default false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with_mean: Option<bool>,
    /// Flink: whether features are divided by the standard deviation; default true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with_std: Option<bool>,
    /// Flink: when a window of the scaler ends, by count, interval (of lab time; windows without rows make no scaler model)
    /// or hand; left out: as the engine's default, one window over all, which ends with the input, or by hand.
    /// It closes before the lane's batch; rows wait for the first scaler model, and are then scaled by the newest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<Batch>,
}

/// What a scaler makes of a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ScalerKind {
    /// Its distance from the mean of the rows so far, in standard deviations.
    Standard,
    /// Its place between the least and the greatest number so far, 0 to 1.
    MinMax,
    /// Its distance from a given mean, in given standard deviations.
    Fixed,
}

/// The engine whose scaler it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ScalerEngine {
    /// Flink ML 2.3.
    Flink,
}

/// What becomes of a row with a feature that is no finite number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum NotFinite {
    /// It is listed, with what the engine would do, and nothing is learned from it.
    #[default]
    Reject,
    /// What the engine would do; a row on which its job would fail is listed with the reason, and the lane goes on without
    /// it.
    AsEngine,
}

/// When a batch ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(tag = "by", rename_all = "snake_case", deny_unknown_fields)]
pub enum Batch {
    /// After so many rows; the rest waits.
    Count {
        /// Rows of a batch.
        rows: usize,
    },
    /// At the end of each window of lab time, aligned to the epoch.
    Interval {
        /// Length of a window, ms.
        ms: i64,
    },
    /// When a database transaction ends.
    Transaction {},
    /// When it is closed by hand.
    Hand {},
}

/// What changes other than inserts do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Changes {
    /// What an update does.
    pub update: Update,
    /// What a delete does.
    pub delete: Delete,
    /// What a truncate does.
    pub truncate: Truncate,
    /// What an event that comes again does.
    pub redelivered: Redelivered,
}

/// What an update does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Update {
    /// Its new image is one more row, as behind the unwrap step.
    #[default]
    AsRow,
    /// It is shown and not learned.
    Ignore,
    /// The old row is taken out of the batch that held it, and later versions are made anew from retained rows; its new
    /// image is one more row.
    Correct,
}

/// What a delete does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Delete {
    /// It is shown and not unlearned.
    #[default]
    Ignore,
    /// The row is taken out of the batch that held it, and later versions are made anew from retained rows.
    Correct,
}

/// What a truncate does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Truncate {
    /// It is shown.
    #[default]
    Ignore,
    /// The lane starts again from its initial model, as a new version, if rows of that topic train it;
    /// waiting rows of that topic are dropped.
    Restart,
}

/// What an event that comes again does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Redelivered {
    /// It counts once, where it can be recognised.
    #[default]
    Once,
    /// It counts again, as it would in the engines.
    Again,
}

/// Where predictions go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Publish {
    /// Topic, one that the bridge allows.
    pub topic: String,
    /// Form of the message.
    #[serde(default)]
    pub form: Form,
}

/// Form of a published prediction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// `[5.4, 3.7, 1.5, 0.2] is classified as 0`, as the published demo prints it.
    #[default]
    Text,
    /// The prediction's replay line.
    Json,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
