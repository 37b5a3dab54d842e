//! The experiment is changed: whoever wants that makes another lab file of the one in force, and sends it to the worker.

use lab::config::LabFile;

use super::msg::Effect;
use super::state::{LeftTab, Scenario, State};
use crate::protocol::{Command, Update};

/// Lanes that stand side by side at most.
pub const LANES_MAX: usize = 4;

/// The command for an experiment that is changed like this; None where the page has no lab file that can be read.
///
/// What is changed is the newest file that was sent, so that two changes in a row are both there.
pub fn changed(state: &mut State, change: impl FnOnce(&mut LabFile)) -> Option<Effect> {
    let mut file = state.file().ok()?;
    change(&mut file);
    send(state, &file)
}

/// The command for an experiment by this lab file.
pub fn send(state: &mut State, file: &LabFile) -> Option<Effect> {
    let lab = serde_json::to_string(file).ok()?;
    state.wanted_lab = Some(lab.clone());
    state.change_refused.clear();
    Some(Effect::Send(Command::ChangeLab { lab }))
}

/// The worker says what lab file is in force, or why it refuses one.
pub fn arrived(state: &mut State, update: &Update) {
    if let Some(why) = &update.refused {
        state.wanted_lab = None;
        state.change_refused.clone_from(why);
    }
    let Some(lab) = &update.lab else { return };
    state.wanted_lab = None;
    state.change_refused.clear();
    state.experiment += 1;
    let scenario = Scenario::read(lab);
    let same_tables =
        (&scenario.train, &scenario.test) == (&state.scenario.train, &state.scenario.test);
    if !same_tables {
        // Its rows are of other tables.
        state.walk = None;
        state.left = LeftTab::Insert;
    }
    state.scenario = scenario;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> State {
        State {
            scenario: Scenario::read(include_str!("../../../../www/lab.json")),
            ..State::default()
        }
    }

    fn sent(effect: Option<Effect>) -> LabFile {
        match effect {
            Some(Effect::Send(Command::ChangeLab { lab })) => LabFile::parse(&lab).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn two_changes_in_a_row_are_both_there() {
        let mut state = state();
        let first = changed(&mut state, |file| file.lanes[0].name = "A".to_owned());
        assert_eq!(sent(first).lanes[0].name, "A");
        let second = changed(&mut state, |file| file.lanes[1].name = "B".to_owned());
        let second = sent(second);
        assert_eq!((&*second.lanes[0].name, &*second.lanes[1].name), ("A", "B"));
    }

    #[test]
    fn a_refused_change_is_told_and_forgotten() {
        let mut state = state();
        changed(&mut state, |file| file.lanes.clear());
        let refused = Update {
            refused: Some("lab file: lanes: has no lane".to_owned()),
            ..Update::default()
        };
        arrived(&mut state, &refused);
        assert_eq!(state.change_refused, "lab file: lanes: has no lane");
        let next = changed(&mut state, |file| file.lanes[0].name = "A".to_owned());
        assert_eq!(sent(next).lanes.len(), 2);
        assert!(state.change_refused.is_empty());
    }

    #[test]
    fn another_lab_file_is_in_force_once_the_worker_says_so() {
        let mut state = state();
        changed(&mut state, |file| {
            file.features = vec!["petal_width".to_owned()]
        });
        assert_eq!(state.scenario.features.len(), 4);
        let update = Update {
            lab: state.wanted_lab.clone(),
            ..Update::default()
        };
        arrived(&mut state, &update);
        assert_eq!(state.scenario.features, ["petal_width"]);
        assert_eq!((state.experiment, state.wanted_lab), (1, None));
    }
}
