//! Pythons with what they need: for the example client, and for what Eddy is compared with.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::repo::Repo;
use crate::{apt, run};

/// The version that the tests run with; the client says which it needs.
const WEBSOCKETS: &str = "websockets==15.0.1";

/// What Debian's Python comes without.
const PACKAGES: [&str; 2] = ["python3", "python3-venv"];

const LIMIT: Duration = Duration::from_secs(300);

/// Finds the Python of the tests, or makes it, in the target folder.
pub(crate) fn find_or_install(repo: &Repo) -> Result<PathBuf> {
    with(
        repo,
        "python",
        &[WEBSOCKETS],
        "import websockets.asyncio.client",
    )
}

/// Finds a Python with these packages, or makes it, in a folder of the target folder; `import` fails where one is missing.
pub(crate) fn with(repo: &Repo, folder: &str, packages: &[&str], import: &str) -> Result<PathBuf> {
    let folder = repo.target.join(folder);
    let python = folder.join("bin").join("python");
    if works(&python, import) {
        return Ok(python);
    }
    let by_hand = || {
        format!(
            "Python 3 with venv and, from PyPI, {} are needed; install Python, let it reach PyPI, and run this again",
            packages.join(" and ")
        )
    };
    let make = || {
        let mut venv = Command::new("python3");
        venv.args(["-m", "venv", "--clear"]).arg(&folder);
        run::quiet(venv, LIMIT)
    };
    if make().is_err() {
        apt::install(&PACKAGES).with_context(by_hand)?;
        make().with_context(by_hand)?;
    }
    eprintln!("installing {} …", packages.join(", "));
    let mut pip = Command::new(&python);
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ])
    .args(packages);
    run::quiet(pip, LIMIT).with_context(by_hand)?;
    Ok(python)
}

fn works(python: &Path, import: &str) -> bool {
    let mut command = Command::new(python);
    command.args(["-c", import]);
    run::text(command).is_ok()
}
