//! The jars of Flink, of Flink ML and of its connector to Kafka, and what builds jobs of them.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::repo::Repo;
use crate::stack::{cache, java};
use crate::{apt, run};

const POM: &str = include_str!("../../engines/flink.xml");
/// The tests of `eddy-export` look there, too.
const FOLDER: &str = "flink-1.17.2";
const WHAT: &str = "Flink 1.17.2 and Flink ML 2.3.0 (130 MB)";
/// Kafka needs this; Flink 1.17 runs on it, too.
const JAVA: u32 = 17;
const LIMIT: Duration = Duration::from_secs(600);

/// Flink ML as Maven names it.
const ML: [&str; 3] = ["org.apache.flink", "flink-ml-uber-1.17", "2.3.0"];
/// Flink ML as PyPI has it, and the jar in it.
const ML_PYPI: &str = "apache-flink-ml==2.3.0";
const ML_JAR: &str = "apache-flink-ml-2.3.0/deps/lib/flink-ml-uber-1.17-2.3.0.jar";

pub(super) fn install(repo: &Repo, tests: &mut Command) -> Result<()> {
    let java = java::find_or_install(JAVA)?;
    if run::which("javac").is_none() {
        apt::install(&["default-jdk-headless"])
            .context("a JDK is missing, which compiles Flink jobs")?;
    }
    let maven = java::maven()?;
    // Not every mirror of Maven Central has Flink ML.
    if !is_in_local_repository() && !comes_from_maven(&maven) {
        ml_of_pypi(repo, &maven)?;
    }
    let jars = cache::jars(FOLDER, POM, WHAT)?;
    tests
        .env("EDDY_JAVA", java)
        .env("EDDY_MAVEN", maven)
        .env("EDDY_FLINK_JARS", jars);
    Ok(())
}

/// Whether Maven has it already.
fn is_in_local_repository() -> bool {
    let [group, artifact, version] = ML;
    let jar = format!(
        ".m2/repository/{}/{artifact}/{version}/{artifact}-{version}.jar",
        group.replace('.', "/")
    );
    env::home_dir().is_some_and(|home| home.join(jar).is_file())
}

fn comes_from_maven(maven: &Path) -> bool {
    let mut get = Command::new(maven);
    get.args([
        "--quiet",
        "--batch-mode",
        "dependency:get",
        "-Dtransitive=false",
    ])
    .arg(format!("-Dartifact={}", ML.join(":")));
    run::quiet(get, LIMIT).is_ok()
}

/// Takes Flink ML's jar from PyPI's package, and gives it to Maven.
fn ml_of_pypi(repo: &Repo, maven: &Path) -> Result<()> {
    eprintln!("Maven does not find Flink ML; taking it from PyPI …");
    let by_hand = || {
        format!(
            "Maven does not find {}; install {ML_JAR} of PyPI's {ML_PYPI} with mvn install:install-file",
            ML.join(":")
        )
    };
    let folder = repo.target.join("flink-ml");
    let mut pip = Command::new(old_python().with_context(by_hand)?);
    pip.args(["-m", "pip", "download", "--quiet", "--no-deps", "--dest"])
        .arg(&folder)
        .arg(ML_PYPI);
    run::quiet(pip, LIMIT).with_context(by_hand)?;
    let mut tar = Command::new("tar");
    tar.arg("-xzf")
        .arg(folder.join("apache-flink-ml-2.3.0.tar.gz"))
        .arg("-C")
        .args([&folder, Path::new(ML_JAR)]);
    run::quiet(tar, LIMIT).with_context(by_hand)?;
    let [group, artifact, version] = ML;
    let mut install = Command::new(maven);
    install
        .args([
            "--quiet",
            "--batch-mode",
            "install:install-file",
            "-Dpackaging=jar",
        ])
        .arg(format!("-Dfile={}", folder.join(ML_JAR).display()))
        .args([
            format!("-DgroupId={group}"),
            format!("-DartifactId={artifact}"),
            format!("-Dversion={version}"),
        ]);
    run::quiet(install, LIMIT).with_context(by_hand)
}

/// A Python that the package takes: 3.7 or 3.8.
fn old_python() -> Result<PathBuf> {
    const NAMES: [&str; 2] = ["python3.8", "python3.7"];
    let versions = env::home_dir().map(|home| home.join(".pyenv/versions"));
    let installed = versions.and_then(|folder| fs::read_dir(folder).ok());
    let installed = installed
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    let of_pyenv = installed.flat_map(|folder| NAMES.map(|name| folder.join("bin").join(name)));
    let found = NAMES.iter().filter_map(|name| run::which(name));
    let mut all = of_pyenv.chain(found).filter(|python| python.is_file());
    match all.find(|python| {
        let mut ask = Command::new(python);
        ask.args(["-m", "pip", "--version"]);
        run::text(ask).is_ok()
    }) {
        Some(python) => Ok(python),
        None => bail!("there is no Python 3.7 or 3.8 with pip, which alone take the package"),
    }
}
