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

    /// What has to be known of a vector besides its numbers, made of the sum of their squares; 0 where that is nothing.
    fn length_of(squares: f64) -> f64;

    /// The same of a vector.
    fn length(vector: &[f64]) -> f64 {
        Self::length_of(vector.iter().fold(0.0, |sum, x| sum + x * x))
    }

    /// A value that `between` is not below, cheaper than it; the engine skips a centroid by it.
    fn least(centroid_length: f64, row_length: f64) -> f64;

    /// What a number of the row and that of the centroid add to the sum that their distance is made of.
    fn term(centroid: f64, row: f64) -> f64;

    /// What the engine compares, made of the sum of the terms.
    fn between(sum: f64, centroid_length: f64, row_length: f64) -> f64;

    /// The distance itself from what is compared.
    fn told(between: f64) -> f64;
}

/// `|a|^2 + |b|^2 - 2ab`, not below 0: fast, and inexact where the vectors are long and close.
pub(super) struct FlinkEuclidean;

impl Measure for FlinkEuclidean {
    const LIMIT: f64 = f64::INFINITY;

    fn length_of(squares: f64) -> f64 {
        squares.sqrt()
    }

    fn least(centroid_length: f64, row_length: f64) -> f64 {
        let difference = row_length - centroid_length;
        difference * difference
    }

    fn term(centroid: f64, row: f64) -> f64 {
        row * centroid
    }

    fn between(sum: f64, centroid_length: f64, row_length: f64) -> f64 {
        let squares = row_length * row_length + centroid_length * centroid_length;
        let squared = squares - 2.0 * sum;
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

    fn length_of(_: f64) -> f64 {
        0.0
    }

    fn least(_: f64, _: f64) -> f64 {
        0.0
    }

    fn term(centroid: f64, row: f64) -> f64 {
        let difference = row - centroid;
        difference * difference
    }

    fn between(sum: f64, _: f64, _: f64) -> f64 {
        sum
    }

    fn told(between: f64) -> f64 {
        between.sqrt()
    }
}

/// The sum of the differences' sizes.
pub(super) struct Manhattan;

impl Measure for Manhattan {
    const LIMIT: f64 = f64::MAX;

    fn length_of(_: f64) -> f64 {
        0.0
    }

    fn least(_: f64, _: f64) -> f64 {
        0.0
    }

    fn term(centroid: f64, row: f64) -> f64 {
        (centroid - row).abs()
    }

    fn between(sum: f64, _: f64, _: f64) -> f64 {
        sum
    }

    fn told(between: f64) -> f64 {
        between
    }
}

/// One less the cosine of the angle.
pub(super) struct Cosine;

impl Measure for Cosine {
    const LIMIT: f64 = f64::MAX;

    fn length_of(squares: f64) -> f64 {
        squares.sqrt()
    }

    fn least(_: f64, _: f64) -> f64 {
        // Rounding can take the distance of two parallel vectors below 0.
        f64::NEG_INFINITY
    }

    fn term(centroid: f64, row: f64) -> f64 {
        centroid * row
    }

    fn between(sum: f64, centroid_length: f64, row_length: f64) -> f64 {
        1.0 - sum / centroid_length / row_length
    }

    fn told(between: f64) -> f64 {
        between
    }
}

/// What the engine compares, of one centroid.
pub(super) fn between<M: Measure>(
    centroid: &[f64],
    centroid_length: f64,
    row: &[f64],
    row_length: f64,
) -> f64 {
    let terms = centroid.iter().zip(row);
    let sum = terms.fold(0.0, |sum, (c, x)| sum + M::term(*c, *x));
    M::between(sum, centroid_length, row_length)
}

/// The squared euclidean distance, as exact as doubles have it; what inertia and shift are made of.
pub(crate) fn squared_difference(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).fold(0.0, |sum, (a, b)| {
        let difference = a - b;
        sum + difference * difference
    })
}
