//! A Python for the example client, with what it needs.

use std::path::PathBuf;
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
    let folder = repo.target.join("python");
    let python = folder.join("bin").join("python");
    if works(&python) {
        return Ok(python);
    }
    let by_hand = "the example client needs Python 3 with venv and, from PyPI, websockets; install them and run this again";
    let make = || {
        let mut venv = Command::new("python3");
        venv.args(["-m", "venv", "--clear"]).arg(&folder);
        run::quiet(venv, LIMIT)
    };
    if make().is_err() {
        apt::install(&PACKAGES).context(by_hand)?;
        make().context(by_hand)?;
    }
    let mut pip = Command::new(&python);
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ])
    .arg(WEBSOCKETS);
    run::quiet(pip, LIMIT).context(by_hand)?;
    Ok(python)
}

fn works(python: &PathBuf) -> bool {
    let mut import = Command::new(python);
    import.args(["-c", "import websockets.asyncio.client"]);
    run::text(import).is_ok()
}
