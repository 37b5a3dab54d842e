//! `cargo xtask test`: everything that must hold, in one command.

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Result, anyhow, ensure};
use lexopt::{Arg, ValueExt};

use crate::repo::Repo;
use crate::steps::{STEPS, Step};
use crate::tally::Tally;
use crate::unexpected;

/// What to test.
pub(crate) struct Args {
    steps: Vec<Step>,
    /// Only tests whose names contain this.
    filter: Option<String>,
    /// Whether engines are measured in place of tested.
    measure: bool,
}

impl Args {
    pub(crate) fn parse(mut args: lexopt::Parser) -> Result<Args> {
        let mut parsed = Args {
            steps: STEPS.to_vec(),
            filter: None,
            measure: false,
        };
        while let Some(arg) = args.next()? {
            match arg {
                Arg::Long("only") => parsed.steps = only(&args.value()?.string()?)?,
                Arg::Long("engines") => parsed.steps = vec![Step::Engines],
                Arg::Long("measure") => parsed.measure = true,
                Arg::Value(name) if parsed.filter.is_none() => parsed.filter = Some(name.string()?),
                other => return Err(unexpected(other)),
            }
        }
        Ok(parsed)
    }

    /// The steps that need no test, no page and no browser.
    pub(crate) fn check(mut args: lexopt::Parser) -> Result<Args> {
        match args.next()? {
            Some(other) => Err(unexpected(other)),
            None => Ok(Args {
                steps: vec![Step::Fmt, Step::Clippy, Step::Doc, Step::House],
                filter: None,
                measure: false,
            }),
        }
    }
}

/// The named steps, in their order.
fn only(names: &str) -> Result<Vec<Step>> {
    let names: Vec<&str> = names.split(',').collect();
    for name in &names {
        let known = all().any(|step| step.name() == *name);
        ensure!(
            known,
            "there is no step {name}: cargo xtask --help lists them"
        );
    }
    Ok(all().filter(|step| names.contains(&step.name())).collect())
}

/// The steps that run where none is named, and the one that does not.
fn all() -> impl Iterator<Item = Step> {
    STEPS.into_iter().chain([Step::Engines])
}

/// Runs the steps, goes on after a failure, and sums up in one last line.
pub(crate) fn run(repo: &Repo, args: &Args) -> ExitCode {
    let mut total = Tally::default();
    let mut failures: Vec<Step> = Vec::new();
    for step in &args.steps {
        println!("── {}: {}", step.name(), step.about());
        let start = Instant::now();
        let (tally, failure) = match outcome(repo, args, *step, &failures) {
            Ok((tally, true)) => (tally, None),
            Ok((tally, false)) => (tally, Some(String::from("FAILED"))),
            Err(error) => (Tally::default(), Some(format!("FAILED: {error:#}"))),
        };
        let counts = if tally == Tally::default() {
            String::new()
        } else {
            format!(", {tally}")
        };
        let seconds = start.elapsed().as_secs_f64();
        println!(
            "   {}{counts} ({seconds:.1} s)",
            failure.as_deref().unwrap_or("ok")
        );
        total += tally;
        if failure.is_some() {
            // A step that fails without a failed test, such as a lint, is one failure.
            total.failed += u64::from(tally.failed == 0);
            failures.push(*step);
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

fn outcome(repo: &Repo, args: &Args, step: Step, failures: &[Step]) -> Result<(Tally, bool)> {
    if step == Step::Browser && failures.contains(&Step::Page) {
        return Err(anyhow!("not run, because the page does not build"));
    }
    step.run(repo, args.filter.as_deref(), args.measure)
}
