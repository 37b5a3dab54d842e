//! The steps of `cargo xtask test`.

use std::env;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, anyhow, ensure};

use crate::chromium::Chromium;
use crate::page::Quality;
use crate::programs::Sources;
use crate::repo::Repo;
use crate::tally::{self, Tally};
use crate::{
    apt, axe, chromium, kafka_client, node, page, programs, python, run, rustup, stack, websocat,
};

/// A step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Fmt,
    Clippy,
    Doc,
    House,
    Test,
    Clients,
    Page,
    Browser,
    Pipeline,
    Engines,
}

/// The steps of a whole run, in their order.
pub(crate) const STEPS: [Step; 9] = [
    Step::Fmt,
    Step::Clippy,
    Step::Doc,
    Step::House,
    Step::Test,
    Step::Clients,
    Step::Page,
    Step::Browser,
    Step::Pipeline,
];

impl Step {
    /// What `--only` calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Step::Fmt => "fmt",
            Step::Clippy => "clippy",
            Step::Doc => "doc",
            Step::House => "house",
            Step::Test => "test",
            Step::Clients => "clients",
            Step::Page => "page",
            Step::Browser => "browser",
            Step::Pipeline => "pipeline",
            Step::Engines => "engines",
        }
    }

    /// What it is, in a few words.
    pub(crate) fn about(self) -> &'static str {
        match self {
            Step::Fmt => "rustfmt",
            Step::Clippy => "clippy, warnings denied",
            Step::Doc => "rustdoc, warnings denied",
            Step::House => "who may import whom",
            Step::Test => "unit, doc and golden tests",
            Step::Clients => "example clients of eddy.json",
            Step::Page => "the page builds",
            Step::Browser => "end-to-end tests in a browser",
            Step::Pipeline => "PostgreSQL, Debezium and Kafka, end to end",
            Step::Engines => "exported jobs on the real engines",
        }
    }

    /// Runs it; the second value says whether all is well.
    ///
    /// Tests are counted, and of them only those whose names contain `filter` run; engines may be measured in their place.
    pub(crate) fn run(
        self,
        repo: &Repo,
        filter: Option<&str>,
        measure: bool,
    ) -> Result<(Tally, bool)> {
        match self {
            Step::Fmt => fmt(repo).map(no_tests),
            Step::Clippy => clippy(repo).map(no_tests),
            Step::Doc => doc(repo).map(no_tests),
            Step::House => tests(repo, &["--test", "house"], None),
            Step::Test => {
                sqlite_shell();
                tests(repo, &[], filter)
            }
            Step::Clients => clients(repo, filter),
            Step::Page => page::build(repo, Quality::Quick, sources()?).map(|_| no_tests(())),
            Step::Browser => browser(repo, filter),
            Step::Pipeline => pipeline(repo, filter),
            Step::Engines => engines(repo, filter, measure),
        }
    }
}

fn no_tests((): ()) -> (Tally, bool) {
    (Tally::default(), true)
}

fn fmt(repo: &Repo) -> Result<()> {
    component(repo, "fmt", "rustfmt")?;
    let mut cargo = repo.cargo("fmt");
    cargo.args(["--all", "--check"]);
    run::shown(cargo)
}

fn clippy(repo: &Repo) -> Result<()> {
    component(repo, "clippy", "clippy")?;
    let sources = sources()?;
    // Those that are not part of a plain `cargo test`, which --all-targets leaves out.
    let mut by_name = vec![
        "--test", "house", "--test", "e2e", "--test", "clients", "--test", "pipeline", "--test",
        "engines",
    ];
    if sources == Sources::WithKafka {
        by_name.extend(["--test", "kafka"]);
    }
    for targets in [vec!["--all-targets"], by_name] {
        let mut cargo = programs::workspace(repo, "clippy", sources);
        run::hush(&mut cargo)
            .args(targets)
            .args(["--", "--deny", "warnings"]);
        run::shown(cargo)?;
    }
    Ok(())
}

