//! Why numbers are not rows.

use thiserror::Error;

/// Why a slice of numbers is not a batch of rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum RowsError {
    /// A row without numbers.
    #[error("a row has at least one number. Now: 0.")]
    NoNumbers,
    /// The last row is cut off.
    #[error("rows of {dim} numbers fill a multiple of {dim}. Now: {found}.")]
    CutOff {
        /// Numbers in a row.
        dim: usize,
        /// Numbers in the slice.
        found: usize,
    },
}
