//! Clicks and keys on the inspector and the filter, step by step.

use super::*;
use crate::page::state::Scenario;
use crate::protocol::Found;

fn state() -> State {
    let mut state = State {
        scenario: Scenario::read(include_str!("../../../../../www/lab.json")),
        ..State::default()
    };
    let row = |offset| EventRow {
        record: Some(offset as u64),
        topic: "t".to_owned(),
        offset,
        ..EventRow::default()
    };
    state.update.snapshot.events = vec![row(9), row(8), row(7)];
    state.update.snapshot.record = 10;
    state
}

fn after(state: &mut State, msg: InspectMsg) -> Vec<Effect> {
    let mut out = Vec::new();
    update(state, msg, &mut out);
    out
}

fn shows(state: &mut State, offset: i64) {
    let event = EventView {
        topic: "t".to_owned(),
        offset,
        record: Some(offset as u64),
        ..EventView::default()
    };
    let mut closer = Closer {
        event: Some(Box::new(event)),
        ..Closer::default()
    };
    arrived(state, &mut closer);
}

fn looks(effects: &[Effect]) -> Option<&Look> {
    match effects {
        [Effect::Send(Command::Look(look))] => Some(look),
        _ => None,
    }
}

#[test]
fn neighbours_are_those_of_the_list_and_then_older_ones() {
    let mut state = state();
    let next = |state: &mut State, older| after(state, InspectMsg::Next { older });
    assert_eq!(next(&mut state, true), []);
    let event = |offset| Look::Event {
        topic: "t".to_owned(),
        partition: 0,
        offset,
    };
    shows(&mut state, 8);
    assert_eq!(looks(&next(&mut state, true)), Some(&event(7)));
    assert_eq!(looks(&next(&mut state, false)), Some(&event(9)));
    shows(&mut state, 9);
    assert_eq!(next(&mut state, false), []);
    shows(&mut state, 7);
    assert_eq!(
        looks(&next(&mut state, true)),
        Some(&Look::Record { record: 6 })
    );
    shows(&mut state, 0);
    assert_eq!(next(&mut state, true), []);
    // Of those that a filter lists, only these.
    state.inspector.filter.rejected = true;
    state.update.closer.found = Some(Found {
        rows: state.update.snapshot.events[..2].to_vec(),
        ..Found::default()
    });
    shows(&mut state, 8);
    assert_eq!(next(&mut state, true), []);
}

#[test]
fn what_is_typed_filters_or_is_opened() {
    let mut state = state();
    let typed = |state: &mut State, text: &str| after(state, InspectMsg::Typed(text.to_owned()));
    let wanted = Filter {
        text: "n/a".to_owned(),
        ..Filter::default()
    };
    let sent = Effect::Send(Command::Filter(wanted));
    assert_eq!(typed(&mut state, "n/a"), [sent]);
    after(&mut state, InspectMsg::Mode(Mode::Offset));
    assert!(state.inspector.filter.is_empty());
    typed(&mut state, "train 133");
    let opened = after(&mut state, InspectMsg::Submit(None));
    let look = Look::Offset {
        topic: "train".to_owned(),
        partition: None,
        offset: 133,
    };
    assert_eq!(looks(&opened), Some(&look));
    typed(&mut state, "x");
    assert_eq!(after(&mut state, InspectMsg::Submit(None)), []);
    assert!(!state.inspector.missing.is_empty());
}

#[test]
fn closing_forgets_what_was_open_once() {
    let mut state = state();
    shows(&mut state, 8);
    assert_eq!(state.inspector.place(), Some(("t", 0, 8)));
    assert!(state.inspector.is_alone());
    let closed = after(&mut state, InspectMsg::Close);
    assert_eq!(looks(&closed), Some(&Look::Nothing));
    assert_eq!(after(&mut state, InspectMsg::Close), []);
    assert_eq!(state.inspector.record(), None);
}

#[test]
fn a_policy_is_another_lab_file() {
    let mut state = state();
    let sent = after(&mut state, InspectMsg::Policy(Policy::InsertsOnly));
    let [Effect::Send(Command::ChangeLab { lab })] = sent.as_slice() else {
        panic!("{sent:?}")
    };
    let file = lab::LabFile::parse(lab).unwrap();
    assert_eq!(
        Policy::of(&file.lanes[0].changes),
        Some(Policy::InsertsOnly)
    );
    assert_eq!(Policy::of(&file.lanes[1].changes), Some(Policy::AsRows));
}