fn doc(repo: &Repo) -> Result<()> {
    let mut cargo = programs::workspace(repo, "doc", sources()?);
    run::hush(&mut cargo)
        .arg("--no-deps")
        .env("RUSTDOCFLAGS", "--deny warnings");
    run::shown(cargo)
}

/// Installs the shell of SQLite, which some tests write rows with, as a reader might.
fn sqlite_shell() {
    if run::which("sqlite3").is_some() {
        return;
    }
    if let Err(error) = apt::install(&["sqlite3"]) {
        println!("   sqlite3 is missing, and the tests that use it are left out: {error:#}");
    }
}

fn tests(repo: &Repo, targets: &[&str], filter: Option<&str>) -> Result<(Tally, bool)> {
    tally::run(cargo_test(repo, targets, filter)?)
}

/// A `cargo test` that only runs: its building is done here, with less to read.
fn cargo_test(repo: &Repo, targets: &[&str], filter: Option<&str>) -> Result<Command> {
    let mut build = programs::workspace(repo, "test", sources()?);
    run::hush(build.arg("--no-run").args(targets));
    run::shown(build)?;
    let mut cargo = programs::workspace(repo, "test", sources()?);
    cargo
        .arg("--no-fail-fast")
        .args(targets)
        .args(filter)
        .arg("--")
        // A failed test says what failed and where; its error's way up through the test runner helps nobody.
        .env("RUST_LIB_BACKTRACE", "0");
    Ok(cargo)
}

fn clients(repo: &Repo, filter: Option<&str>) -> Result<(Tally, bool)> {
    let python = python::find_or_install(repo)?;
    let program = programs::build(repo, sources()?)?.eddy;
    let mut cargo = cargo_test(repo, &["--test", "clients"], filter)?;
    // The notices of what was left out.
    cargo.arg("--nocapture");
    cargo.env("EDDY_BIN", program).env("EDDY_PYTHON", python);
    match websocat::find_or_install(repo) {
        Ok(path) => {
            cargo.env("PATH", path);
        }
        Err(error) if is_ci() => return Err(error),
        Err(error) => println!("   {error:#}"),
    }
    tally::run(cargo)
}

fn browser(repo: &Repo, filter: Option<&str>) -> Result<(Tally, bool)> {
    let Some(chromium) = browser_or_skip()? else {
        return Ok(no_tests(()));
    };
    ensure!(
        repo.site().join("index.html").is_file(),
        "the page is not built: run `cargo xtask build`"
    );
    let program = programs::build(repo, sources()?)?.eddy;
    let mut cargo = cargo_test(repo, &["--test", "e2e"], filter)?;
    // Each test has a browser of its own, which keeps a core busy.
    cargo.arg("--test-threads=2");
    with_browser(&mut cargo, repo, &program, &chromium);
    cargo.env("EDDY_AXE", axe::find_or_install(repo)?);
    with_node(&mut cargo, repo)?;
    tally::run(cargo)
}

/// Where there is no Node, the npm package is tested in the browser only; without TypeScript, its types are not.
fn with_node(cargo: &mut Command, repo: &Repo) -> Result<()> {
    match node::find_or_install() {
        Ok(node) => cargo.env("EDDY_NODE", node).env("EDDY_REQUIRE_NODE", "1"),
        Err(error) if is_ci() => return Err(error),
        Err(error) => {
            println!("   WITHOUT NODE: {error:#}");
            return Ok(());
        }
    };
    match node::typescript(repo) {
        Ok(compiler) => {
            cargo.env("EDDY_TSC", compiler);
        }
        Err(error) => println!("   WITHOUT TYPESCRIPT: {error:#}"),
    }
    Ok(())
}

