//! axe-core, which looks for what keeps people out of a page: found in the target folder, or downloaded from npm's registry.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::repo::Repo;
use crate::run;

/// The version that the tests run with; they know its checksum.
const VERSION: &str = "4.14.1";

const LIMIT: Duration = Duration::from_secs(120);

/// The script that a test puts into a page.
pub(crate) fn find_or_install(repo: &Repo) -> Result<PathBuf> {
    let folder = repo
        .target
        .join("tools")
        .join(format!("axe-core-{VERSION}"));
    let script = folder.join("package").join("axe.min.js");
    if script.is_file() {
        return Ok(script);
    }
    fs::create_dir_all(&folder)?;
    eprintln!("downloading axe-core {VERSION} (1 MB) …");
    let archive = folder.join("axe-core.tgz");
    let mut curl = Command::new("curl");
    curl.args(["-fsSL", "--retry", "3", "-o"])
        .arg(&archive)
        .arg(format!(
            "https://registry.npmjs.org/axe-core/-/axe-core-{VERSION}.tgz"
        ));
    let by_hand = || {
        format!(
            "axe-core {VERSION} cannot be downloaded from registry.npmjs.org by curl; put package/axe.min.js of its archive into {}",
            folder.display()
        )
    };
    run::quiet(curl, LIMIT).with_context(by_hand)?;
    let mut tar = Command::new("tar");
    tar.arg("-xzf")
        .arg(&archive)
        .arg("-C")
        .arg(&folder)
        .arg("package/axe.min.js");
    run::quiet(tar, LIMIT).with_context(by_hand)?;
    Ok(script)
}
