//! The session: what a page that is loaded anew goes on with.
//!
//! - [`stored`]: where it is kept: the view in the tab's own storage, recordings in a database of the browser
//! - [`open`](mod@open): what a page begins with: its own lab file, a link's, or the session's
//!
//! With a bridge the log is read again; a recording that was played is in no log, and is kept.

pub mod open;
pub mod stored;

use lab::config::LabFile;
use serde::{Deserialize, Serialize};

use lab::snapshot::Axis;

use super::msg::Effect;
use super::state::{LeftTab, RightTab, State, Tab};
use crate::protocol::{Command, Connection};

/// What of a page is kept.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// The scenario that the address asked for.
    pub scenario: Option<String>,
    /// The lab file in force, where it is not the page's own.
    pub lab: Option<String>,
    /// The recording that was played.
    pub recording: Option<Played>,
    /// Index of the shown lane.
    pub lane: usize,
    /// What the axes showed.
    pub axes: (Axis, Axis),
    /// Whether all lanes were shown side by side.
    pub compare: bool,
    /// Tab of the left rail.
    pub left: LeftTab,
    /// Tab of the right rail.
    pub right: RightTab,
    /// Tab of the drawer.
    pub tab: Tab,
    /// Whether the drawer was open.
    pub drawer_open: bool,
}

/// A recording that was played, and how far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Played {
    /// Its key in the database; None where it could not be kept.
    pub key: Option<String>,
    /// Its name.
    pub name: String,
    /// Records applied.
    pub rows: u64,
    /// Records at the playhead, where that was not at the newest.
    pub at: Option<u64>,
    /// Whether it was paused.
    pub paused: bool,
    /// Its speed.
    pub speed: f64,
    /// Records a second at speed 1; None: as any recording.
    pub records_per_s: Option<f64>,
}

/// What is known of keeping the session.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Keeping {
    /// The scenario that the address asked for.
    pub scenario: Option<String>,
    /// Key of the recording that is played.
    pub key: Option<String>,
    /// Its records a second at speed 1; None: as any recording.
    pub records_per_s: Option<f64>,
    /// How many recordings were begun.
    pub recordings: u64,
    /// What was kept last.
    pub kept: Option<Session>,
    /// Whether the page is about to be loaded anew, without it.
    pub is_over: bool,
}

/// Something happened to it.
#[derive(Clone, Debug, PartialEq)]
pub enum SessionMsg {
    /// A recording is kept.
    Kept {
        /// Under this key.
        key: String,
        /// Which one, of those that were begun.
        recording: u64,
    },
    /// The page is to begin with its own lab file and nothing else.
    Fresh,
}

/// Something to be done where sessions are kept.
#[derive(Clone, Debug, PartialEq)]
pub enum Work {
    /// Keep the session.
    Keep(Box<Session>),
    /// Keep a recording in place of the last one.
    Recording {
        /// Its text.
        text: String,
        /// Which one, of those that were begun.
        recording: u64,
    },
    /// Forget the session and load the page anew.
    Fresh,
}

/// One step.
pub fn update(state: &mut State, msg: SessionMsg, out: &mut Vec<Effect>) {
    match msg {
        // Another may have begun meanwhile.
        SessionMsg::Kept { key, recording } if recording == state.session.recordings => {
            state.session.key = Some(key);
        }
        SessionMsg::Kept { .. } => {}
        SessionMsg::Fresh => {
            state.session.is_over = true;
            out.push(Effect::Session(Work::Fresh));
        }
    }
}

/// Sees what the worker is told: a recording that it plays is kept; one that goes on from a checkpoint is not that any more.
pub fn see(state: &mut State, out: &mut Vec<Effect>) {
    let mut begun = None;
    for effect in &*out {
        match effect {
            Effect::Send(Command::Replay { text, .. }) => begun = Some((text.clone(), None)),
            Effect::Send(Command::PlayAs {
                text,
                records_per_s,
                ..
            }) => begun = Some((text.clone(), *records_per_s)),
            Effect::Send(Command::GoOn { .. } | Command::Restore { .. }) => {
                state.session.key = None;
            }
            _ => {}
        }
    }
    let Some((text, records_per_s)) = begun else {
        return;
    };
    let keeping = &mut state.session;
    (keeping.key, keeping.records_per_s) = (None, records_per_s);
    keeping.recordings += 1;
    out.push(Effect::Session(Work::Recording {
        text,
        recording: keeping.recordings,
    }));
}

