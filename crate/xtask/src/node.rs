//! Node and TypeScript's compiler, for the npm package: found or installed.

use std::env;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::repo::Repo;
use crate::{apt, run};

/// The version that the types are checked with.
const TYPESCRIPT: &str = "typescript@5.9.3";

const LIMIT: Duration = Duration::from_secs(300);

/// Finds Node, or installs it.
pub(crate) fn find_or_install() -> Result<PathBuf> {
    let find = || {
        let named = env::var_os("EDDY_NODE").map(PathBuf::from);
        named
            .filter(|file| file.is_file())
            .or_else(|| run::which("node"))
    };
    if let Some(found) = find() {
        return Ok(found);
    }
    apt::install(&["nodejs"])
        .and_then(|()| find().context("the package brought no node"))
        .context("the npm package is tested in Node: install it")
}

/// Finds TypeScript's compiler, or installs it in the target folder.
pub(crate) fn typescript(repo: &Repo) -> Result<PathBuf> {
    let folder = repo.target.join("npm");
    let compiler = folder.join("node_modules/typescript/bin/tsc");
    if compiler.is_file() {
        return Ok(compiler);
    }
    let npm = run::which("npm").context("npm is missing, which brings TypeScript's compiler")?;
    eprintln!("installing {TYPESCRIPT} …");
    let mut command = Command::new(npm);
    command
        .args(["install", "--silent", "--no-fund", "--no-audit", "--prefix"])
        .arg(&folder)
        .arg(TYPESCRIPT);
    run::quiet(command, LIMIT).context("TypeScript's compiler cannot be installed")?;
    Ok(compiler)
}
