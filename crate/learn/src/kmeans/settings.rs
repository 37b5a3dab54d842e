//! K-means as a lab file has it.

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::initial::{Awaited, Draw};
use super::online::OnlineKmeans;
use super::{Decay, Distance, Engine, Model, Params, Spec, TimeUnit, random};
use crate::models::{Cadence, Refused, Setting, Start};
use crate::online::Online;

/// Parameters of k-means; what is left out is the engine's own default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Whose rules hold.
    pub engine: Engine,
    /// Number of clusters; default 2 in both engines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub k: Option<usize>,
    /// What a batch leaves of the weight before it, 0 to 1; default Flink 0, Spark 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decay_factor: Option<f64>,
    /// Time units until half the weight is gone, in place of `decay_factor` (Spark).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub half_life: Option<f64>,
    /// Unit of decay (Spark); default batches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_unit: Option<TimeUnit>,
    /// What near means (Flink); default euclidean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distance: Option<Distance>,
    /// Training subtasks (Flink); default 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parallelism: Option<usize>,
    /// The model to start from: version 1. A lane that follows a job has none.
    #[serde(default, skip_serializing_if = "is_default")]
    pub initial: Initial,
}

/// The model to start from: centroids, or one of the others.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Initial {
    /// k centroids of as many numbers as there are features, in the columns' units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub centroids: Option<Vec<Vec<f64>>>,
    /// k weights; left out: zeros.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights: Option<Vec<f64>>,
    /// Centroids drawn as the engine's own random start draws them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub random: Option<RandomStart>,
    /// Centroids chosen among the first training rows by k-means++.
    #[serde(rename = "kmeans++", default, skip_serializing_if = "Option::is_none")]
    pub plus_plus: Option<PlusPlusStart>,
    /// A model that was kept: a checkpoint, one of its lanes, or a model's state alone (in the columns' units). `eddy replay` and
    /// `eddy serve` also take the name of a file, as a path from the lab file's folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<Value>,
}

/// Centroids drawn at random, in the columns' units: for Spark of the standard normal distribution (`setRandomCenters` calls
/// its generator's `nextGaussian`), for Flink uniformly from 0 to 1 (`KMeansModelData.generateRandomModelData` calls
/// `nextDouble`); the engines' distributions, not their generators' bits.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RandomStart {
    /// The same seed gives the same centroids, on every machine.
    pub seed: u64,
    /// Weight of each centroid; left out: 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub weight: f64,
    /// So often centroids are drawn, with this seed and those after it, and those of the least inertia on `rows` rows are kept;
    /// left out: once, and no row is waited for. Behind a scaler they are then drawn in the scaled units.
    #[serde(default = "once", skip_serializing_if = "is_once")]
    pub restarts: usize,
    /// First training rows that restarts are measured on, 1 or more; at most 100,000. Left out: 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<usize>,
}

/// Centroids chosen by k-means++ among the first training rows, which are held back until then, and then trained in order.
///
/// Rows to classify wait for version 1, too. Where too few rows differ, or are finite, more are waited for. Behind a scaler
/// the choice is made in the scaled units.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PlusPlusStart {
    /// The same seed and rows give the same centroids, on every machine.
    pub seed: u64,
    /// Rows to choose among, k or more; at most 100,000.
    pub rows: usize,
    /// Weight of each centroid; left out: 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub weight: f64,
    /// So often centroids are chosen, with this seed and those after it, and those of the least inertia on these rows are kept;
    /// left out: once.
    #[serde(default = "once", skip_serializing_if = "is_once")]
    pub restarts: usize,
}

/// More restarts are refused: rows wait until all are measured.
const RESTARTS_MAX: usize = 100;
/// Rows that restarts are measured on, where nothing else is said.
const RESTART_ROWS: usize = 100;

impl Start for Settings {
    fn start(&self, setting: Setting) -> Result<Box<dyn Online>, Refused> {
        let params = self.params(setting.dim)?;
        let initial = &self.initial;
        let ways = [
            initial.centroids.is_some(),
            initial.random.is_some(),
            initial.plus_plus.is_some(),
            initial.checkpoint.is_some(),
        ];
        if ways.iter().filter(|there| **there).count() != 1 {
            let reason = "gives one of centroids, random, kmeans++ and checkpoint";
            return Err(Refused::new("initial", reason));
        }
        if let Some(start) = initial.awaited(&params)? {
            return Ok(Box::new(OnlineKmeans::after_rows(params, start)));
        }
        let model = match (&initial.centroids, initial.random) {
            (Some(centroids), _) => given(centroids, initial.weights.as_deref(), &params)?,
            (None, Some(start)) => random(&params, start.weight, start.seed)
                .map_err(|e| Refused::new("initial.random", e))?,
            (None, None) => kept(initial.checkpoint.as_ref())?,
        };
        let kmeans = OnlineKmeans::new(params, model).map_err(|e| Refused::new("initial", e))?;
        Ok(Box::new(kmeans))
    }

    fn cadence(&self) -> Cadence {
        match self.engine {
            Engine::Flink => Cadence::Rows(32),
            Engine::Spark => Cadence::Ms(10_000),
        }
    }

    fn least_rows(&self) -> usize {
        self.parallelism.unwrap_or(1).max(1)
    }
}

