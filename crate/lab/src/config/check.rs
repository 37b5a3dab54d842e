//! The lab file, checked once into a form that is then valid.

use std::collections::BTreeMap;

use change::ColumnTypes;
use learn::models::{Cadence, Refused, Setting, Settings};
use learn::online::{Online, Task};

use super::follow::{Follows, check_follow, rules_alone};
use super::fork::check_fork;
use super::metrics::{check_drift, check_metrics};
use super::scaler::{Scaling, check_initial, check_scaler, start_scaler};
use super::{Batch, Changes, LabError, LabFile, LaneFile, NotFinite, Publish, Stream};
use crate::checkpoint::initial;
use crate::lab::WAITING_MAX;
use crate::lane::drift::Detector;
use crate::lane::measures::Measures;

/// A valid experiment.
#[derive(Clone, Debug)]
pub struct Config {
    /// The file that it was made from.
    pub file: LabFile,
    /// All that is read: the streams, in file order, then the model topics of lanes that follow a job.
    pub streams: Vec<Stream>,
    /// Every column that some lane learns from or takes its label from, each once.
    pub columns: Vec<String>,
    /// Indices of the columns that are some lane's features or target, ascending.
    pub number_columns: Vec<usize>,
    /// Indices of the columns that are some lane's features, ascending.
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
    /// Names of the features.
    pub feature_names: Vec<String>,
    /// Each feature's index in [`Config::columns`].
    pub features: Vec<usize>,
    /// The label column's index in [`Config::columns`].
    pub label: Option<usize>,
    /// The target column's index in [`Config::columns`]; None where the model has no target.
    pub target: Option<usize>,
    /// The model as it starts, in the columns' units.
    pub model: Box<dyn Online>,
    /// Whether it is in the scaler's units instead: both come from a checkpoint.
    pub model_is_scaled: bool,
    /// How features are scaled before the model sees them.
    pub scaling: Option<Scaling>,
    /// What becomes of a row with a feature that is no finite number.
    pub not_finite: NotFinite,
    /// When a batch ends.
    pub cut: Cut,
    /// The label that each engine id stands for, in id order.
    pub cluster_labels: Option<Vec<String>>,
    /// What updates, truncates and repeats do.
    pub changes: Changes,
    /// Where predictions go.
    pub publish: Option<Publish>,
    /// What counts predictions, without any yet.
    pub measures: Measures,
    /// Whether replay lines have them.
    pub tells_metrics: bool,
    /// What looks for drift, without having seen anything.
    pub drift: Option<Detector>,
    /// Hash of lane and streams, the first part of `eddy.id`.
    pub hash: u64,
    /// Whose versions it takes over; None where it learns by itself.
    pub follows: Option<Follows>,
    /// What it becomes at a later version: a fork is its parent until then.
    pub then: Option<Box<Then>>,
}

/// What a lane becomes.
#[derive(Clone, Debug)]
pub struct Then {
    /// When it has this version.
    pub version: u64,
    /// Its configuration from there on.
    pub config: LaneConfig,
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
        let mut file = file;
        initial::reduce(&mut file)?;
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
        let streams = file.reads();
        for (i, lane) in file.lanes.iter().enumerate() {
            if file.lanes[..i].iter().any(|other| other.name == lane.name) {
                return Err(LabError::value(
                    format!("lanes[{i}].name"),
                    format!("{:?} is there twice", lane.name),
                ));
            }
            let at = format!("lanes[{i}]");
            let follows = check_follow(&file, &streams, lane, &at)?;
            let own = match follows {
                None => check_lane(&file, lane, &mut columns, &at)?,
                Some(follows) => following(&file, lane, follows, &mut columns, &at)?,
            };
            lanes.push(check_fork(&file, &lanes, own, lane, &at)?);
        }
        let is_feature = |column: &usize| {
            lanes
                .iter()
                .any(|lane: &LaneConfig| lane.features.contains(column))
        };
        let is_target = |column: &usize| {
            lanes
                .iter()
                .any(|lane: &LaneConfig| lane.target == Some(*column))
        };
        let columns_that = |is: &dyn Fn(&usize) -> bool| (0..columns.len()).filter(is).collect();
        Ok(Config {
            streams,
            feature_columns: columns_that(&is_feature),
            number_columns: columns_that(&|column| is_feature(column) || is_target(column)),
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
    let setting = Setting {
        dim: feature_names.len(),
        engine_defects: lane.engine_defects.unwrap_or(true),
    };
    let refused = |Refused { place, reason }: Refused| {
        let dot = if place.is_empty() { "" } else { "." };
        LabError::value(format!("{at}.model{dot}{place}"), reason)
    };
    let damaged = |reason| LabError::value(format!("{at}.model.initial.checkpoint"), reason);
    let initial = initial::of(lane).map_err(damaged)?;
    let model = initial.model.start(setting).map_err(refused)?;
    let cut = check_cut(lane.batch, &lane.model, at)?;
    let mut scaling = match &lane.scaler {
        Some(scaler) => Some(check_scaler(scaler, feature_names.len(), at)?),
        None => None,
    };
    let model_is_scaled = match initial.scaler {
        Some(kept) => start_scaler(&mut scaling, kept).map_err(damaged)?,
        None => false,
    };
    if let (Some(scaling), false) = (&scaling, model_is_scaled) {
        check_initial(scaling, &*model, at)?;
    }
    if lane.changes.correct()
        && scaling
            .as_ref()
            .is_some_and(|scaling| scaling.cut.is_some())
    {
        return Err(LabError::value(
            format!("{at}.changes"),
            "corrects rows beside a scaler with windows of its own, which would have to forget them too; take a scaler \
             without engine, or another policy for updates and deletes",
        ));
    }
    if model.rows_wanted() > WAITING_MAX {
        let by = match &lane.model {
            Settings::Kmeans(model) if model.initial.random.is_some() => "random",
            _ => "kmeans++",
        };
        return Err(LabError::value(
            format!("{at}.model.initial.{by}.rows"),
            format!(
                "is {}; at most {WAITING_MAX} rows wait",
                model.rows_wanted()
            ),
        ));
    }
    let cluster_labels = check_cluster_labels(lane, &*model, at)?;
    let target = check_target(file, lane, &feature_names, model.task(), at)?;
    let measures = check_metrics(lane.metrics, model.task(), at)?;
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
        features: feature_names.iter().map(&mut index).collect(),
        label: lane.label.as_ref().or(file.label.as_ref()).map(&mut index),
        target: target.as_ref().map(&mut index),
        feature_names,
        model,
        model_is_scaled,
        scaling,
        not_finite: lane.not_finite,
        cut,
        cluster_labels,
        changes: lane.changes,
        publish: lane.publish.clone(),
        measures,
        tells_metrics: lane.metrics.is_some(),
        drift: check_drift(lane.drift, at)?,
        hash: hash(file, lane),
        follows: None,
        then: None,
    })
}

