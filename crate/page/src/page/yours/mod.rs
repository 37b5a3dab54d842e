//! Your stream: any topics, what is proposed for them, and the experiment that is made of it.
//!
//! - [`sniff`]: what a recording holds; the bridge's topics come from the worker
//! - [`choice`]: what the reader changes of a proposal, and the lab file that it becomes
//! - [`dialog`], [`tables`]: what is seen of it

pub mod choice;
pub mod dialog;
pub mod sniff;
pub mod tables;

use lab::LabFile;
use lab::propose::{self, Proposal};
use wire::Record;

pub use choice::Edit;

use super::experiment;
use super::msg::{Dialog, Effect};
use super::state::State;
use crate::protocol::{Command, Connection, Surveyed};
use sniff::{Sniffed, Topic};

/// What is known of the reader's stream.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Yours {
    /// Topics to choose from.
    pub topics: Vec<Topic>,
    /// Topics that are chosen.
    pub chosen: Vec<String>,
    /// What could be learned from them.
    pub proposal: Option<Proposal>,
    /// Whether the worker is looking.
    pub is_looking: bool,
    /// What is wrong, then what to do.
    pub error: String,
    /// The recording that waits for what is to be learned from it: its name and text.
    pub waiting: Option<(String, String)>,
    /// Counts up whenever the tables are others.
    pub edition: u64,
    /// The recording that the worker has been given.
    played: Option<Sniffed>,
    /// First records of the topics.
    records: Vec<Record>,
    /// Whether topics are a recording's.
    is_recording: bool,
}

/// Something happened.
#[derive(Clone, Debug, PartialEq)]
pub enum YoursMsg {
    /// The dialog was asked for.
    Open,
    /// A topic is chosen, or no more.
    Choose(String, bool),
    /// Something of the proposal is to be otherwise.
    Edit(Edit),
    /// Learn.
    Learn,
}

/// One step.
pub fn update(state: &mut State, msg: YoursMsg, out: &mut Vec<Effect>) {
    match msg {
        YoursMsg::Open => open(state, out),
        YoursMsg::Choose(topic, is_chosen) => {
            let yours = &mut state.yours;
            yours.chosen.retain(|chosen| *chosen != topic);
            if is_chosen {
                yours.chosen.push(topic);
            }
            look(state, out);
        }
        YoursMsg::Edit(edit) => {
            if let Some(proposal) = &mut state.yours.proposal {
                choice::edit(proposal, edit);
                state.yours.error.clear();
            }
        }
        YoursMsg::Learn => learn(state, out),
    }
}

/// A recording is to be played; None where it must be asked first what is to be learned from it.
pub fn recording(state: &mut State, name: String, text: String, out: &mut Vec<Effect>) {
    let sniffed = sniff::sniff(&text);
    let read: Vec<String> = state.file().map_or_else(
        |_| Vec::new(),
        |file| {
            file.streams
                .into_iter()
                .map(|stream| stream.topic)
                .collect()
        },
    );
    let is_read = |topic: &Topic| read.contains(&topic.name);
    let is_foreign = !sniffed.topics.is_empty() && !sniffed.topics.iter().any(is_read);
    if !is_foreign || read.is_empty() {
        state.yours.played = Some(sniffed);
        return out.push(Effect::Send(Command::Replay { name, text }));
    }
    state.yours = Yours {
        chosen: sniffed
            .topics
            .iter()
            .map(|topic| topic.name.clone())
            .collect(),
        edition: state.yours.edition,
        played: state.yours.played.take(),
        waiting: Some((name, text)),
        ..Yours::default()
    };
    take(&mut state.yours, sniffed);
    propose_for(state);
    out.push(Effect::Open(Dialog::Yours));
}

/// The page plays this recording, with a lab file that fits it.
pub fn plays(state: &mut State, text: &str) {
    state.yours.played = Some(sniff::sniff(text));
}

