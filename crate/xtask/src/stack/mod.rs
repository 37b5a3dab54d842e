//! `cargo xtask stack`: PostgreSQL, Kafka, Kafka Connect with Debezium and Eddy, without Docker.
//!
//! - [`args`]: the command line; [`part`]: the programs of a stack
//! - [`start`], [`stop`], [`status`]: the commands
//! - [`folder`]: a stack on disk; [`state`]: its `stack.json`; [`ports`]: chosen once, then kept
//! - [`process`]: processes that outlive this program; [`launch`]: starts one and waits until it is ready
//! - [`postgres`], [`kafka`], [`connect`], [`eddy`], [`server`]: each part
//! - [`java`], [`cache`]: what they run on; [`http`]: asks them how they are
//!
//! What does not depend on a folder or a port lies in `crate/xtask/stack`: `compose.yaml` uses the same files.

mod args;
pub(crate) mod cache;
#[cfg(test)]
mod compose;
mod connect;
mod eddy;
mod folder;
mod http;
pub(crate) mod java;
mod kafka;
mod launch;
mod part;
mod ports;
mod postgres;
mod process;
mod server;
mod start;
mod state;
mod status;
mod stop;

use std::process::ExitCode;

use anyhow::Result;

use self::args::Action;
pub(crate) use self::args::Args;
use self::folder::Stack;
use crate::repo::Repo;

/// Installs and downloads what the tests' stacks are started from.
pub(crate) fn install(repo: &Repo) -> Result<()> {
    start::install(repo)
}

/// Does what the command line says.
pub(crate) fn run(repo: &Repo, args: &Args) -> Result<ExitCode> {
    let dir = match &args.dir {
        Some(dir) => dir.clone(),
        None => folder::default(repo)?,
    };
    match args.action {
        Action::Start => start::run(repo, &Stack::open(&dir)?, args),
        Action::Stop if dir.exists() => stop::run(&Stack::open(&dir)?),
        Action::Stop => stop::nothing(&dir),
        Action::Status => status::run(&Stack::view(&dir)?),
        Action::Logs(part) => status::logs(&Stack::view(&dir)?, part),
    }
}
