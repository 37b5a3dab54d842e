//! The scatter plot at the playhead.

use learn::online::Answer;

use super::predictions::{label_index, prediction_of};
use super::{Place, axes};
use crate::config::Role;
use crate::snapshot::{Density, Stage, View};
use crate::timeline::{Entry, Version};

/// Cells of the older rows' density, across and down.
const GRID: (usize, usize) = (48, 32);

/// At most so many older rows are counted.
const SAMPLE: u64 = 4_096;

/// The stage of a place; `within` are ranges that it shares with others.
pub(super) fn stage(
    place: &Place<'_>,
    view: &View,
    labels: &[String],
    within: Option<Ranges>,
) -> Stage {
    let (lane, lab) = (place.lane, place.lab);
    let (x, y) = axes(lane, view);
    let reach = within.unwrap_or_else(|| ranges(place, view));
    let mut stage = Stage {
        x_range: reach.x,
        y_range: reach.y,
        slice: slice(place),
        distance: lane.model().about().distance.to_owned(),
        ..Stage::default()
    };
    let Some(model) = place.model() else {
        return stage;
    };
    if let Some(clusters) = model.in_columns().clusters() {
        stage.centroids = clusters.centroids.clone();
        stage.weights = clusters.weights.clone();
        stage.paths = paths(place, x, y, view.bars);
    }
    if let Some(scale) = &model.scale {
        stage.centre = scale.centre.clone();
        stage.factor = scale.factor.clone();
        stage.scaler_mean = scale.mean.clone();
        stage.scaler_std = scale.std.clone();
    }
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
        let answer = given.map_or_else(|| lane.answer(model, &features), |given| given.answer);
        let cluster = match answer {
            Answer::Cluster(nearest) => nearest.cluster,
            Answer::Class(class) => class.class,
            Answer::Number(_) => 0,
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
pub(super) fn newest_rows(place: &Place<'_>, most: usize) -> Vec<u64> {
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

pub(super) fn slice(place: &Place<'_>) -> Vec<f64> {
    let lane = place.lane;
    let initial = lane.initial();
    let mean = |(i, column): (usize, &usize)| {
        let (sum, count) = place.lab.sums[*column];
        if count > 0 {
            return sum / count as f64;
        }
        let Some(initial) = initial.clusters() else {
            return 0.0;
        };
        let own = initial.centroids.iter().skip(i).step_by(lane.config.dim());
        own.sum::<f64>() / initial.weights.len() as f64
    };
    lane.config.features.iter().enumerate().map(mean).collect()
}

fn paths(place: &Place<'_>, x: usize, y: usize, most: usize) -> Vec<Vec<(f64, f64)>> {
    let dim = place.lane.config.dim();
    let kept: Vec<_> = kept_versions(place, most)
        .into_iter()
        .map(|(_, version)| version.in_columns())
        .collect();
    let k = kept
        .last()
        .and_then(|numbers| numbers.clusters())
        .map_or(0, |model| model.weights.len());
    (0..k)
        .map(|i| {
            kept.iter()
                .filter_map(|numbers| numbers.clusters())
                .map(|model| (model.centroids[i * dim + x], model.centroids[i * dim + y]))
                .collect()
        })
        .collect()
}

/// Versions up to the playhead that still have their model, at most so many, oldest first.
pub(super) fn kept_versions<'a>(place: &Place<'a>, most: usize) -> Vec<(&'a Entry, &'a Version)> {
    let entries = &place.lane.timeline.entries()[..=place.entry];
    let with_model = |entry: &'a Entry| Some((entry, entry.model.as_ref()?));
    let models: Vec<_> = entries.iter().filter_map(with_model).collect();
    let step = models.len().div_ceil(most.max(1)).max(1);
    // Every step-th one, counted from the newest, so that a path ends where the centroid is.
    models.into_iter().rev().step_by(step).rev().collect()
}

/// What a stage's axes reach over.
#[derive(Clone, Copy)]
pub(super) struct Ranges {
    x: (f64, f64),
    y: (f64, f64),
}

/// For each place the ranges that all places with the same features on their axes share.
pub(super) fn shared_ranges(places: &[Place<'_>], view: &View) -> Vec<Ranges> {
    let names = |place: &Place<'_>| {
        let (x, y) = axes(place.lane, view);
        let names = &place.lane.config.feature_names;
        (names[x].clone(), names[y].clone())
    };
    let all: Vec<_> = places
        .iter()
        .map(|place| (names(place), ranges(place, view)))
        .collect();
    let union = |a: (f64, f64), b: (f64, f64)| (a.0.min(b.0), a.1.max(b.1));
    let shared = |(names, own): &(_, Ranges)| {
        let alike = all.iter().filter(|(other, _)| other == names);
        alike.fold(*own, |ranges, (_, other)| Ranges {
            x: union(ranges.x, other.x),
            y: union(ranges.y, other.y),
        })
    };
    all.iter().map(shared).collect()
}

fn ranges(place: &Place<'_>, view: &View) -> Ranges {
    let (x, y) = axes(place.lane, view);
    Ranges {
        x: range(place, x),
        y: range(place, y),
    }
}
