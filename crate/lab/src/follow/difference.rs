//! How far two models are apart.

use learn::online::Numbers;

/// Two numbers that differ by no more than this, relative to the larger, are the same.
pub const SAME: f64 = 1e-12;

/// The largest relative difference of two models, and where it is: "centroid 2, petal_width".
///
/// Of two numbers it is |a - b| / max(|a|, |b|). Numbers that are both smaller than 1e-12 times the largest of their kind
/// (coordinates, or weights, or coefficients) are what cancelling leaves: they are the same. NaN is the same as NaN.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The largest one; infinite where only one of two numbers is finite.
    pub largest: f64,
    /// Where it is; empty where there is none.
    pub place: String,
}

impl Difference {
    /// Between two models of the same kind and size; `features` are their names.
    pub fn between(a: &Numbers, b: &Numbers, features: &[String]) -> Difference {
        let mut difference = Difference {
            largest: 0.0,
            place: String::new(),
        };
        let dim = features.len().max(1);
        match (a, b) {
            (Numbers::Clusters(a), Numbers::Clusters(b)) => {
                difference.compare(&a.centroids, &b.centroids, |i| {
                    format!("centroid {}, {}", i / dim, name(features, i % dim))
                });
                difference.compare(&a.weights, &b.weights, |i| format!("weight of cluster {i}"));
            }
            (Numbers::Linear(a), Numbers::Linear(b)) => {
                let all =
                    |model: &learn::Linear| [&model.coefficients[..], &[model.intercept]].concat();
                difference.compare(&all(a), &all(b), |i| match i == features.len() {
                    true => "intercept".to_owned(),
                    false => format!("coefficient of {}", name(features, i)),
                });
            }
            _ => {
                difference = Difference {
                    largest: f64::INFINITY,
                    place: "the kind of model".to_owned(),
                };
            }
        }
        difference
    }

    /// Whether that is nothing but rounding.
    pub fn is_same(&self) -> bool {
        self.largest <= SAME
    }

    fn compare(&mut self, a: &[f64], b: &[f64], place: impl Fn(usize) -> String) {
        let finite = a.iter().chain(b).filter(|number| number.is_finite());
        let largest = finite.fold(0.0, |largest: f64, number| largest.max(number.abs()));
        for (i, (a, b)) in a.iter().zip(b).enumerate() {
            let found = relative(*a, *b, largest * SAME);
            if found > self.largest {
                (self.largest, self.place) = (found, place(i));
            }
        }
    }
}

fn name(features: &[String], i: usize) -> &str {
    features.get(i).map_or("", String::as_str)
}

/// Numbers below `nothing` are what cancelling leaves.
fn relative(a: f64, b: f64, nothing: f64) -> f64 {
    if a == b || a.is_nan() && b.is_nan() || a.abs() < nothing && b.abs() < nothing {
        return 0.0;
    }
    if !(a.is_finite() && b.is_finite()) {
        return f64::INFINITY;
    }
    let scale = a.abs().max(b.abs());
    // Halves, as the difference of two large numbers may be more than there is.
    (a / 2.0 - b / 2.0).abs() / scale * 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(a: &[f64], b: &[f64]) -> Difference {
        let model = |numbers: &[f64]| {
            Numbers::Clusters(learn::kmeans::Model {
                centroids: numbers.to_vec(),
                weights: vec![1e9; numbers.len() / 2],
            })
        };
        let features = ["x".to_owned(), "y".to_owned()];
        Difference::between(&model(a), &model(b), &features)
    }

    #[test]
    fn the_largest_is_found_where_it_is() {
        let found = between(&[1.0, 2.0, 3.0, 4.0], &[1.0, 2.0, 3.0, 4.4]);
        assert!((found.largest - 0.4 / 4.4).abs() < 1e-15);
        assert_eq!(found.place, "centroid 1, y");
        assert!(!found.is_same());
        assert!(between(&[1.0, 2.0], &[1.0, 2.0 + 1e-12]).is_same());
        assert!(!between(&[1.0, 2.0], &[1.0, 2.0 + 1e-11]).is_same());
    }

    #[test]
    fn what_cancelling_leaves_is_nothing_and_what_is_not_finite_is_not_passed_over() {
        assert_eq!(between(&[1000.0, 1e-10], &[1000.0, -1e-10]).largest, 0.0);
        // The weights' size does not make coordinates small.
        assert!(!between(&[1.0, 1e-10], &[1.0, -1e-10]).is_same());
        assert_eq!(between(&[f64::NAN, 1.0], &[f64::NAN, 1.0]).largest, 0.0);
        assert_eq!(
            between(&[f64::NAN, 1.0], &[2.0, 1.0]).largest,
            f64::INFINITY
        );
        assert_eq!(between(&[f64::MAX, 1.0], &[-f64::MAX, 1.0]).largest, 2.0);
    }

    #[test]
    fn linear_models_name_their_coefficients() {
        let model = |intercept| {
            Numbers::Linear(learn::Linear {
                coefficients: vec![1.0, 2.0],
                intercept,
            })
        };
        let features = ["x".to_owned(), "y".to_owned()];
        let found = Difference::between(&model(1.0), &model(2.0), &features);
        assert_eq!((found.largest, found.place.as_str()), (0.5, "intercept"));
    }
}
