//! Which k: two curves over k, tried beside the shown lane while somebody looks.
//!
//! - [`view`]: curves, table and buttons; [`curve`]: one curve in its frame

pub mod curve;
pub mod view;

use lab::elbow::{ElbowView, Start, use_k};

use super::experiment;
use super::msg::Effect;
use super::state::{RightTab, State};
use crate::protocol::{Command, Update};

/// What is known of it.
#[derive(Clone, Debug, Default)]
pub struct Choose {
    /// The curves; None before the first.
    pub view: Option<ElbowView>,
    /// How candidates start.
    pub start: Start,
    /// Whether the worker is at it.
    pub is_on: bool,
    /// Counts up whenever the curves are others.
    pub edition: u64,
}

/// Something happened to the choice.
#[derive(Clone, Debug, PartialEq)]
pub enum ChooseMsg {
    /// The candidates are to start so.
    Start(Start),
    /// The lane is to have this k.
    Use(usize),
}

/// The worker has told something.
pub fn arrived(state: &mut State, update: &mut Update) {
    if let Some(view) = update.elbow.take() {
        state.choose.view = Some(view);
        state.choose.edition += 1;
    }
}

/// Lets the worker begin or end, where the right rail shows something else.
pub fn shown(state: &mut State, out: &mut Vec<Effect>) {
    let is_on = state.right == RightTab::Choose;
    if std::mem::replace(&mut state.choose.is_on, is_on) != is_on {
        let start = is_on.then_some(state.choose.start);
        out.push(Effect::Send(Command::Choose { start }));
    }
}

/// One step.
pub fn update(state: &mut State, msg: ChooseMsg, out: &mut Vec<Effect>) {
    match msg {
        ChooseMsg::Start(start) => {
            state.choose.start = start;
            let start = Some(start);
            out.push(Effect::Send(Command::Choose { start }));
        }
        ChooseMsg::Use(k) => {
            let Some(view) = state.choose.view.clone() else {
                return;
            };
            let start = (view.start, view.start_rows);
            out.extend(experiment::changed(state, |file| {
                use_k(file, &view.lane, k, start);
            }));
        }
    }
}

#[cfg(test)]
mod tests {
    use lab::config::LabFile;

    use super::*;
    use crate::page::state::Scenario;

    #[test]
    fn the_worker_is_at_it_only_while_it_is_shown() {
        let (mut state, mut out) = (State::default(), Vec::new());
        shown(&mut state, &mut out);
        assert_eq!(out, []);
        state.right = RightTab::Choose;
        shown(&mut state, &mut out);
        shown(&mut state, &mut out);
        let start = Some(Start::default());
        assert_eq!(out, [Effect::Send(Command::Choose { start })]);
        out.clear();
        state.right = RightTab::Measures;
        shown(&mut state, &mut out);
        assert_eq!(out, [Effect::Send(Command::Choose { start: None })]);
    }

    #[test]
    fn a_chosen_k_is_a_changed_lab_file_with_the_candidates_start() {
        let mut state = State {
            scenario: Scenario::read(include_str!("../../../../../www/lab.json")),
            ..State::default()
        };
        let mut out = Vec::new();
        update(&mut state, ChooseMsg::Use(2), &mut out);
        assert_eq!(out, [], "there is nothing to choose yet");
        state.choose.view = Some(ElbowView {
            lane: "Flink".to_owned(),
            start_rows: 32,
            start: Start {
                seed: 7,
                restarts: 5,
            },
            ..ElbowView::default()
        });
        update(&mut state, ChooseMsg::Use(2), &mut out);
        let [Effect::Send(Command::ChangeLab { lab })] = &out[..] else {
            panic!("{out:?}");
        };
        let lab = LabFile::parse(lab).unwrap();
        let lane = serde_json::to_value(&lab.lanes[0]).unwrap();
        let start = serde_json::json!({"seed": 7, "rows": 32, "restarts": 5});
        assert_eq!(lane["model"]["k"], 2);
        assert_eq!(
            lane["model"]["initial"],
            serde_json::json!({"kmeans++": start})
        );
        assert_eq!(lab.lanes[1].name, "Spark");
        lab::Lab::new(lab).unwrap();
    }
}
