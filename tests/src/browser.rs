//! Finds Chromium and its driver, and starts them.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use fantoccini::ClientBuilder;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::page::Page;
use crate::process::Process;

/// Chromium and its driver, found on this machine.
#[derive(Clone, Debug)]
pub struct Browser {
    /// The browser.
    pub chromium: PathBuf,
    /// The program that drives it.
    pub chromedriver: PathBuf,
}

/// The driver that serves one window, and the window's profile folder.
pub(crate) struct Driver {
    // Fields drop in this order: the driver's process ends before its profile is removed.
    _process: Process,
    _profile: TempDir,
    pub(crate) port: u16,
}

const START: Duration = Duration::from_secs(30);

const CHROMIUM: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];
const CHROMEDRIVER: [&str; 3] = [
    "chromedriver",
    "/usr/lib/chromium-browser/chromedriver",
    "/usr/lib/chromium/chromedriver",
];

/// Hermetic and quiet: nothing is fetched, asked or kept.
const ARGS: [&str; 10] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1440,900",
];

impl Browser {
    /// The browser, or None where there is none and tests may be skipped for that.
    ///
    /// # Errors
    ///
    /// If there is none and `EDDY_REQUIRE_BROWSER` is set.
    pub fn for_tests() -> Result<Option<Browser>> {
        match Browser::find() {
            Ok(browser) => Ok(Some(browser)),
            Err(error) if env::var_os("EDDY_REQUIRE_BROWSER").is_some() => Err(error),
            Err(error) => {
                eprintln!("SKIPPED: {error}");
                Ok(None)
            }
        }
    }

    /// Looks in `EDDY_CHROMIUM` and `EDDY_CHROMEDRIVER`, then in the PATH.
    ///
    /// # Errors
    ///
    /// If one of the two is missing.
    pub fn find() -> Result<Browser> {
        let chromium = found("EDDY_CHROMIUM", &CHROMIUM);
        let chromedriver = found("EDDY_CHROMEDRIVER", &CHROMEDRIVER);
        match (chromium, chromedriver) {
            (Some(chromium), Some(chromedriver)) => Ok(Browser {
                chromium,
                chromedriver,
            }),
            _ => bail!(
                "Chromium or its driver is missing: run `cargo xtask test`, which installs them where it can, \
                 or name them in EDDY_CHROMIUM and EDDY_CHROMEDRIVER"
            ),
        }
    }

    /// Opens a window with a fresh profile.
    ///
    /// # Errors
    ///
    /// If driver or browser do not start.
    pub async fn open(&self) -> Result<Page> {
        let profile = tempfile::Builder::new().prefix("eddy-browser-").tempdir()?;
        let (process, port) = self.start_driver()?;
        let capabilities = self.capabilities(profile.path())?;
        let driver = Driver {
            _process: process,
            _profile: profile,
            port,
        };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .with_context(|| format!("{} does not open", self.chromium.display()))?;
        Page::new(client, driver).await
    }

    /// Starts the driver on a free port: one that it finds itself may be taken on the other IP family, so it may try again.
    fn start_driver(&self) -> Result<(Process, u16)> {
        let start = || {
            let mut command = Command::new(&self.chromedriver);
            command.args(["--port=0", "--log-level=SEVERE"]);
            Process::start(command, START, driver_port)
        };
        start().or_else(|_| start()).or_else(|_| start())
    }

    fn capabilities(&self, profile: &Path) -> Result<Map<String, Value>> {
        let mut args = ARGS.map(String::from).to_vec();
        args.push(format!("--user-data-dir={}", profile.display()));
        let capabilities = json!({
            "goog:chromeOptions": { "binary": self.chromium, "args": args },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        serde_json::from_value(capabilities).context("capabilities")
    }
}

fn found(variable: &str, names: &[&str]) -> Option<PathBuf> {
    if let Some(path) = env::var_os(variable) {
        return Some(PathBuf::from(path)).filter(|path| path.is_file());
    }
    let path = env::var_os("PATH")?;
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    // An absolute name takes the place of the folder it is joined to.
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|file| file.is_file())
}

fn driver_port(line: &str) -> Option<u16> {
    let rest = line.split("started successfully on port ").nth(1)?;
    rest.trim_end_matches('.').parse().ok()
}

/// Ends a session without the async client: what is left to do in a drop.
pub(crate) fn delete_session(port: u16, session: &str) -> Result<()> {
    use std::io::{Read, Write};
    use std::net::TcpStream;

    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    write!(
        stream,
        "DELETE /session/{session} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = [0; 12];
    stream.read_exact(&mut answer)?;
    ensure!(
        answer.ends_with(b"200"),
        "the driver refuses to close its window"
    );
    Ok(())
}
