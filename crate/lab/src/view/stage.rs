//! The scatter plot at the playhead.

use learn::kmeans::{self, Model};

use super::predictions::{label_index, prediction_of};
use super::{Place, axes, distance_name};
use crate::config::Role;
use crate::snapshot::{Density, Stage, View};

/// Cells of the older rows' density, across and down.
const GRID: (usize, usize) = (48, 32);

/// At most so many older rows are counted.
const SAMPLE: u64 = 4_096;

pub(super) fn stage(place: &Place<'_>, view: &View, labels: &[String]) -> Stage {
    let (lane, lab) = (place.lane, place.lab);
    let (x, y) = axes(lane, view);
    let mut stage = Stage {
        x_range: range(place, x),
        y_range: range(place, y),
        slice: slice(place),
        distance: distance_name(lane.config.params.distance()).to_owned(),
        ..Stage::default()
    };
    let Some(model) = place.model() else {
        return stage;
    };
    stage.centroids = model.centroids.clone();
    stage.weights = model.weights.clone();
    stage.paths = paths(place, x, y, view.bars);
    let points = newest_rows(place, view.points);
    if points.len() == view.points {
        stage.older = older(place, (x, y), &stage, points.last().copied().unwrap_or(0));
    }
    for record in points.into_iter().rev() {
        let test = place.row(record) == Some(Role::Classify);
        let features = lab.features(lane, record);
        // A test row keeps what it was given; one that still waits has what it would be given.
        let given = if test {
            prediction_of(lane, record)
        } else {
            None
        };
        let cluster = match given {
            Some(prediction) => prediction.nearest.cluster,
            None => kmeans::nearest(&lane.config.params, model, &features).cluster,
        };
        stage.point_x.push(features[x] as f32);
        stage.point_y.push(features[y] as f32);
        stage.point_cluster.push(cluster.min(254) as u8);
        stage
            .point_label
            .push(label_index(place, record, labels).map_or(255, |label| label.min(254) as u8));
        stage.point_test.push(u8::from(test));
        stage.point_record.push(record as u32);
    }
    stage
}

/// The newest rows up to the playhead, newest first; of the test rows only those of the newest round.
fn newest_rows(place: &Place<'_>, most: usize) -> Vec<u64> {
    let spans = &place.lab.rounds.spans;
    let round_from = spans[..spans.partition_point(|span| span.0 < place.record)]
        .last()
        .map_or(0, |span| span.0);
    let records = (place.lab.rows.first()..place.record).rev();
    let drawn = |record: &u64| match place.row(*record) {
        Some(Role::Classify) => *record >= round_from,
        Some(_) => true,
        None => false,
    };
    records.filter(drawn).take(most).collect()
}

/// Where the training rows before a record lie. At most [`SAMPLE`] of them are looked at, spread evenly
/// and always the same ones, so that the picture is still while rows come in.
fn older(place: &Place<'_>, axes: (usize, usize), stage: &Stage, before: u64) -> Density {
    let first = place.lab.rows.first();
    let step = before
        .saturating_sub(first)
        .div_ceil(SAMPLE)
        .next_power_of_two();
    // A row of each stretch, not always the same one: streams may take turns.
    let sampled = (first / step..before.div_ceil(step))
        .map(|stretch| stretch * step + (stretch.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) % step);
    let (across, down) = GRID;
    let cell = |value: f64, (least, largest): (f64, f64), cells: usize| {
        let share = (value - least) / (largest - least);
        // Not a number where all values are the same: the first cell.
        ((share * cells as f64) as usize).min(cells - 1)
    };
    let mut counts = vec![0; across * down];
    let mut any = false;
    for record in sampled.filter(|record| (first..before).contains(record)) {
        if matches!(place.row(record), Some(Role::Train | Role::Both)) {
            let value = |axis: usize| {
                let column = place.lane.config.features[axis];
                place.lab.rows.number(record, column)
            };
            let column = cell(value(axes.0), stage.x_range, across);
            let row = cell(value(axes.1), stage.y_range, down);
            counts[row * across + column] += step as u32;
            any = true;
        }
    }
    if any {
        Density { size: GRID, counts }
    } else {
        Density::default()
    }
}

fn range(place: &Place<'_>, feature: usize) -> (f64, f64) {
    let rows = place.lab.ranges[place.lane.config.features[feature]];
    // Every lane's centroids count, so that a switch of lanes does not rescale.
    let mut range = rows;
    for lane in &place.lab.lanes {
        let column = place.lane.config.features[feature];
        if let Some(i) = lane
            .config
            .features
            .iter()
            .position(|other| *other == column)
        {
            range = (range.0.min(lane.ranges[i].0), range.1.max(lane.ranges[i].1));
        }
    }
    if range.0 <= range.1 {
        range
    } else {
        (0.0, 1.0)
    }
}

fn slice(place: &Place<'_>) -> Vec<f64> {
    let lane = place.lane;
    let mean = |(i, column): (usize, &usize)| {
        let (sum, count) = place.lab.sums[*column];
        if count > 0 {
            return sum / count as f64;
        }
        let dim = lane.config.params.dim();
        let initial = &lane.config.initial.centroids;
        initial.iter().skip(i).step_by(dim).sum::<f64>() / lane.config.params.k() as f64
    };
    lane.config.features.iter().enumerate().map(mean).collect()
}

fn paths(place: &Place<'_>, x: usize, y: usize, most: usize) -> Vec<Vec<(f64, f64)>> {
    let dim = place.lane.config.params.dim();
    let k = place.lane.config.params.k();
    let entries = &place.lane.timeline.entries()[..=place.entry];
    let models: Vec<&Model> = entries
        .iter()
        .filter_map(|entry| entry.model.as_ref())
        .collect();
    let step = models.len().div_ceil(most.max(1)).max(1);
    // Every step-th one, counted from the newest, so that the path ends where the centroid is.
    let kept: Vec<&Model> = models.iter().rev().step_by(step).rev().copied().collect();
    (0..k)
        .map(|i| {
            kept.iter()
                .map(|model| (model.centroids[i * dim + x], model.centroids[i * dim + y]))
                .collect()
        })
        .collect()
}
