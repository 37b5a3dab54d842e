//! What is downloaded once for all stacks: Kafka, Debezium's connector, Debezium Server.
//!
//! Each is a folder that gets its name when it is whole, so that a download that was killed is not taken for one.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::time::Duration;

use anyhow::{Context, Result};

use super::java;
use crate::run;

pub(crate) const KAFKA_VERSION: &str = "4.3.0";
pub(crate) const DEBEZIUM_VERSION: &str = "3.6.3.Final";
const POM: &str = include_str!("../../stack/pom.xml");
/// Generous for the 700 MB of Debezium Server.
const LIMIT: Duration = Duration::from_secs(3600);

/// The folder of Kafka's and Kafka Connect's jars.
pub(crate) fn kafka() -> Result<PathBuf> {
    jars(
        &format!("kafka-{KAFKA_VERSION}"),
        POM,
        &format!("Kafka {KAFKA_VERSION} (60 MB)"),
    )
}

/// A folder of the jars that a project of Maven's depends on.
pub(crate) fn jars(name: &str, pom: &str, what: &str) -> Result<PathBuf> {
    let maven = |folder: &Path| {
        fs::write(folder.join("pom.xml"), pom)?;
        let mut maven = maven()?;
        maven
            .arg("-f")
            .arg(folder.join("pom.xml"))
            .arg("dependency:copy-dependencies")
            .arg(assignment("outputDirectory", folder));
        eprintln!("downloading {what} …");
        run::quiet(maven, LIMIT)
    };
    let is_current =
        |folder: &Path| fs::read_to_string(folder.join("pom.xml")).is_ok_and(|there| there == pom);
    whole(&folder()?, name, is_current, maven)
}

/// The folder that holds the folder of Debezium's connector for PostgreSQL.
pub(crate) fn debezium() -> Result<PathBuf> {
    let artifact =
        format!("io.debezium:debezium-connector-postgres:{DEBEZIUM_VERSION}:tar.gz:plugin");
    whole(
        &folder()?,
        &format!("debezium-{DEBEZIUM_VERSION}"),
        |_| true,
        |folder| {
            eprintln!("downloading Debezium {DEBEZIUM_VERSION} (5 MB) …");
            unpack(&artifact, "debezium-connector-postgres", folder)
        },
    )
}

/// The folder of Debezium Server.
pub(crate) fn server() -> Result<PathBuf> {
    let artifact = format!("io.debezium:debezium-server-dist:{DEBEZIUM_VERSION}:tar.gz");
    let folder = whole(
        &folder()?,
        &format!("debezium-server-{DEBEZIUM_VERSION}"),
        |_| true,
        |folder| {
            eprintln!("downloading Debezium Server {DEBEZIUM_VERSION} (700 MB) …");
            unpack(&artifact, "debezium-server", folder)
        },
    )?;
    Ok(folder.join("debezium-server"))
}

/// The folder `cache/name`, filled if it is not there or not current.
fn whole(
    cache: &Path,
    name: &str,
    is_current: impl Fn(&Path) -> bool,
    fill: impl FnOnce(&Path) -> Result<()>,
) -> Result<PathBuf> {
    let folder = cache.join(name);
    let is_there = || folder.is_dir() && is_current(&folder);
    if is_there() {
        return Ok(folder);
    }
    fs::create_dir_all(cache).with_context(|| format!("{} cannot be made", cache.display()))?;
    let lock = File::create(cache.join(format!("{name}.lock")))?;
    lock.lock()?;
    // Another process may have done it meanwhile.
    if is_there() {
        return Ok(folder);
    }
    // Another name for each process: what a killed one has left running may still write to its own.
    let prefix = format!("{name}.part-");
    for entry in fs::read_dir(cache)?.flatten() {
        if entry.file_name().to_string_lossy().starts_with(&prefix) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let part = cache.join(format!("{prefix}{}", process::id()));
    fs::create_dir(&part)?;
    fill(&part)?;
    fs::rename(&part, &folder)?;
    Ok(folder)
}

/// The cache: what `EDDY_CACHE` names, else `~/.cache/eddy`.
fn folder() -> Result<PathBuf> {
    if let Some(folder) = env::var_os("EDDY_CACHE").filter(|folder| !folder.is_empty()) {
        // Programs of a stack work in folders of their own.
        return Ok(std::path::absolute(folder)?);
    }
    let home = env::home_dir().context("there is no home folder: set EDDY_CACHE")?;
    Ok(home.join(".cache/eddy"))
}

/// Unpacks the one folder of an archive that matters.
fn unpack(artifact: &str, name: &str, to: &Path) -> Result<()> {
    let all = to.join("unpacked");
    fs::create_dir(&all)?;
    let mut maven = maven()?;
    maven
        .arg("dependency:unpack")
        .arg(format!("-Dartifact={artifact}"))
        .arg(assignment("outputDirectory", &all))
        // Where it leaves notes for its next time.
        .current_dir(&all);
    run::quiet(maven, LIMIT)?;
    fs::rename(all.join(name), to.join(name))
        .with_context(|| format!("{artifact} holds no folder {name}"))?;
    fs::remove_dir_all(all)?;
    Ok(())
}

fn maven() -> Result<Command> {
    let mut maven = Command::new(java::maven()?);
    maven.args(["--quiet", "--batch-mode"]);
    Ok(maven)
}

fn assignment(name: &str, path: &Path) -> String {
    format!("-D{name}={}", path.display())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::whole;

    #[test]
    fn only_a_whole_and_current_folder_counts() -> anyhow::Result<()> {
        let cache = tempfile::tempdir()?;
        let made = |name: &str, text: &'static str, fails: bool| {
            let is_current = |folder: &std::path::Path| {
                fs::read_to_string(folder.join("a")).is_ok_and(|a| a == text)
            };
            whole(cache.path(), name, is_current, |folder| {
                assert_eq!(fs::read_dir(folder)?.count(), 0, "left over from before");
                fs::write(folder.join("a"), text)?;
                anyhow::ensure!(!fails, "killed");
                fs::write(folder.join("b"), text)?;
                Ok(())
            })
        };
        assert!(made("x", "1", true).is_err());
        assert!(!cache.path().join("x").exists());
        let folder = made("x", "1", false)?;
        assert!(folder.join("b").is_file());
        made("x", "1", true)?;
        assert!(made("x", "2", true).is_err(), "no longer current");
        let folder = made("x", "2", false)?;
        assert_eq!(fs::read_to_string(folder.join("b"))?, "2");
        Ok(())
    }
}
