//! The shown lane's settings: a draft that forks the lane, or restarts it, and never rewrites its past.
//!
//! - [`table`]: the fields of each kind of model
//! - [`draft`]: what was set; [`form`]: what is shown of it; [`changed`]: what differs, in words; [`judge`]: whether it can be
//! - [`panel`]: the form as elements; [`inputs`]: one of them

pub mod changed;
pub mod draft;
pub mod form;
pub mod inputs;
pub mod judge;
pub mod panel;
pub mod table;

use std::collections::BTreeMap;

use self::draft::{Draft, ShownModel};
use self::judge::Verdict;
use super::experiment;
use super::msg::Effect;
use super::state::{RightTab, State};
use crate::protocol::{Command, KnownColumn, Update};

/// What is known of settings.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// A draft of each lane that was looked at, by the lane's name.
    drafts: BTreeMap<String, Draft>,
    /// What was found of the shown lane's.
    pub verdict: Verdict,
    /// What the fork is to be called; empty: as suggested.
    pub name: String,
    /// Columns that rows have.
    pub columns: Vec<KnownColumn>,
    /// Counts up with whatever changes the form.
    pub edition: u64,
    /// The lane that is to be shown once it is there.
    wanted: Option<String>,
    /// What the verdict was found for: the lab file's edition, lane, version.
    judged: (u64, usize, u64),
}

/// Something happened to settings.
#[derive(Clone, Debug, PartialEq)]
pub enum SettingsMsg {
    /// Something was set.
    Set {
        /// What.
        path: String,
        /// To what.
        text: String,
    },
    /// What the fork is to be called.
    Name(String),
    /// The form was asked for, to make a fork with.
    Open,
    /// Make the fork.
    Fork,
    /// Start the lane again as the draft has it.
    Restart,
    /// Put everything back.
    Undo,
}

impl State {
    /// The shown lane's draft.
    pub fn draft(&self) -> Option<&Draft> {
        self.settings.drafts.get(self.shown_lane()?)
    }

    fn shown_lane(&self) -> Option<&str> {
        let snapshot = &self.update.snapshot;
        let lane = snapshot.lanes.get(snapshot.lane)?;
        Some(&lane.name)
    }

    /// What a fork of what is shown would be called.
    pub fn fork_name(&self) -> String {
        let version = self.update.snapshot.version.max(1);
        match (self.settings.name.trim(), self.file()) {
            ("", Ok(file)) => judge::fork_name(&file, version),
            (typed, _) => typed.to_owned(),
        }
    }
}

/// A picture came: of another lane, or another lab file, perhaps.
pub fn arrived(state: &mut State, update: &Update, out: &mut Vec<Effect>) {
    if let Some(columns) = &update.columns {
        state.settings.columns.clone_from(columns);
        state.settings.edition += 1;
    }
    if update.lab.is_some() {
        // Drafts of lanes that are others now are of no use.
        let Ok(file) = state.file() else { return };
        let is_of = |name: &String, draft: &mut Draft| {
            let lane = file.lanes.iter().find(|lane| lane.name == *name);
            lane.is_some_and(|lane| Draft::of(&file, lane).base() == draft.base())
        };
        state.settings.drafts.retain(is_of);
        state.settings.edition += 1;
    }
    if let Some(wanted) = &state.settings.wanted {
        let mut lanes = update.snapshot.lanes.iter();
        if update.refused.is_some() {
            state.settings.wanted = None;
        } else if let Some(lane) = lanes.position(|lane| lane.name == *wanted) {
            state.settings.wanted = None;
            out.push(Effect::Send(Command::ShowLane { lane }));
        }
    }
}

/// Makes the shown lane's draft where there is none, and judges it where that is due.
pub fn keep_up(state: &mut State) {
    let snapshot = &state.update.snapshot;
    let due = (state.experiment, snapshot.lane, snapshot.version.max(1));
    let known = state.draft().is_some();
    let (experiment, lane, _) = state.settings.judged;
    let same_lane = (experiment, lane) == (due.0, due.1);
    let is_clean = state.settings.verdict == Verdict::default();
    if known && (state.settings.judged == due || (same_lane && is_clean)) {
        return;
    }
    let (Some(name), Ok(file)) = (state.shown_lane().map(str::to_owned), state.file()) else {
        return;
    };
    let Some(lane) = file.lanes.iter().find(|lane| lane.name == name) else {
        return;
    };
    let drafts = &mut state.settings.drafts;
    drafts.entry(name).or_insert_with(|| Draft::of(&file, lane));
    state.settings.judged = due;
    judge_now(state);
}

/// One step: something happened to settings.
pub fn update(state: &mut State, msg: SettingsMsg, out: &mut Vec<Effect>) {
    match msg {
        SettingsMsg::Set { path, text } => {
            let shown = shown_model(state);
            change(state, |draft| draft.set(&path, &text, &shown));
        }
        SettingsMsg::Undo => {
            state.settings.name.clear();
            state.change_refused.clear();
            change(state, Draft::undo);
        }
        SettingsMsg::Name(name) => {
            state.settings.name = name;
            state.settings.edition += 1;
        }
        SettingsMsg::Open => {
            super::inspector::close(state, out);
            super::update::show_right(state, RightTab::Settings);
            out.push(Effect::Focus(panel::first_field(state)));
        }
        SettingsMsg::Fork => out.extend(fork(state)),
        SettingsMsg::Restart => out.extend(restart(state)),
    }
}