/// A lane that follows a job: its rules, and nothing that it would start or cut batches by.
fn following(
    file: &LabFile,
    lane: &LaneFile,
    follows: Follows,
    columns: &mut Vec<String>,
    at: &str,
) -> Result<LaneConfig, LabError> {
    let checked = check_lane(file, &rules_alone(lane), columns, at)?;
    let scaler = checked.scaling.as_ref();
    let follows = Follows {
        scaler: scaler.map_or(follows.scaler, |scaling| scaling.scaler.kind().clone()),
        ..follows
    };
    Ok(LaneConfig {
        follows: Some(follows),
        scaling: None,
        hash: hash(file, lane),
        ..checked
    })
}

impl Batch {
    /// When the engine ends a batch of this model, if nothing else is asked for.
    pub fn of_engine(model: &Settings) -> Batch {
        match model.cadence() {
            Cadence::Rows(rows) => Batch::Count { rows },
            Cadence::Ms(ms) => Batch::Interval { ms },
        }
    }
}

impl Config {
    /// Whether a stream carries a job's models, and rows of none: by index.
    pub fn carries_models(&self, stream: usize) -> bool {
        let mut follows = self.lanes.iter().filter_map(|lane| lane.follows.as_ref());
        follows.any(|follows| follows.stream == stream)
    }
}

impl LaneConfig {
    /// How many features there are.
    pub fn dim(&self) -> usize {
        self.features.len()
    }
}

fn check_cluster_labels(
    lane: &LaneFile,
    model: &dyn Online,
    at: &str,
) -> Result<Option<Vec<String>>, LabError> {
    let Some(labels) = &lane.cluster_labels else {
        return Ok(None);
    };
    let refuse = |reason: String| Err(LabError::value(format!("{at}.cluster_labels"), reason));
    match model.numbers().clusters().map(|model| model.weights.len()) {
        None => refuse("stands beside a model that has no clusters; remove it".to_owned()),
        Some(k) if k != labels.len() => refuse(format!(
            "has {} labels for {k} clusters; give one for each",
            labels.len()
        )),
        Some(_) => Ok(Some(labels.iter().map(super::LabelValue::text).collect())),
    }
}

/// The column that the lane's model learns to predict.
fn check_target(
    file: &LabFile,
    lane: &LaneFile,
    features: &[String],
    task: Task,
    at: &str,
) -> Result<Option<String>, LabError> {
    if task == Task::Clustering {
        return match &lane.target {
            Some(_) => Err(LabError::value(
                format!("{at}.target"),
                "stands beside a model that has none; remove it, or name a label",
            )),
            None => Ok(None),
        };
    }
    let Some(target) = lane.target.as_ref().or(file.target.as_ref()) else {
        return Err(LabError::value(
            "target",
            format!(
                "is missing; {} learns to predict a numeric column: name it",
                lane.name
            ),
        ));
    };
    if features.contains(target) {
        let reason = format!("{target:?} is a feature too; take it out of one of the two");
        return Err(LabError::value("target", reason));
    }
    Ok(Some(target.clone()))
}

fn check_cut(batch: Option<Batch>, model: &Settings, at: &str) -> Result<Cut, LabError> {
    match batch.unwrap_or_else(|| Batch::of_engine(model)) {
        Batch::Count { rows } if rows < model.least_rows() => {
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
    // What is measured changes no prediction.
    let lane = LaneFile {
        metrics: None,
        drift: None,
        ..lane.clone()
    };
    let mut parts = serde_json::json!([lane, file.streams, file.features, file.label]);
    if let Some(parts) = parts.as_array_mut() {
        if !(file.columns.is_empty() && file.rename.is_empty()) {
            parts.push(serde_json::json!([file.columns, file.rename]));
        }
        parts.extend(
            file.target
                .as_ref()
                .map(|target| serde_json::json!({ "target": target })),
        );
    }
    let text = parts.to_string();
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
