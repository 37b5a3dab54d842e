//! The model, as MLlib has it.

use lab::config::Settings;
use learn::kmeans::{Distance, Engine};
use learn::online::Numbers;
use learn::{kmeans, spark_sgd};

use super::python;
use super::template::Filling;
use crate::Plan;

/// The model of a job.
pub(super) enum Model {
    Kmeans(kmeans::Settings),
    Linear(spark_sgd::Settings),
    Logistic(spark_sgd::Settings),
}

impl Model {
    /// The model of a plan; why there is none.
    pub(super) fn of(plan: &Plan<'_>) -> Result<Model, String> {
        match plan.settings() {
            Settings::Kmeans(settings) if far(settings) => Err(
                "MLlib's streaming k-means measures euclidean distances only; give the lane distance euclidean, or export it \
                 to Flink"
                    .to_owned(),
            ),
            Settings::Kmeans(settings) => Ok(Model::Kmeans(settings.clone())),
            Settings::SparkLinear(settings) => Ok(Model::Linear(settings.0.clone())),
            Settings::SparkLogistic(settings) => Ok(Model::Logistic(settings.0.clone())),
            Settings::Rls(_) | Settings::Sgd(_) => Err(
                "MLlib has no recursive least squares and no gradient descent row by row; give the lane \
                 {\"kind\":\"linear_regression\",\"engine\":\"spark\"}"
                    .to_owned(),
            ),
            Settings::FlinkLogistic(_) => Err(
                "MLlib has no FTRL, which Flink ML's online logistic regression learns by; give the lane \
                 {\"kind\":\"logistic_regression\",\"engine\":\"spark\"}, or export it to Flink"
                    .to_owned(),
            ),
        }
    }

