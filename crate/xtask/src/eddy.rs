//! Builds the program `eddy`.

use std::path::PathBuf;

use anyhow::Result;

use crate::repo::Repo;
use crate::run;

/// Builds it for development; it then reads the page from `target/site`.
pub(crate) fn build(repo: &Repo) -> Result<PathBuf> {
    let mut cargo = repo.cargo("build");
    // With the features that `cargo test --workspace` builds it with, so that neither rebuilds the other's work.
    cargo.args(["--workspace", "--bin", "eddy"]);
    run::shown(cargo)?;
    Ok(repo.program("debug", "eddy"))
}

/// Builds it for release, with the page inside.
pub(crate) fn build_release(repo: &Repo) -> Result<PathBuf> {
    let mut cargo = repo.cargo("build");
    cargo.args(["--release", "--package", "eddy"]);
    run::shown(cargo)?;
    Ok(repo.program("release", "eddy"))
}
