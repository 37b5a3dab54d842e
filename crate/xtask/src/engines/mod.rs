//! The engines that exported jobs run on, for their tests: installed once, outside the work tree.
//!
//! - [`flink`]: the jars of Flink, Flink ML and its connector to Kafka
//! - [`spark`]: PySpark and the jars by which it reads Kafka

mod flink;
mod spark;

use std::process::Command;

use anyhow::Result;

use crate::repo::Repo;

/// Installs what is missing, and names it to the tests.
pub(crate) fn install(repo: &Repo, tests: &mut Command) -> Result<()> {
    flink::install(repo, tests)?;
    spark::install(repo, tests)
}
