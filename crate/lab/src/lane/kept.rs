//! What a checkpoint keeps of a lane.

use std::collections::VecDeque;

use learn::online::{Numbers, Online};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::batch::Batch;
use super::corrections::{Corrections, KeptCorrections};
use super::following::KeptFollowing;
use super::scaling::{KeptScaler, LaneScaler};
use super::tested::TestRows;
use super::transactions::Transactions;
use super::waiting::Waiting;
use super::{Lane, Measuring, RoundScore, Row};
use crate::config::LaneConfig;
use crate::event::Outbox;
use crate::lab::Bounds;
use crate::rounds::Rounds;
use crate::timeline::{Entry, Timeline, Version};

/// A lane, but for what is only drawn: earlier versions and predictions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeptLane {
    /// Its name.
    pub(crate) name: String,
    /// All that its model has learned, in its own form; null where it waits for rows to start from.
    pub(crate) model: Value,
    /// All that the model started from, in its own form; null where it waits for rows to start from.
    initial: Value,
    /// The scaler, where the lane has one.
    #[serde(default)]
    pub(crate) scaler: Option<KeptScaler>,
    /// The newest version, with its numbers and the batch that made it.
    pub(crate) newest: Entry,
    /// Training rows that it was given.
    pub(crate) rows_trained: u64,
    /// Rows that wait for the scaler's first model, or for the lane's.
    rows_waiting: Waiting,
    /// The open batch.
    batch: Batch,
    /// Records applied when the open batch was opened.
    batch_from: u64,
    /// Open transactions, and the numbers of those that ended.
    transactions: Transactions,
    /// Rows to classify that wait for the window's end.
    held: Vec<Row>,
    /// Number of the open window.
    window: Option<i64>,
    /// Lab time, ms.
    now_ms: Option<i64>,
    /// How good it is: measures, drift, which labels clusters stand for, the open test round.
    measuring: Measuring,
    /// Whether the last batch was empty and changed nothing.
    still: bool,
    /// The newest classified rows with a target.
    test_rows: TestRows,
    /// Predictions made.
    predictions: u64,
    /// By test round that is kept.
    scores: Vec<RoundScore>,
    /// Rounds whose scores are no longer kept.
    rounds_let_go: usize,
    /// Rows that came again and were left out.
    redelivered: u64,
    /// By feature: the least and largest coordinate that a centroid ever had.
    #[serde(with = "learn::number::pairs")]
    ranges: Vec<(f64, f64)>,
    /// What rows are taken out again with, where the lane does that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    corrections: Option<KeptCorrections>,
    /// What it has of the job that it follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    following: Option<KeptFollowing>,
}

impl KeptLane {
    /// The newest version's numbers.
    pub(crate) fn version(&self) -> Option<&Version> {
        self.newest.model.as_ref()
    }

    /// Whether its scores are of these rounds.
    pub(crate) fn has_rounds(&self, rounds: &Rounds) -> bool {
        let all = rounds.let_go + rounds.spans.len();
        self.rounds_let_go <= rounds.let_go && self.rounds_let_go + self.scores.len() <= all
    }

    /// Training rows that no version has learned.
    pub(crate) fn waiting(&self) -> usize {
        self.batch.len() + self.transactions.rows() + self.rows_waiting.to_train()
    }
}

impl Lane {
    pub(crate) fn to_kept(&self) -> KeptLane {
        let Lane {
            // Of the lab file, and its place there.
            config: _,
            index: _,
            name,
            timeline,
            predictions,
            predictions_let_go,
            scores,
            ranges,
            initial,
            model,
            scaler,
            waiting,
            // Is told with the record that it is about.
            told: _,
            batch,
            test_rows,
            transactions,
            batch_from,
            held,
            window,
            now_ms,
            rows_trained,
            redelivered,
            rounds_let_go,
            still,
            measuring,
            // Bounds, and room.
            predictions_max: _,
            model_bytes: _,
            corrections_max: _,
            scratch: _,
            spare: _,
            corrections,
            following,
        } = self;
        let is_started = self.is_started();
        let state = |model: &dyn Online| match is_started {
            true => model.state(),
            false => Value::Null,
        };
        let newest = timeline.newest().clone();
        KeptLane {
            name: name.to_string(),
            model: match self.followed_model() {
                Some(followed) => state(&*followed),
                None => state(&**model),
            },
            initial: state(&**initial),
            scaler: scaler.as_ref().map(LaneScaler::to_kept),
            newest: Entry {
                model: is_started.then(|| self.version()),
                ..newest
            },
            rows_trained: *rows_trained,
            rows_waiting: waiting.clone(),
            batch: batch.clone(),
            batch_from: *batch_from,
            transactions: transactions.clone(),
            held: held.clone(),
            window: *window,
            now_ms: *now_ms,
            measuring: measuring.clone(),
            still: *still,
            test_rows: test_rows.clone(),
            predictions: predictions_let_go + predictions.len() as u64,
            scores: scores.clone(),
            rounds_let_go: *rounds_let_go,
            redelivered: *redelivered,
            ranges: ranges.clone(),
            corrections: corrections
                .as_ref()
                .map(|corrections| corrections.to_kept(timeline.entries())),
            following: following.as_ref().map(|following| following.to_kept()),
        }
    }

