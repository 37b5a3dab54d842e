//! A lane's model in Flink ML's terms.

use lab::config::{Cut, Settings};
use learn::flink_logistic::{self, Spec};
use learn::kmeans::{Engine, Params, TimeUnit};
use learn::online::Numbers;

use super::super::Plan;

/// Rows of a batch, where the lane cuts by something that Flink ML cannot.
pub(super) const BATCH_ROWS: usize = 32;

/// What the job learns with.
#[derive(Clone, Debug)]
pub(super) enum Model {
    /// `OnlineKMeans`.
    Kmeans {
        /// The lane's parameters.
        params: Params,
        /// The decay of a whole batch.
        decay_factor: f64,
        /// Initial centroids, in rows.
        centroids: Vec<Vec<f64>>,
        /// Initial weights.
        weights: Vec<f64>,
        /// Rows of a batch.
        batch_rows: usize,
    },
    /// `OnlineLogisticRegression`.
    Logistic {
        /// The lane's parameters.
        spec: Spec,
        /// Initial coefficients.
        coefficients: Vec<f64>,
        /// Rows of a batch.
        batch_rows: usize,
    },
}

impl Model {
    /// The model of a lane, or why Flink ML has none: what is, then what to do.
    pub(super) fn of(plan: &Plan<'_>) -> Result<Model, String> {
        let dim = plan.features().len();
        match (plan.settings(), &plan.start.numbers) {
            (Settings::Kmeans(settings), Numbers::Clusters(start)) => {
                let params = settings
                    .params(dim)
                    .map_err(|refused| refused.reason.clone())?;
                if params.k() < 2 {
                    return Err("Flink ML's OnlineKMeans takes two clusters or more; set k to 2".to_owned());
                }
                let batch_rows = batch_rows(plan).max(params.parallelism());
                let decay_factor = match params.time_unit() {
                    TimeUnit::Batches => params.decay_factor(),
                    TimeUnit::Points => libm::pow(params.decay_factor(), batch_rows as f64),
                };
                Ok(Model::Kmeans {
                    decay_factor,
                    centroids: start.centroids.chunks(dim.max(1)).map(<[f64]>::to_vec).collect(),
                    weights: start.weights.clone(),
                    batch_rows,
                    params,
                })
            }
            (Settings::FlinkLogistic(settings), Numbers::Linear(start)) => Ok(Model::Logistic {
                spec: spec(settings, dim),
                coefficients: start.coefficients.clone(),
                batch_rows: batch_rows(plan),
            }),
            (Settings::SparkLogistic(_), _) => Err(
                "Flink ML's OnlineLogisticRegression is another algorithm (FTRL) than Spark's gradient descent; export it to \
                 Spark, or make a lane with Flink's logistic regression"
                    .to_owned(),
            ),
            _ => Err(
                "Flink ML has no linear regression that learns online; export it to Spark".to_owned(),
            ),
        }
    }

    /// Whether it is k-means.
    pub(super) fn is_kmeans(&self) -> bool {
        matches!(self, Model::Kmeans { .. })
    }

    /// Subtasks that learn.
    pub(super) fn parallelism(&self) -> usize {
        match self {
            Model::Kmeans { params, .. } => params.parallelism(),
            Model::Logistic { .. } => 1,
        }
    }

    /// Rows of a batch.
    pub(super) fn batch_rows(&self) -> usize {
        match self {
            Model::Kmeans { batch_rows, .. } | Model::Logistic { batch_rows, .. } => *batch_rows,
        }
    }

    /// Whether the lane goes by Spark's rules.
    pub(super) fn is_of_spark(&self) -> bool {
        matches!(self, Model::Kmeans { params, .. } if params.engine() == Engine::Spark)
    }
}

fn spec(settings: &flink_logistic::Settings, dim: usize) -> Spec {
    let mut spec = Spec::defaults(dim);
    spec.alpha = settings.alpha.unwrap_or(spec.alpha);
    spec.beta = settings.beta.unwrap_or(spec.beta);
    spec.reg = settings.reg.unwrap_or(spec.reg);
    spec.elastic_net = settings.elastic_net.unwrap_or(spec.elastic_net);
    spec
}

fn batch_rows(plan: &Plan<'_>) -> usize {
    match plan.cut() {
        Cut::Count(rows) => rows,
        Cut::Interval(_) | Cut::Transaction | Cut::Hand => BATCH_ROWS,
    }
}
