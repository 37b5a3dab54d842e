//! Processes that outlive this program.

use std::fs::{self, OpenOptions};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::run;

const POLL: Duration = Duration::from_millis(20);
const SIGKILL: u32 = 9;
/// Linux: the process has begun to end (PF_EXITING).
const EXITING: u64 = 4;

/// A process that was started here, perhaps by an earlier command.
///
/// Process ids are used again, so its time of start is kept too: another process with its id is not taken for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Process {
    pub(crate) pid: u32,
    /// As the system tells it.
    pub(crate) started: String,
}

/// What there is under a process id.
#[derive(Debug, PartialEq, Eq)]
struct Sighting {
    started: String,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Running,
    /// It may still hold its ports and files.
    Ending,
    /// Only its exit status is left.
    Ended,
}

impl Process {
    /// Starts a program in a process group of its own, so that neither Ctrl-C nor the terminal's end reaches it.
    pub(crate) fn spawn(command: &mut Command, log: &Path) -> Result<Process> {
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(log)
            .with_context(|| format!("{} cannot be written", log.display()))?;
        command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .process_group(0);
        let child = command.spawn().with_context(|| {
            let program = Path::new(command.get_program());
            format!("{} does not start", program.display())
        })?;
        let pid = child.id();
        // Even of a program that has ended already: nobody has asked for its status yet.
        let seen = sighting(pid).with_context(|| format!("process {pid} cannot be looked at"))?;
        Ok(Process {
            pid,
            started: seen.started,
        })
    }

    /// Whether it runs, and has not been told to end at once.
    pub(crate) fn runs(&self) -> bool {
        self.stage() == Stage::Running
    }

    /// Sends a signal, and kills it after `limit` if it is still there.
    pub(crate) fn stop(&self, signal: &str, limit: Duration) -> Result<()> {
        if self.stage() == Stage::Ended {
            return Ok(());
        }
        self.signal(signal)?;
        if !self.gone_within(limit) {
            self.signal("KILL")?;
            self.gone_within(Duration::from_secs(10));
        }
        Ok(())
    }

    /// Waits until it is gone with all that it held; false if that took too long.
    pub(crate) fn gone_within(&self, limit: Duration) -> bool {
        let end = Instant::now() + limit;
        while self.stage() != Stage::Ended {
            if Instant::now() > end {
                return false;
            }
            thread::sleep(POLL);
        }
        true
    }

    fn stage(&self) -> Stage {
        sighting(self.pid)
            .filter(|seen| seen.started == self.started)
            .map_or(Stage::Ended, |seen| seen.stage)
    }

    fn signal(&self, name: &str) -> Result<()> {
        // The shell's own kill, because the program of that name may be missing.
        let mut kill = Command::new("sh");
        kill.args(["-c", "kill -s \"$0\" \"$1\"", name, &self.pid.to_string()]);
        match run::text(kill) {
            Err(error) if self.stage() == Stage::Running => Err(error),
            // It ended in between.
            _ => Ok(()),
        }
    }
}

/// The processes that work in a folder, as far as the system tells.
pub(crate) fn working_in(folder: &Path) -> Vec<u32> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter(|entry| fs::read_link(entry.path().join("cwd")).is_ok_and(|cwd| cwd == folder))
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect()
}

fn sighting(pid: u32) -> Option<Sighting> {
    if Path::new("/proc/self/stat").exists() {
        return from_stat(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?);
    }
    let mut ps = Command::new("ps");
    ps.args(["-o", "stat=,lstart=", "-p", &pid.to_string()]);
    let line = run::text(ps).ok()?;
    let (state, started) = line.split_once(' ')?;
    Some(Sighting {
        started: started.trim().to_owned(),
        stage: if state.starts_with('Z') {
            Stage::Ended
        } else {
            Stage::Running
        },
    })
}

/// Reads Linux's /proc/PID/stat (its manual page: proc_pid_stat).
fn from_stat(stat: &str) -> Option<Sighting> {
    let fields = fields(stat)?;
    // The manual counts from 1, and `fields` begins with its third.
    let field = |number: usize| fields.get(number - 3).copied();
    let number = |at: usize| field(at)?.parse::<u64>().ok();
    let [flags, threads, pending] = [number(9)?, number(20)?, number(31)?];
    // A killed program's first thread may be a zombie while others are still on their way out.
    let is_zombie = matches!(field(3)?, "Z" | "X");
    let stage = if is_zombie && threads <= 1 {
        Stage::Ended
    } else if is_zombie || flags & EXITING != 0 || pending & (1 << (SIGKILL - 1)) != 0 {
        Stage::Ending
    } else {
        Stage::Running
    };
    Some(Sighting {
        started: field(22)?.to_owned(),
        stage,
    })
}

/// What follows the program's name, which may hold anything, parentheses too.
fn fields(stat: &str) -> Option<Vec<&str>> {
    Some(stat.rsplit_once(')')?.1.split_whitespace().collect())
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::time::Duration;

    use super::{Process, Stage, from_stat, working_in};

    fn stat(state: &str, flags: u64, threads: u32, pending: u64) -> String {
        format!(
            "42 (a (b) c) {state} 1 42 42 0 -1 {flags} 1 0 0 0 1 1 0 0 20 0 {threads} 0 987654 1 2 3 4 5 6 7 8 {pending} 0 0 0"
        )
    }

    #[test]
    fn linux_tells_start_and_end() {
        let check = |text: &str, stage: Stage| {
            let seen = from_stat(text).expect("a sighting");
            assert_eq!(
                (seen.started.as_str(), seen.stage),
                ("987654", stage),
                "{text}"
            );
        };
        check(&stat("S", 0x40_0000, 30, 0), Stage::Running);
        check(&stat("R", 0x40_0004, 30, 0), Stage::Ending);
        check(&stat("S", 0, 30, 0x100), Stage::Ending);
        check(&stat("Z", 0x40_0000, 2, 0), Stage::Ending);
        check(&stat("Z", 0x40_0000, 1, 0), Stage::Ended);
        assert_eq!(from_stat(""), None);
    }

    #[test]
    fn a_process_is_known_again_and_stopped() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let folder_path = folder.path().canonicalize()?;
        let log = folder.path().join("log");
        let mut sleep = Command::new("sleep");
        let process = Process::spawn(sleep.arg("600").current_dir(&folder_path), &log)?;
        assert!(process.runs());
        if std::path::Path::new("/proc/self/stat").exists() {
            assert_eq!(working_in(&folder_path), [process.pid]);
        }
        let namesake = Process {
            pid: process.pid,
            started: "another time".to_owned(),
        };
        assert!(!namesake.runs(), "a process id that is used again");
        namesake.stop("TERM", Duration::ZERO)?;
        assert!(process.runs(), "a namesake is left alone");

        process.stop("TERM", Duration::from_secs(10))?;
        assert!(!process.runs());
        process.stop("TERM", Duration::from_secs(10))?;
        Ok(())
    }

    #[test]
    fn what_does_not_listen_is_killed() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let mut deaf = Command::new("sh");
        deaf.args(["-c", "trap '' TERM; echo ready; while :; do sleep 1; done"]);
        let log = folder.path().join("log");
        let process = Process::spawn(&mut deaf, &log)?;
        while !std::fs::read_to_string(&log)?.contains("ready") {
            std::thread::sleep(Duration::from_millis(10));
        }
        process.stop("TERM", Duration::from_millis(100))?;
        assert!(!process.runs());
        Ok(())
    }
}