/// What the worker has seen.
pub fn surveyed(state: &mut State, surveyed: &Surveyed) {
    let yours = &mut state.yours;
    // Of a choice that is no more, or of topics that a recording has taken the place of.
    if !yours.is_looking || surveyed.of != yours.chosen {
        return;
    }
    yours.is_looking = false;
    yours.error.clone_from(&surveyed.failed);
    if !surveyed.failed.is_empty() && surveyed.topics.is_empty() {
        yours.edition += 1;
        return;
    }
    yours.topics = surveyed
        .topics
        .iter()
        .map(|topic| Topic {
            name: topic.name.clone(),
            records: topic.records,
            is_more: false,
        })
        .collect();
    let topics = &yours.topics;
    yours
        .chosen
        .retain(|chosen| topics.iter().any(|topic| topic.name == *chosen));
    yours.records = sniff::sniff(&surveyed.lines).records;
    propose_for(state);
}

fn open(state: &mut State, out: &mut Vec<Effect>) {
    let is_replay = matches!(state.update.status.connection, Connection::Replaying { .. });
    let chosen = state.file().map_or_else(
        |_| Vec::new(),
        |file| {
            file.streams
                .into_iter()
                .map(|stream| stream.topic)
                .collect()
        },
    );
    let played = state.yours.played.take();
    state.yours = Yours {
        chosen,
        edition: state.yours.edition + 1,
        played: played.clone(),
        ..Yours::default()
    };
    out.push(Effect::Open(Dialog::Yours));
    if let Some(sniffed) = played.filter(|_| is_replay) {
        let topics = &sniffed.topics;
        let there = |chosen: &String| topics.iter().any(|topic| topic.name == *chosen);
        state.yours.chosen.retain(there);
        take(&mut state.yours, sniffed);
    }
    look(state, out);
}

fn take(yours: &mut Yours, sniffed: Sniffed) {
    (yours.topics, yours.records, yours.is_recording) = (sniffed.topics, sniffed.records, true);
}

/// Looks into the chosen topics: what a recording begins with is there, a bridge's must come.
fn look(state: &mut State, out: &mut Vec<Effect>) {
    if state.yours.is_recording {
        return propose_for(state);
    }
    let yours = &mut state.yours;
    (yours.is_looking, yours.error) = (true, String::new());
    let topics = yours.chosen.clone();
    out.push(Effect::Send(Command::Survey { topics }));
}

fn propose_for(state: &mut State) {
    let in_force = state.file().ok();
    let yours = &mut state.yours;
    yours.edition += 1;
    yours.proposal = (!yours.chosen.is_empty()).then(|| {
        let mut proposal = propose::propose(&yours.chosen, &yours.records);
        if let Some(file) = in_force.filter(|file| is_of(file, &yours.chosen)) {
            choice::begin_with(&mut proposal, &file);
        }
        proposal
    });
}

/// Whether a lab file reads just these topics.
fn is_of(file: &LabFile, topics: &[String]) -> bool {
    let streams = &file.streams;
    streams.len() == topics.len() && streams.iter().all(|stream| topics.contains(&stream.topic))
}

fn learn(state: &mut State, out: &mut Vec<Effect>) {
    // Of what is still being looked into, the proposal is not known.
    let Some(proposal) = state
        .yours
        .proposal
        .as_ref()
        .filter(|_| !state.yours.is_looking)
    else {
        return;
    };
    let in_force = state
        .file()
        .ok()
        .filter(|file| is_of(file, &state.yours.chosen));
    let file = match choice::lab_file(proposal, in_force) {
        Ok(file) => file,
        Err(why) => return state.yours.error = why,
    };
    let effect = match state.yours.waiting.take() {
        None => experiment::send(state, &file),
        Some((name, text)) => serde_json::to_string(&file).ok().map(|lab| {
            state.yours.played = Some(sniff::sniff(&text));
            Effect::Send(Command::PlayAs {
                lab,
                name,
                text,
                records_per_s: None,
            })
        }),
    };
    state.show_anew();
    out.push(Effect::CloseDialogs);
    out.extend(effect);
}

#[cfg(test)]
mod tests;
