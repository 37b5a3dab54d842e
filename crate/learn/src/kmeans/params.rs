//! What can be set, checked once.

use serde::{Deserialize, Serialize};

use super::ParamError;
use super::distance::Metric;

/// As many subtasks as Flink can run.
pub(super) const MAX_PARALLELISM: usize = 1 << 15;

/// The engine whose results the model repeats.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Engine {
    /// `OnlineKMeans` of Flink ML 2.3.
    Flink,
    /// `StreamingKMeans` of Spark MLlib 3.5.
    Spark,
}

impl Engine {
    /// The engine's name, as it is written.
    pub fn name(self) -> &'static str {
        match self {
            Engine::Flink => "Flink",
            Engine::Spark => "Spark",
        }
    }
}

/// The distance by which rows find their cluster; the update is the mean under each.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Distance {
    /// The straight line.
    Euclidean,
    /// The sum of the differences, coordinate by coordinate; Flink only.
    Manhattan,
    /// One less the cosine of the angle; Flink only.
    Cosine,
}

impl Distance {
    /// The distance's name, as the engines write it.
    pub fn name(self) -> &'static str {
        match self {
            Distance::Euclidean => "euclidean",
            Distance::Manhattan => "manhattan",
            Distance::Cosine => "cosine",
        }
    }

    /// The distance of this name.
    pub fn named(name: &str) -> Option<Distance> {
        let all = [Distance::Euclidean, Distance::Manhattan, Distance::Cosine];
        all.into_iter().find(|distance| distance.name() == name)
    }
}

/// What the weights decay with.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TimeUnit {
    /// Once a batch.
    Batches,
    /// Once for each row of the batch; Spark only.
    Points,
}

/// How fast the past loses weight.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decay {
    /// What is left of a weight after one time unit, 0 to 1.
    Factor(f64),
    /// After how many time units a weight is halved, above 0; Spark only.
    HalfLife(f64),
}

/// What is asked for, not yet checked.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// The engine whose results the model repeats.
    pub engine: Engine,
    /// Clusters: 2 or more for Flink, 1 or more for Spark.
    pub k: usize,
    /// Numbers in a row.
    pub dim: usize,
    /// How fast the past loses weight.
    pub decay: Decay,
    /// What the weights decay with.
    pub time_unit: TimeUnit,
    /// The distance by which rows find their cluster.
    pub distance: Distance,
    /// Flink's subtasks; 1 for Spark.
    pub parallelism: usize,
}

/// Parameters that are valid.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Params {
    spec: Spec,
    decay_factor: f64,
}

impl Params {
    /// Checks what is asked for.
    ///
    /// # Errors
    ///
    /// When the engine would refuse it, or does not have it.
    pub fn new(spec: Spec) -> Result<Self, ParamError> {
        check_sizes(&spec)?;
        match spec.engine {
            Engine::Flink => check_flink(&spec)?,
            Engine::Spark => check_spark(&spec)?,
        }
        let decay_factor = match spec.decay {
            Decay::Factor(factor) if (0.0..=1.0).contains(&factor) => factor,
            Decay::Factor(factor) => return Err(ParamError::DecayFactor(factor)),
            Decay::HalfLife(half_life) if half_life > 0.0 && half_life.is_finite() => {
                libm::exp(libm::log(0.5) / half_life)
            }
            Decay::HalfLife(half_life) => return Err(ParamError::HalfLife(half_life)),
        };
        Ok(Self { spec, decay_factor })
    }

    /// What was asked for.
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// The engine whose results the model repeats.
    pub fn engine(&self) -> Engine {
        self.spec.engine
    }

    /// How many clusters there are.
    pub fn k(&self) -> usize {
        self.spec.k
    }

    /// How many numbers a row has.
    pub fn dim(&self) -> usize {
        self.spec.dim
    }

    /// What is left of a weight after one time unit, also where a half-life was given.
    pub fn decay_factor(&self) -> f64 {
        self.decay_factor
    }

    /// What the weights decay with.
    pub fn time_unit(&self) -> TimeUnit {
        self.spec.time_unit
    }

    /// The distance by which rows find their cluster.
    pub fn distance(&self) -> Distance {
        self.spec.distance
    }

    /// Flink's subtasks; 1 for Spark.
    pub fn parallelism(&self) -> usize {
        self.spec.parallelism
    }

    /// Checks the size of Flink's batches by count.
    ///
    /// # Errors
    ///
    /// When a batch of so many rows leaves a subtask without one.
    pub fn check_batch_rows(&self, rows: usize) -> Result<(), ParamError> {
        match rows < self.spec.parallelism {
            true => Err(ParamError::BatchRows {
                least: self.spec.parallelism,
                found: rows,
            }),
            false => Ok(()),
        }
    }

    /// What is left of a weight after a batch of so many rows.
    pub(super) fn discount(&self, rows: usize) -> f64 {
        match self.spec.time_unit {
            TimeUnit::Batches => self.decay_factor,
            TimeUnit::Points => libm::pow(self.decay_factor, rows as f64),
        }
    }

    /// How this engine computes this distance.
    pub(super) fn metric(&self) -> Metric {
        match (self.spec.distance, self.spec.engine) {
            (Distance::Euclidean, Engine::Flink) => Metric::FlinkEuclidean,
            (Distance::Euclidean, Engine::Spark) => Metric::SparkEuclidean,
            (Distance::Manhattan, _) => Metric::Manhattan,
            (Distance::Cosine, _) => Metric::Cosine,
        }
    }
}

fn check_sizes(spec: &Spec) -> Result<(), ParamError> {
    let least = match spec.engine {
        Engine::Flink => 2,
        Engine::Spark => 1,
    };
    if spec.k < least {
        return Err(ParamError::FewClusters {
            least,
            engine: spec.engine.name(),
            found: spec.k,
        });
    }
    if u32::try_from(spec.k).is_err() {
        return Err(ParamError::ManyClusters(spec.k));
    }
    if spec.dim == 0 {
        return Err(ParamError::Dim);
    }
    Ok(())
}

fn check_flink(spec: &Spec) -> Result<(), ParamError> {
    if matches!(spec.decay, Decay::HalfLife(_)) {
        return Err(ParamError::FlinkHalfLife);
    }
    if spec.time_unit == TimeUnit::Points {
        return Err(ParamError::FlinkPoints);
    }
    if !(1..=MAX_PARALLELISM).contains(&spec.parallelism) {
        return Err(ParamError::Parallelism(spec.parallelism));
    }
    Ok(())
}

fn check_spark(spec: &Spec) -> Result<(), ParamError> {
    if spec.distance != Distance::Euclidean {
        return Err(ParamError::SparkDistance(spec.distance.name()));
    }
    if spec.parallelism != 1 {
        return Err(ParamError::SparkParallelism(spec.parallelism));
    }
    Ok(())
}
