//! What there is to say of a mark, or of a place of the plane.

use lab::snapshot::{Axis, Task};

use super::axes;
use super::legend;
use super::marks;
use super::plot::Plot;
use super::points::class;
use super::probe::REACH;
use crate::page::chart::pen::At;
use crate::page::view::Cx;
use crate::page::{names, numbers, predictions};

/// A line of the tip.
#[derive(Clone, Debug, PartialEq)]
pub enum Line {
    /// What it is, and the rest of the line.
    Title(String, String),
    /// Name and value.
    Text(String, String),
    /// Name, the cluster's id, colour and label, and a value.
    Cluster(String, u32, usize, String, String),
}

/// The mark near a place, and what there is to say of it.
pub fn on_mark(at: At, plot: &Plot, cx: &Cx<'_>) -> Option<(At, Vec<Line>)> {
    let snapshot = cx.snapshot;
    let stage = &snapshot.stage;
    let centroid = (0..plot.k()).find(|cluster| distance(plot.centroid(*cluster), at) < 12.0);
    if let Some(cluster) = centroid {
        return Some((plot.centroid(cluster), of_centroid(cluster, cx)));
    }
    if let Some(row) = marks::test_rows(plot, cx)
        .into_iter()
        .rev()
        .find(|row| distance(row.at, at) < REACH)
    {
        return Some((row.at, of_test_row(row.record, cx)));
    }
    let i = (0..stage.point_x.len()).rev().find(|i| {
        stage.point_test[*i] == 0
            && distance(
                plot.at(f64::from(stage.point_x[*i]), f64::from(stage.point_y[*i])),
                at,
            ) < 6.0
    })?;
    let place = plot.at(f64::from(stage.point_x[i]), f64::from(stage.point_y[i]));
    Some((place, of_training_row(i, cx)))
}

fn of_centroid(cluster: usize, cx: &Cx<'_>) -> Vec<Line> {
    let snapshot = cx.snapshot;
    let (color, name) = predictions::cluster(snapshot, cluster as u32);
    let mut lines = vec![Line::Cluster(
        "centroid".to_owned(),
        cluster as u32,
        color,
        name,
        String::new(),
    )];
    let dim = snapshot.features.len();
    let values = snapshot
        .stage
        .centroids
        .chunks(dim.max(1))
        .nth(cluster)
        .unwrap_or_default();
    lines.extend(
        snapshot
            .features
            .iter()
            .zip(values)
            .map(|(name, value)| Line::Text(name.clone(), numbers::fixed(*value, 2))),
    );
    let weight = snapshot.stage.weights.get(cluster).copied().unwrap_or(0.0);
    lines.push(Line::Text("weight".to_owned(), numbers::fixed(weight, 2)));
    lines
}

fn of_test_row(record: u64, cx: &Cx<'_>) -> Vec<Line> {
    let snapshot = cx.snapshot;
    let Some(row) = snapshot.predictions.iter().find(|row| row.record == record) else {
        return vec![Line::Title(
            format!("row {record}"),
            " waits for the window to end".to_owned(),
        )];
    };
    let short = names::short_topic(&row.topic, &cx.state.scenario.prefix);
    let cluster = |name: &str, id: u32, distance: f64| {
        let (color, label) = predictions::cluster(snapshot, id);
        Line::Cluster(
            name.to_owned(),
            id,
            color,
            label,
            numbers::distance(distance),
        )
    };
    let mut lines = vec![Line::Title(
        format!("{short} {}", row.offset),
        format!(" by v{}", row.version),
    )];
    if snapshot.task == Task::Classification {
        let ((color, name), of) = (
            predictions::cluster(snapshot, row.cluster),
            numbers::fixed(class_probability(row.cluster as usize, row.value), 3),
        );
        lines.push(Line::Cluster(
            "given".to_owned(),
            row.cluster,
            color,
            name,
            format!("p {of}"),
        ));
        if row.target.is_finite() {
            let name = predictions::cluster(snapshot, row.target as u32).1;
            let wrong = if row.right == Some(false) {
                ", wrong"
            } else {
                ""
            };
            lines.push(Line::Text(
                snapshot.target.clone(),
                format!("{name}{wrong}"),
            ));
        }
        return lines;
    }
    lines.push(cluster("given", row.cluster, row.distance));
    if !row.runner_up_distance.is_nan() {
        lines.push(cluster("runner-up", row.runner_up, row.runner_up_distance));
    }
    if let Some(label) = &row.label {
        let verdict = match row.right {
            Some(false) => format!("{label}, wrong"),
            _ => label.clone(),
        };
        lines.push(Line::Text("label".to_owned(), verdict));
    }
    lines
}

