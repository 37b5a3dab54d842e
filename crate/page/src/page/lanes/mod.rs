//! Lanes: side by side or one large, and their menu.
//!
//! - [`edit`]: what the menu does to the lab file
//! - [`follow`]: lanes that follow a job
//! - [`menu`]: the menu; [`dialog`]: a new name, and the question before the last publishing lane goes
//! - [`panels`]: the lanes side by side, each a [`panel`]; [`pointed`]: what is pointed at in all of them
//! - [`charts`]: the measures of all lanes in one chart; [`why`]: the table that says why they differ
//! - [`differences`]: the rows on which they disagree
//! - [`notice`]: a rebuild under way, and what was done or refused
//! - [`view`]: all of that together

pub mod charts;
pub mod dialog;
pub mod differences;
pub mod edit;
pub mod follow;
pub mod menu;
pub mod notice;
pub mod panel;
pub mod panels;
pub mod pointed;
pub mod view;
pub mod why;

use lab::config::LaneFile;
use lab::snapshot::Snapshot;

use self::edit::Preset;
use super::job::{self, JobMsg};
use super::kept::{self, KeptMsg};
use super::msg::{Dialog, Effect};
use super::state::{RightTab, State, Tab};
use super::view::{Cx, Stamp};
use super::{experiment, inspector, right};
use crate::protocol::Command;

/// What is known of lanes beside the lab itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lanes {
    /// The lane whose menu is open.
    pub menu: Option<usize>,
    /// Names of the lanes that are not shown side by side.
    pub hidden: Vec<String>,
    /// The lane that the dialog is about.
    pub asked: Option<Asked>,
    /// Why the typed name cannot be.
    pub name_error: String,
    /// The lane that was removed last, and where it stood.
    pub removed: Option<(usize, Box<LaneFile>)>,
    /// The record whose row in the table of differences the pointer is over.
    pub hovered: Option<u64>,
    /// The record that was chosen there.
    pub chosen: Option<u64>,
    /// Topics that the bridge has, once it was asked.
    pub topics: Vec<String>,
    /// Whether differences of all rounds are listed, not only of the newest.
    pub all_rounds: bool,
}

/// What the dialog is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A new name for this lane.
    Name(usize),
    /// Whether this lane, the last one that publishes, goes.
    Remove(usize),
    /// The model topic of a job of this lane.
    Follow(usize),
}

/// Something happened to lanes.
#[derive(Clone, Debug, PartialEq)]
pub enum LanesMsg {
    /// Side by side, or one large.
    Compare,
    /// Show this lane as the one that all else is about.
    Focus(usize),
    /// Open or close the menu of a lane.
    Menu(Option<usize>),
    /// Something was chosen in the menu of a lane.
    Do(usize, Act),
    /// The dialog was answered, with a name where it asks for one.
    Answer(String),
    /// A lane comes back.
    Undo,
    /// What is said of the last change is read.
    Close,
    /// The pointer is over a row of the differences.
    Hover(Option<u64>),
    /// A row of the differences was chosen, or is no more.
    Choose(u64),
}

/// What the menu of a lane does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Show it alone.
    Large,
    /// Show all side by side.
    SideBySide,
    /// Leave it out of those side by side.
    Hide,
    /// Put this one back among them.
    Show(String),
    /// Copy it.
    Copy,
    /// Give it another name.
    Rename,
    /// Remove it.
    Remove,
    /// Add another lane.
    Add(Preset),
    /// Its settings.
    Settings,
    /// The versions that are kept.
    Kept,
    /// A job of an engine.
    Job,
    /// A lane that follows a job.
    Follow,
}

/// The lanes that are shown side by side; empty where one is shown large.
pub fn shown(state: &State) -> Vec<&Snapshot> {
    let panels = &state.update.panels;
    if !state.compare || panels.is_empty() {
        return Vec::new();
    }
    let is_shown = |panel: &&Snapshot| {
        let lane = panel.lanes.get(panel.lane);
        let hidden = lane.is_some_and(|lane| state.lanes.hidden.contains(&lane.name));
        !hidden || panel.lane == state.update.snapshot.lane
    };
    panels.iter().filter(is_shown).collect()
}

/// What the pictures of the lanes side by side depend on: a lane may have news while the shown one has none.
pub fn stamps(cx: &Cx<'_>) -> Vec<Stamp> {
    let stamp = |snapshot| Cx { snapshot, ..*cx }.stamp();
    shown(cx.state).into_iter().map(stamp).collect()
}

/// Whether lanes are shown side by side.
pub fn is_comparing(state: &State) -> bool {
    state.compare && !state.update.panels.is_empty()
}

