//! Rows side by side, so that a centroid is compared with several at once.
//!
//! What a compiler makes vector instructions of is the loop over the rows of a tile. Each row's own sum runs over its
//! numbers in their order, however many rows there are at once: so it is the sum of a plain loop, bit for bit.

use super::Model;
use super::distance::Measure;
use crate::Rows;

/// Rows of a tile: four vectors of two doubles, which is what x86-64 and WebAssembly have at the least.
const WIDTH: usize = 8;

/// Some rows of a batch, with the clusters that were found for them.
#[derive(Clone, Debug)]
pub(super) struct Tile {
    /// Number after number of a row, that number of each row; what a tile with fewer rows leaves over has no meaning.
    numbers: Vec<[f64; WIDTH]>,
    lengths: [f64; WIDTH],
    /// What is compared, of the nearest centroid so far.
    least: [f64; WIDTH],
    /// Which centroid that is.
    nearest: [u64; WIDTH],
}

impl Tile {
    /// Room for rows of so many numbers.
    pub(super) fn new(dim: usize) -> Self {
        Self {
            numbers: vec![[0.0; WIDTH]; dim],
            lengths: [0.0; WIDTH],
            least: [0.0; WIDTH],
            nearest: [0; WIDTH],
        }
    }

    /// Finds the cluster of each of the rows, `WIDTH` at most, as `closest` does of one.
    pub(super) fn find<M: Measure>(&mut self, model: &Model, lengths: &[f64], rows: Rows<'_>) {
        let dim = self.numbers.len();
        for (i, row) in rows.iter().enumerate() {
            for (numbers, x) in self.numbers.iter_mut().zip(row) {
                numbers[i] = *x;
            }
        }
        measure::<M>(&self.numbers, &mut self.lengths);
        self.least = [M::LIMIT; WIDTH];
        self.nearest = [0; WIDTH];
        for ((i, centroid), length) in (0..).zip(model.iter(dim)).zip(lengths) {
            self.compare::<M>(i, centroid, *length);
        }
    }

    /// The clusters of the rows.
    pub(super) fn clusters(&self) -> impl Iterator<Item = usize> {
        self.nearest.iter().map(|cluster| *cluster as usize)
    }

    /// Takes a centroid for the nearest of the rows that it is nearer to than those before it.
    ///
    /// Never inlined: in a loop over the centroids the compiler keeps the results apart, and makes no vectors.
    #[inline(never)]
    fn compare<M: Measure>(&mut self, i: u64, centroid: &[f64], length: f64) {
        let mut sums = [0.0; WIDTH];
        for (numbers, c) in self.numbers.iter().zip(centroid) {
            for (sum, x) in sums.iter_mut().zip(numbers) {
                *sum += M::term(*c, *x);
            }
        }
        let found = self.least.iter_mut().zip(&mut self.nearest);
        for ((sum, row_length), (least, nearest)) in sums.iter().zip(&self.lengths).zip(found) {
            let between = M::between(*sum, length, *row_length);
            let is_far = M::least(length, *row_length) >= *least;
            let is_nearer = !is_far & (between < *least);
            // By bits: of `if`, the compiler makes jumps that nothing foresees.
            let taken = u64::from(is_nearer).wrapping_neg();
            *least = f64::from_bits((between.to_bits() & taken) | (least.to_bits() & !taken));
            *nearest = (i & taken) | (*nearest & !taken);
        }
    }
}

#[inline(never)]
fn measure<M: Measure>(numbers: &[[f64; WIDTH]], lengths: &mut [f64; WIDTH]) {
    let mut squares = [0.0; WIDTH];
    for numbers in numbers {
        for (sum, x) in squares.iter_mut().zip(numbers) {
            *sum += x * x;
        }
    }
    *lengths = squares.map(M::length_of);
}

/// The rows of a batch, tile by tile.
pub(super) fn tiles(rows: Rows<'_>) -> impl Iterator<Item = Rows<'_>> {
    rows.chunks(WIDTH)
}
