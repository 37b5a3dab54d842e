//! The scatter plot at the playhead.

use learn::online::Answer;

use super::predictions::{label_index, prediction_of};
use super::{Place, axes, components_of};
use crate::config::Role;
use crate::snapshot::{Axis, ComponentAxes, Density, Plane, Stage, View};
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
    let lane = place.lane;
    let components = components_of(lane, view);
    let slice = slice(place);
    let plane = Plane::new(
        axes(lane, view),
        &slice,
        components.map(|axes| &axes.components),
    );
    let mut stage = Stage {
        distance: lane.model().about().distance.to_owned(),
        components: components.map(|axes| axes.components.clone()),
        slice,
        ..Stage::default()
    };
    let model = place.model();
    if let Some(model) = model {
        set_model(&mut stage, place, model, &plane, view);
    }
    let points = match model {
        Some(_) => newest_rows(place, view.points),
        None => Vec::new(),
    };
    let before = match points.len() == view.points {
        true => points.last().copied().unwrap_or(0),
        false => 0,
    };
    if let Some(model) = model {
        for record in points.into_iter().rev() {
            push_point(&mut stage, place, (model, &plane), labels, record);
        }
    }
    let older = older_places(place, &plane, before);
    let ranges = within.unwrap_or_else(|| match components {
        None => Ranges {
            x: range(place, plane.axes().0),
            y: range(place, plane.axes().1),
        },
        Some(axes) => reach(&stage, &older, &plane, axes),
    });
    (stage.x_range, stage.y_range) = (ranges.x, ranges.y);
    stage.older = density(&older, &stage);
    set_values(&mut stage, place, view.values);
    stage
}

/// Centroids, their paths, and what the distances are measured by.
fn set_model(stage: &mut Stage, place: &Place<'_>, model: &Version, plane: &Plane, view: &View) {
    if let Some(clusters) = model.in_columns().clusters() {
        stage.centroids = clusters.centroids.clone();
        stage.weights = clusters.weights.clone();
        stage.paths = paths(place, plane, view.bars);
    }
    if let Some(scale) = &model.scale {
        stage.centre = scale.centre.clone();
        stage.factor = scale.factor.clone();
        stage.scaler_mean = scale.mean.clone();
        stage.scaler_std = scale.std.clone();
    }
}

fn push_point(
    stage: &mut Stage,
    place: &Place<'_>,
    (model, plane): (&Version, &Plane),
    labels: &[String],
    record: u64,
) {
    let (lane, lab) = (place.lane, place.lab);
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
    let (x, y) = plane.place(&features);
    stage.point_x.push(x as f32);
    stage.point_y.push(y as f32);
    stage.point_cluster.push(cluster.min(254) as u8);
    stage
        .point_label
        .push(label_index(place, record, labels).map_or(255, |label| label.min(254) as u8));
    stage.point_test.push(u8::from(test));
    stage.point_record.push(record as u32);
}

