//! How many tests passed, from what `cargo test` prints.

use std::fmt;
use std::io::{BufRead, BufReader};
use std::ops::AddAssign;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

/// Tests that ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// Runs `cargo test`, shows what is worth reading, and counts.
///
/// The second value says whether everything was built, ran and passed.
pub(crate) fn run(mut cargo_test: Command) -> Result<(Tally, bool)> {
    let mut child = cargo_test
        .stdout(Stdio::piped())
        .spawn()
        .context("cargo test does not start")?;
    let stdout = child.stdout.take().context("cargo test has no output")?;
    let mut tally = Tally::default();
    for line in BufReader::new(stdout).lines() {
        let line = line?;
        if let Some(counts) = closing_line(&line) {
            tally += counts;
        }
        if !is_noise(&line) {
            println!("{line}");
        }
    }
    Ok((tally, child.wait()?.success()))
}

/// The counts of "test result: ok. 3 passed; 0 failed; 1 ignored; …".
fn closing_line(line: &str) -> Option<Tally> {
    let counts = line.strip_prefix("test result: ")?.split_once(". ")?.1;
    let count = |what: &str| {
        counts
            .split("; ")
            .find_map(|part| part.strip_suffix(what)?.trim().parse().ok())
    };
    Some(Tally {
        passed: count("passed")?,
        failed: count("failed")?,
    })
}

/// What is only said because all is well.
fn is_noise(line: &str) -> bool {
    line.is_empty()
        || (line.starts_with("test ") && line.ends_with(" ... ok"))
        || (line.starts_with("running ") && (line.ends_with(" tests") || line.ends_with(" test")))
        || line.starts_with("test result: ok.")
        || line.starts_with("all doctests ran in ")
}

#[cfg(test)]
mod tests {
    use super::{Tally, closing_line, is_noise};

    #[test]
    fn closing_lines_are_counted() {
        let line = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.01s";
        assert_eq!(
            closing_line(line),
            Some(Tally {
                passed: 12,
                failed: 0
            })
        );
        let line = "test result: FAILED. 7 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.2s";
        assert_eq!(
            closing_line(line),
            Some(Tally {
                passed: 7,
                failed: 2
            })
        );
        assert_eq!(
            closing_line("test result of the golden tests: 12 passed"),
            None
        );
        assert_eq!(closing_line("running 12 tests"), None);
    }

    #[test]
    fn failures_are_shown() {
        assert!(is_noise("test kmeans::tests::ties_go_to_the_first ... ok"));
        assert!(!is_noise(
            "test kmeans::tests::ties_go_to_the_first ... FAILED"
        ));
        assert!(!is_noise("assertion failed: a == b"));
        assert!(!is_noise("SKIPPED: Chromium is missing"));
    }
}
