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

#[cfg(test)]
mod tests {
    use super::super::{Decay, Spec, TimeUnit};
    use super::*;

    fn check(engine: Engine, distance: Distance, row: &[f64], refused: &str) {
        let params = Params::new(Spec {
            engine,
            k: 2,
            dim: 2,
            decay: Decay::Factor(0.0),
            time_unit: TimeUnit::Batches,
            distance,
            parallelism: 1,
        })
        .unwrap();
        let model = Model {
            centroids: vec![1.0, 0.0, 0.0, 1.0],
            weights: vec![0.0, 0.0],
        };
        match check_row(&params, &model, row) {
            Ok(()) => assert_eq!(refused, "", "{row:?} is taken"),
            Err(error) => assert_eq!(error.to_string(), refused),
        }
    }

    #[test]
    fn refuses_rows_that_fail_the_job() {
        use Distance::{Cosine, Euclidean, Manhattan};
        use Engine::{Flink, Spark};
        let (nan, inf) = (f64::NAN, f64::INFINITY);
        check(Flink, Euclidean, &[nan, 1.0], "");
        check(Flink, Euclidean, &[inf, 1.0], "");
        check(Flink, Euclidean, &[0.0, 0.0], "");
        check(Flink, Euclidean, &[0.0], "has 1 numbers, the model takes 2");
        check(
            Flink,
            Manhattan,
            &[1.0, nan],
            "number 1 is NaN; Flink's job fails on it",
        );
        check(Flink, Manhattan, &[0.0, 0.0], "");
        check(
            Flink,
            Cosine,
            &[inf, 1.0],
            "number 0 is inf; Flink's job fails on it",
        );
        let zero =
            "is a zero vector; cosine distance to it is not defined and Flink's job fails on it";
        check(Flink, Cosine, &[0.0, -0.0], zero);
        check(Flink, Cosine, &[0.0, -2.0], "");
        check(
            Spark,
            Euclidean,
            &[1.0, nan],
            "number 1 is NaN; Spark's job fails on it",
        );
        check(Spark, Euclidean, &[0.0, 0.0], "");
    }

    #[test]
    fn refuses_any_row_once_a_centroid_has_no_direction() {
        let params = Params::new(Spec {
            engine: Engine::Flink,
            k: 2,
            dim: 1,
            decay: Decay::Factor(0.0),
            time_unit: TimeUnit::Batches,
            distance: Distance::Cosine,
            parallelism: 1,
        })
        .unwrap();
        let model = Model {
            centroids: vec![1.0, 0.0],
            weights: vec![0.0, 0.0],
        };
        let refused = check_row(&params, &model, &[1.0]);
        assert_eq!(refused, Err(Unusable::Centroid { cluster: 1 }));
    }
}
