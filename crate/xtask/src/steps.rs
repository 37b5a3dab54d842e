//! The steps of `cargo xtask test`.

use std::env;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::page::Quality;
use crate::repo::Repo;
use crate::tally::{self, Tally};
use crate::{apt, chromium, page, programs, python, run, rustup};

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
}

/// All steps, in the order in which they run.
pub(crate) const STEPS: [Step; 8] = [
    Step::Fmt,
    Step::Clippy,
    Step::Doc,
    Step::House,
    Step::Test,
    Step::Clients,
    Step::Page,
    Step::Browser,
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
        }
    }

    /// Runs it; the second value says whether all is well.
    ///
    /// Tests are counted, and of them only those whose names contain `filter` run.
    pub(crate) fn run(self, repo: &Repo, filter: Option<&str>) -> Result<(Tally, bool)> {
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
            Step::Page => page::build(repo, Quality::Quick).map(|_| no_tests(())),
            Step::Browser => browser(repo, filter),
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
    // The second names the targets that are not part of a plain `cargo test`, which --all-targets leaves out.
    for targets in [
        ["--all-targets"].as_slice(),
        &["--test", "house", "--test", "e2e", "--test", "clients"],
    ] {
        let mut cargo = programs::workspace(repo, "clippy");
        run::hush(&mut cargo)
            .args(targets)
            .args(["--", "--deny", "warnings"]);
        run::shown(cargo)?;
    }
    Ok(())
}

fn doc(repo: &Repo) -> Result<()> {
    let mut cargo = programs::workspace(repo, "doc");
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
    let mut build = programs::workspace(repo, "test");
    run::hush(build.arg("--no-run").args(targets));
    run::shown(build)?;
    let mut cargo = programs::workspace(repo, "test");
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
    let program = programs::build(repo)?.eddy;
    let mut cargo = cargo_test(repo, &["--test", "clients"], filter)?;
    // The notices of what was left out.
    cargo.arg("--nocapture");
    cargo.env("EDDY_BIN", program).env("EDDY_PYTHON", python);
    tally::run(cargo)
}

fn browser(repo: &Repo, filter: Option<&str>) -> Result<(Tally, bool)> {
    let chromium = match chromium::find_or_install() {
        Ok(chromium) => chromium,
        Err(error) if env::var_os("EDDY_SKIP_BROWSER").is_some_and(|value| value == "1") => {
            println!("   THE BROWSER TESTS DID NOT RUN, as EDDY_SKIP_BROWSER=1 allows: {error:#}");
            return Ok(no_tests(()));
        }
        Err(error) => return Err(error),
    };
    ensure!(
        repo.site().join("index.html").is_file(),
        "the page is not built: run `cargo xtask build`"
    );
    let program = programs::build(repo)?.eddy;
    let mut cargo = cargo_test(repo, &["--test", "e2e"], filter)?;
    // Each test has a browser of its own, which keeps a core busy.
    cargo.arg("--test-threads=2");
    cargo
        .env("EDDY_BIN", program)
        .env("EDDY_REQUIRE_BROWSER", "1");
    cargo
        .env("EDDY_CHROMIUM", chromium.browser)
        .env("EDDY_CHROMEDRIVER", chromium.driver);
    if env::var_os("EDDY_SHOTS").is_none() {
        cargo.env("EDDY_SHOTS", repo.root.join("target/shots"));
    }
    tally::run(cargo)
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
