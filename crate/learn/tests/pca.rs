//! Principal components, row by row, against those of all rows at once.
#![allow(clippy::unwrap_used)] // a test may

mod common;

use eddy_learn::pca::{Components, Covariance};
use proptest::collection::vec;
use proptest::prelude::*;

fn taken(rows: &[Vec<f64>]) -> Covariance {
    let mut covariance = Covariance::new(rows[0].len());
    rows.iter().for_each(|row| covariance.add(row));
    covariance
}

/// Mean, then covariance, in two passes.
fn batch(rows: &[Vec<f64>]) -> (Vec<f64>, Vec<f64>) {
    let (n, dim) = (rows.len() as f64, rows[0].len());
    let mean: Vec<f64> = (0..dim)
        .map(|i| rows.iter().map(|row| row[i]).sum::<f64>() / n)
        .collect();
    let of = |i: usize, j: usize| {
        let products = rows
            .iter()
            .map(|row| (row[i] - mean[i]) * (row[j] - mean[j]));
        products.sum::<f64>() / n
    };
    let matrix = (0..dim * dim).map(|at| of(at / dim, at % dim)).collect();
    (mean, matrix)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The variance of the rows along a direction.
fn along(matrix: &[f64], direction: &[f64]) -> f64 {
    let turned: Vec<f64> = matrix
        .chunks(direction.len())
        .map(|row| dot(row, direction))
        .collect();
    dot(&turned, direction)
}

/// NumPy 2 (`numpy.linalg.eigh` of `numpy.cov`), signs by our convention.
#[test]
fn iris_has_the_components_that_numpy_finds() {
    let iris = common::load("data/iris.json");
    let rows: Vec<Vec<f64>> = serde_json::from_value(iris["points"].clone()).unwrap();
    let found = Components::of(&taken(&rows), None).unwrap();
    let axes = [
        [
            0.3613865917853683,
            -0.08452251406456879,
            0.8566706059498347,
            0.3582891971515505,
        ],
        [
            0.6565887712868437,
            0.7301614347850245,
            -0.17337266279585792,
            -0.07548101991746387,
        ],
    ];
    let share = [0.9246187232017267, 0.053066483117067985];
    for i in 0..2 {
        assert!((found.share[i] - share[i]).abs() < 1e-13, "{found:?}");
        for (one, other) in found.axes[i].iter().zip(axes[i]) {
            assert!((one - other).abs() < 1e-12, "{found:?}");
        }
    }
    assert_eq!(found.rows, 150);
}

/// Rows of 2 to 6 features, on scales that are up to a thousand times apart.
fn rows() -> impl Strategy<Value = Vec<Vec<f64>>> {
    (2..=6_usize).prop_flat_map(|dim| {
        let scales = vec(-1.0..2.0_f64, dim);
        (vec(vec(-1.0..1.0_f64, dim), 2..60), scales).prop_map(|(mut rows, scales)| {
            for row in &mut rows {
                for (x, scale) in row.iter_mut().zip(&scales) {
                    *x = *x * libm::exp10(*scale) + 5.0;
                }
            }
            rows
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rows_one_by_one_and_at_once_come_to_the_same(rows in rows()) {
        let (mean, matrix) = batch(&rows);
        let covariance = taken(&rows);
        let total: f64 = (0..mean.len()).map(|i| matrix[i * mean.len() + i]).sum();
        for (one, other) in covariance.matrix().iter().zip(&matrix) {
            prop_assert!((one - other).abs() <= 1e-12 * total, "{one} {other}");
        }
        let found = Components::of(&covariance, None).unwrap();
        for (one, other) in found.mean.iter().zip(&mean) {
            prop_assert!((one - other).abs() <= 1e-12 * total.sqrt().max(10.0), "{one} {other}");
        }
        prop_assume!(total > 1e-9);
        for i in 0..2 {
            let axis = &found.axes[i];
            prop_assert!((dot(axis, axis) - 1.0).abs() < 1e-12);
            // An eigenvector: the matrix does not turn it.
            let value = along(&matrix, axis);
            for (row, part) in matrix.chunks(axis.len()).zip(axis) {
                prop_assert!((dot(row, axis) - value * part).abs() <= 1e-9 * total);
            }
            prop_assert!((found.share[i] - value / total).abs() < 1e-12);
        }
        prop_assert!(dot(&found.axes[0], &found.axes[1]).abs() < 1e-12);
        // No feature's own direction, and no mix of two, varies more than the first component.
        for i in 0..mean.len() {
            for j in 0..mean.len() {
                let mut direction = vec![0.0; mean.len()];
                direction[i] += 0.6;
                direction[j] += 0.8;
                let length = dot(&direction, &direction);
                prop_assert!(along(&matrix, &direction) / length <= (found.share[0] + 1e-12) * total);
            }
        }
    }

    #[test]
    fn another_row_turns_no_direction_round(rows in rows()) {
        let mut covariance = Covariance::new(rows[0].len());
        let mut before: Option<Components> = None;
        for row in &rows {
            covariance.add(row);
            let now = Components::of(&covariance, before.as_ref()).unwrap();
            if let Some(before) = before.filter(|before| !before.share[0].is_nan()) {
                for i in 0..2 {
                    prop_assert!(dot(&before.axes[i], &now.axes[i]) >= 0.0);
                }
            }
            before = Some(now);
        }
    }
}
