//! `cargo xtask test`: everything that must hold, in one command.

use std::env;
use std::process::{Command, ExitCode};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use clap::ValueEnum;

use crate::page::Quality;
use crate::repo::Repo;
use crate::tally::{self, Tally};
use crate::{chromium, eddy, page, run};

/// Test everything: format, lints, docs, units, golden files, the page in a browser
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only these steps
    #[arg(long, value_delimiter = ',', value_name = "STEPS")]
    only: Vec<Step>,
    /// Only tests whose names contain this
    #[arg(long, value_name = "NAME")]
    filter: Option<String>,
}

/// The steps, in the order in which they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Step {
    /// rustfmt
    Fmt,
    /// clippy, warnings denied
    Clippy,
    /// rustdoc, warnings denied
    Doc,
    /// Who may import whom
    House,
    /// Unit, doc and golden tests
    Test,
    /// The page builds
    Page,
    /// End-to-end tests in a browser
    Browser,
}

impl Args {
    /// What takes seconds.
    pub(crate) fn check() -> Args {
        Args {
            only: vec![Step::Fmt, Step::Clippy, Step::Doc, Step::House],
            filter: None,
        }
    }

    fn steps(&self) -> Vec<Step> {
        let wanted = |step: &&Step| self.only.is_empty() || self.only.contains(step);
        Step::value_variants()
            .iter()
            .filter(wanted)
            .copied()
            .collect()
    }
}

/// Runs the steps, goes on after a failure, and sums up in one last line.
pub(crate) fn run(repo: &Repo, args: &Args) -> ExitCode {
    let mut total = Tally::default();
    let mut failures = Vec::new();
    for step in args.steps() {
        let name = step.name();
        println!("── {name}: {}", step.about());
        let start = Instant::now();
        let result = step.run(repo, args.filter.as_deref(), &failures);
        let seconds = start.elapsed().as_secs_f64();
        let (tally, said) = match result {
            Ok((tally, true)) => (tally, "ok".to_owned()),
            Ok((tally, false)) => (tally, "FAILED".to_owned()),
            Err(error) => (Tally::default(), format!("FAILED: {error:#}")),
        };
        let counts = if tally == Tally::default() {
            String::new()
        } else {
            format!(", {tally}")
        };
        println!("   {said}{counts} ({seconds:.1} s)");
        total += tally;
        if said != "ok" {
            // A step that fails without a failed test, such as a lint, is one failure.
            total.failed += u64::from(tally.failed == 0);
            failures.push(step);
        }
    }
    for step in &failures {
        println!(
            "failed: {} (again: cargo xtask test --only {})",
            step.about(),
            step.name()
        );
    }
    println!("{total}");
    if failures.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

impl Step {
    fn name(self) -> String {
        self.to_possible_value()
            .map(|value| value.get_name().to_owned())
            .unwrap_or_default()
    }

    fn about(self) -> String {
        self.to_possible_value()
            .and_then(|value| value.get_help().map(ToString::to_string))
            .unwrap_or_default()
    }

    fn run(self, repo: &Repo, filter: Option<&str>, failures: &[Step]) -> Result<(Tally, bool)> {
        match self {
            Step::Fmt => fmt(repo).map(no_tests),
            Step::Clippy => clippy(repo).map(no_tests),
            Step::Doc => doc(repo).map(no_tests),
            Step::House => tests(repo, &["--test", "house"], None),
            Step::Test => tests(repo, &[], filter),
            Step::Page => page::build(repo, Quality::Quick).map(no_tests),
            Step::Browser if failures.contains(&Step::Page) => {
                bail!("not run, because the page does not build")
            }
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
        &["--test", "house", "--test", "e2e"],
    ] {
        let mut cargo = repo.cargo("clippy");
        cargo
            .args(["--quiet", "--workspace"])
            .args(targets)
            .args(["--", "--deny", "warnings"]);
        run::shown(cargo)?;
    }
    Ok(())
}

fn doc(repo: &Repo) -> Result<()> {
    let mut cargo = repo.cargo("doc");
    cargo.args(["--quiet", "--workspace", "--no-deps"]);
    cargo.env("RUSTDOCFLAGS", "--deny warnings");
    run::shown(cargo)
}

fn tests(repo: &Repo, targets: &[&str], filter: Option<&str>) -> Result<(Tally, bool)> {
    tally::run(cargo_test(repo, targets, filter))
}

fn cargo_test(repo: &Repo, targets: &[&str], filter: Option<&str>) -> Command {
    let mut cargo = repo.cargo("test");
    cargo
        .args(["--workspace", "--no-fail-fast"])
        .args(targets)
        .args(filter)
        .arg("--");
    cargo
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
    let program = eddy::build(repo).context("the program eddy")?;
    let mut cargo = cargo_test(repo, &["--test", "e2e"], filter);
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
fn component(repo: &Repo, subcommand: &str, component: &str) -> Result<()> {
    let mut version = repo.cargo(subcommand);
    version.arg("--version");
    if run::text(version).is_ok() {
        return Ok(());
    }
    let mut rustup = Command::new("rustup");
    rustup.args(["component", "add", component]);
    run::quiet(rustup, std::time::Duration::from_secs(90))
        .with_context(|| format!("run `rustup component add {component}`"))
}
