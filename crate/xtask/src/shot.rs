//! `cargo xtask shot`.

use std::ffi::OsString;

use anyhow::Result;

use crate::repo::Repo;
use crate::run;

/// Take a screenshot of a page (--url URL --out FILE; --help for more)
#[derive(clap::Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Args {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<OsString>,
}

pub(crate) fn run(repo: &Repo, args: &Args) -> Result<()> {
    // Paths in the arguments are relative to where the command was called.
    let mut cargo = repo.cargo("run");
    cargo.current_dir(std::env::current_dir()?);
    cargo
        .args(["--quiet", "--manifest-path"])
        .arg(repo.root.join("tests/Cargo.toml"));
    cargo.args(["--bin", "eddy-shot", "--"]).args(&args.args);
    run::shown(cargo)
}
