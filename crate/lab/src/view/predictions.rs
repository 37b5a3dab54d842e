//! Predictions up to the playhead, with their provenance.

use learn::kmeans::Nearest;
use learn::online::Answer;

use super::Place;
use crate::lane::{Lane, Prediction};
use crate::snapshot::PredictionRow;

/// Of a model that has no clusters.
const NONE: Nearest = Nearest {
    cluster: 0,
    distance: f64::NAN,
    runner_up: 0,
    runner_up_distance: f64::NAN,
};

pub(super) fn predictions(
    place: &Place<'_>,
    labels: &[String],
    most: usize,
) -> (Vec<PredictionRow>, u64) {
    let lane = place.lane;
    let made = |prediction: &&Prediction| made(place, prediction);
    let total = if place.live {
        lane.predictions.len()
    } else {
        lane.predictions.iter().filter(made).count()
    };
    // In the order in which they were made.
    let rows = lane
        .predictions
        .iter()
        .rev()
        .filter(made)
        .take(most)
        .map(|prediction| prediction_row(place, prediction, labels));
    (rows.collect(), lane.predictions_let_go + total as u64)
}

/// Whether a prediction was made up to the playhead; held ones were made when their window closed.
pub(super) fn made(place: &Place<'_>, prediction: &Prediction) -> bool {
    prediction.record < place.record && prediction.version <= place.entry().last
}

fn prediction_row(place: &Place<'_>, prediction: &Prediction, labels: &[String]) -> PredictionRow {
    let lab = place.lab;
    let record = prediction.record;
    let meta = lab.rows.meta(record);
    let label = place
        .lane
        .config
        .label
        .and_then(|column| lab.rows.label(record, column));
    let (nearest, value) = match prediction.answer {
        Answer::Cluster(nearest) => (nearest, f64::NAN),
        Answer::Number(number) => (NONE, number),
        Answer::Class(class) => {
            let cluster = class.class;
            (Nearest { cluster, ..NONE }, class.probability)
        }
    };
    PredictionRow {
        record,
        topic: meta.map_or_else(String::new, |meta| {
            lab.topic(meta.stream as usize).to_string()
        }),
        partition: meta.map_or(0, |meta| meta.partition),
        offset: meta.map_or(-1, |meta| meta.offset),
        features: lab.features(place.lane, record),
        cluster: nearest.cluster,
        distance: nearest.distance,
        runner_up: nearest.runner_up,
        runner_up_distance: nearest.runner_up_distance,
        value,
        target: place.target(record),
        label_index: label
            .as_ref()
            .and_then(|label| labels.iter().position(|known| known == label)),
        label: label.map(|label| lab.label_name(&label)),
        right: prediction.right,
        version: prediction.version,
        round: lab.rounds.of(record).map_or(0, |round| round as u32 + 1),
    }
}

pub(super) fn prediction_of(lane: &Lane, record: u64) -> Option<&Prediction> {
    let at = lane
        .predictions
        .partition_point(|prediction| prediction.record < record);
    lane.predictions
        .get(at)
        .filter(|prediction| prediction.record == record)
}

pub(super) fn label_index(place: &Place<'_>, record: u64, labels: &[String]) -> Option<usize> {
    let label = place.lab.rows.label(record, place.lane.config.label?)?;
    labels.iter().position(|known| *known == label)
}
