//! K-means with decay: one update rule, two engines.
//!
//! For a cluster with weight `n`, of whose rows a batch brings `m` with the sum `S`, and a decay factor `a`:
//!
//! ```text
//! c' = (c * n * a + S) / (n * a + m)        n' = n * a + m
//! ```
//!
//! [`Engine::Flink`] is `OnlineKMeans` of Flink ML 2.3, [`Engine::Spark`] is `StreamingKMeans` of Spark MLlib 3.5. They
//! differ in how a distance is computed, in the unit of decay, in Flink's subtasks and in Spark's split of a dying
//! cluster; when a batch is complete is for the caller to say.
//!
//! Layout:
//!
//! - `params`: what can be set, checked once
//! - `model`: centroids and weights
//! - `initial`: initial models: random, k-means++, the best of several
//! - `distance`: how far a row is from a centroid
//! - `assign`: which centroid is nearest
//! - `tile`: rows side by side, so that a centroid is compared with several at once
//! - `update`: the update rule
//! - `parallel`: Flink's subtasks: the cut of a batch, the merge of the copies
//! - `split`: Spark's split of a dying cluster
//! - `fit`: a batch from rows to new model and summary
//! - `check`: rows that the engine cannot take
//! - [`Settings`]: k-means as a lab file has it; `online`: as a lab runs it
//! - `error`: why parameters or an initial model are refused
//!
//! ```
//! use eddy_learn::Rows;
//! use eddy_learn::kmeans::{Decay, Distance, Engine, Kmeans, Model, Params, Spec, TimeUnit};
//!
//! let params = Params::new(Spec {
//!     engine: Engine::Flink,
//!     k: 2,
//!     dim: 2,
//!     decay: Decay::Factor(0.5),
//!     time_unit: TimeUnit::Batches,
//!     distance: Distance::Euclidean,
//!     parallelism: 1,
//! })?;
//! let initial = Model { centroids: vec![0.0, 0.0, 10.0, 10.0], weights: vec![2.0, 2.0] };
//! let mut kmeans = Kmeans::new(params, initial)?;
//!
//! let batch = kmeans.partial_fit(Rows::new(&[1.0, 0.0, 2.0, 0.0, 3.0, 0.0], 2)?);
//! assert_eq!(batch.counts, [3, 0]);
//! assert_eq!(kmeans.model().centroids, [1.5, 0.0, 10.0, 10.0]);
//! assert_eq!(kmeans.model().weights, [4.0, 1.0]);
//! assert_eq!(kmeans.predict(&[8.0, 8.0]).cluster, 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod assign;
mod check;
mod distance;
mod error;
mod fit;
mod initial;
mod model;
mod online;
mod parallel;
mod params;
mod settings;
mod split;
mod tile;
mod update;

pub(crate) use distance::squared_difference;

pub use assign::{Nearest, distances, nearest};
pub use check::check_row;
pub use error::{InitialError, ParamError, Unusable};
pub use fit::{BatchSummary, Kmeans};
pub use initial::{Awaited, Draw, plus_plus, random};
pub use model::Model;
pub use params::{Decay, Distance, Engine, Params, Spec, TimeUnit};
pub use settings::{Initial, PlusPlusStart, RandomStart, Settings};