impl Initial {
    /// The start that rows are waited for; None where there is one without.
    fn awaited(&self, params: &Params) -> Result<Option<Awaited>, Refused> {
        let restarts = |restarts: usize, place: &'static str| match restarts {
            1..=RESTARTS_MAX => Ok(restarts),
            _ => {
                let reason = format!("is {restarts}; give 1 to {RESTARTS_MAX}");
                Err(Refused::new(place, reason))
            }
        };
        if let Some(start) = self.plus_plus {
            if start.rows < params.k() {
                let reason = format!(
                    "is {}; k is {}, give that many rows or more",
                    start.rows,
                    params.k()
                );
                return Err(Refused::new("initial.kmeans++.rows", reason));
            }
            return Ok(Some(Awaited {
                rows: start.rows,
                draw: Draw::PlusPlus,
                seed: start.seed,
                weight: start.weight,
                restarts: restarts(start.restarts, "initial.kmeans++.restarts")?,
            }));
        }
        let Some(start) = self.random else {
            return Ok(None);
        };
        let restarts = restarts(start.restarts, "initial.random.restarts")?;
        let awaited = |rows| Awaited {
            rows,
            draw: Draw::Random,
            seed: start.seed,
            weight: start.weight,
            restarts,
        };
        match (restarts, start.rows) {
            (1, None) => Ok(None),
            (1, Some(_)) => Err(Refused::new(
                "initial.random.rows",
                "stands beside no restarts; no row is looked at then: remove it, or give restarts",
            )),
            (_, Some(0)) => Err(Refused::new(
                "initial.random.rows",
                "is 0; restarts are measured on rows: give 1 or more",
            )),
            (_, rows) => Ok(Some(awaited(rows.unwrap_or(RESTART_ROWS)))),
        }
    }
}

impl Settings {
    /// The parameters for rows of so many numbers.
    ///
    /// # Errors
    ///
    /// The first setting that cannot be.
    pub fn params(&self, dim: usize) -> Result<Params, Refused> {
        Params::new(self.spec(dim)?).map_err(|e| Refused::new("", e))
    }

    fn spec(&self, dim: usize) -> Result<Spec, Refused> {
        let flink = self.engine == Engine::Flink;
        let decay = match (self.decay_factor, self.half_life) {
            (Some(_), Some(_)) => {
                let reason = "stands beside decay_factor; give one of them";
                return Err(Refused::new("half_life", reason));
            }
            (None, Some(half_life)) => Decay::HalfLife(half_life),
            (Some(factor), None) => Decay::Factor(factor),
            (None, None) => Decay::Factor(if flink { 0.0 } else { 1.0 }),
        };
        let (spark, flink_only) = (
            "is Spark's; this lane's engine has none",
            "is Flink's; this lane's engine has none",
        );
        let far = self.distance.is_some_and(|d| d != Distance::Euclidean);
        let many = self.parallelism.is_some_and(|p| p != 1);
        let foreign = [
            (flink && self.half_life.is_some(), "half_life", spark),
            (
                flink && self.time_unit == Some(TimeUnit::Points),
                "time_unit",
                spark,
            ),
            (!flink && far, "distance", flink_only),
            (!flink && many, "parallelism", flink_only),
        ];
        if let Some((_, place, reason)) = foreign.into_iter().find(|(there, ..)| *there) {
            return Err(Refused::new(place, reason));
        }
        Ok(Spec {
            engine: self.engine,
            k: self.k.unwrap_or(2),
            dim,
            decay,
            time_unit: self.time_unit.unwrap_or(TimeUnit::Batches),
            distance: self.distance.unwrap_or(Distance::Euclidean),
            parallelism: self.parallelism.unwrap_or(1),
        })
    }
}

fn given(
    centroids: &[Vec<f64>],
    weights: Option<&[f64]>,
    params: &Params,
) -> Result<Model, Refused> {
    let (k, dim) = (params.k(), params.dim());
    if centroids.len() != k {
        let found = centroids.len();
        let reason =
            format!("k is {k}, but {found} initial centroids. Give {k}, or set k to {found}");
        return Err(Refused::new("initial.centroids", reason));
    }
    if let Some(i) = centroids.iter().position(|centroid| centroid.len() != dim) {
        let reason = format!(
            "centroid {i} has {} numbers for {dim} features",
            centroids[i].len()
        );
        return Err(Refused::new("initial.centroids", reason));
    }
    let weights = weights.map_or_else(|| vec![0.0; k], <[f64]>::to_vec);
    if weights.len() != k {
        let reason = format!("has {} weights for {k} clusters", weights.len());
        return Err(Refused::new("initial.weights", reason));
    }
    Ok(Model {
        centroids: centroids.concat(),
        weights,
    })
}

fn kept(checkpoint: Option<&Value>) -> Result<Model, Refused> {
    let state = checkpoint.cloned().unwrap_or_default();
    serde_json::from_value(state).map_err(|e| Refused::new("initial.checkpoint", e))
}

fn is_default(initial: &Initial) -> bool {
    *initial == Initial::default()
}

fn once() -> usize {
    1
}

fn is_once(restarts: &usize) -> bool {
    *restarts == 1
}

fn is_zero(number: &f64) -> bool {
    *number == 0.0
}
