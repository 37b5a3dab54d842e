//! Installs Debian packages where that is possible.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::run;

const LIMIT: Duration = Duration::from_secs(600);

/// Installs packages without a question; an error says what to run by hand.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    let by_hand = || format!("run `sudo apt-get install {}`", packages.join(" "));
    let prefix = privilege().with_context(by_hand)?;
    eprintln!("installing {} …", packages.join(", "));
    // Old package lists name old packages, which are too old or gone. What cannot be fetched now may not be needed.
    let update = run::quiet(apt_get(prefix, "update", &[]), LIMIT);
    run::quiet(apt_get(prefix, "install", packages), LIMIT)
        .or_else(|error| {
            update.context("the package lists are old")?;
            Err(error)
        })
        .with_context(by_hand)
}

/// What must stand before `apt-get`: nothing for root, else sudo, if it asks for no password.
fn privilege() -> Result<&'static [&'static str]> {
    anyhow::ensure!(
        run::which("apt-get").is_some(),
        "this system has no apt-get"
    );
    let mut id = Command::new("id");
    id.arg("-u");
    if run::text(id)? == "0" {
        return Ok(&[]);
    }
    let mut sudo = Command::new("sudo");
    sudo.args(["-n", "true"]);
    run::text(sudo).context("installing needs root, or sudo without a password")?;
    Ok(&["sudo", "-n"])
}

fn apt_get(prefix: &[&str], action: &str, packages: &[&str]) -> Command {
    let words = [
        prefix,
        &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"],
    ]
    .concat();
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).args([
        "-qq",
        "-o",
        "Dpkg::Use-Pty=0",
        "-o",
        "DPkg::Lock::Timeout=120",
    ]);
    command.arg(action);
    if action == "install" {
        command
            .args(["--yes", "--no-install-recommends"])
            .args(packages);
    }
    command
}
