//! Kept versions: kept under a name, gone on from, compared, saved and loaded as files.
//!
//! - [`store`]: where they are kept
//! - [`work`]: what is done with them there
//! - [`dialog`]: what is seen of them

pub mod dialog;
pub mod store;
pub mod work;

use lab::checkpoint::diff::Changed;

use self::store::Meta;
use super::msg::{Dialog, Effect};
use super::state::State;
use crate::protocol::{Command, KeptVersion};

/// What is known of kept versions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kept {
    /// All of them, oldest first.
    pub list: Vec<Meta>,
    /// What was last done, or why not.
    pub said: Option<Result<String, String>>,
    /// What changed between two, and their names.
    pub changed: Option<(String, Vec<Changed>)>,
    /// Counts up whenever the list, or what changed, is another.
    pub edition: u64,
}

/// Something happened to them.
#[derive(Clone, Debug, PartialEq)]
pub enum KeptMsg {
    /// The dialog was asked for.
    Open,
    /// The shown version is to be kept under this name; empty for the default.
    Keep(String),
    /// The lab is to go on from the shown version.
    GoOn,
    /// Something is to be done with them.
    Do(Work),
    /// They are these now.
    Listed(Vec<Meta>),
    /// What was done, or why not.
    Said(Result<String, String>),
    /// What changed between two, and their names.
    Changed(String, Vec<Changed>),
    /// One was read: the lab is to go on from it.
    Restore(KeptVersion),
}

/// Something to be done where they are kept.
#[derive(Clone, Debug, PartialEq)]
pub enum Work {
    /// List them.
    List,
    /// Add one.
    Add(KeptVersion),
    /// Add the checkpoint of a file.
    Load {
        /// The file's name.
        name: String,
        /// Its text.
        text: String,
    },
    /// Let the reader save one as a file.
    Save(u64),
    /// Go on from one.
    Restore(u64),
    /// Delete one.
    Delete(u64),
    /// Tell what changed from one to another.
    Compare(u64, u64),
}

/// What the shown version is called, if the reader says nothing else: "Flink v5".
pub fn default_name(state: &State) -> String {
    let snapshot = &state.update.snapshot;
    let lane = snapshot.lanes.get(snapshot.lane);
    let name = lane.map_or("", |lane| lane.name.as_str());
    format!("{name} v{}", snapshot.version)
}

/// One step: something happened to kept versions.
pub fn update(state: &mut State, msg: KeptMsg, out: &mut Vec<Effect>) {
    let snapshot = &state.update.snapshot;
    let (lane, version) = (snapshot.lane, snapshot.version);
    state.kept.edition += 1;
    match msg {
        KeptMsg::Open => {
            (state.kept.said, state.kept.changed) = (None, None);
            out.extend([Effect::Kept(Work::List), Effect::Open(Dialog::Kept)]);
        }
        KeptMsg::Keep(name) => {
            let typed = name.trim();
            let name = match typed {
                "" => default_name(state),
                typed => typed.to_owned(),
            };
            out.push(Effect::Send(Command::Keep {
                name,
                lane,
                version,
            }));
        }
        KeptMsg::GoOn => out.extend([
            Effect::CloseDialogs,
            Effect::Send(Command::GoOn { lane, version }),
        ]),
        KeptMsg::Do(work) => out.push(Effect::Kept(work)),
        KeptMsg::Listed(list) => {
            state.kept.list = list;
            state.kept.changed = None;
        }
        KeptMsg::Said(said) => state.kept.said = Some(said),
        KeptMsg::Changed(names, changed) => state.kept.changed = Some((names, changed)),
        KeptMsg::Restore(kept) => out.extend([
            Effect::CloseDialogs,
            Effect::Send(Command::Restore {
                name: kept.name,
                json: kept.json,
                log_id: kept.log_id,
            }),
        ]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_kept_under_its_lane_and_number_or_a_name() {
        let mut state = State::default();
        let lane = lab::snapshot::LaneHead {
            name: "Flink".to_owned(),
            ..Default::default()
        };
        state.update.snapshot.lanes = vec![lane];
        state.update.snapshot.version = 5;
        for (typed, wanted) in [("  ", "Flink v5"), (" before noon ", "before noon")] {
            let mut out = Vec::new();
            update(&mut state, KeptMsg::Keep(typed.to_owned()), &mut out);
            let keep = Command::Keep {
                name: wanted.to_owned(),
                lane: 0,
                version: 5,
            };
            assert_eq!(out, [Effect::Send(keep)]);
        }
    }
}
