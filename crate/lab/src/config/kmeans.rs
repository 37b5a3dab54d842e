//! A lane's k-means, checked.

use learn::kmeans::{self, Decay, Params, Spec};

use super::{Engine, Kmeans, LabError};

/// The parameters and the initial model of a lane at this place of the file.
pub(super) fn check_kmeans(
    model: &Kmeans,
    dim: usize,
    at: &str,
) -> Result<(Params, kmeans::Model), LabError> {
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
