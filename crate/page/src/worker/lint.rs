//! What the linter has found, told when it is something else: looked at twice a second at most.

use gloo::timers::callback::Timeout;
use lab::Lab;
use lab::lint::{Finding, Linter};

use super::run::{Worker, now_ms, with};

/// The linter looks at most this often, ms.
const LOOK_MS: f64 = 500.0;
/// Records that it looks at at once.
const RECORDS: usize = 50_000;

/// The linter, and what it last said.
#[derive(Default)]
pub(super) struct Lint {
    linter: Linter,
    looked_ms: f64,
    /// What the lab was when it last looked.
    at: Option<At>,
    told: Option<Vec<Finding>>,
    next_look: Option<Timeout>,
}

/// What findings depend on: where it is the same, so are they.
#[derive(Clone, Debug, PartialEq)]
struct At {
    records: u64,
    time_ms: Option<i64>,
    /// By lane: its hash, its newest version, rows that wait.
    lanes: Vec<(u64, u64, usize)>,
}

impl Lint {
    /// What it last said.
    pub(super) fn found(&self) -> &[Finding] {
        self.told.as_deref().unwrap_or_default()
    }
}

impl Worker {
    /// All findings, where one of them is news.
    pub(super) fn lint_to_tell(&mut self) -> Option<Vec<Finding>> {
        let at = at(&self.desk.lab);
        if self.lint.at.as_ref() == Some(&at) {
            return None;
        }
        let early_ms = self.lint.looked_ms + LOOK_MS - now_ms();
        if early_ms > 0.0 {
            if self.lint.next_look.is_none() {
                let wait_ms = early_ms.min(LOOK_MS) as u32 + 1;
                self.lint.next_look = Some(Timeout::new(wait_ms, || with(|_| {})));
            }
            return None;
        }
        (self.lint.next_look, self.lint.looked_ms) = (None, now_ms());
        let seen_all = self.lint.linter.see(&self.desk.lab, RECORDS);
        // Where there is more to look at, that is news at the next look.
        self.lint.at = seen_all.then_some(at);
        let found = self.lint.linter.findings(&self.desk.lab);
        if self.lint.told.as_ref() == Some(&found) {
            return None;
        }
        self.lint.told = Some(found.clone());
        Some(found)
    }
}

fn at(lab: &Lab) -> At {
    let lane = |lane: &lab::lane::Lane| {
        let (hash, versions) = (lane.config.hash, lane.timeline.versions());
        (hash, versions, lane.batch_rows())
    };
    At {
        records: lab.rows.end(),
        time_ms: lab.time_ms,
        lanes: lab.lanes.iter().map(lane).collect(),
    }
}
