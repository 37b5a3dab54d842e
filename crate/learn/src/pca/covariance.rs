//! Mean and covariance, as rows come.

/// The mean of rows, and how their features vary with each other.
///
/// Welford, "Note on a method for calculating corrected sums of squares and products" (1962).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Covariance {
    rows: u64,
    mean: Vec<f64>,
    /// Sums of products of distances from the mean: dim x dim, row-major, of which only `[i][j]` with `i <= j` is kept up.
    products: Vec<f64>,
    /// The newest row's distances from the mean before it.
    before: Vec<f64>,
}

impl Covariance {
    /// No rows of so many features.
    pub fn new(dim: usize) -> Self {
        Self {
            rows: 0,
            mean: vec![0.0; dim],
            products: vec![0.0; dim * dim],
            before: vec![0.0; dim],
        }
    }

    /// Takes a row; one of another length, or that is not finite, is passed over.
    pub fn add(&mut self, row: &[f64]) {
        let dim = self.mean.len();
        if row.len() != dim || row.iter().any(|x| !x.is_finite()) {
            return;
        }
        self.rows += 1;
        let rows = self.rows as f64;
        for ((x, mean), before) in row.iter().zip(&mut self.mean).zip(&mut self.before) {
            *before = x - *mean;
            *mean += *before / rows;
        }
        let lines = self.products.chunks_exact_mut(dim.max(1));
        for (i, (products, before)) in lines.zip(&self.before).enumerate() {
            let after = row.iter().zip(&self.mean).map(|(x, mean)| x - mean);
            for (product, after) in products.iter_mut().zip(after).skip(i) {
                *product += before * after;
            }
        }
    }

    /// How many rows were taken.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The mean of each feature; 0 without rows.
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// The covariance matrix of a population, dim x dim, row-major; 0 without rows.
    pub fn matrix(&self) -> Vec<f64> {
        let dim = self.mean.len();
        let of = |i: usize, j: usize| self.products[i.min(j) * dim + i.max(j)];
        let cells = (0..dim).flat_map(|i| (0..dim).map(move |j| (i, j)));
        let rows = self.rows.max(1) as f64;
        cells.map(|(i, j)| of(i, j) / rows).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_features_vary_together() {
        let mut covariance = Covariance::new(2);
        for row in [[1.0, 2.0], [3.0, 6.0], [f64::NAN, 1.0], [5.0, 10.0]] {
            covariance.add(&row);
        }
        covariance.add(&[1.0]);
        assert_eq!((covariance.rows(), covariance.mean()), (3, &[3.0, 6.0][..]));
        let third = 8.0 / 3.0;
        assert_eq!(
            covariance.matrix(),
            [third, 2.0 * third, 2.0 * third, 4.0 * third]
        );
        assert_eq!(Covariance::new(1).matrix(), [0.0]);
    }
}
