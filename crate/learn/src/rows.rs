//! A batch of rows, many numbers in one slice.

use std::slice::ChunksExact;

use crate::RowsError;

/// Rows of equally many numbers, borrowed, row after row in one slice.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rows<'a> {
    data: &'a [f64],
    dim: usize,
}

impl<'a> Rows<'a> {
    /// Reads a slice of `rows x dim` numbers as rows.
    ///
    /// # Errors
    ///
    /// When `dim` is 0 or does not divide the number of numbers.
    pub fn new(data: &'a [f64], dim: usize) -> Result<Self, RowsError> {
        if dim == 0 {
            return Err(RowsError::NoNumbers);
        }
        if !data.len().is_multiple_of(dim) {
            return Err(RowsError::CutOff {
                dim,
                found: data.len(),
            });
        }
        Ok(Self { data, dim })
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.data.len() / self.dim
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// How many numbers a row has; never 0.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// The row at a place, from 0.
    ///
    /// # Panics
    ///
    /// When there is no row at that place, as a slice does.
    pub fn row(&self, i: usize) -> &'a [f64] {
        &self.data[i * self.dim..][..self.dim]
    }

    /// The rows in order.
    pub fn iter(&self) -> ChunksExact<'a, f64> {
        self.data.chunks_exact(self.dim)
    }

    /// The first so many rows.
    ///
    /// # Panics
    ///
    /// When there are fewer.
    pub fn first(&self, rows: usize) -> Self {
        self.split_at(rows).0
    }

    /// The rows in runs of so many; the last may be shorter.
    pub(crate) fn chunks(self, rows: usize) -> impl Iterator<Item = Self> {
        let runs = self.data.chunks(rows * self.dim);
        runs.map(move |data| Self { data, ..self })
    }

    /// The rows before a place, and the rows from it on.
    pub(crate) fn split_at(&self, i: usize) -> (Self, Self) {
        let (before, after) = self.data.split_at(i * self.dim);
        (
            Self {
                data: before,
                ..*self
            },
            Self {
                data: after,
                ..*self
            },
        )
    }
}

impl<'a> IntoIterator for Rows<'a> {
    type Item = &'a [f64];
    type IntoIter = ChunksExact<'a, f64>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_slice_as_rows() {
        let rows = Rows::new(&[1.0, 2.0, 3.0, 4.0], 2).unwrap();
        assert_eq!((rows.len(), rows.dim(), rows.is_empty()), (2, 2, false));
        assert_eq!(rows.row(1), [3.0, 4.0]);
        assert_eq!(rows.iter().collect::<Vec<_>>(), [[1.0, 2.0], [3.0, 4.0]]);
        assert!(Rows::new(&[], 2).unwrap().is_empty());
    }

    #[test]
    fn refuses_what_is_not_rows() {
        assert_eq!(Rows::new(&[1.0], 0), Err(RowsError::NoNumbers));
        let cut_off = Rows::new(&[1.0; 5], 2).unwrap_err();
        assert_eq!(
            cut_off.to_string(),
            "rows of 2 numbers fill a multiple of 2. Now: 5."
        );
    }
}
