//! websocat for its line in the documentation: found, or built.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::repo::Repo;
use crate::run;

/// The version that the tests run with.
const VERSION: &str = "1.14.1";

const LIMIT: Duration = Duration::from_secs(600);

/// A PATH with websocat in it.
pub(crate) fn find_or_install(repo: &Repo) -> Result<OsString> {
    let path = env::var_os("PATH").unwrap_or_default();
    if run::which("websocat").is_some() {
        return Ok(path);
    }
    let root = repo.target.join("tools");
    let folder = root.join("bin");
    if !folder.join("websocat").is_file() {
        eprintln!("building websocat {VERSION} …");
        let mut cargo = repo.cargo("install");
        cargo
            .args(["websocat", "--version", VERSION, "--locked"])
            // Without TLS, which its line needs not.
            .args(["--quiet", "--no-default-features", "--root"])
            .arg(&root);
        run::quiet(cargo, LIMIT).context("websocat cannot be built; install it")?;
    }
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    Ok(env::join_paths(std::iter::once(folder).chain(folders))?)
}
