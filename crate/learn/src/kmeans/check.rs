//! Rows that the engine cannot take.

use super::distance::{Cosine, Measure};
use super::{Distance, Engine, Model, Params, Unusable};

/// Refuses a row that would make the engine's job fail, for training and prediction alike.
///
/// Learning and predicting themselves never fail; what they make of such a row is not what the engine would. Flink under
/// the euclidean distance fails on no number: a NaN goes to cluster 0 and makes its centroid NaN for good.
///
/// # Errors
///
/// When the row has another width than the model, a number that the engine's distance fails on, or, under cosine, no
/// direction; or when a centroid has none any more.
pub fn check_row(params: &Params, model: &Model, row: &[f64]) -> Result<(), Unusable> {
    if row.len() != params.dim() {
        return Err(Unusable::Width {
            dim: params.dim(),
            found: row.len(),
        });
    }
    let fails: fn(&f64) -> bool = match (params.engine(), params.distance()) {
        (Engine::Flink, Distance::Euclidean) => return Ok(()),
        (Engine::Flink, Distance::Manhattan | Distance::Cosine) => |number| !number.is_finite(),
        (Engine::Spark, _) => |number| number.is_nan(),
    };
    if let Some(column) = row.iter().position(fails) {
        let engine = params.engine().name();
        return Err(Unusable::Number {
            column,
            found: row[column],
            engine,
        });
    }
    match params.distance() {
        Distance::Cosine => check_directions(model, row),
        Distance::Euclidean | Distance::Manhattan => Ok(()),
    }
}

fn check_directions(model: &Model, row: &[f64]) -> Result<(), Unusable> {
    let has_none = |vector: &[f64]| {
        let length = Cosine::length(vector);
        length <= 0.0 || length.is_nan()
    };
    if has_none(row) {
        return Err(Unusable::ZeroRow);
    }
    match model.iter(row.len()).position(has_none) {
        Some(cluster) => Err(Unusable::Centroid { cluster }),
        None => Ok(()),
    }
}