/// The features of the newest points, where a view asks for them.
fn set_values(stage: &mut Stage, place: &Place<'_>, most: usize) {
    if most == 0 {
        return;
    }
    let newest = stage.point_record.len().saturating_sub(most);
    for record in &stage.point_record[newest..] {
        let features = place.lab.features(place.lane, u64::from(*record));
        stage
            .values
            .extend(features.iter().map(|value| *value as f32));
    }
    let features = 0..place.lane.config.dim();
    stage.value_ranges = features
        .map(|feature| range(place, Axis::Feature(feature)))
        .collect();
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

/// Where the training rows before a record lie, and how many rows each stands for. At most [`SAMPLE`] of them are looked
/// at, spread evenly and always the same ones, so that the picture is still while rows come in.
fn older_places(place: &Place<'_>, plane: &Plane, before: u64) -> Vec<((f64, f64), u32)> {
    let first = place.lab.rows.first();
    let step = before
        .saturating_sub(first)
        .div_ceil(SAMPLE)
        .next_power_of_two();
    // A row of each stretch, not always the same one: streams may take turns.
    let sampled = (first / step..before.div_ceil(step))
        .map(|stretch| stretch * step + (stretch.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) % step);
    sampled
        .filter(|record| (first..before).contains(record))
        .filter(|record| matches!(place.row(*record), Some(Role::Train | Role::Both)))
        .map(|record| {
            let features = place.lab.features(place.lane, record);
            (plane.place(&features), step as u32)
        })
        .collect()
}

/// How many rows lie in each cell of a grid over the stage.
fn density(older: &[((f64, f64), u32)], stage: &Stage) -> Density {
    if older.is_empty() {
        return Density::default();
    }
    let (across, down) = GRID;
    let cell = |value: f64, (least, largest): (f64, f64), cells: usize| {
        let share = (value - least) / (largest - least);
        // Not a number where all values are the same: the first cell.
        ((share * cells as f64) as usize).min(cells - 1)
    };
    let mut counts = vec![0; across * down];
    for ((x, y), rows) in older {
        let column = cell(*x, stage.x_range, across);
        let row = cell(*y, stage.y_range, down);
        counts[row * across + column] += rows;
    }
    Density { size: GRID, counts }
}

/// The ranges of both axes along components: what they were, and all that is drawn.
fn reach(
    stage: &Stage,
    older: &[((f64, f64), u32)],
    plane: &Plane,
    axes: &ComponentAxes,
) -> Ranges {
    let points = stage.point_x.iter().zip(&stage.point_y);
    let points = points.map(|(x, y)| (f64::from(*x), f64::from(*y)));
    let older = older.iter().map(|(place, _)| *place);
    let places = points
        .chain(older)
        .chain(stage.paths.iter().flatten().copied());
    let before = |axis: Axis| {
        let reach = axis.component().and_then(|component| axes.reach[component]);
        reach.unwrap_or((f64::INFINITY, f64::NEG_INFINITY))
    };
    let (mut x, mut y) = (before(plane.axes().0), before(plane.axes().1));
    let wider = |range: (f64, f64), value: f64| (range.0.min(value), range.1.max(value));
    for place in places.filter(|place| place.0.is_finite() && place.1.is_finite()) {
        (x, y) = (wider(x, place.0), wider(y, place.1));
    }
    let known = |range: (f64, f64)| {
        if range.0 <= range.1 {
            range
        } else {
            (0.0, 1.0)
        }
    };
    Ranges {
        x: known(x),
        y: known(y),
    }
}

/// How far rows and centroids reached along a feature.
fn range(place: &Place<'_>, axis: Axis) -> (f64, f64) {
    let features = &place.lane.config.features;
    let Some(column) = axis.feature().and_then(|feature| features.get(feature)) else {
        return (0.0, 1.0);
    };
    let mut range = place.lab.ranges[*column];
    // Every lane's centroids count, so that a switch of lanes does not rescale.
    for lane in &place.lab.lanes {
        let own = &lane.config.features;
        if let Some(i) = own.iter().position(|other| other == column) {
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

fn paths(place: &Place<'_>, plane: &Plane, most: usize) -> Vec<Vec<(f64, f64)>> {
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
                .map(|model| plane.place(&model.centroids[i * dim..(i + 1) * dim]))
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
        let name = |axis: Axis| match axis {
            Axis::Feature(feature) => (place.lane.config.feature_names[feature].clone(), None),
            // Those of the shown lane: the same for all that have its features.
            Axis::Component(component) => (String::new(), Some(component)),
        };
        (name(x), name(y))
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
    // Along components it takes what is drawn to know how far that reaches.
    let stage = match components_of(place.lane, view) {
        Some(_) => stage(place, view, &[], None),
        None => {
            let (x, y) = axes(place.lane, view);
            return Ranges {
                x: range(place, x),
                y: range(place, y),
            };
        }
    };
    Ranges {
        x: stage.x_range,
        y: stage.y_range,
    }
}
