//! Where things are.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

/// The folders that the commands work on.
pub(crate) struct Repo {
    /// The work tree.
    pub(crate) root: PathBuf,
    /// Cargo's target folder.
    pub(crate) target: PathBuf,
}

impl Repo {
    pub(crate) fn find() -> Result<Repo> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../..")
            .canonicalize()?;
        // This program is TARGET/debug/xtask, whatever the environment or a config file makes of TARGET.
        let this = env::current_exe()?;
        let target = this
            .ancestors()
            .nth(2)
            .context("the xtask is not in a target folder")?
            .to_path_buf();
        Ok(Repo { root, target })
    }

    /// What the server serves. The program has this path built in, so it does not move with the target folder.
    pub(crate) fn site(&self) -> PathBuf {
        self.root.join("target/site")
    }

    /// Where Cargo leaves a program.
    pub(crate) fn program(&self, folder: &str, name: &str) -> PathBuf {
        self.target
            .join(folder)
            .join(format!("{name}{}", env::consts::EXE_SUFFIX))
    }

    /// The Cargo that runs this xtask.
    pub(crate) fn cargo(&self, subcommand: &str) -> Command {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.arg(subcommand).current_dir(&self.root);
        command
    }
}
