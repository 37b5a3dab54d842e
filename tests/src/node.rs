//! Finds Node and TypeScript's compiler, and runs them.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

/// Node, found on this machine.
#[derive(Clone, Debug)]
pub struct Node(PathBuf);

impl Node {
    /// Node, of `EDDY_NODE` or the PATH; None where there is none and tests may be skipped for that.
    ///
    /// # Errors
    ///
    /// If there is none and `EDDY_REQUIRE_NODE` is set.
    pub fn for_tests() -> Result<Option<Node>> {
        let named = env::var_os("EDDY_NODE").map(PathBuf::from);
        let node = named.unwrap_or_else(|| PathBuf::from("node"));
        let is_there = Command::new(&node).arg("--version").output();
        match is_there.is_ok_and(|output| output.status.success()) {
            true => Ok(Some(Node(node))),
            false if env::var_os("EDDY_REQUIRE_NODE").is_some() => {
                bail!("Node is missing: install it, or name it in EDDY_NODE")
            }
            false => {
                eprintln!("SKIPPED: Node is missing; name it in EDDY_NODE");
                Ok(None)
            }
        }
    }

    /// Runs a script in a folder, and returns what it prints.
    ///
    /// # Errors
    ///
    /// If it fails; the error has what it said.
    pub fn run(&self, folder: &Path, args: &[&OsStr]) -> Result<String> {
        let mut command = Command::new(&self.0);
        let output = command.args(args).current_dir(folder).output();
        let output = output.with_context(|| format!("{} does not start", self.0.display()))?;
        let printed = String::from_utf8(output.stdout)?;
        ensure!(
            output.status.success(),
            "node failed: {}\n{printed}{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(printed)
    }
}

/// TypeScript's compiler, a script for Node, of `EDDY_TSC`; None where none is named.
pub fn typescript() -> Option<PathBuf> {
    let named = env::var_os("EDDY_TSC").map(PathBuf::from);
    if named.is_none() {
        eprintln!("SKIPPED: EDDY_TSC names no compiler of TypeScript");
    }
    named
}