/// Keeps the session where it has changed.
pub fn keep(state: &mut State, out: &mut Vec<Effect>) {
    if !state.started || state.session.is_over {
        return;
    }
    let session = session(state);
    if state.session.kept.as_ref() != Some(&session) {
        out.push(Effect::Session(Work::Keep(Box::new(session.clone()))));
        state.session.kept = Some(session);
    }
}

fn session(state: &State) -> Session {
    let (status, snapshot) = (&state.update.status, &state.update.snapshot);
    let recording = match &status.connection {
        Connection::Replaying { row, name, .. } => Some(Played {
            key: state.session.key.clone(),
            name: name.clone(),
            rows: *row,
            at: (!snapshot.live).then_some(snapshot.record),
            paused: status.paused,
            speed: status.speed,
            records_per_s: state.session.records_per_s,
        }),
        _ => None,
    };
    let before = state.session.kept.as_ref();
    let lab = match before {
        // It is compared with the page's own only where it may be another.
        Some(before) if before.lab.as_ref() == Some(&state.scenario.lab) => before.lab.clone(),
        _ => {
            let file = LabFile::parse(&state.scenario.lab).ok();
            (file != state.share.own).then(|| state.scenario.lab.clone())
        }
    };
    Session {
        scenario: state.session.scenario.clone(),
        lab,
        recording,
        lane: snapshot.lane,
        axes: snapshot.axes,
        compare: state.compare,
        left: state.left,
        right: state.right,
        tab: state.tab,
        drawer_open: state.drawer_open,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::state::Scenario;

    const LAB: &str = include_str!("../../../../../www/lab.json");

    fn state() -> State {
        let mut state = State {
            scenario: Scenario::read(LAB),
            started: true,
            ..State::default()
        };
        state.share.own = LabFile::parse(LAB).ok();
        state
    }

    fn kept(state: &mut State) -> Option<Session> {
        let mut out = Vec::new();
        keep(state, &mut out);
        match out.pop() {
            Some(Effect::Session(Work::Keep(session))) => Some(*session),
            None => None,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_has_changed_is_kept_once() {
        let mut state = state();
        let first = kept(&mut state).unwrap();
        assert_eq!((first.lab, first.recording), (None, None));
        assert_eq!(kept(&mut state), None);
        state.drawer_open = true;
        assert!(kept(&mut state).unwrap().drawer_open);
        state.scenario = Scenario::read(&LAB.replace("32", "16"));
        assert!(kept(&mut state).unwrap().lab.unwrap().contains("16"));
        state.session.is_over = true;
        state.drawer_open = false;
        assert_eq!(kept(&mut state), None);
    }

    #[test]
    fn a_recording_is_kept_with_its_place_until_it_goes_on_from_a_checkpoint() {
        let mut state = state();
        state.update.status.connection = Connection::Replaying {
            row: 7,
            of: 9,
            name: "demo".to_owned(),
        };
        state.update.snapshot.record = 5;
        let mut out = vec![Effect::Send(Command::PlayAs {
            lab: String::new(),
            name: "demo".to_owned(),
            text: "{}".to_owned(),
            records_per_s: Some(20.0),
        })];
        see(&mut state, &mut out);
        let work = Work::Recording {
            text: "{}".to_owned(),
            recording: 1,
        };
        assert_eq!(out.pop(), Some(Effect::Session(work)));
        for (key, recording) in [("k", 1), ("other", 0)] {
            let key = key.to_owned();
            update(&mut state, SessionMsg::Kept { key, recording }, &mut out);
        }
        let played = kept(&mut state).unwrap().recording.unwrap();
        assert_eq!(
            (played.key.as_deref(), played.rows, played.at),
            (Some("k"), 7, Some(5))
        );
        assert_eq!(played.records_per_s, Some(20.0));
        let (lane, version) = (0, 1);
        out = vec![Effect::Send(Command::GoOn { lane, version })];
        see(&mut state, &mut out);
        assert_eq!(kept(&mut state).unwrap().recording.unwrap().key, None);
    }
}
