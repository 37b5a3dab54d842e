//! Distances between rows, as exact as doubles have them.

use crate::kmeans::{Distance, squared_difference};

/// How far two rows are from each other; under cosine NaN where one has no direction.
pub(super) fn distance(by: Distance, a: &[f64], b: &[f64]) -> f64 {
    match by {
        Distance::Euclidean => squared_difference(a, b).sqrt(),
        Distance::Manhattan => a.iter().zip(b).fold(0.0, |sum, (a, b)| sum + (a - b).abs()),
        Distance::Cosine => {
            let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).fold(0.0, |sum, (a, b)| sum + a * b);
            let cosine = dot(a, b) / (dot(a, a).sqrt() * dot(b, b).sqrt());
            1.0 - if cosine > 1.0 { 1.0 } else { cosine }
        }
    }
}
