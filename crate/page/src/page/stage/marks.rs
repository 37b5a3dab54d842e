//! Test rows, wrong ones, newest ones, paths, centroids.

use std::collections::BTreeMap;

use super::labels::{self, Side};
use super::plot::Plot;
use super::points::{UNLIT, class, color};
use crate::page::chart::palette::faded;
use crate::page::chart::pen::{Align, At, Pen, Type};
use crate::page::lit;
use crate::page::view::Cx;

/// A path with more versions than this has no squares on it.
const SQUARES_MOST: usize = 60;
/// Below this width there is no room for the note on wrong rows.
const NOTE_WIDTH_LEAST: f64 = 560.0;
/// Pixels between a place that is pointed at and what is said of it.
const SAID_AWAY: f64 = 110.0;

/// A test row on the canvas.
#[derive(Clone, Copy, Debug)]
pub struct TestRow {
    /// Where.
    pub at: At,
    /// The record's number.
    pub record: u64,
    /// Colour of the given cluster.
    pub given: usize,
    /// Colour of the label, if it is known.
    pub label: Option<usize>,
}

impl TestRow {
    fn is_wrong(&self) -> bool {
        self.label.is_some_and(|label| label != self.given)
    }
}

/// A place that is pointed at in this plot or in one beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct Pointed {
    /// In the axes' units.
    pub place: (f64, f64),
    /// What there is to say of it; empty where that is nothing.
    pub says: String,
}

/// Draws the marks: `pulse` is how far the newest ones have swung out, `cursor` the place that was clicked.
pub fn draw(
    pen: &Pen,
    plot: &Plot,
    cx: &Cx<'_>,
    sides: &[Side],
    pulse: f64,
    cursor: Option<At>,
    pointed: Option<&Pointed>,
) {
    if cx.state.views.paths {
        draw_paths(pen, plot, cx);
    }
    let tests = test_rows(plot, cx);
    if lit::row(cx.state).is_some() {
        for row in &tests {
            pen.disc(row.at, 6.0, faded(cx.palette.cluster(row.given), UNLIT));
        }
        labels::draw(pen, plot, cx, sides);
        return draw_centroids(pen, plot, cx);
    }
    draw_newest(pen, plot, cx, &tests, pulse);
    for row in &tests {
        pen.disc(row.at, 6.0, cx.palette.cluster(row.given));
        pen.ring(row.at, 6.0, 1.4, cx.palette.text);
    }
    let wrong: Vec<TestRow> = tests.iter().copied().filter(TestRow::is_wrong).collect();
    for row in &wrong {
        pen.disc(row.at, 10.5, faded(cx.palette.stage, 0.85));
        pen.disc(row.at, 6.0, cx.palette.cluster(row.given));
        pen.ring(
            row.at,
            10.5,
            3.0,
            cx.palette.cluster(row.label.unwrap_or(row.given)),
        );
    }
    if let Some(at) = cursor {
        draw_cross(pen, plot, at, cx);
        pen.ring(at, 6.0, 1.4, faded(cx.palette.text, 0.55));
    }
    if let Some(pointed) = pointed {
        draw_cross(pen, plot, plot.at(pointed.place.0, pointed.place.1), cx);
    }
    draw_note(pen, plot, cx, &wrong);
    labels::draw(pen, plot, cx, sides);
    draw_centroids(pen, plot, cx);
    if let Some(pointed) = pointed.filter(|pointed| !pointed.says.is_empty()) {
        draw_said(pen, plot, cx, pointed);
    }
}

/// The test rows of the newest round.
pub fn test_rows(plot: &Plot, cx: &Cx<'_>) -> Vec<TestRow> {
    let stage = &cx.snapshot.stage;
    let row = |i: usize| TestRow {
        at: plot.at(f64::from(stage.point_x[i]), f64::from(stage.point_y[i])),
        record: u64::from(stage.point_record[i]),
        given: color(cx, stage.point_cluster[i]),
        label: label(cx, i),
    };
    (0..stage.point_x.len())
        .filter(|i| stage.point_test[*i] == 1)
        .map(row)
        .filter(|row| plot.contains(row.at))
        .collect()
}