/// One step: something happened to lanes.
pub fn update(state: &mut State, msg: LanesMsg, out: &mut Vec<Effect>) {
    match msg {
        LanesMsg::Compare => compare(state, !state.compare, out),
        LanesMsg::Focus(lane) => focus(state, lane, out),
        LanesMsg::Menu(lane) => state.lanes.menu = lane,
        LanesMsg::Do(lane, act) => {
            state.lanes.menu = None;
            act_on(state, lane, act, out);
        }
        LanesMsg::Answer(typed) => answer(state, &typed, out),
        LanesMsg::Undo => {
            if let Some((place, lane)) = state.lanes.removed.take() {
                out.extend(experiment::changed(state, |file| {
                    edit::put_back(file, place, *lane);
                }));
            }
        }
        LanesMsg::Close => {
            state.lanes.removed = None;
            state.change_refused.clear();
        }
        LanesMsg::Hover(record) => state.lanes.hovered = record,
        LanesMsg::Choose(record) => {
            let again = state.lanes.chosen == Some(record);
            state.lanes.chosen = (!again).then_some(record);
        }
    }
}

fn compare(state: &mut State, on: bool, out: &mut Vec<Effect>) {
    if on && state.update.snapshot.lanes.len() < 2 {
        // There is nothing beside it yet: the menu has what could be.
        state.lanes.menu = Some(0);
        return;
    }
    state.compare = on;
    state.left_open = false;
    (state.lanes.hovered, state.lanes.chosen) = (None, None);
    match (on, state.tab) {
        (true, Tab::Predictions) => state.tab = Tab::Differences,
        (false, Tab::Differences) => state.tab = Tab::Predictions,
        _ => {}
    }
    if on {
        state.drawer_open = true;
    }
    out.push(Effect::Send(Command::Compare { on }));
}

fn focus(state: &State, lane: usize, out: &mut Vec<Effect>) {
    if lane < state.update.snapshot.lanes.len() {
        out.push(Effect::Send(Command::ShowLane { lane }));
    }
}

fn act_on(state: &mut State, lane: usize, act: Act, out: &mut Vec<Effect>) {
    let name = |state: &State| {
        let lane = state.update.snapshot.lanes.get(lane);
        lane.map(|lane| lane.name.clone()).unwrap_or_default()
    };
    match act {
        Act::Large => {
            focus(state, lane, out);
            compare(state, false, out);
        }
        Act::SideBySide => compare(state, true, out),
        Act::Hide => {
            let name = name(state);
            state.lanes.hidden.push(name);
            let others = shown(state);
            let other = others.iter().find(|panel| panel.lane != lane);
            if let Some(other) = other.map(|panel| panel.lane)
                && state.update.snapshot.lane == lane
            {
                focus(state, other, out);
            }
        }
        Act::Show(name) => state.lanes.hidden.retain(|hidden| *hidden != name),
        Act::Copy => out.extend(experiment::changed(state, |file| edit::copy(file, lane))),
        Act::Add(preset) => out.extend(experiment::changed(state, |file| {
            edit::add(file, lane, preset);
        })),
        Act::Rename => {
            state.lanes.asked = Some(Asked::Name(lane));
            state.lanes.name_error.clear();
            out.push(Effect::Open(Dialog::Lane));
        }
        Act::Remove => {
            let alone = state.file().map(|file| edit::alone_publishes(&file, lane));
            if alone == Ok(true) {
                state.lanes.asked = Some(Asked::Remove(lane));
                out.push(Effect::Open(Dialog::Lane));
            } else {
                remove(state, lane, out);
            }
        }
        Act::Kept => {
            focus(state, lane, out);
            kept::update(state, KeptMsg::Open, out);
        }
        Act::Follow => {
            state.lanes.asked = Some(Asked::Follow(lane));
            state.lanes.name_error.clear();
            out.push(Effect::Send(Command::Survey { topics: Vec::new() }));
            out.push(Effect::Open(Dialog::Lane));
        }
        Act::Job => job::update(state, JobMsg::Open(Some(lane)), out),
        Act::Settings => {
            focus(state, lane, out);
            inspector::close(state, out);
            state.right = RightTab::Settings;
            if state.is_narrow() {
                (state.tab, state.drawer_open) = (Tab::Measures, true);
            }
            out.push(Effect::Focus(right::tab_id(RightTab::Settings)));
        }
    }
}

