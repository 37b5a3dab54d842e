//! Builds the programs that run on this machine.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::repo::Repo;
use crate::{run, site};

/// What development builds leave.
pub(crate) struct Programs {
    /// The program `eddy`, which then reads the page from `target/site`.
    pub(crate) eddy: PathBuf,
    /// The tool that makes the page's module loadable.
    pub(crate) bindgen: PathBuf,
}

/// Whether `eddy` comes with its Kafka client, whose C library takes a minute to build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sources {
    WithoutKafka,
    WithKafka,
}

/// Builds for development.
pub(crate) fn build(repo: &Repo, sources: Sources) -> Result<Programs> {
    let mut cargo = workspace(repo, "build", sources);
    run::hush(&mut cargo).args(["--bin", "eddy", "--bin", "bindgen"]);
    run::shown(cargo)?;
    Ok(Programs {
        eddy: repo.program("debug", "eddy"),
        bindgen: repo.program("debug", "bindgen"),
    })
}

/// Builds the tool that makes a module loadable, alone.
pub(crate) fn bindgen(repo: &Repo) -> Result<PathBuf> {
    let mut cargo = workspace(repo, "build", Sources::WithoutKafka);
    run::hush(&mut cargo).args(["--bin", "bindgen"]);
    run::shown(cargo)?;
    Ok(repo.program("debug", "bindgen"))
}

/// Builds `eddy` for release, with the page of `target/site` inside.
pub(crate) fn build_release(repo: &Repo) -> Result<PathBuf> {
    let program = repo.program("release", "eddy");
    // Cargo sees that an embedded file has changed, but not that there is a new one.
    let embedded = program.with_extension("embedded");
    let files = site::names(&repo.site())?;
    if fs::read_to_string(&embedded).ok().as_ref() != Some(&files) {
        let mut cargo = repo.cargo("clean");
        cargo.args(["--quiet", "--release", "--package", "eddy"]);
        run::shown(cargo)?;
    }
    let mut cargo = repo.cargo("build");
    run::hush(&mut cargo).args(["--release", "--package", "eddy", "--features", "eddy/kafka"]);
    run::shown(cargo)?;
    fs::write(embedded, files)?;
    Ok(program)
}

/// A Cargo command on the whole workspace, and so with one set of features.
///
/// Cargo builds a dependency anew for each set of features that a selection of packages asks for.
/// Commands that all select the same share their work.
pub(crate) fn workspace(repo: &Repo, subcommand: &str, sources: Sources) -> Command {
    let mut cargo = repo.cargo(subcommand);
    cargo.args(["--workspace", "--features", "xtask/bindgen"]);
    if sources == Sources::WithKafka {
        cargo.args(["--features", "eddy/kafka"]);
    }
    cargo
}
