//! Eddy's online models: they learn from batches of rows, one after the other.
//!
//! Layout:
//!
//! - `rows`: a batch of rows, many numbers in one slice
//! - `error`: why numbers are not rows
//! - [`kmeans`]: k-means with decay, as Flink ML's `OnlineKMeans` and Spark's `StreamingKMeans` do it
//!
//! There is no I/O here, no clock and no thread. The same rows in the same batches give the same numbers, bit for bit,
//! on every machine: sums run in one fixed order, no multiplication is fused with an addition, and `exp`, `ln` and
//! `pow` come from `libm`.

mod error;
mod rows;

pub mod kmeans;

pub use error::RowsError;
pub use rows::Rows;