fn answer(state: &mut State, typed: &str, out: &mut Vec<Effect>) {
    match state.lanes.asked {
        Some(Asked::Remove(lane)) => {
            state.lanes.asked = None;
            out.push(Effect::CloseDialogs);
            remove(state, lane, out);
        }
        Some(Asked::Follow(lane)) => {
            let Ok(mut file) = state.file() else { return };
            match follow::add(&mut file, lane, typed) {
                Err(why) => state.lanes.name_error = why,
                Ok(()) => {
                    state.lanes.asked = None;
                    out.push(Effect::CloseDialogs);
                    out.extend(experiment::send(state, &file));
                }
            }
        }
        Some(Asked::Name(lane)) => {
            let Ok(file) = state.file() else { return };
            match edit::checked_name(&file, lane, typed) {
                Err(why) => state.lanes.name_error = why,
                Ok(name) => {
                    state.lanes.asked = None;
                    out.push(Effect::CloseDialogs);
                    if file.lanes.get(lane).is_some_and(|lane| lane.name != name) {
                        let renamed = experiment::changed(state, |file| {
                            edit::rename(file, lane, &name);
                        });
                        out.extend(renamed);
                    }
                }
            }
        }
        None => {}
    }
}

fn remove(state: &mut State, lane: usize, out: &mut Vec<Effect>) {
    let Ok(file) = state.file() else { return };
    let Some(removed) = file.lanes.get(lane) else {
        return;
    };
    if edit::stays(&file, lane).is_some() {
        return;
    }
    state.lanes.removed = Some((lane, Box::new(removed.clone())));
    out.extend(experiment::changed(state, |file| edit::remove(file, lane)));
    if file.lanes.len() == 2 && state.compare {
        compare(state, false, out);
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
            ..State::default()
        };
        let lane = |name: &str| LaneHead {
            name: name.to_owned(),
            ..LaneHead::default()
        };
        state.update.snapshot.lanes = vec![lane("Flink"), lane("Spark")];
        state
    }

    fn after(state: &mut State, msg: LanesMsg) -> Vec<Effect> {
        let mut out = Vec::new();
        update(state, msg, &mut out);
        out
    }

    fn sent(effects: &[Effect]) -> LabFile {
        let lab = effects.iter().find_map(|effect| match effect {
            Effect::Send(Command::ChangeLab { lab }) => Some(lab),
            _ => None,
        });
        LabFile::parse(lab.unwrap()).unwrap()
    }

    #[test]
    fn comparing_opens_the_differences_and_ends_with_predictions() {
        let mut state = state();
        let on = after(&mut state, LanesMsg::Compare);
        assert_eq!(on, [Effect::Send(Command::Compare { on: true })]);
        assert_eq!(
            (state.tab, state.drawer_open, state.compare),
            (Tab::Differences, true, true)
        );
        after(&mut state, LanesMsg::Compare);
        assert_eq!((state.tab, state.compare), (Tab::Predictions, false));
    }

    #[test]
    fn one_lane_has_nothing_beside_it_but_a_menu() {
        let mut state = state();
        state.update.snapshot.lanes.truncate(1);
        assert_eq!(after(&mut state, LanesMsg::Compare), []);
        assert_eq!((state.lanes.menu, state.compare), (Some(0), false));
    }

    #[test]
    fn a_removed_lane_comes_back() {
        let mut state = state();
        let removed = after(&mut state, LanesMsg::Do(1, Act::Remove));
        assert_eq!(sent(&removed).lanes.len(), 1);
        assert!(state.lanes.removed.is_some());
        let back = after(&mut state, LanesMsg::Undo);
        assert_eq!(sent(&back).lanes[1].name, "Spark");
        assert_eq!(state.lanes.removed, None);
    }

    #[test]
    fn a_name_that_is_taken_is_refused_in_the_dialog() {
        let mut state = state();
        let asked = after(&mut state, LanesMsg::Do(0, Act::Rename));
        assert_eq!(asked, [Effect::Open(Dialog::Lane)]);
        assert_eq!(after(&mut state, LanesMsg::Answer("Spark".to_owned())), []);
        assert!(state.lanes.name_error.contains("already"));
        let renamed = after(&mut state, LanesMsg::Answer("Batches".to_owned()));
        assert_eq!(sent(&renamed).lanes[0].name, "Batches");
        assert_eq!(renamed[0], Effect::CloseDialogs);
    }

    #[test]
    fn the_last_lane_that_publishes_is_asked_for() {
        let mut state = state();
        let copied = after(&mut state, LanesMsg::Do(1, Act::Copy));
        assert_eq!(sent(&copied).lanes[2].name, "Spark 2");
        after(&mut state, LanesMsg::Do(1, Act::Remove));
        let asked = after(&mut state, LanesMsg::Do(0, Act::Remove));
        assert_eq!(asked, [Effect::Open(Dialog::Lane)]);
        let removed = after(&mut state, LanesMsg::Answer(String::new()));
        assert_eq!(sent(&removed).lanes[0].name, "Spark 2");
    }
}
