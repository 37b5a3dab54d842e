//! Starts a part and waits until it is ready.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::folder::Stack;
use super::part::Part;
use super::ports;
use super::process::Process;

const POLL: Duration = Duration::from_millis(50);
const LOG_BYTES: u64 = 10_000_000;
/// How much of a log an error shows.
const LINES: usize = 30;

/// Starts a part unless it runs, and waits until `ready` says so.
///
/// `prepare` is called only where there is something to start.
pub(crate) fn launch(
    stack: &Stack,
    part: Part,
    limit: Duration,
    prepare: impl FnOnce() -> Result<Command>,
    mut ready: impl FnMut() -> Result<bool>,
) -> Result<()> {
    if !stack.runs(part) {
        stack.await_end(part)?;
        let entry = stack.entry(part);
        let ports = entry.map(|entry| [Some(entry.port), entry.controller_port]);
        for port in ports.into_iter().flatten().flatten() {
            ports::check_free(part, port)?;
        }
        fs::create_dir_all(stack.folder(part))?;
        let mut command = prepare()?;
        let log = stack.log(part);
        set_aside(&log)?;
        let process = Process::spawn(&mut command, &log)?;
        stack.set_process(part, Some(process))?;
    }
    let end = Instant::now() + limit;
    while !ready()? {
        // A last look, because it may have been ready and ended between the two questions.
        if !stack.runs(part) {
            bail!(
                "{} has ended. {}",
                part.title(),
                last_words(&stack.log(part))
            );
        }
        if Instant::now() > end {
            bail!(
                "{} is not ready after {} s. {}",
                part.title(),
                limit.as_secs(),
                last_words(&stack.log(part))
            );
        }
        thread::sleep(POLL);
    }
    Ok(())
}

/// Keeps a log that has grown long under another name, and of those only the last.
fn set_aside(log: &Path) -> Result<()> {
    if fs::metadata(log).is_ok_and(|about| about.len() > LOG_BYTES) {
        fs::rename(log, log.with_extension("old"))?;
    }
    Ok(())
}

/// The end of a log, and where the rest is.
pub(crate) fn last_words(log: &Path) -> String {
    let text = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    let shown = &lines[lines.len().saturating_sub(LINES)..];
    if shown.is_empty() {
        return format!("Its log, {}, is empty", log.display());
    }
    format!("Its log, {}, ends so:\n{}", log.display(), shown.join("\n"))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::process::Command;
    use std::time::Duration;

    use super::launch;
    use crate::stack::folder::Stack;
    use crate::stack::part::Part;

    const LIMIT: Duration = Duration::from_secs(20);

    fn shell(script: &str) -> Command {
        let mut shell = Command::new("sh");
        shell.args(["-c", script]);
        shell
    }

    #[test]
    fn what_runs_is_not_started_again() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let stack = Stack::open(folder.path())?;
        stack.set_ports(Part::Eddy, 1, None)?;
        let starts = Cell::new(0);
        let start = || {
            let prepare = || {
                starts.set(starts.get() + 1);
                Ok(shell("exec sleep 600"))
            };
            launch(&stack, Part::Eddy, LIMIT, prepare, || Ok(true))
        };
        start()?;
        start()?;
        assert_eq!(starts.get(), 1);

        let process = stack.process(Part::Eddy).expect("it was started");
        process.stop("KILL", LIMIT)?;
        start()?;
        assert_eq!(starts.get(), 2, "started anew after its end");
        stack
            .process(Part::Eddy)
            .expect("it was started")
            .stop("TERM", LIMIT)
    }

    #[test]
    fn a_start_that_fails_says_what_was_logged() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let stack = Stack::open(folder.path())?;
        stack.set_ports(Part::Eddy, 1, None)?;
        let prepare = || Ok(shell("echo no such table >&2; exit 1"));
        let failed = launch(&stack, Part::Eddy, LIMIT, prepare, || Ok(false));
        let error = format!("{:#}", failed.unwrap_err());
        assert!(
            error.contains("Eddy has ended") && error.contains("no such table"),
            "{error}"
        );
        Ok(())
    }
}
