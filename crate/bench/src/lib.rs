//! What `cargo xtask bench` measures: the same work for this machine, for the browser and beside other programs.
//!
//! Layout:
//!
//! - `case`: [`Case`], what can be asked for, and [`Workload`], what is then timed
//! - `points`: rows of numbers for the models
//! - `events`: change events of Iris rows, in three forms
//! - `kmeans`, `regression`, `decode`, `pipeline`: the workloads
//! - `module`: the same for JavaScript
//! - `ask`: questions and answers
//! - `bin/eddy-bench.rs`: the same for a program, which has the clock
//! - `bin/eddy-bench-memory.rs`: what is allocated, counted in a program of its own, because counting costs time
//! - `../page.js`, `../others.py`: the page, and scikit-learn and River
//!
//! All four read questions, a line of JSON each, and answer them: so `cargo xtask bench` asks them in turn.

#[cfg(not(target_family = "wasm"))]
mod ask;
mod case;
mod decode;
mod events;
mod kmeans;
#[cfg(target_family = "wasm")]
pub mod module;
mod pipeline;
mod points;
mod regression;

#[cfg(not(target_family = "wasm"))]
pub use ask::answer_all;
pub use case::{Case, Workload};
pub use events::{Form, values};
pub use points::points;