/// Colour of what a point is, where that is known.
pub fn label(cx: &Cx<'_>, i: usize) -> Option<usize> {
    let label = cx.snapshot.stage.point_label[i] as usize;
    class(cx, i)
        .map(|class| color(cx, class as u8))
        .or(Some(label).filter(|label| *label != 255))
}

fn draw_paths(pen: &Pen, plot: &Plot, cx: &Cx<'_>) {
    let snapshot = cx.snapshot;
    for (cluster, path) in snapshot.stage.paths.iter().enumerate().take(plot.k()) {
        let color = faded(
            cx.palette.cluster(
                snapshot
                    .cluster_labels
                    .get(cluster)
                    .copied()
                    .unwrap_or(cluster),
            ),
            0.6,
        );
        let mut places: Vec<At> = path.iter().map(|(x, y)| plot.at(*x, *y)).collect();
        // The last place is where the centroid is; on its way it is not there yet.
        if let Some(last) = places.last_mut() {
            *last = plot.centroid(cluster);
        }
        pen.path(places.iter().copied(), 1.5, color);
        let squares = if places.len() > SQUARES_MOST {
            1
        } else {
            places.len().saturating_sub(1)
        };
        for (x, y) in places.into_iter().take(squares) {
            pen.rect((x - 2.5, y - 2.5), (x + 2.5, y + 2.5), cx.palette.stage);
            pen.frame((x - 2.5, y - 2.5), (x + 2.5, y + 2.5), 1.0, color);
        }
    }
}

/// Halos: the newest record, or the whole round where that is a test row.
fn draw_newest(pen: &Pen, plot: &Plot, cx: &Cx<'_>, tests: &[TestRow], pulse: f64) {
    let snapshot = cx.snapshot;
    let stage = &snapshot.stage;
    let Some(newest) = snapshot.record.checked_sub(1) else {
        return;
    };
    let halo = |at: At, color: usize| {
        let color = cx.palette.cluster(color);
        pen.disc(at, 14.0 + 4.0 * pulse, faded(color, 0.2));
        pen.ring(at, 14.0 + 4.0 * pulse, 1.0, faded(color, 0.4));
    };
    if tests.iter().any(|row| row.record == newest) {
        tests
            .iter()
            .filter(|row| !row.is_wrong())
            .for_each(|row| halo(row.at, row.given));
    } else if let Some(i) = stage
        .point_record
        .iter()
        .rposition(|record| u64::from(*record) == newest)
    {
        let at = plot.at(f64::from(stage.point_x[i]), f64::from(stage.point_y[i]));
        if plot.contains(at) {
            halo(at, color(cx, stage.point_cluster[i]));
        }
    }
}

