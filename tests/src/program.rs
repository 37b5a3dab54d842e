//! The `eddy` program, started on a free port.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use url::Url;

use crate::process::Process;

/// A running `eddy serve`; dropped, it is killed.
pub struct Eddy {
    process: Process,
    url: Url,
}

const START: Duration = Duration::from_secs(20);
const STOP: Duration = Duration::from_secs(10);

impl Eddy {
    /// Starts `eddy serve` with these arguments on a free port.
    ///
    /// # Errors
    ///
    /// If the program is not built, or prints no address.
    pub fn serve(args: &[&str]) -> Result<Eddy> {
        Self::serve_at(0, args)
    }

    /// Starts `eddy serve` with these arguments on this port, 0 for a free one.
    ///
    /// # Errors
    ///
    /// If the program is not built, or prints no address.
    pub fn serve_at(port: u16, args: &[&str]) -> Result<Eddy> {
        let mut command = Command::new(binary()?);
        command
            .arg("serve")
            .args(["--port", &port.to_string()])
            .args(args);
        let (process, url) = Process::start(command, START, address)?;
        Ok(Eddy { process, url })
    }

    /// Where its page is, as it printed it.
    pub fn url(&self) -> &str {
        self.url.as_str()
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or(80)
    }

    /// What it said last.
    pub fn said(&self) -> String {
        self.process.said()
    }

    /// Stops it as Ctrl-C does, and waits.
    ///
    /// # Errors
    ///
    /// If it does not stop in time.
    pub fn stop(self) -> Result<ExitStatus> {
        self.process.terminate(STOP)
    }

    /// Kills it, as a crash would.
    pub fn kill(self) {
        drop(self);
    }
}

/// Runs `eddy` with these arguments to its end; returns what it printed.
///
/// # Errors
///
/// If it fails; the error shows what it said.
pub fn eddy(args: &[&str]) -> Result<String> {
    let output = Command::new(binary()?)
        .args(args)
        .output()
        .context("eddy does not start")?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "eddy {}: {}\n{errors}",
        args.join(" "),
        output.status
    );
    Ok(String::from_utf8(output.stdout)?)
}

/// Where the built program is.
///
/// # Errors
///
/// If there is none.
pub fn binary() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("EDDY_BIN") {
        let path = PathBuf::from(path);
        ensure!(
            path.is_file(),
            "EDDY_BIN names {}, which is not there",
            path.display()
        );
        return Ok(path);
    }
    // This program is target/<profile>/deps/e2e-…, or target/<profile>/eddy-shot.
    let this = std::env::current_exe()?;
    let name = format!("eddy{}", std::env::consts::EXE_SUFFIX);
    match this
        .ancestors()
        .skip(1)
        .take(2)
        .map(|folder: &Path| folder.join(&name))
        .find(|path| path.is_file())
    {
        Some(path) => Ok(path),
        None => {
            bail!("the program eddy is not built: run `cargo xtask build`, or name it in EDDY_BIN")
        }
    }
}

fn address(line: &str) -> Option<Url> {
    let from = line.find("http://")?;
    Url::parse(line[from..].split_whitespace().next()?).ok()
}
