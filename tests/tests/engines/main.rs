//! Exported jobs on the real engines and a real Kafka; `cargo xtask test --engines` installs and starts what they need.
//!
//! - `support`: topics, labs, exports and what they wrote; `job`: a running job; `relearned`: the same cuts, learned again
//! - `flink`: Flink, in one JVM; `spark`: PySpark

mod flink;
mod job;
mod relearned;
mod spark;
mod support;
