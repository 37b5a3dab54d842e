//! A browser for the tests, found or installed.

use std::env;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::{apt, run};

/// The browser and the program that drives it.
pub(crate) struct Chromium {
    pub(crate) browser: PathBuf,
    pub(crate) driver: PathBuf,
}

const BROWSERS: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];
/// Without a font there are boxes in place of text.
const PACKAGES: [&str; 3] = ["chromium", "chromium-driver", "fonts-dejavu-core"];

/// Finds Chromium and its driver, or installs them.
pub(crate) fn find_or_install() -> Result<Chromium> {
    if let Some(found) = find() {
        return Ok(found);
    }
    let installed = apt::install(&PACKAGES)
        .and_then(|()| find().context("the packages brought no chromedriver"));
    installed.or_else(|error| {
        bail!(
            "Chromium and chromedriver are missing and cannot be installed here. Install them (or Chrome and its \
             driver) and run this again, or set EDDY_SKIP_BROWSER=1 to do without the browser tests.\n{error:#}"
        )
    })
}

fn find() -> Option<Chromium> {
    let named = |variable| {
        env::var_os(variable)
            .map(PathBuf::from)
            .filter(|file| file.is_file())
    };
    // Where hosted CI machines keep the driver that fits their browser.
    let hosted =
        env::var_os("CHROMEWEBDRIVER").map(|folder| PathBuf::from(folder).join("chromedriver"));
    let browser =
        named("EDDY_CHROMIUM").or_else(|| BROWSERS.iter().find_map(|name| run::which(name)))?;
    let driver = named("EDDY_CHROMEDRIVER")
        .or_else(|| run::which("chromedriver"))
        .or_else(|| hosted.filter(|file| file.is_file()))?;
    Some(Chromium { browser, driver })
}