fn change(state: &mut State, change: impl FnOnce(&mut Draft)) {
    let Some(name) = state.shown_lane().map(str::to_owned) else {
        return;
    };
    if let Some(draft) = state.settings.drafts.get_mut(&name) {
        change(draft);
    }
    judge_now(state);
}

fn judge_now(state: &mut State) {
    let version = state.update.snapshot.version.max(1);
    if let (Some(draft), Ok(file)) = (state.draft(), state.file())
        && let Some(lane) = place(state, &file)
    {
        let verdict = judge::judge(&file, lane, draft, version);
        state.settings.verdict = verdict;
    }
    state.settings.edition += 1;
}

/// The shown lane's place in a lab file.
fn place(state: &State, file: &lab::config::LabFile) -> Option<usize> {
    let name = state.shown_lane()?;
    file.lanes.iter().position(|lane| lane.name == name)
}

fn fork(state: &mut State) -> Option<Effect> {
    let file = state.file().ok()?;
    let lane = place(state, &file)?;
    let (version, name) = (state.update.snapshot.version.max(1), state.fork_name());
    match judge::forked(&file, lane, state.draft()?, version, &name) {
        Ok(file) => {
            state.settings.wanted = Some(name);
            state.settings.name.clear();
            change(state, Draft::undo);
            experiment::send(state, &file)
        }
        Err(why) => {
            state.change_refused = why.to_string();
            None
        }
    }
}

fn restart(state: &mut State) -> Option<Effect> {
    let file = state.file().ok()?;
    let lane = place(state, &file)?;
    match judge::restarted(&file, lane, state.draft()?) {
        Ok(file) => experiment::send(state, &file),
        Err(why) => {
            state.change_refused = why.to_string();
            None
        }
    }
}

/// The numbers of the version at the playhead.
fn shown_model(state: &State) -> ShownModel {
    let snapshot = &state.update.snapshot;
    let dim = snapshot.features.len().max(1);
    let linear = snapshot.linear.as_ref();
    let centroids = snapshot.stage.centroids.chunks(dim);
    ShownModel {
        version: snapshot.version,
        centroids: centroids.map(<[f64]>::to_vec).collect(),
        weights: snapshot.stage.weights.clone(),
        coefficients: linear.map_or_else(Vec::new, |linear| linear.coefficients.clone()),
        intercept: linear.map_or(0.0, |linear| linear.intercept),
    }
}

#[cfg(test)]
mod tests {
    use lab::config::LabFile;
    use lab::snapshot::LaneHead;

    use super::*;
    use crate::page::state::Scenario;

    fn state() -> State {
        let mut state = State {
            scenario: Scenario::read(include_str!("../../../../../www/lab.json")),
            started: true,
            ..State::default()
        };
        let snapshot = &mut state.update.snapshot;
        snapshot.lanes = ["Flink", "Spark"]
            .map(|name| LaneHead {
                name: name.to_owned(),
                ..LaneHead::default()
            })
            .to_vec();
        (snapshot.version, snapshot.versions) = (5, 9);
        keep_up(&mut state);
        state
    }

    fn sent(effects: &[Effect]) -> LabFile {
        match effects {
            [Effect::Send(Command::ChangeLab { lab })] => LabFile::parse(lab).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    fn set(state: &mut State, text: &str) {
        let msg = SettingsMsg::Set {
            path: "/model/decay_factor".to_owned(),
            text: text.to_owned(),
        };
        update(state, msg, &mut Vec::new());
    }

    #[test]
    fn nothing_changes_until_it_is_said_so() {
        let mut state = state();
        set(&mut state, "0.5");
        assert_eq!(state.settings.verdict.changed, ["decay factor 0 → 0.5"]);
        let mut out = Vec::new();
        update(&mut state, SettingsMsg::Fork, &mut out);
        let file = sent(&out);
        assert_eq!(file.lanes[2].name, "Fork of v5");
        assert_eq!(file.lanes[2].fork.as_ref().unwrap().version, 5);
        // The draft is the fork's now; the lane's own is as it was.
        assert_eq!(state.settings.verdict.changed, [""; 0]);
    }

    #[test]
    fn a_fork_is_shown_once_it_is_there() {
        let mut state = state();
        set(&mut state, "0.5");
        update(&mut state, SettingsMsg::Fork, &mut Vec::new());
        let mut picture = state.update.clone();
        let mut out = Vec::new();
        arrived(&mut state, &picture, &mut out);
        assert_eq!(out, []);
        picture.snapshot.lanes.push(LaneHead {
            name: "Fork of v5".to_owned(),
            ..LaneHead::default()
        });
        arrived(&mut state, &picture, &mut out);
        assert_eq!(out, [Effect::Send(Command::ShowLane { lane: 2 })]);
    }

    #[test]
    fn a_restart_keeps_the_lanes_place() {
        let mut state = state();
        set(&mut state, "0.5");
        let mut out = Vec::new();
        update(&mut state, SettingsMsg::Restart, &mut out);
        let file = sent(&out);
        assert_eq!(file.lanes.len(), 2);
        assert_eq!(file.lanes[0].name, "Flink");
    }

    #[test]
    fn each_lane_has_a_draft_of_its_own() {
        let mut state = state();
        set(&mut state, "0.5");
        state.update.snapshot.lane = 1;
        keep_up(&mut state);
        assert_eq!(state.settings.verdict.changed, [""; 0]);
        state.update.snapshot.lane = 0;
        keep_up(&mut state);
        assert_eq!(state.settings.verdict.changed, ["decay factor 0 → 0.5"]);
    }
}
