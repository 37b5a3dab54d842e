//! A running job of an engine, with all the processes that it started.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// A running job; dropped, it is killed.
pub(crate) struct Job {
    child: Child,
    log: PathBuf,
}

const POLL: Duration = Duration::from_millis(50);
/// A log's end that is shown where something failed.
const SHOWN_LINES: usize = 60;

impl Job {
    /// Starts a program whose output goes to a file.
    pub(crate) fn start(mut command: Command, log: PathBuf) -> Result<Job> {
        let name = command.get_program().to_string_lossy().into_owned();
        let file = File::options().create(true).append(true).open(&log)?;
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            // A group of its own: the engine's processes die with it.
            .process_group(0)
            .spawn()
            .with_context(|| format!("{name} does not start"))?;
        Ok(Job { child, log })
    }

    /// Whether it has ended, and how; an error where that was no good end.
    pub(crate) fn ended(&mut self) -> Result<bool> {
        match self.child.try_wait()? {
            None => Ok(false),
            Some(status) if status.success() => Ok(true),
            Some(status) => bail!("the job ended: {status}. It said:\n{}", self.said()),
        }
    }

    /// Waits for its end.
    pub(crate) fn finish(mut self, limit: Duration) -> Result<()> {
        let end = Instant::now() + limit;
        while !self.ended()? {
            if Instant::now() > end {
                bail!(
                    "the job still runs after {limit:?}. It said:\n{}",
                    self.said()
                );
            }
            thread::sleep(POLL);
        }
        Ok(())
    }

    /// Kills it and all that it started, as a crash would.
    pub(crate) fn kill(mut self) -> Result<ExitStatus> {
        self.kill_group();
        Ok(self.child.wait()?)
    }

    /// The end of its log.
    pub(crate) fn said(&self) -> String {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(SHOWN_LINES)..].join("\n")
    }

    fn kill_group(&self) {
        // The shell's own `kill`: a small system may have no program of that name. It fails only where all have ended.
        let kill = format!("kill -KILL -{}", self.child.id());
        let _ = Command::new("sh")
            .args(["-c", &kill])
            .stderr(Stdio::null())
            .status();
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        self.kill_group();
        let _ = self.child.wait();
    }
}
