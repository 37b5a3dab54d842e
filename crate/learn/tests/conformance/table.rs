//! The table of models that the checks run over: a new model adds its row here.

use eddy_learn::kmeans::{Decay, Distance, Spec, TimeUnit};
use eddy_learn::scaler::Kind;
use eddy_learn::spark_sgd::{Intercept, Loss};

use crate::Subject;
use crate::common::{FLINK, SPARK};
use crate::kmeans::kmeans;
use crate::linear::{flink_logistic, rls, sgd, spark_sgd};
use crate::scaler::{FLINK_SCALER, scaler};

/// Every model, under parameters that make it take another way.
pub(crate) fn subjects() -> Vec<Subject> {
    let half_life = Decay::HalfLife(20.0);
    vec![
        kmeans(
            "Flink",
            Spec {
                decay: Decay::Factor(0.5),
                ..FLINK
            },
        ),
        kmeans("Flink, no memory", FLINK),
        kmeans(
            "Flink, manhattan",
            Spec {
                distance: Distance::Manhattan,
                ..FLINK
            },
        ),
        kmeans(
            "Flink, cosine",
            Spec {
                distance: Distance::Cosine,
                ..FLINK
            },
        ),
        kmeans(
            "Flink, 5 subtasks",
            Spec {
                parallelism: 5,
                ..FLINK
            },
        ),
        kmeans("Spark", SPARK),
        kmeans(
            "Spark, points",
            Spec {
                decay: half_life,
                time_unit: TimeUnit::Points,
                ..SPARK
            },
        ),
        spark_sgd("Spark, linear", Loss::Squared, Intercept::Off),
        spark_sgd(
            "Spark, linear, intercept",
            Loss::Squared,
            Intercept::Restarts,
        ),
        spark_sgd("Spark, logistic", Loss::Logistic, Intercept::Continues),
        flink_logistic(),
        rls(),
        sgd(),
        scaler("Scaler, standard", Kind::Standard),
        scaler("Scaler, min-max", Kind::MinMax),
        scaler("Scaler, Flink", FLINK_SCALER),
    ]
}
