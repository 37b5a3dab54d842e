//! All that a lane knows of how good it is.

use std::collections::VecDeque;

use learn::online::Task;
use serde::{Deserialize, Serialize};

use super::alignment::Identity;
use super::drift::Detector;
use super::measures::{Measured, Measures};
use super::rounds::OpenRound;
use super::sample::Sample;
use super::{Lane, Prediction};
use crate::config::LaneConfig;
use crate::snapshot::Mark;

/// So many points of the measures' history are kept at least, and twice as many at most.
const HISTORY_MAX: usize = 1_024;
/// Marks of a lane; older ones are let go.
const MARKS_MAX: usize = 256;

/// Measures, labels, drift and the open test round of a lane.
///
/// In serialized form it is what later lines are made of; history and marks are only drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measuring {
    /// Which label each cluster stands for.
    pub identity: Identity,
    /// What all predictions are worth.
    pub measures: Measures,
    /// What looks for drift.
    pub(super) drift: Option<Detector>,
    pub(super) sample: Sample,
    /// The test round under way.
    pub(super) round: Option<OpenRound>,
    /// Rounds below this number are over.
    pub(super) rounds_over: usize,
    /// What the newest version told; None once that is no longer so.
    pub(super) told: Option<Measured>,
    /// What the measures were at versions and ends of test rounds, oldest first.
    #[serde(skip)]
    pub history: Vec<Point>,
    /// Predictions that were counted when the newest of them was kept.
    #[serde(skip)]
    history_rows: u64,
    /// Places on the lane's timeline, oldest first.
    #[serde(skip)]
    pub marks: VecDeque<Mark>,
}

/// What the measures were at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Records applied.
    pub record: u64,
    /// The newest version.
    pub version: u64,
    /// The values, without silhouettes.
    pub measured: Measured,
}

impl Measuring {
    pub(super) fn new(config: &LaneConfig) -> Measuring {
        let numbers = config.model.numbers();
        let clusters = numbers.clusters().map_or(0, |model| model.weights.len());
        Measuring {
            identity: Identity::new(clusters, config.cluster_labels.as_deref()),
            measures: config.measures.clone(),
            drift: config.drift.clone(),
            sample: Sample::new(),
            round: None,
            rounds_over: 0,
            told: None,
            history: Vec::new(),
            history_rows: 0,
            marks: VecDeque::new(),
        }
    }

    /// Counts a prediction of the open round.
    pub(super) fn count(&mut self, prediction: &Prediction) {
        let Prediction {
            answer,
            label,
            target,
            ..
        } = *prediction;
        self.measures.add(answer, label, target);
        if let Some(round) = &mut self.round {
            round.measures.add(answer, label, target);
        }
        self.told = None;
    }

    /// Keeps what the measures are now, if predictions were counted since the last time.
    pub(super) fn keep_point(&mut self, record: u64, version: u64) {
        let rows = self.measures.all_rows();
        if self.history_rows == rows {
            return;
        }
        self.history_rows = rows;
        if self.history.len() == 2 * HISTORY_MAX {
            // Every second one, the newest among them.
            let mut keep = true;
            self.history.retain(|_| {
                keep = !keep;
                keep
            });
        }
        let measured = self.measures.measured(&self.identity);
        self.history.push(Point {
            record,
            version,
            measured,
        });
    }

    /// Marks a place on the lane's timeline.
    pub(super) fn mark(&mut self, mark: Mark) {
        if self.marks.len() == MARKS_MAX {
            self.marks.pop_front();
        }
        self.marks.push_back(mark);
    }
}

impl Lane {
    /// The measures as they stand, silhouettes too, where the lane is to tell.
    pub(super) fn tell(&mut self) -> Option<Measured> {
        if !self.config.tells_metrics {
            return None;
        }
        if self.measuring.told.is_none() {
            let Measuring {
                measures, identity, ..
            } = &self.measuring;
            let mut measured = measures.measured(identity);
            if measured.task == Task::Clustering {
                measured.values.extend(self.silhouettes(&self.version()));
            }
            self.measuring.told = Some(measured);
        }
        self.measuring.told.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LabFile;
    use crate::config::Config;

    #[test]
    fn the_history_is_bounded_and_keeps_its_newest_point() {
        let config =
            Config::check(LabFile::parse(include_str!("../../../../www/lab.json")).unwrap());
        let mut measuring = Measuring::new(&config.unwrap().lanes[0]);
        let answer = learn::online::Answer::Cluster(learn::kmeans::Nearest {
            cluster: 1,
            distance: 1.0,
            runner_up: 0,
            runner_up_distance: 2.0,
        });
        for record in 0..5_000 {
            measuring.measures.add(answer, Some(0), None);
            measuring.keep_point(record, 1);
            measuring.keep_point(record, 1);
            assert!(measuring.history.len() <= 2 * HISTORY_MAX);
        }
        let records: Vec<u64> = measuring.history.iter().map(|point| point.record).collect();
        assert_eq!(records.last(), Some(&4_999));
        assert!(records.is_sorted() && records.len() > HISTORY_MAX);
    }
}
