//! A lane's version as a job for Spark or Flink: what it does not do as the lane does, its files, their download.
//!
//! - [`dialog`]: what is seen of it; [`archive`]: its files as one

pub mod archive;
pub mod dialog;

use export::Engine;

use lab::config::{LabFile, LaneFile};

use super::experiment;
use super::lanes::edit;
use super::msg::{Dialog, Effect};
use super::state::State;
use crate::protocol::{Command, Exported, Update};

/// What is known of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JobState {
    /// What was asked for: the lane's index, its version, the engine.
    asked: Option<(usize, u64, Engine)>,
    /// What came of it.
    told: Option<Result<Exported, String>>,
    /// Counts up whenever that is something else.
    edition: u64,
}

/// Something happened in the dialog.
#[derive(Clone, Debug, PartialEq)]
pub enum JobMsg {
    /// It was asked for, for this lane, or for the shown one.
    Open(Option<usize>),
    /// The job is to be for this engine.
    To(Engine),
    /// Its files are to be saved.
    Save,
    /// A lane is to follow it.
    Follow,
}

/// One step.
pub fn update(state: &mut State, msg: JobMsg, out: &mut Vec<Effect>) {
    match msg {
        JobMsg::Open(lane) => {
            let snapshot = &state.update.snapshot;
            let lane = lane.unwrap_or(snapshot.lane);
            // Of a lane that is not the shown one, the version at the playhead, too.
            let version = match snapshot.tracks.get(lane) {
                Some(track) if lane != snapshot.lane => track.version,
                _ => snapshot.version,
            };
            let engine = own_engine(state, lane).unwrap_or(Engine::Spark);
            ask(state, lane, version, engine, out);
            out.push(Effect::Open(Dialog::Job));
        }
        JobMsg::To(engine) => {
            if let Some((lane, version, _)) = state.job.asked {
                ask(state, lane, version, engine, out);
            }
        }
        JobMsg::Save => {
            if let Some(Ok(told)) = &state.job.told {
                match archive::pack(&told.job, &told.folder) {
                    Ok(bytes) => out.push(Effect::SaveBytes {
                        name: format!("{}.zip", told.folder),
                        bytes,
                    }),
                    Err(why) => state.job.told = Some(Err(why)),
                }
                state.job.edition += 1;
            }
        }
        JobMsg::Follow => {
            let Some(lane) = follower(state) else { return };
            out.extend(experiment::changed(state, |file| file.lanes.push(lane)));
            out.push(Effect::CloseDialogs);
        }
    }
}

/// The lane that follows the job, as the job's own lab file has it; None where there is none to add: it is there already, there
/// is no room, or there is no job.
pub fn follower(state: &State) -> Option<LaneFile> {
    let told = state.job.told.as_ref()?.as_ref().ok()?;
    let lab = told.job.files.iter().find(|file| file.path == "lab.json")?;
    let lane = LabFile::parse(&lab.text).ok()?.lanes.pop()?;
    let file = state.file().ok()?;
    let follows = |other: &LaneFile| other.follow.is_some() && other.follow == lane.follow;
    let has_room = edit::no_room(&file).is_none();
    (has_room && !file.lanes.iter().any(follows)).then_some(lane)
}

/// The worker has told something.
pub fn arrived(state: &mut State, update: &mut Update) {
    if let Some(told) = update.exported.take() {
        state.job.told = Some(told);
        state.job.edition += 1;
    }
}

fn ask(state: &mut State, lane: usize, version: u64, engine: Engine, out: &mut Vec<Effect>) {
    state.job.asked = Some((lane, version, engine));
    out.push(Effect::Send(Command::Export {
        lane,
        version,
        engine,
    }));
}

/// The engine that a lane repeats; None where it repeats none.
fn own_engine(state: &State, lane: usize) -> Option<Engine> {
    let lane = state.update.snapshot.lanes.get(lane)?;
    lane.engine.to_lowercase().parse().ok()
}

#[cfg(test)]
mod tests {
    use lab::snapshot::{LaneHead, Track};

    use super::*;

    fn state() -> State {
        let mut state = State::default();
        let snapshot = &mut state.update.snapshot;
        let head = |engine: &str| LaneHead {
            engine: engine.to_owned(),
            ..LaneHead::default()
        };
        snapshot.lanes = vec![head("Flink"), head("Spark"), head("")];
        snapshot.tracks = vec![Track::default(); 3];
        (snapshot.version, snapshot.tracks[1].version) = (5, 7);
        state
    }

    fn asks(lane: usize, version: u64, engine: Engine) -> Effect {
        Effect::Send(Command::Export {
            lane,
            version,
            engine,
        })
    }

    #[test]
    fn the_version_at_the_playhead_is_asked_for_by_the_lanes_own_engine() {
        for (lane, asked) in [
            (None, asks(0, 5, Engine::Flink)),
            (Some(1), asks(1, 7, Engine::Spark)),
            (Some(2), asks(2, 0, Engine::Spark)),
        ] {
            let (mut state, mut out) = (state(), Vec::new());
            update(&mut state, JobMsg::Open(lane), &mut out);
            assert_eq!(out, [asked, Effect::Open(Dialog::Job)]);
        }
    }

    #[test]
    fn another_engine_is_asked_for_the_same_version() {
        let (mut state, mut out) = (state(), Vec::new());
        update(&mut state, JobMsg::To(Engine::Spark), &mut out);
        assert_eq!(out, [], "nothing was asked for yet");
        update(&mut state, JobMsg::Open(None), &mut out);
        update(&mut state, JobMsg::To(Engine::Spark), &mut out);
        assert_eq!(out.last(), Some(&asks(0, 5, Engine::Spark)));
    }
}
