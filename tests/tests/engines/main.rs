//! Exported jobs on the real engines and a real Kafka; `cargo xtask test --engines` installs and starts what they need.
//!
//! - `support`: topics, labs, exports and what they wrote; `job`: a running job; `relearned`: the same cuts, learned again
//! - `page`: the page beside both; `measure`: how fast all three are
//! - `flink`: Flink, in one JVM; `spark`: PySpark

mod flink;
mod job;
mod measure;
mod page;
mod relearned;
mod spark;
mod support;

use std::env;
use std::ffi::OsString;

use anyhow::{Context, Result};

const LAB: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../www/lab.json");
const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../www/demo.ndjson");

/// What `cargo xtask test --engines` names to these tests.
fn named(name: &str) -> Result<OsString> {
    env::var_os(name)
        .with_context(|| format!("{name} is not set: run `cargo xtask test --engines`"))
}
