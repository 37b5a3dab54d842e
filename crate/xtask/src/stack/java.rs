//! A Java, found or installed.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{apt, run};

/// Kafka needs this.
pub(crate) const KAFKA: u32 = 17;
/// Debezium Server needs this.
pub(crate) const SERVER: u32 = 21;

const PACKAGE: &str = "default-jre-headless";

/// The program `java` of at least this version, found or installed.
pub(crate) fn find_or_install(at_least: u32) -> Result<PathBuf> {
    if let Some(java) = find(at_least) {
        return Ok(java);
    }
    let installed = apt::install(&[PACKAGE]);
    if let Some(java) = find(at_least) {
        return Ok(java);
    }
    let found: Vec<String> = candidates()
        .into_iter()
        .filter_map(|java| Some(format!("{} in {}", version(&java)?, java.display())))
        .collect();
    let found = match found[..] {
        [] => "none is here".to_owned(),
        _ => format!("here are {}", found.join(", ")),
    };
    let why = installed.err().map_or_else(
        || format!("and {PACKAGE} brings none"),
        |error| format!("{error:#}"),
    );
    bail!(
        "Java {at_least} or newer is missing ({found}): install one, such as https://adoptium.net, and name its folder in \
         JAVA_HOME. {why}"
    )
}

fn find(at_least: u32) -> Option<PathBuf> {
    candidates()
        .into_iter()
        .find(|java| version(java).is_some_and(|version| version >= at_least))
}

/// Where a Java may be: what the reader chose comes first.
fn candidates() -> Vec<PathBuf> {
    let chosen = env::var_os("JAVA_HOME").map(|home| Path::new(&home).join("bin/java"));
    let mut found: Vec<PathBuf> = chosen.into_iter().chain(run::which("java")).collect();
    let mut installed: Vec<PathBuf> = fs::read_dir("/usr/lib/jvm")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin/java"))
        .collect();
    installed.sort();
    found.extend(installed);
    found.retain(|java| java.is_file());
    found
}

/// The main version of a Java, from the file that lies beside it; asking the program itself takes longer.
fn version(java: &Path) -> Option<u32> {
    let home = java.canonicalize().ok()?;
    let release = home.parent()?.parent()?.join("release");
    if let Ok(text) = fs::read_to_string(release) {
        return released(&text);
    }
    let mut ask = Command::new(java);
    ask.args(["-XshowSettings:properties", "-version"]);
    let output = ask.output().ok()?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = text
        .lines()
        .find_map(|line| line.trim().strip_prefix("java.specification.version = "))?;
    line.parse().ok()
}

/// 17 of `JAVA_VERSION="17.0.15"`.
fn released(text: &str) -> Option<u32> {
    let version = text
        .lines()
        .find_map(|line| line.strip_prefix("JAVA_VERSION=\""))?;
    version.split(['.', '"']).next()?.parse().ok()
}

/// Maven's program, found or installed.
pub(crate) fn maven() -> Result<PathBuf> {
    if let Some(maven) = run::which("mvn") {
        return Ok(maven);
    }
    apt::install(&["maven", PACKAGE])
        .and_then(|()| run::which("mvn").context("the package brought no mvn"))
        .context("Maven is missing, which downloads Kafka and Debezium (Debian: maven; macOS: brew install maven)")
}

#[cfg(test)]
mod tests {
    use super::released;

    #[test]
    fn the_version_is_read_from_the_release_file() {
        let text = "IMPLEMENTOR=\"Debian\"\nJAVA_RUNTIME_VERSION=\"17.0.15+6\"\nJAVA_VERSION=\"17.0.15\"\n";
        assert_eq!(released(text), Some(17));
        assert_eq!(released("JAVA_VERSION=\"25\""), Some(25));
        assert_eq!(released("JAVA_VERSION=\"1.8.0_402\""), Some(1));
        assert_eq!(released(""), None);
    }
}
