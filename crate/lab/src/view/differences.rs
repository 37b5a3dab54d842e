//! Rows on which lanes disagree.
//!
//! Lanes of the shown lane's kind are compared, row by row, by what each gave when the row came:
//!
//! - k-means whose clusters stand for labels: they disagree where the labels are not the same;
//! - k-means without labels: engines number clusters as they like, so a lane's clusters are first matched with those of the
//!   first lane in the way that makes most rows agree; what is then left over disagrees;
//! - classifications: where the classes are not the same;
//! - regressions: where the least and the largest number are further apart than a twentieth of the targets' range.
//!
//! A row counts as soon as two lanes have answered it.

use std::collections::BTreeMap;

use learn::alignment::Alignment;
use learn::metrics::Confusion;
use learn::online::{Answer, Task};

use super::Place;
use super::measures::judged;
use super::predictions::made;
use crate::lane::Prediction;
use crate::snapshot::{DifferenceRow, Differences, GivenRow};

/// So many of each lane's newest predictions are looked at.
const LOOKED_AT: usize = 2_000;

/// Numbers that are further apart than this share of the targets' range differ.
const APART: f64 = 0.05;

/// By record what each place's lane gave.
type Answers<'a> = BTreeMap<u64, Vec<Option<&'a Prediction>>>;

/// Rows on which places, one of each lane, disagree; at most so many of them are listed.
pub(super) fn differences(places: &[Place<'_>], shown: usize, most: usize) -> Differences {
    let of = &places[shown];
    let task = of.lane.model().task();
    let answers = answers(places, task);
    let same = Sameness::new(places, task, &answers);
    let newest = answers.last_key_value().map(|(record, _)| *record);
    let round_of = |record: u64| of.lab.rounds.of(record).map_or(0, |round| round as u32 + 1);
    let mut differences = Differences {
        round: newest.map_or(0, round_of),
        apart: same.apart,
        ..Differences::default()
    };
    for (record, given) in answers.iter().rev() {
        let differs = u64::from(!same.holds(given));
        differences.of += 1;
        differences.differ += differs;
        if round_of(*record) == differences.round {
            differences.in_round.0 += differs;
            differences.in_round.1 += 1;
        }
        if differs == 1 && differences.rows.len() < most {
            let row = row(of, *record, round_of(*record), given);
            differences.rows.push(row);
        }
    }
    differences
}

/// The newest rows that two lanes of this kind or more have answered.
fn answers<'a>(places: &[Place<'a>], task: Task) -> Answers<'a> {
    let mut answers = Answers::new();
    for (i, place) in places.iter().enumerate() {
        if place.lane.model().task() != task {
            continue;
        }
        let lane = place.lane;
        let newest = lane.predictions.iter().rev();
        for prediction in newest
            .filter(|prediction| made(place, prediction))
            .take(LOOKED_AT)
        {
            let given = answers
                .entry(prediction.record)
                .or_insert_with(|| vec![None; places.len()]);
            given[i] = Some(prediction);
        }
    }
    answers.retain(|_, given| given.iter().flatten().count() > 1);
    answers
}

/// When answers are the same.
struct Sameness {
    /// By place and cluster: what the cluster stands for.
    meanings: Vec<Vec<Option<usize>>>,
    apart: f64,
}