/// The tests against a real Kafka, PostgreSQL and Debezium.
fn pipeline(repo: &Repo, filter: Option<&str>) -> Result<(Tally, bool)> {
    let ready = match sources()? {
        Sources::WithKafka => stack::install(repo),
        Sources::WithoutKafka => Err(anyhow!("there is no Kafka client")),
    };
    if let Err(error) = ready {
        ensure!(!is_ci() || skips("EDDY_SKIP_STACK"), error);
        println!("   THE REAL PIPELINE WAS NOT TESTED: {error:#}");
        return Ok(no_tests(()));
    }
    let Some(chromium) = browser_or_skip()? else {
        return Ok(no_tests(()));
    };
    let program = programs::build(repo, sources()?)?.eddy;
    let mut cargo = cargo_test(repo, &["--test", "kafka", "--test", "pipeline"], filter)?;
    // Each has a broker, a database and browsers of its own.
    cargo.arg("--test-threads=1");
    with_browser(&mut cargo, repo, &program, &chromium);
    cargo
        .env("EDDY_XTASK", env::current_exe()?)
        .env("EDDY_REQUIRE_STACK", "1");
    tally::run(cargo)
}

/// The tests of exported jobs: here nothing may be left out.
#[cfg(unix)]
fn engines(repo: &Repo, filter: Option<&str>, measure: bool) -> Result<(Tally, bool)> {
    let sources = sources()?;
    ensure!(
        sources == Sources::WithKafka,
        "the engines' tests need the Kafka client"
    );
    stack::install(repo)?;
    // It stands beside the jobs.
    page::build(repo, Quality::Quick, sources)?;
    let program = programs::build(repo, sources)?.eddy;
    let mut cargo = cargo_test(repo, &["--test", "engines"], filter)?;
    crate::engines::install(repo, &mut cargo)?;
    with_browser(&mut cargo, repo, &program, &chromium::find_or_install()?);
    // Each has the whole machine.
    cargo.arg("--test-threads=1");
    if measure {
        cargo.args(["--ignored", "--nocapture"]);
    }
    cargo
        .env("EDDY_XTASK", env::current_exe()?)
        .env("EDDY_REQUIRE_STACK", "1");
    tally::run(cargo)
}

#[cfg(not(unix))]
fn engines(_: &Repo, _: Option<&str>, _: bool) -> Result<(Tally, bool)> {
    anyhow::bail!("the engines' tests need Linux or macOS")
}

/// The browser, or None where tests may do without.
fn browser_or_skip() -> Result<Option<Chromium>> {
    match chromium::find_or_install() {
        Ok(chromium) => Ok(Some(chromium)),
        Err(error) if skips("EDDY_SKIP_BROWSER") => {
            println!("   THE BROWSER TESTS DID NOT RUN, as EDDY_SKIP_BROWSER=1 allows: {error:#}");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn with_browser(cargo: &mut Command, repo: &Repo, program: &Path, chromium: &Chromium) {
    cargo
        .env("EDDY_BIN", program)
        .env("EDDY_REQUIRE_BROWSER", "1")
        .env("EDDY_CHROMIUM", &chromium.browser)
        .env("EDDY_CHROMEDRIVER", &chromium.driver);
    if env::var_os("EDDY_SHOTS").is_none() {
        cargo.env("EDDY_SHOTS", repo.root.join("target/shots"));
    }
}

/// One set of features for all steps: what is tested has its Kafka client, where that can be built.
fn sources() -> Result<Sources> {
    if skips("EDDY_SKIP_STACK") {
        return Ok(Sources::WithoutKafka);
    }
    match kafka_client::find_or_install() {
        Ok(()) => Ok(Sources::WithKafka),
        Err(error) if is_ci() => Err(error),
        Err(error) => {
            println!("   WITHOUT KAFKA: {error:#}");
            Ok(Sources::WithoutKafka)
        }
    }
}

/// Where nobody reads what was left out, nothing is.
fn is_ci() -> bool {
    env::var_os("CI").is_some_and(|value| value == "true")
}

fn skips(variable: &str) -> bool {
    env::var_os(variable).is_some_and(|value| value == "1")
}

/// Installs a component of Rust where a minimal installation came without.
fn component(repo: &Repo, subcommand: &str, name: &str) -> Result<()> {
    let mut version = repo.cargo(subcommand);
    version.arg("--version");
    if run::text(version).is_ok() {
        return Ok(());
    }
    rustup::add("component", name).with_context(|| format!("run `rustup component add {name}`"))
}
