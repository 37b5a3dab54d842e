//! From topics to an experiment.

use lab::config::Role;

use super::*;
use crate::page::state::Scenario;
use crate::protocol::SurveyedTopic;

const DEMO: &str = include_str!("../../../../../www/demo.ndjson");

fn iris() -> State {
    State {
        scenario: Scenario::read(include_str!("../../../../../www/lab.json")),
        ..State::default()
    }
}

fn after(state: &mut State, msg: YoursMsg) -> Vec<Effect> {
    let mut out = Vec::new();
    update(state, msg, &mut out);
    out
}

/// The demo's records under other topics.
fn foreign() -> String {
    DEMO.replace("flink.public.iris", "shop.public.flowers")
}

#[test]
fn a_recording_of_known_topics_is_played() {
    let (mut state, mut out) = (iris(), Vec::new());
    recording(&mut state, "a".to_owned(), DEMO.to_owned(), &mut out);
    assert!(matches!(out[..], [Effect::Send(Command::Replay { .. })]));
}

#[test]
fn a_recording_of_other_topics_is_asked_about_and_then_played() {
    let (mut state, mut out) = (iris(), Vec::new());
    recording(&mut state, "a".to_owned(), foreign(), &mut out);
    assert_eq!(out, [Effect::Open(Dialog::Yours)]);
    let proposal = state.yours.proposal.clone().expect("a proposal");
    assert_eq!(proposal.topics[1].role, Role::Classify);
    after(&mut state, YoursMsg::Edit(Edit::K(4)));
    after(
        &mut state,
        YoursMsg::Edit(Edit::Feature("sepal_width".to_owned(), false)),
    );
    let out = after(&mut state, YoursMsg::Learn);
    let [
        Effect::CloseDialogs,
        Effect::Send(Command::PlayAs { lab, text, .. }),
    ] = &out[..]
    else {
        panic!("{out:?}")
    };
    let file = LabFile::parse(lab).expect("a lab file");
    assert_eq!(
        file.features,
        ["sepal_length", "petal_length", "petal_width"]
    );
    assert_eq!(file.label.as_deref(), Some("iris_class"));
    assert_eq!(choice_k(&file), 4);
    assert_eq!(*text, foreign());
}

fn choice_k(file: &LabFile) -> u64 {
    serde_json::json!(file.lanes[0].model)["k"]
        .as_u64()
        .expect("k")
}

#[test]
fn what_the_bridge_has_is_looked_into() {
    let mut state = iris();
    let out = after(&mut state, YoursMsg::Open);
    let chosen = ["flink.public.iris_train", "flink.public.iris_test"].map(str::to_owned);
    let survey = |topics: &[String]| {
        Effect::Send(Command::Survey {
            topics: topics.to_vec(),
        })
    };
    assert_eq!(out, [Effect::Open(Dialog::Yours), survey(&chosen)]);
    let other = "shop.public.flowers_train".to_owned();
    for topic in &chosen {
        after(&mut state, YoursMsg::Choose(topic.clone(), false));
    }
    let out = after(&mut state, YoursMsg::Choose(other.clone(), true));
    assert_eq!(out, [survey(std::slice::from_ref(&other))]);
    let mut seen = Surveyed {
        topics: vec![SurveyedTopic {
            name: other.clone(),
            partitions: 1,
            records: 277,
        }],
        of: chosen.to_vec(),
        lines: foreign(),
        failed: String::new(),
    };
    // An older answer.
    surveyed(&mut state, &seen);
    assert!(state.yours.is_looking && state.yours.proposal.is_none());
    seen.of = vec![other];
    surveyed(&mut state, &seen);
    let proposal = state.yours.proposal.as_ref().expect("a proposal");
    assert_eq!((proposal.topics[0].role, proposal.rows), (Role::Both, 200));
    let out = after(&mut state, YoursMsg::Learn);
    assert!(matches!(
        out[..],
        [
            Effect::CloseDialogs,
            Effect::Send(Command::ChangeLab { .. })
        ]
    ));
}

#[test]
fn a_label_changes_nothing_of_the_lanes() {
    let (mut state, mut out) = (iris(), Vec::new());
    recording(&mut state, "a".to_owned(), DEMO.to_owned(), &mut out);
    state.update.status.connection = Connection::Replaying {
        row: 1,
        of: 310,
        name: "a".to_owned(),
    };
    after(&mut state, YoursMsg::Open);
    let old = state.file().expect("a lab file");
    let learned = |state: &mut State| {
        let out = after(state, YoursMsg::Learn);
        match out.last() {
            Some(Effect::Send(Command::ChangeLab { lab })) => {
                LabFile::parse(lab).expect("a lab file")
            }
            _ => panic!("{out:?}"),
        }
    };
    assert_eq!(learned(&mut state), old);
    after(&mut state, YoursMsg::Edit(Edit::Label(None)));
    let file = learned(&mut state);
    assert_eq!((&file.label, file.lanes.len()), (&None, 2));
    assert_eq!(file.lanes[0].model, old.lanes[0].model);
    assert_eq!(file.lanes[0].cluster_labels, None);
}

#[test]
fn without_a_feature_it_is_said() {
    let (mut state, mut out) = (iris(), Vec::new());
    recording(&mut state, "a".to_owned(), foreign(), &mut out);
    let features = state
        .yours
        .proposal
        .as_ref()
        .expect("a proposal")
        .features
        .clone();
    for feature in features {
        after(&mut state, YoursMsg::Edit(Edit::Feature(feature, false)));
    }
    assert_eq!(after(&mut state, YoursMsg::Learn), []);
    assert!(
        state.yours.error.contains("choose one or more"),
        "{}",
        state.yours.error
    );
}
