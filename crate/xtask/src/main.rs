//! Sets up, builds, runs and tests Eddy: `cargo xtask --help`.
//!
//! - [`demo`], [`build`], [`test`], [`shot`]: the commands
//! - [`page`]: the page, from Rust to a folder that any file server can serve; [`bindgen`], [`site`]: its steps
//! - [`wasm`]: a compiler for wasm32, found or installed
//! - [`chromium`]: a browser for the tests, found or installed
//! - [`apt`]: installs Debian packages where that is possible
//! - [`eddy`]: builds the program
//! - [`repo`]: where things are; [`run`]: runs other programs

mod apt;
mod bindgen;
mod build;
mod chromium;
mod demo;
mod eddy;
mod page;
mod repo;
mod run;
mod shot;
mod site;
mod tally;
mod test;
mod wasm;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Set up, build, run and test Eddy
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Demo(demo::Args),
    Build(build::Args),
    Test(test::Args),
    /// The quick part of `test`: format, lints, docs, who may import whom
    Check,
    Shot(shot::Args),
    #[command(hide = true)]
    Open(demo::Open),
}

fn main() -> Result<ExitCode> {
    let repo = repo::Repo::find()?;
    match Args::parse().command {
        Command::Demo(args) => demo::run(&repo, &args),
        Command::Build(args) => build::run(&repo, &args).map(|()| ExitCode::SUCCESS),
        Command::Test(args) => Ok(test::run(&repo, &args)),
        Command::Check => Ok(test::run(&repo, &test::Args::check())),
        Command::Shot(args) => shot::run(&repo, &args).map(|()| ExitCode::SUCCESS),
        Command::Open(args) => demo::open(&args).map(|()| ExitCode::SUCCESS),
    }
}