    pub(super) fn title(&self) -> &'static str {
        match self {
            Model::Kmeans(_) => "Streaming k-means on change events",
            Model::Linear(_) => "Streaming linear regression on change events",
            Model::Logistic(_) => "Streaming logistic regression on change events",
        }
    }

    /// Whether the lane has Flink's rules.
    pub(super) fn is_flinks(&self) -> bool {
        matches!(self, Model::Kmeans(settings) if settings.engine == Engine::Flink)
    }

    pub(super) fn fill(&self, plan: &Plan<'_>, filling: &mut Filling) {
        let scale = plan.start.scale.as_ref();
        filling.either(scale.is_some(), "scale", "unscaled");
        if let Some(scale) = scale {
            filling
                .value("CENTRE", python::numbers(&scale.centre))
                .value("FACTOR", python::numbers(&scale.factor))
                .value("MEAN", python::numbers(&scale.mean))
                .value("STD", python::numbers(&scale.std));
        }
        let (row, asked) = match scale {
            Some(_) => ("scaled(row.features)", "scaled(features)"),
            None => ("row.features", "features"),
        };
        filling.value("ROW_FEATURES", row);
        match self {
            Model::Kmeans(settings) => clusters(settings, filling),
            Model::Linear(settings) => sgd(settings, filling),
            Model::Logistic(settings) => sgd(settings, filling),
        }
        self.numbers(plan, filling);
        self.answers(asked, filling);
    }

    /// The version that the job starts from.
    fn numbers(&self, plan: &Plan<'_>, filling: &mut Filling) {
        match &plan.start.numbers {
            Numbers::Clusters(model) => {
                let dim = plan.features().len().max(1);
                let centroids = model.centroids.chunks(dim);
                let lines =
                    centroids.map(|centroid| format!("\n        {},", python::numbers(centroid)));
                filling
                    .value(
                        "CENTROIDS",
                        format!("[{}\n    ]", lines.collect::<String>()),
                    )
                    .value("WEIGHTS", python::numbers(&model.weights));
            }
            Numbers::Linear(model) => {
                filling
                    .value("COEFFICIENTS", python::numbers(&model.coefficients))
                    .value("INTERCEPT_START", python::number(model.intercept));
            }
        }
    }

    /// What is told of a row.
    fn answers(&self, asked: &str, filling: &mut Filling) {
        filling
            .section("kmeans", matches!(self, Model::Kmeans(_)))
            .section("linear", matches!(self, Model::Linear(_)))
            .section("logistic", matches!(self, Model::Logistic(_)))
            .section("sgd", !matches!(self, Model::Kmeans(_)))
            .section("target", !matches!(self, Model::Kmeans(_)))
            .section("unlabelled", matches!(self, Model::Kmeans(_)))
            .value(
                "LEARNED",
                if matches!(self, Model::Kmeans(_)) {
                    "features"
                } else {
                    "target"
                },
            );
        let (model, verb, example) = match self {
            Model::Kmeans(_) => (
                "StreamingKMeansModel(model[\"centroids\"], model[\"weights\"])",
                "classified as",
                "[5.4, 3.7, 1.5, 0.2] is classified as 0",
            ),
            Model::Linear(_) => (
                "LinearRegressionModel(numbers(model[\"coefficients\"]), float(model[\"intercept\"]))",
                "predicted as",
                "[36.0, 52.0, 17.0] is predicted as 440.33",
            ),
            Model::Logistic(_) => (
                "LogisticRegressionModel(numbers(model[\"coefficients\"]), float(model[\"intercept\"]), len(change_events.FEATURES), 2)",
                "classified as",
                "[5.4, 3.7, 1.5, 0.2] is classified as 1",
            ),
        };
        let answer = match self {
            Model::Linear(_) => format!("model.predict({asked})"),
            Model::Kmeans(_) | Model::Logistic(_) => format!("int(model.predict({asked}))"),
        };
        let (text, json) = match self {
            Model::Linear(_) => (format!("java({answer})"), format!("written({answer})")),
            Model::Kmeans(_) | Model::Logistic(_) => (answer.clone(), answer),
        };
        filling
            .value("MODEL", model)
            .value("VERB", verb)
            .value("EXAMPLE", example)
            .value("ANSWER_TEXT", text)
            .value("ANSWER_JSON", json);
        let (streaming, trainer, reg_type) = match self {
            Model::Logistic(_) => (
                "StreamingLogisticRegressionWithSGD",
                "LogisticRegressionWithSGD",
                "\"l2\"",
            ),
            _ => (
                "StreamingLinearRegressionWithSGD",
                "LinearRegressionWithSGD",
                "None",
            ),
        };
        filling
            .value("STREAMING", streaming)
            .value("TRAINER", trainer)
            .value("REG_TYPE", reg_type);
    }
}

fn far(settings: &kmeans::Settings) -> bool {
    settings
        .distance
        .is_some_and(|distance| distance != Distance::Euclidean)
}

fn clusters(settings: &kmeans::Settings, filling: &mut Filling) {
    let flink = settings.engine == Engine::Flink;
    let unit = match settings.time_unit {
        Some(kmeans::TimeUnit::Points) => "points",
        Some(kmeans::TimeUnit::Batches) | None => "batches",
    };
    let factor = settings
        .decay_factor
        .unwrap_or(if flink { 0.0 } else { 1.0 });
    filling
        .either(settings.half_life.is_some(), "half_life", "decay_factor")
        .value(
            "HALF_LIFE",
            python::number(settings.half_life.unwrap_or(0.0)),
        )
        .value("DECAY_FACTOR", python::number(factor))
        .value("TIME_UNIT", python::text(unit));
}

fn sgd(settings: &spark_sgd::Settings, filling: &mut Filling) {
    let fraction = settings.mini_batch_fraction.unwrap_or(1.0);
    filling
        .either(fraction < 1.0, "sampled", "whole")
        .value(
            "STEP_SIZE",
            python::number(settings.step_size.unwrap_or(0.1)),
        )
        .value("ITERATIONS", settings.iterations.unwrap_or(50).to_string())
        .value(
            "REG_PARAM",
            python::number(settings.reg_param.unwrap_or(0.0)),
        )
        .value("MINI_BATCH_FRACTION", python::number(fraction))
        .value(
            "CONVERGENCE_TOL",
            python::number(settings.convergence_tol.unwrap_or(0.001)),
        )
        .value("INTERCEPT", python::boolean(settings.intercept));
}
