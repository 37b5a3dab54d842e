//! The engines that exported jobs run on, for their tests: installed once, outside the work tree.
//!
//! - [`spark`]: PySpark and the jars by which it reads Kafka

mod spark;

use std::process::Command;

use anyhow::Result;

use crate::repo::Repo;

/// Installs what is missing, and names it to the tests.
pub(crate) fn install(repo: &Repo, tests: &mut Command) -> Result<()> {
    spark::install(repo, tests)
}
