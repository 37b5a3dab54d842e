//! The table of models that the checks run over: a new model adds its row here.

use eddy_learn::scaler::Kind;
use serde_json::{Value, json};

use crate::model::model;
use crate::scaler::{FLINK_SCALER, scaler};
use crate::{DIM, Subject, numbers};

/// Every model, under settings that make it take another way.
pub(crate) fn subjects() -> Vec<Subject> {
    let spark_sgd = [
        json!({"step_size": 0}),
        json!({"convergence_tol": 1.5}),
        json!({"mini_batch_fraction": 0}),
        json!({"initial": {"coefficients": [0]}}),
    ];
    vec![
        kmeans("Flink", json!({"engine": "flink", "decay_factor": 0.5})),
        kmeans("Flink, no memory", json!({"engine": "flink"})),
        kmeans(
            "Flink, manhattan",
            json!({"engine": "flink", "distance": "manhattan"}),
        ),
        kmeans(
            "Flink, cosine",
            json!({"engine": "flink", "distance": "cosine"}),
        ),
        kmeans(
            "Flink, 5 subtasks",
            json!({"engine": "flink", "parallelism": 5}),
        ),
        kmeans("Spark", json!({"engine": "spark"})),
        kmeans(
            "Spark, points",
            json!({"engine": "spark", "half_life": 20, "time_unit": "points"}),
        ),
        model(
            "Spark, linear",
            json!({"kind": "linear_regression", "engine": "spark"}),
            &spark_sgd,
        ),
        model(
            "Spark, linear, intercept",
            json!({"kind": "linear_regression", "engine": "spark", "intercept": true}),
            &spark_sgd,
        ),
        model(
            "Spark, logistic",
            json!({"kind": "logistic_regression", "engine": "spark", "intercept": true}),
            &spark_sgd,
        ),
        model(
            "Flink, logistic",
            json!({"kind": "logistic_regression", "engine": "flink"}),
            &[
                json!({"alpha": 0}),
                json!({"elastic_net": 2}),
                json!({"initial": {"coefficients": [0]}}),
            ],
        ),
        model(
            "Recursive least squares",
            json!({"kind": "linear_regression", "solver": "rls", "ridge": 0.1}),
            &[
                json!({"forgetting": 0}),
                json!({"forgetting": 1.1}),
                json!({"ridge": -1}),
                json!({"initial": {"coefficients": [0]}}),
            ],
        ),
        Subject {
            by_row: true,
            ..model(
                "Gradient descent",
                json!({"kind": "linear_regression", "solver": "sgd"}),
                &[
                    json!({"step_size": 0}),
                    json!({"reg_param": -1}),
                    json!({"initial": {"coefficients": [0]}}),
                ],
            )
        },
        scaler("Scaler, standard", Kind::Standard),
        scaler("Scaler, min-max", Kind::MinMax),
        scaler("Scaler, Flink", FLINK_SCALER),
    ]
}

/// K-means with 4 clusters.
fn kmeans(name: &'static str, mut settings: Value) -> Subject {
    let centroids: Vec<Vec<f64>> = numbers(7, 4 * DIM)
        .chunks_exact(DIM)
        .map(<[f64]>::to_vec)
        .collect();
    settings["kind"] = json!("kmeans");
    settings["k"] = json!(4);
    settings["initial"] = json!({"centroids": centroids, "weights": [1, 1, 1, 1]});
    let refused = [
        json!({"k": 0}),
        json!({"decay_factor": 2, "half_life": null}),
        json!({"half_life": null, "decay_factor": -0.5}),
        json!({"parallelism": 0, "engine": "flink", "time_unit": null, "half_life": null}),
    ];
    model(name, settings, &refused)
}