fn of_training_row(i: usize, cx: &Cx<'_>) -> Vec<Line> {
    let snapshot = cx.snapshot;
    let stage = &snapshot.stage;
    let record = u64::from(stage.point_record[i]);
    let id = u32::from(stage.point_cluster[i]);
    let (color, name) = predictions::cluster(snapshot, id);
    let event = snapshot
        .events
        .iter()
        .find(|event| event.record == Some(record));
    let title = event.map_or_else(
        || format!("record {}", numbers::count(record)),
        |event| {
            format!(
                "{} {}",
                names::short_topic(&event.topic, &cx.state.scenario.prefix),
                event.offset
            )
        },
    );
    let mut lines = vec![Line::Title(title, " to train".to_owned())];
    lines.push(Line::Cluster(
        format!("v{} gives", snapshot.version),
        id,
        color,
        name,
        String::new(),
    ));
    if let Some(class) = class(cx, i) {
        let name = predictions::cluster(snapshot, class as u32).1;
        lines.push(Line::Text(snapshot.target.clone(), name));
    } else if let Some(label) = snapshot.labels.get(stage.point_label[i] as usize) {
        lines.push(Line::Text("label".to_owned(), label.clone()));
    }
    lines
}

/// What the shown version says of a place of the plane.
pub fn on_plane(at: At, plot: &Plot, cx: &Cx<'_>) -> Vec<Line> {
    let snapshot = cx.snapshot;
    let place = (plot.x.back(at.0), plot.y.back(at.1));
    if let Some(decision) = plot.decision() {
        return on_decision(place, decision.probability(place), cx);
    }
    let slice = plot.slice();
    let Some((given, runner_up)) = slice.nearest(place) else {
        return Vec::new();
    };
    let name = |axis: Axis| axes::name(snapshot, axis);
    let cluster = |name: String, id: usize| {
        let (color, label) = predictions::cluster(snapshot, id as u32);
        Line::Cluster(
            name,
            id as u32,
            color,
            label,
            numbers::distance(slice.distance_to(id, place)),
        )
    };
    let mut lines = vec![
        Line::Text(name(snapshot.axes.0), numbers::fixed(place.0, 2)),
        Line::Text(name(snapshot.axes.1), numbers::fixed(place.1, 2)),
        cluster(format!("v{} gives", snapshot.version), given),
    ];
    lines.extend(runner_up.map(|id| cluster("runner-up".to_owned(), id)));
    lines
}

/// What a model of two classes says of a place of the plane.
fn on_decision(place: (f64, f64), probability: f64, cx: &Cx<'_>) -> Vec<Line> {
    let snapshot = cx.snapshot;
    let name = |axis: Axis| axes::name(snapshot, axis);
    let given = usize::from(probability >= 0.5);
    let (color, label) = predictions::cluster(snapshot, given as u32);
    vec![
        Line::Text(name(snapshot.axes.0), numbers::fixed(place.0, 2)),
        Line::Text(name(snapshot.axes.1), numbers::fixed(place.1, 2)),
        Line::Cluster(
            match legend::keeps_first(snapshot) {
                true => "as learned".to_owned(),
                false => format!("v{} gives", snapshot.version),
            },
            given as u32,
            color,
            label,
            format!(
                "p {}",
                numbers::fixed(class_probability(given, probability), 3)
            ),
        ),
    ]
}

/// The probability of the given class, from that of class 1.
pub fn class_probability(class: usize, of_one: f64) -> f64 {
    if class == 0 { 1.0 - of_one } else { of_one }
}

/// How far two places of the canvas are apart, page pixels.
pub fn distance(a: At, b: At) -> f64 {
    let (x, y) = (a.0 - b.0, a.1 - b.1);
    (x * x + y * y).sqrt()
}