    /// Goes on with what was kept of a lane of this configuration.
    ///
    /// # Errors
    /// What of it is not of such a lane, field first.
    pub(crate) fn from_kept(
        index: usize,
        config: LaneConfig,
        bounds: &Bounds,
        kept: KeptLane,
    ) -> Result<Lane, String> {
        let mut said = Outbox::new(index + 1);
        let config = config.at_version(kept.newest.last).clone();
        let new = Lane::new(index, config, bounds, &mut said);
        check(&new, &kept)?;
        let KeptLane {
            name: _,
            model: state,
            initial: initial_state,
            scaler,
            newest,
            rows_trained,
            rows_waiting,
            batch,
            batch_from,
            transactions,
            held,
            window,
            now_ms,
            measuring,
            still,
            test_rows,
            predictions,
            scores,
            rounds_let_go,
            redelivered,
            ranges,
            corrections,
            following,
        } = kept;
        let (mut model, mut initial) = (new.config.model.clone(), new.config.model.clone());
        if newest.model.is_some() {
            model
                .set_state(state)
                .map_err(|reason| format!("model: {reason}"))?;
            initial
                .set_state(initial_state)
                .map_err(|reason| format!("initial: {reason}"))?;
        }
        let scaler = match (&new.config.scaling, scaler) {
            (Some(config), Some(kept)) => Some(
                LaneScaler::from_kept(config, kept)
                    .map_err(|reason| format!("scaler: {reason}"))?,
            ),
            _ => None,
        };
        let parts = new.timeline.parts();
        let timeline = match newest.model.clone() {
            Some(version) => {
                let earlier = corrections.as_ref().map(|kept| kept.entries.clone());
                Timeline::going_on(newest, &version, parts, bounds.model_bytes)
                    .with_earlier(earlier.unwrap_or_default())
            }
            None => new.timeline,
        };
        let corrections = match (new.config.changes.correct(), corrections) {
            (true, Some(kept)) => Some(
                Corrections::from_kept(&new.config, bounds.corrections, kept)
                    .map_err(|reason| format!("corrections: {reason}"))?,
            ),
            _ => None,
        };
        let mut lane = Lane {
            timeline,
            predictions: VecDeque::new(),
            predictions_let_go: predictions,
            scores,
            ranges,
            index,
            name: new.name,
            initial,
            model,
            scaler,
            waiting: rows_waiting.going_on(bounds.waiting),
            told: Vec::new(),
            batch,
            test_rows,
            scratch: Vec::new(),
            spare: Vec::new(),
            transactions: transactions.going_on(bounds.transactions),
            batch_from,
            held,
            window,
            now_ms,
            rows_trained,
            redelivered,
            rounds_let_go,
            still,
            measuring,
            predictions_max: new.predictions_max,
            model_bytes: new.model_bytes,
            corrections: corrections.map(Box::new),
            corrections_max: new.corrections_max,
            following: None,
            config: new.config,
        };
        if let Some(kept) = following {
            lane.go_on_following(kept, bounds)
                .map_err(|reason| format!("following.{reason}"))?;
        }
        Ok(lane)
    }
}

/// Whether what was kept is of such a lane; lengths above all, on which others rely.
fn check(lane: &Lane, kept: &KeptLane) -> Result<(), String> {
    let (dim, with_target) = (lane.config.dim(), lane.config.target.is_some());
    let of_kind = |numbers: &Numbers| {
        let initial = lane.config.model.numbers();
        let same = matches!(
            (&initial, numbers),
            (Numbers::Clusters(_), Numbers::Clusters(_)) | (Numbers::Linear(_), Numbers::Linear(_))
        );
        same && numbers.len() == initial.len()
    };
    let newest = kept.version().map(|version| &version.numbers);
    // Only a lane that waits for rows to start from has none.
    let may_wait = lane.config.model.rows_wanted() > 0 || lane.config.follows.is_some();
    let rules = [
        (newest.map_or(may_wait, of_kind), "newest.model"),
        (
            kept.newest.first <= kept.newest.last
                && (kept.newest.last >= 1) == kept.newest.model.is_some(),
            "newest",
        ),
        (
            kept.newest.shifts.len() == lane.timeline.parts().moves,
            "newest.shifts",
        ),
        (
            kept.scaler.is_some() == lane.config.scaling.is_some(),
            "scaler",
        ),
        (kept.batch.fits(dim, with_target), "batch"),
        (kept.transactions.fits(dim, with_target), "transactions"),
        (kept.held.iter().all(|row| row.fits(dim)), "held"),
        (kept.rows_waiting.fits(dim), "rows_waiting"),
        (kept.test_rows.fits(dim), "test_rows"),
        (kept.ranges.len() == dim, "ranges"),
        (
            kept.corrections.is_some() == lane.config.changes.correct(),
            "corrections",
        ),
        (
            kept.following.is_some() == lane.config.follows.is_some(),
            "following",
        ),
        (
            kept.corrections
                .iter()
                .flat_map(KeptCorrections::all_entries)
                .all(|entry| entry.shifts.len() == lane.timeline.parts().moves),
            "corrections.entries",
        ),
    ];
    match rules.iter().find(|(holds, _)| !holds) {
        Some((_, field)) => Err(format!(
            "{field}: is not of a lane with {dim} features and this model"
        )),
        None => Ok(()),
    }
}
