//! A child process that does not outlive its owner.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};

/// A running program; dropped, it is killed.
pub struct Process {
    name: String,
    child: Child,
    said: Said,
}

/// What a program said last, for error messages.
type Said = Arc<Mutex<VecDeque<String>>>;

const KEPT_LINES: usize = 60;
const POLL: Duration = Duration::from_millis(10);

impl Process {
    /// Starts a program and waits until a line of its output is what `ready` looks for.
    ///
    /// # Errors
    ///
    /// If it cannot be started, ends, or takes longer than `limit`; the error shows what it said.
    pub fn start<T: Send + 'static>(
        mut command: Command,
        limit: Duration,
        ready: impl Fn(&str) -> Option<T> + Send + 'static,
    ) -> Result<(Process, T)> {
        let name = command.get_program().to_string_lossy().into_owned();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("{name} does not start"))?;
        let said = Said::default();
        let (found, wait) = channel();
        if let Some(stdout) = child.stdout.take() {
            listen(stdout, said.clone(), Some((found, ready)));
        }
        if let Some(stderr) = child.stderr.take() {
            listen::<T, fn(&str) -> Option<T>>(stderr, said.clone(), None);
        }
        let process = Process { name, child, said };
        match wait.recv_timeout(limit) {
            Ok(value) => Ok((process, value)),
            Err(_) => Err(anyhow!(
                "{} was not ready within {limit:?}. It said:\n{}",
                process.name,
                process.said()
            )),
        }
    }

    /// What it said last, both streams, as lines.
    pub fn said(&self) -> String {
        let lines = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        lines
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// Asks it to end (SIGTERM) and waits for that.
    ///
    /// # Errors
    ///
    /// If it still runs after `limit`; it is then killed.
    pub fn terminate(mut self, limit: Duration) -> Result<ExitStatus> {
        // The shell's own `kill`: a small system may have no program of that name.
        let kill = format!("kill -TERM {}", self.child.id());
        Command::new("sh")
            .args(["-c", &kill])
            .status()
            .context("sh does not run")?;
        let end = Instant::now() + limit;
        while Instant::now() < end {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            thread::sleep(POLL);
        }
        bail!(
            "{} still runs {limit:?} after SIGTERM. It said:\n{}",
            self.name,
            self.said()
        )
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only where it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads a stream to its end, so that the program never blocks on a full pipe.
fn listen<T: Send + 'static, F: Fn(&str) -> Option<T> + Send + 'static>(
    stream: impl Read + Send + 'static,
    said: Said,
    mut ready: Option<(Sender<T>, F)>,
) {
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            if let Some((found, looks_for)) = &ready
                && let Some(value) = looks_for(&line)
            {
                // The receiver is gone if the time is over, which is then the error.
                let _ = found.send(value);
                ready = None;
            }
            let mut lines = said.lock().unwrap_or_else(PoisonError::into_inner);
            if lines.len() == KEPT_LINES {
                lines.pop_front();
            }
            lines.push_back(line);
        }
    });
}
