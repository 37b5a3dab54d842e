//! `cargo xtask shot`.

use std::process::ExitCode;

use anyhow::Result;

use crate::repo::Repo;
use crate::run;

pub(crate) fn run(repo: &Repo, mut args: lexopt::Parser) -> Result<ExitCode> {
    // Paths in the arguments are relative to where the command was called.
    let mut cargo = repo.cargo("run");
    cargo.current_dir(std::env::current_dir()?);
    cargo
        .args(["--quiet", "--manifest-path"])
        .arg(repo.root.join("tests/Cargo.toml"));
    cargo
        .args(["--bin", "eddy-shot", "--"])
        .args(args.raw_args()?);
    run::shown(cargo)?;
    Ok(ExitCode::SUCCESS)
}
