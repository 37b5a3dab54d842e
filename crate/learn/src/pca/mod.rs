//! Principal components of a stream, one row at a time.
//!
//! - [`Covariance`]: mean and covariance, as rows come
//! - [`Components`]: the two directions in which the rows vary most
//! - `eigen`: the eigenvectors of a symmetric matrix
//!
//! Pearson, "On lines and planes of closest fit to systems of points in space" (1901). The rows are as they are: what varies
//! by more counts for more. An eigenvector's sign, and the order of two that are equally long, are anybody's choice; here
//! they follow the components from before, so that a picture that is drawn along them does not flip.

mod components;
mod covariance;
mod eigen;

pub use components::{Components, FEATURES_MAX};
pub use covariance::Covariance;
