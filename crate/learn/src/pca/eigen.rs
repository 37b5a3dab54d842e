//! The eigenvectors of a symmetric matrix, by cyclic Jacobi rotations.
//!
//! Golub and Van Loan, "Matrix Computations", section 8.5. For the few features of a lane it is quick, and its sums have one
//! order: the same matrix gives the same bits everywhere.

/// Sweeps over all pairs; some 10 are enough for 64 features.
const SWEEPS: usize = 60;

/// What is left beside the diagonal, as a share of the whole, squared.
const REST: f64 = 1e-32;

/// Eigenvalues, largest first, each with its eigenvector of length 1.
///
/// The matrix is dim x dim, row-major, symmetric and finite. Of equal eigenvalues the one that the diagonal had first
/// comes first.
pub(super) fn eigen(matrix: &[f64], dim: usize) -> Vec<(f64, Vec<f64>)> {
    let mut a = matrix.to_vec();
    let mut vectors = vec![0.0; dim * dim];
    for i in 0..dim {
        vectors[i * dim + i] = 1.0;
    }
    for _ in 0..SWEEPS {
        let whole = squares(&a, dim, |_, _| true);
        if squares(&a, dim, |i, j| i != j) <= REST * whole {
            break;
        }
        for p in 0..dim {
            for q in p + 1..dim {
                rotate(&mut a, &mut vectors, dim, (p, q));
            }
        }
    }
    let vector = |i: usize| (0..dim).map(|row| vectors[row * dim + i]).collect();
    let mut pairs: Vec<_> = (0..dim).map(|i| (a[i * dim + i], vector(i))).collect();
    pairs.sort_by(|one, other| other.0.total_cmp(&one.0));
    pairs
}

fn squares(a: &[f64], dim: usize, counts: impl Fn(usize, usize) -> bool) -> f64 {
    let cells = (0..dim).flat_map(|i| (0..dim).map(move |j| (i, j)));
    cells
        .filter(|(i, j)| counts(*i, *j))
        .fold(0.0, |sum, (i, j)| sum + a[i * dim + j] * a[i * dim + j])
}

/// Turns the plane of two axes so that nothing is left between them.
fn rotate(a: &mut [f64], vectors: &mut [f64], dim: usize, (p, q): (usize, usize)) {
    let between = a[p * dim + q];
    if between == 0.0 {
        return;
    }
    let theta = (a[q * dim + q] - a[p * dim + p]) / (2.0 * between);
    let sign = if theta < 0.0 { -1.0 } else { 1.0 };
    // The smaller of the two angles; 0 where theta is beyond all numbers.
    let t = sign / (theta.abs() + (theta * theta + 1.0).sqrt());
    let c = 1.0 / (t * t + 1.0).sqrt();
    let s = t * c;
    for k in 0..dim {
        let (kp, kq) = (a[k * dim + p], a[k * dim + q]);
        a[k * dim + p] = c * kp - s * kq;
        a[k * dim + q] = s * kp + c * kq;
    }
    for k in 0..dim {
        let (pk, qk) = (a[p * dim + k], a[q * dim + k]);
        a[p * dim + k] = c * pk - s * qk;
        a[q * dim + k] = s * pk + c * qk;
    }
    (a[p * dim + q], a[q * dim + p]) = (0.0, 0.0);
    for k in 0..dim {
        let (kp, kq) = (vectors[k * dim + p], vectors[k * dim + q]);
        vectors[k * dim + p] = c * kp - s * kq;
        vectors[k * dim + q] = s * kp + c * kq;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_of_two_is_turned_by_hand() {
        let pairs = eigen(&[2.0, 1.0, 1.0, 2.0], 2);
        let values: Vec<f64> = pairs.iter().map(|(value, _)| *value).collect();
        assert!((values[0] - 3.0).abs() < 1e-15 && (values[1] - 1.0).abs() < 1e-15);
        let half = 0.5_f64.sqrt();
        for (x, expected) in pairs[0].1.iter().zip([half, half]) {
            assert!((x.abs() - expected).abs() < 1e-15);
        }
    }

    #[test]
    fn a_diagonal_stays_and_equal_values_keep_their_order() {
        let pairs = eigen(&[1.0, 0.0, 0.0, 0.0, 4.0, 0.0, 0.0, 0.0, 1.0], 3);
        assert_eq!(
            pairs,
            [
                (4.0, vec![0.0, 1.0, 0.0]),
                (1.0, vec![1.0, 0.0, 0.0]),
                (1.0, vec![0.0, 0.0, 1.0]),
            ]
        );
    }
}
