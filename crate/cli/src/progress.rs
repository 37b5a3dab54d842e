//! How far a long command is, on a terminal only.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// How often it is said.
const PACE: Duration = Duration::from_millis(200);

/// One line on standard error that is written over; nothing where that is no terminal.
pub(crate) struct Progress {
    what: &'static str,
    said: Option<Instant>,
    terminal: bool,
}

impl Progress {
    pub(crate) fn new(what: &'static str) -> Self {
        Progress {
            what,
            said: None,
            terminal: std::io::stderr().is_terminal(),
        }
    }

    /// Says the number, unless one was said a moment ago.
    pub(crate) fn at(&mut self, number: u64) {
        if self.terminal && self.said.is_none_or(|said| said.elapsed() > PACE) {
            self.said = Some(Instant::now());
            // That a terminal cannot be written to is no reason to stop.
            let _ = write!(std::io::stderr(), "\r{number} {}", self.what);
        }
    }

    /// Says the last number.
    pub(crate) fn end(&mut self, number: u64) {
        if self.terminal {
            let _ = writeln!(std::io::stderr(), "\r{number} {}", self.what);
        }
    }
}
