//! What the linter has found: a chip in the lane's head, a list under the settings.
//!
//! - [`view`]: what is seen of it; [`words`]: the chip's and the list's
//! - [`refused`]: the corrections that the shown lane refused, below it

pub mod refused;
pub mod view;
pub mod words;

use lab::lint::Finding;

use super::experiment;
use super::msg::Effect;
use super::state::State;
use crate::protocol::Update;

/// What is known of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lint {
    /// What matters most first.
    pub found: Vec<Finding>,
    /// Counts up whenever it is something else.
    pub edition: u64,
}

/// Something happened to a finding.
#[derive(Clone, Debug, PartialEq)]
pub enum LintMsg {
    /// The list was asked for.
    Open,
    /// A finding is to be mended.
    Fix(u64),
}

/// The worker has told something.
pub fn arrived(state: &mut State, update: &mut Update) {
    if let Some(found) = update.lint.take() {
        state.lint.found = found;
        state.lint.edition += 1;
    }
}

/// One step; the list is opened by the right rail.
pub fn update(state: &mut State, msg: LintMsg, out: &mut Vec<Effect>) {
    match msg {
        LintMsg::Open => out.push(Effect::Focus("lint-title")),
        LintMsg::Fix(id) => {
            let mut found = state.lint.found.iter();
            let fix = found
                .find(|finding| finding.id() == id)
                .and_then(|finding| finding.fix.clone());
            if let Some(fix) = fix {
                out.extend(experiment::changed(state, |file| fix.apply(file)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use lab::config::{LabFile, Settings};
    use lab::lint::Rule;

    use super::*;
    use crate::page::state::Scenario;
    use crate::protocol::Command;

    #[test]
    fn a_fix_is_a_changed_lab_file() {
        let lab = include_str!("../../../../../www/lab.json");
        let mut state = State {
            scenario: Scenario::read(lab),
            ..State::default()
        };
        let found = lab::Lab::new(LabFile::parse(lab).unwrap()).unwrap().lint();
        let decay = found.iter().find(|finding| finding.rule == Rule::DecayZero);
        let id = decay.unwrap().id();
        let mut update_of = Update {
            lint: Some(found),
            ..Update::default()
        };
        arrived(&mut state, &mut update_of);
        let mut out = Vec::new();
        update(&mut state, LintMsg::Fix(id), &mut out);
        let [Effect::Send(Command::ChangeLab { lab })] = &out[..] else {
            panic!("{out:?}");
        };
        let file = LabFile::parse(lab).unwrap();
        let Settings::Kmeans(model) = &file.lanes[0].model else {
            panic!();
        };
        assert_eq!(model.decay_factor, Some(0.5));
        out.clear();
        update(&mut state, LintMsg::Fix(1), &mut out);
        assert_eq!(out, []);
    }
}