impl Sameness {
    fn new(places: &[Place<'_>], task: Task, answers: &Answers<'_>) -> Sameness {
        let meanings = match task {
            Task::Clustering if places.iter().all(|place| of_kind(place, task, judged)) => {
                by_labels(places)
            }
            Task::Clustering => by_matches(places, answers),
            Task::Regression | Task::Classification => Vec::new(),
        };
        let mut range = (f64::INFINITY, f64::NEG_INFINITY);
        for place in places {
            if let Some(column) = place.lane.config.target {
                let (least, largest) = place.lab.ranges[column];
                range = (range.0.min(least), range.1.max(largest));
            }
        }
        Sameness {
            meanings,
            apart: match task == Task::Regression && range.0 < range.1 {
                true => (range.1 - range.0) * APART,
                false => 0.0,
            },
        }
    }

    /// Whether all lanes that gave an answer gave the same.
    fn holds(&self, given: &[Option<&Prediction>]) -> bool {
        let mut meant = None;
        let (mut least, mut largest, mut broken) = (f64::INFINITY, f64::NEG_INFINITY, 0);
        let answers = given.iter().enumerate();
        let answers = answers.filter_map(|(i, prediction)| Some((i, prediction.as_ref()?.answer)));
        let mut all = 0;
        for (i, answer) in answers {
            all += 1;
            let meaning = match answer {
                Answer::Number(number) => {
                    (least, largest) = (least.min(number), largest.max(number));
                    broken += u32::from(number.is_nan());
                    continue;
                }
                Answer::Class(class) => Some(class.class as usize),
                Answer::Cluster(nearest) => self.meaning(i, nearest.cluster as usize),
            };
            match meant {
                None => meant = Some(meaning),
                Some(other) if other != meaning => return false,
                Some(_) => {}
            }
        }
        // A lane whose numbers are NaN agrees with none but such lanes.
        match broken {
            0 => least > largest || largest - least <= self.apart,
            broken => broken == all,
        }
    }

    fn meaning(&self, place: usize, cluster: usize) -> Option<usize> {
        self.meanings.get(place)?.get(cluster).copied().flatten()
    }
}

/// Whether a place's lane is of another kind, or has what is asked for.
fn of_kind(place: &Place<'_>, task: Task, has: impl Fn(&crate::lane::Lane) -> bool) -> bool {
    place.lane.model().task() != task || has(place.lane)
}

/// The label of each cluster, as an index into all labels of all lanes.
fn by_labels(places: &[Place<'_>]) -> Vec<Vec<Option<usize>>> {
    let mut labels: Vec<&str> = Vec::new();
    let mut meanings = Vec::new();
    for place in places {
        let identity = &place.lane.measuring.identity;
        let mut of_lane = Vec::new();
        for cluster in 0..place.lane.timeline.parts().counts {
            let label = identity.label_of(cluster);
            let label = label.and_then(|label| identity.labels().get(label));
            of_lane.push(label.map(|label| {
                let known = labels.iter().position(|known| known == label);
                known.unwrap_or_else(|| {
                    labels.push(label);
                    labels.len() - 1
                })
            }));
        }
        meanings.push(of_lane);
    }
    meanings
}

/// The cluster of the first lane that each cluster is matched with.
fn by_matches(places: &[Place<'_>], answers: &Answers<'_>) -> Vec<Vec<Option<usize>>> {
    let cluster = |prediction: Option<&Prediction>| match prediction?.answer {
        Answer::Cluster(nearest) => Some(nearest.cluster as usize),
        Answer::Number(_) | Answer::Class(_) => None,
    };
    let first = places
        .iter()
        .position(|place| place.lane.model().task() == Task::Clustering)
        .unwrap_or(0);
    let k = |place: usize| places[place].lane.timeline.parts().counts;
    let of_place = |place: usize| {
        if place == first {
            return (0..k(place)).map(Some).collect();
        }
        let mut table = Confusion::new();
        for given in answers.values() {
            if let (Some(own), Some(other)) = (cluster(given[place]), cluster(given[first])) {
                table.add(other, own);
            }
        }
        let matched = Alignment::best(&table, k(place), k(first), None);
        (0..k(place))
            .map(|cluster| matched.label(cluster))
            .collect()
    };
    (0..places.len()).map(of_place).collect()
}

fn row(place: &Place<'_>, record: u64, round: u32, given: &[Option<&Prediction>]) -> DifferenceRow {
    let lab = place.lab;
    let meta = lab.rows.meta(record);
    let column = place.lane.config.label;
    let label = column.and_then(|column| lab.rows.label(record, column));
    DifferenceRow {
        record,
        topic: meta.map_or_else(String::new, |meta| {
            lab.topic(meta.stream as usize).to_string()
        }),
        partition: meta.map_or(0, |meta| meta.partition),
        offset: meta.map_or(-1, |meta| meta.offset),
        features: lab.features(place.lane, record),
        label: label.map(|label| lab.label_name(&label)),
        target: place.target(record),
        round,
        given: given.iter().map(|given| given.map(given_row)).collect(),
    }
}

fn given_row(prediction: &Prediction) -> GivenRow {
    let none = GivenRow {
        version: prediction.version,
        cluster: 0,
        distance: f64::NAN,
        next_distance: f64::NAN,
        value: f64::NAN,
        right: prediction.right,
    };
    match prediction.answer {
        Answer::Cluster(nearest) => GivenRow {
            cluster: nearest.cluster,
            distance: nearest.distance,
            next_distance: nearest.runner_up_distance,
            ..none
        },
        Answer::Class(class) => GivenRow {
            cluster: class.class,
            value: class.probability,
            ..none
        },
        Answer::Number(value) => GivenRow { value, ..none },
    }
}
