//! A stack's folder: one folder for each part, and `stack.json`.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::part::Part;
use super::postgres;
use super::process::Process;
use super::state::{Entry, State};
use crate::repo::Repo;

/// How long a killed process may take to leave.
const LEAVING: Duration = Duration::from_secs(20);

/// The folder where none is named: `target/stack`.
///
/// For root, PostgreSQL runs as a user of its own. Where that may not enter the repository, as in root's home, the
/// folder is one that it may.
pub(super) fn default(repo: &Repo) -> Result<PathBuf> {
    let all_may_enter = |folder: &Path| {
        let metadata = folder.metadata();
        metadata.is_ok_and(|metadata| metadata.permissions().mode() & 0o001 != 0)
    };
    Ok(
        match repo.root.ancestors().all(all_may_enter) || !postgres::is_root()? {
            true => repo.root.join("target/stack"),
            false => PathBuf::from("/var/tmp/eddy-stack"),
        },
    )
}

/// A stack on disk.
pub(crate) struct Stack {
    /// Absolute.
    pub(crate) dir: PathBuf,
    state: Mutex<State>,
    /// Held while something is changed.
    _lock: Option<File>,
}

impl Stack {
    /// Opens a stack to change it; waits for other commands that do.
    pub(crate) fn open(dir: &Path) -> Result<Stack> {
        fs::create_dir_all(dir).with_context(|| format!("{} cannot be made", dir.display()))?;
        let dir = dir.canonicalize()?;
        let lock = File::create(dir.join("lock"))?;
        if lock.try_lock().is_err() {
            eprintln!(
                "waiting for another `cargo xtask stack` in {} …",
                dir.display()
            );
            lock.lock()?;
        }
        Stack::load(dir, Some(lock))
    }

    /// Opens a stack to look at it.
    pub(crate) fn view(dir: &Path) -> Result<Stack> {
        let Ok(dir) = dir.canonicalize() else {
            bail!(
                "there is no stack in {}: `cargo xtask stack` starts one",
                dir.display()
            );
        };
        Stack::load(dir, None)
    }

    fn load(dir: PathBuf, lock: Option<File>) -> Result<Stack> {
        let state = Mutex::new(State::read(&dir.join("stack.json"))?);
        Ok(Stack {
            dir,
            state,
            _lock: lock,
        })
    }

    /// The folder of a part.
    pub(crate) fn folder(&self, part: Part) -> PathBuf {
        self.dir.join(part.name())
    }

    /// What a part has printed.
    pub(crate) fn log(&self, part: Part) -> PathBuf {
        self.folder(part).join("log")
    }

    /// What is known of a part.
    pub(crate) fn entry(&self, part: Part) -> Option<Entry> {
        self.state().0.get(&part).cloned()
    }

    /// The port of a part that has one.
    pub(crate) fn port(&self, part: Part) -> Result<u16> {
        let entry = self.entry(part);
        let port = entry.map(|entry| entry.port);
        port.with_context(|| format!("{} was never started here", part.title()))
    }

    /// Whether a part runs.
    pub(crate) fn runs(&self, part: Part) -> bool {
        self.process(part).is_some_and(|process| process.runs())
    }

    /// The process of a part that was started and not stopped.
    pub(crate) fn process(&self, part: Part) -> Option<Process> {
        self.entry(part)?.process
    }

    /// Waits until a part that was killed has left its port and its files.
    pub(crate) fn await_end(&self, part: Part) -> Result<()> {
        match self.process(part) {
            Some(process) if !process.gone_within(LEAVING) => {
                bail!("process {} of {} does not end", process.pid, part.title())
            }
            _ => Ok(()),
        }
    }

    /// Notes a part's ports.
    pub(crate) fn set_ports(
        &self,
        part: Part,
        port: u16,
        controller_port: Option<u16>,
    ) -> Result<()> {
        let process = self.process(part);
        let entry = Entry {
            port,
            controller_port,
            process,
        };
        self.change(|state| {
            state.0.insert(part, entry);
        })
    }

    /// Notes that a part was started, or stopped.
    pub(crate) fn set_process(&self, part: Part, process: Option<Process>) -> Result<()> {
        self.change(|state| {
            if let Some(entry) = state.0.get_mut(&part) {
                entry.process = process;
            }
        })
    }

    fn change(&self, change: impl FnOnce(&mut State)) -> Result<()> {
        let mut state = self.state();
        change(&mut state);
        state.write(&self.dir.join("stack.json"))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing is left half done while it is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::time::Duration;

    use super::{Part, Process, Stack};

    #[test]
    fn a_process_that_is_not_the_parts_own_does_not_count() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let stack = Stack::open(folder.path())?;
        assert!(!stack.runs(Part::Kafka));
        stack.set_ports(Part::Kafka, 9092, Some(9093))?;
        let process = Process::spawn(Command::new("sleep").arg("600"), &stack.dir.join("log"))?;
        stack.set_process(Part::Kafka, Some(process.clone()))?;
        drop(stack);

        let stack = Stack::view(folder.path())?;
        assert_eq!(stack.port(Part::Kafka)?, 9092);
        assert!(stack.runs(Part::Kafka), "known again from the file");
        drop(stack);

        let stale = Process {
            started: "before the machine was started".to_owned(),
            ..process.clone()
        };
        let stack = Stack::open(folder.path())?;
        stack.set_process(Part::Kafka, Some(stale))?;
        assert!(!stack.runs(Part::Kafka), "another process has its id now");
        stack.await_end(Part::Kafka)?;

        process.stop("TERM", Duration::from_secs(10))
    }
}
