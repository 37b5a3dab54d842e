//! Eddy's online models: they learn from batches of rows, one after the other.
//!
//! Layout:
//!
//! - `rows`: a batch of rows, many numbers in one slice
//! - `error`: why numbers are not rows, and why settings or a row are refused
//! - [`kmeans`]: k-means with decay, as Flink ML's `OnlineKMeans` and Spark's `StreamingKMeans` do it
//! - `linear`: what linear models share
//! - [`spark_sgd`]: Spark's `StreamingLinearRegressionWithSGD` and `StreamingLogisticRegressionWithSGD`
//! - `spark_sample`: which rows Spark draws from a batch
//! - [`flink_logistic`]: Flink ML's `OnlineLogisticRegression`
//! - [`rls`]: linear regression by recursive least squares
//! - [`sgd`]: linear regression by plain stochastic gradient descent
//! - [`scaler`]: standard, min-max and fixed scaling, and Flink ML's `OnlineStandardScaler`
//! - [`models`]: the table of models, with the names and settings that a lab file has for them
//! - [`online`]: what a lab knows of a model, whichever it is
//! - [`scale`]: a scaler's numbers at one time, between the columns' units and a model's
//! - `checkpoint`: settings and state of a model, to go on from later
//! - [`metrics`]: what predictions and clusters are worth
//! - [`alignment`]: which label each cluster stands for
//! - [`drift`]: whether a stream of errors has changed
//! - [`pca`]: principal components of a stream
//! - [`random`]: random numbers that are the same everywhere
//! - [`number`]: numbers in serialized form
//!
//! A model is made in three steps: a `Spec` says what is asked for, `Params::new` checks it once, the model starts from
//! them. It learns with `partial_fit`, a batch at a time, without allocating for a row, and answers with `predict`; what
//! predicts for an older version is a function of the numbers of that version.
//!
//! There is no I/O here, no clock and no thread. The same rows in the same batches give the same numbers, bit for bit,
//! on every machine: sums run in one fixed order, no multiplication is fused with an addition, and `exp`, `ln` and
//! `pow` come from `libm`.

mod checkpoint;
mod error;
mod linear;
pub mod number;
mod rows;
mod spark_sample;

pub mod alignment;
pub mod drift;
pub mod flink_logistic;
pub mod kmeans;
pub mod metrics;
pub mod models;
pub mod online;
pub mod pca;
pub mod random;
pub mod rls;
pub mod scale;
pub mod scaler;
pub mod sgd;
pub mod spark_sgd;

pub use checkpoint::Checkpoint;
pub use error::{BadRow, RowsError, SpecError};
pub use linear::{Classified, Linear, LinearBatch, LinearInitial};
pub use rows::Rows;
