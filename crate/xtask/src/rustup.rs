//! Installs parts of Rust where rustup is there.

use std::process::Command;
use std::time::Duration;

use anyhow::{Result, ensure};

use crate::run;

/// Generous for 20 MB; a network that swallows packets must not hold up the next way for long.
const LIMIT: Duration = Duration::from_secs(90);

/// Runs `rustup KIND add NAME`: a target or a component.
pub(crate) fn add(kind: &str, name: &str) -> Result<()> {
    ensure!(run::which("rustup").is_some(), "rustup is not installed");
    eprintln!("installing Rust's {name} …");
    let mut rustup = Command::new("rustup");
    rustup.args([kind, "add", name]);
    run::quiet(rustup, LIMIT)
}
