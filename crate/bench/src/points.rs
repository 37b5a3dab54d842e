//! Rows of numbers for the models.

use learn::random::Random;

/// How many rows there are; a multiple of every size of batch that is asked for.
pub(crate) const ROWS: usize = 8192;

/// Rows of `dim` numbers around `k` centres, in turn, row after row: the first `k` are one of each.
pub fn points(k: usize, dim: usize) -> Vec<f64> {
    let mut random = Random::new(7);
    let centres: Vec<f64> = (0..k * dim).map(|_| 4.0 * random.normal()).collect();
    (0..ROWS)
        .flat_map(|row| &centres[row % k * dim..][..dim])
        .map(|centre| centre + random.normal())
        .collect()
}