/// "2 wrong: versicolor taken for virginica", with a line to them.
fn draw_note(pen: &Pen, plot: &Plot, cx: &Cx<'_>, wrong: &[TestRow]) {
    let snapshot = cx.snapshot;
    let mut kinds: BTreeMap<(usize, usize), Vec<At>> = BTreeMap::new();
    for row in wrong {
        kinds
            .entry((row.label.unwrap_or(row.given), row.given))
            .or_default()
            .push(row.at);
    }
    let Some(((label, given), mut places)) =
        kinds.into_iter().max_by_key(|(_, places)| places.len())
    else {
        return;
    };
    let (Some(label), Some(given)) = (snapshot.labels.get(label), snapshot.labels.get(given))
    else {
        return;
    };
    if plot.to.0 - plot.from.0 < NOTE_WIDTH_LEAST {
        return;
    }
    let text = format!("{} wrong: {label} taken for {given}", places.len());
    let style = Type::label(cx.palette.text, Align::Left);
    let width = pen.width_of(&text, style);
    let (right, lowest) = places.iter().fold((0.0, 0.0), |(x, y), at| {
        (f64::max(x, at.0), f64::max(y, at.1))
    });
    let x = (right + 44.0).min(plot.to.0 - width - 12.0);
    let y = (lowest + 34.0).min(plot.to.1 - 52.0);
    let far = |at: &At| (x - at.0) * (x - at.0) + (y - at.1) * (y - at.1);
    places.sort_by(|a, b| far(a).total_cmp(&far(b)));
    // A line to each of two; to the nearest of more, which is enough to say where they are.
    let lines = if places.len() > 2 { 1 } else { 2 };
    for at in places.into_iter().take(lines) {
        let (dx, dy) = (x - 6.0 - at.0, y - at.1);
        let length = (dx * dx + dy * dy).sqrt();
        if length > 14.0 {
            let start = (at.0 + dx / length * 12.0, at.1 + dy / length * 12.0);
            pen.line(start, (x - 6.0, y), 1.0, cx.palette.text_2);
        }
    }
    pen.rect(
        (x - 5.0, y - 9.0),
        (x + width + 5.0, y + 9.0),
        faded(cx.palette.stage, 0.86),
    );
    pen.text(&text, (x, y), style);
}

/// Lines through a place, across the whole plot.
fn draw_cross(pen: &Pen, plot: &Plot, (x, y): At, cx: &Cx<'_>) {
    if !plot.contains((x, y)) {
        return;
    }
    let color = faded(cx.palette.text, 0.5);
    for (from, to) in [
        ((x, plot.from.1), (x, plot.to.1)),
        ((plot.from.0, y), (plot.to.0, y)),
    ] {
        pen.dashes(from, to, (2.0, 3.0), 1.0, color);
    }
}

/// "2 virginica: wrong", off the place, and a line to it.
fn draw_said(pen: &Pen, plot: &Plot, cx: &Cx<'_>, pointed: &Pointed) {
    let at = plot.at(pointed.place.0, pointed.place.1);
    if !plot.contains(at) {
        return;
    }
    let style = Type::label(cx.palette.text, Align::Left);
    let half = pen.width_of(&pointed.says, style) / 2.0;
    let (low, high) = (plot.from.0 + half + 8.0, plot.to.0 - half - 8.0);
    // Below, a little to the right; above where there is no room.
    let away = SAID_AWAY.min((plot.to.1 - plot.from.1) * 0.3);
    let below = at.1 + away < plot.to.1 - 30.0;
    let middle = (
        (at.0 + 40.0).clamp(low.min(high), high.max(low)),
        if below { at.1 + away } else { at.1 - away },
    );
    let edge = (
        middle.0.clamp(at.0 - 30.0, at.0 + 30.0),
        middle.1 + if below { -9.0 } else { 9.0 },
    );
    let (dx, dy) = (edge.0 - at.0, edge.1 - at.1);
    let length = (dx * dx + dy * dy).sqrt().max(1.0);
    let start = (at.0 + dx / length * 12.0, at.1 + dy / length * 12.0);
    pen.line(start, edge, 1.0, cx.palette.text_2);
    pen.rect(
        (middle.0 - half - 5.0, middle.1 - 9.0),
        (middle.0 + half + 5.0, middle.1 + 9.0),
        faded(cx.palette.stage, 0.86),
    );
    pen.text(&pointed.says, (middle.0 - half, middle.1), style);
}

fn draw_centroids(pen: &Pen, plot: &Plot, cx: &Cx<'_>) {
    let labels = &cx.snapshot.cluster_labels;
    for cluster in 0..plot.k() {
        let at = plot.centroid(cluster);
        let color = cx
            .palette
            .cluster(labels.get(cluster).copied().unwrap_or(cluster));
        pen.disc(at, 12.5, faded(cx.palette.stage, 0.9));
        pen.ring(at, 9.25, 3.5, color);
        pen.text(
            &cluster.to_string(),
            at,
            Type::label(cx.palette.text, Align::Center).bold(),
        );
    }
}
