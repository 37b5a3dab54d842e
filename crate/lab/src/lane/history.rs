//! What a lane that corrects keeps of its way: the newest batches with their rows, and now and then the state before one.
//!
//! It is bounded in rows; the oldest go first, up to the next state, so that every batch that is kept has one before it.

use std::collections::VecDeque;

use learn::online::Online;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::batch::Batch;
use super::sample::Sample;
use super::scaling::{KeptScaler, LaneScaler};
use crate::config::LaneConfig;

/// So many states are kept, and one more: a rebuild begins at the nearest one before.
const STATES: usize = 8;

/// A batch and the version that it made, or a run of empty ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    /// The first version that it made.
    pub(super) version: u64,
    /// So many versions: more than one of a run of empty batches.
    pub(super) versions: u64,
    /// The batch's rows, less those that were taken out.
    pub(super) rows: Batch,
    /// Records applied when the batch was opened.
    pub(super) from_record: u64,
    /// Records applied when the version was made.
    pub(super) to_record: u64,
    /// Whether rows were classified by its version.
    pub(super) predicted: bool,
}

impl Step {
    /// Whether rows came, some of which may be gone; else it is empty batches.
    pub(super) fn is_batch(&self) -> bool {
        self.rows.came() > 0
    }

    fn weight(&self) -> usize {
        self.rows.came() + 1
    }
}

/// All that the model has learned before a step.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) model: Box<dyn Online>,
    pub(super) scaler: Option<LaneScaler>,
    pub(super) sample: Sample,
}

/// The newest steps, oldest first.
#[derive(Clone, Debug)]
pub(super) struct History {
    pub(super) steps: VecDeque<Step>,
    /// With the version of the step that each stands before, oldest first; the first step has one.
    pub(super) states: VecDeque<(u64, State)>,
    /// Rows that came in the steps, and one for each step.
    weight: usize,
    /// That of the steps since the newest state.
    since_state: usize,
    most: usize,
    /// Rows of records before this one may have been let go.
    pub(super) let_go: u64,
}

/// What a checkpoint keeps of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeptHistory {
    steps: VecDeque<Step>,
    states: Vec<KeptState>,
    let_go: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptState {
    before: u64,
    model: Value,
    scaler: Option<KeptScaler>,
    sample: Sample,
}

impl History {
    /// Keeps about so many rows at most.
    pub(super) fn new(most: usize) -> History {
        History {
            steps: VecDeque::new(),
            states: VecDeque::new(),
            weight: 0,
            since_state: 0,
            most: most.max(1),
            let_go: 0,
        }
    }

    /// Whether a state is due before the next step, of a batch: how empty ones are told of hangs on the clock.
    pub(super) fn wants_state(&self) -> bool {
        self.states.is_empty() || self.since_state >= self.most.div_ceil(STATES)
    }

    /// Keeps the state before the step that makes this version.
    pub(super) fn keep_state(&mut self, version: u64, state: State) {
        self.states.push_back((version, state));
        self.since_state = 0;
    }

    /// Keeps a step; of empty batches, those in a row while nothing came are one. Before the first state there is nothing
    /// that could be made anew.
    pub(super) fn keep(&mut self, step: Step) {
        if self.states.is_empty() {
            return;
        }
        if let Some(last) = self.steps.back_mut()
            && !last.is_batch()
            && !step.is_batch()
            && !last.predicted
            && last.to_record == step.to_record
        {
            last.versions += step.versions;
            return;
        }
        self.weight += step.weight();
        self.since_state += step.weight();
        self.steps.push_back(step);
        while self.weight > self.most && self.states.len() > 1 {
            self.let_go_of_oldest();
        }
    }

    /// Notes that the newest version has classified rows.
    pub(super) fn predicted(&mut self) {
        if let Some(last) = self.steps.back_mut() {
            last.predicted = true;
        }
    }

    /// Takes a record's row out of its step, and says which version the step made.
    pub(super) fn take_out(&mut self, record: u64) -> Option<(u64, crate::event::Source)> {
        let from = self.steps.partition_point(|step| step.to_record <= record);
        let mut steps = self.steps.range_mut(from..);
        steps.find_map(|step| Some((step.version, step.rows.take_out(record)?)))
    }

    /// Forgets all steps: the model has gone back to its beginning, or another way.
    pub(super) fn clear(&mut self, records: u64) {
        *self = History {
            let_go: records,
            ..History::new(self.most)
        };
    }

    fn let_go_of_oldest(&mut self) {
        self.states.pop_front();
        let next = self.states.front().map_or(u64::MAX, |(before, _)| *before);
        while self.steps.front().is_some_and(|step| step.version < next) {
            if let Some(step) = self.steps.pop_front() {
                self.weight -= step.weight();
                self.let_go = self.let_go.max(step.to_record);
            }
        }
    }

    pub(super) fn to_kept(&self) -> KeptHistory {
        let History {
            steps,
            states,
            // Of the steps.
            weight: _,
            since_state: _,
            most: _,
            let_go,
        } = self;
        let kept = |(before, state): &(u64, State)| KeptState {
            before: *before,
            model: state.model.state(),
            scaler: state.scaler.as_ref().map(LaneScaler::to_kept),
            sample: state.sample.clone(),
        };
        KeptHistory {
            steps: steps.clone(),
            states: states.iter().map(kept).collect(),
            let_go: *let_go,
        }
    }

    /// Goes on with what was kept of a lane of this configuration.
    ///
    /// # Errors
    /// What of it is not of such a lane, field first.
    pub(super) fn from_kept(
        config: &LaneConfig,
        most: usize,
        kept: KeptHistory,
    ) -> Result<History, String> {
        let KeptHistory {
            steps,
            states,
            let_go,
        } = kept;
        let (dim, with_target) = (config.dim(), config.target.is_some());
        let fits = steps
            .iter()
            .all(|step| step.versions > 0 && step.rows.fits(dim, with_target));
        let starts = states.first().map(|state| state.before);
        if !fits || steps.front().map(|step| step.version) != starts {
            return Err("history: is not of such a lane".to_owned());
        }
        let state = |kept: KeptState| {
            let mut model = config.model.clone();
            model
                .set_state(kept.model)
                .map_err(|reason| format!("history.states: {reason}"))?;
            let scaler = match (&config.scaling, kept.scaler) {
                (Some(config), Some(kept)) => Some(LaneScaler::from_kept(config, kept)?),
                _ => None,
            };
            let sample = kept.sample;
            Ok((
                kept.before,
                State {
                    model,
                    scaler,
                    sample,
                },
            ))
        };
        let states: VecDeque<(u64, State)> = states
            .into_iter()
            .map(state)
            .collect::<Result<_, String>>()?;
        let newest = states.back().map_or(0, |(before, _)| *before);
        let weight = |from: u64| {
            let steps = steps.iter().filter(|step| step.version >= from);
            steps.map(Step::weight).sum()
        };
        Ok(History {
            weight: weight(0),
            since_state: weight(newest),
            most: most.max(1),
            let_go,
            steps,
            states,
        })
    }
}
