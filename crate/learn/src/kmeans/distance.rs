//! How far a row is from a centroid, in each engine's own arithmetic.

/// A distance as one engine computes it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Metric {
    FlinkEuclidean,
    SparkEuclidean,
    Manhattan,
    Cosine,
}

/// Calls a function that is generic over a `Measure` with the metric's.
macro_rules! with_measure {
    ($metric:expr, $function:ident ( $($argument:expr),* $(,)? )) => {
        match $metric {
            Metric::FlinkEuclidean => $function::<distance::FlinkEuclidean>($($argument),*),
            Metric::SparkEuclidean => $function::<distance::SparkEuclidean>($($argument),*),
            Metric::Manhattan => $function::<distance::Manhattan>($($argument),*),
            Metric::Cosine => $function::<distance::Cosine>($($argument),*),
        }
    };
}
pub(super) use with_measure;

/// How one engine compares and tells a distance.
pub(super) trait Measure {
    /// Only what is below it counts as near.
    const LIMIT: f64;

    /// What has to be known of a vector besides its numbers; 0 where that is nothing.
    fn length(vector: &[f64]) -> f64;

    /// A value that `between` is not below, cheaper than it; the engine skips a centroid by it.
    fn least(centroid_length: f64, row_length: f64) -> f64;

    /// What the engine compares.
    fn between(centroid: &[f64], centroid_length: f64, row: &[f64], row_length: f64) -> f64;

    /// The distance itself from what is compared.
    fn told(between: f64) -> f64;
}

/// `|a|^2 + |b|^2 - 2ab`, not below 0: fast, and inexact where the vectors are long and close.
pub(super) struct FlinkEuclidean;

impl Measure for FlinkEuclidean {
    const LIMIT: f64 = f64::INFINITY;

    fn length(vector: &[f64]) -> f64 {
        dot(vector, vector).sqrt()
    }

    fn least(centroid_length: f64, row_length: f64) -> f64 {
        let difference = row_length - centroid_length;
        difference * difference
    }

    fn between(centroid: &[f64], centroid_length: f64, row: &[f64], row_length: f64) -> f64 {
        let squares = row_length * row_length + centroid_length * centroid_length;
        let squared = squares - 2.0 * dot(row, centroid);
        // Not f64::max, which would make 0 of NaN: a NaN row has to be near to nothing.
        if squared < 0.0 { 0.0 } else { squared }
    }

    fn told(between: f64) -> f64 {
        between.sqrt()
    }
}

/// The sum of the squared differences.
pub(super) struct SparkEuclidean;

impl Measure for SparkEuclidean {
    const LIMIT: f64 = f64::INFINITY;

    fn length(_: &[f64]) -> f64 {
        0.0
    }

    fn least(_: f64, _: f64) -> f64 {
        0.0
    }

    fn between(centroid: &[f64], _: f64, row: &[f64], _: f64) -> f64 {
        squared_difference(row, centroid)
    }

    fn told(between: f64) -> f64 {
        between.sqrt()
    }
}

/// The sum of the differences' sizes.
pub(super) struct Manhattan;

impl Measure for Manhattan {
    const LIMIT: f64 = f64::MAX;

    fn length(_: &[f64]) -> f64 {
        0.0
    }

    fn least(_: f64, _: f64) -> f64 {
        0.0
    }

    fn between(centroid: &[f64], _: f64, row: &[f64], _: f64) -> f64 {
        centroid
            .iter()
            .zip(row)
            .fold(0.0, |sum, (c, x)| sum + (c - x).abs())
    }

    fn told(between: f64) -> f64 {
        between
    }
}

/// One less the cosine of the angle.
pub(super) struct Cosine;

impl Measure for Cosine {
    const LIMIT: f64 = f64::MAX;

    fn length(vector: &[f64]) -> f64 {
        dot(vector, vector).sqrt()
    }

    fn least(_: f64, _: f64) -> f64 {
        // Rounding can take the distance of two parallel vectors below 0.
        f64::NEG_INFINITY
    }

    fn between(centroid: &[f64], centroid_length: f64, row: &[f64], row_length: f64) -> f64 {
        1.0 - dot(centroid, row) / centroid_length / row_length
    }

    fn told(between: f64) -> f64 {
        between
    }
}

/// The squared euclidean distance, as exact as doubles have it; what inertia and shift are made of.
pub(crate) fn squared_difference(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).fold(0.0, |sum, (a, b)| {
        let difference = a - b;
        sum + difference * difference
    })
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).fold(0.0, |sum, (a, b)| sum + a * b)
}
