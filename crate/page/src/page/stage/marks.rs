//! Test rows, wrong ones, newest ones, paths, centroids.

use std::collections::BTreeMap;

use super::labels::{self, Side};
use super::plot::Plot;
use super::points::{class, color};
use crate::page::chart::palette::faded;
use crate::page::chart::pen::{Align, At, Pen, Type};
use crate::page::view::Cx;

/// A path with more versions than this has no squares on it.
const SQUARES_MOST: usize = 60;
/// Below this width there is no room for the note on wrong rows.
const NOTE_WIDTH_LEAST: f64 = 560.0;

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

/// Draws the marks: `pulse` is how far the newest ones have swung out, `cursor` what is pointed at.
pub fn draw(pen: &Pen, plot: &Plot, cx: &Cx<'_>, sides: &[Side], pulse: f64, cursor: Option<At>) {
    if cx.state.views.paths {
        draw_paths(pen, plot, cx);
    }
    let tests = test_rows(plot, cx);
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
        draw_cursor(pen, plot, at, cx);
    }
    draw_note(pen, plot, cx, &wrong);
    labels::draw(pen, plot, cx, sides);
    draw_centroids(pen, plot, cx);
}

/// The test rows of the newest round.
pub fn test_rows(plot: &Plot, cx: &Cx<'_>) -> Vec<TestRow> {
    let stage = &cx.state.update.snapshot.stage;
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
    let label = cx.state.update.snapshot.stage.point_label[i] as usize;
    class(cx, i)
        .map(|class| color(cx, class as u8))
        .or(Some(label).filter(|label| *label != 255))
}

fn draw_paths(pen: &Pen, plot: &Plot, cx: &Cx<'_>) {
    let snapshot = &cx.state.update.snapshot;
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
    let snapshot = &cx.state.update.snapshot;
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
    let snapshot = &cx.state.update.snapshot;
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

fn draw_cursor(pen: &Pen, plot: &Plot, (x, y): At, cx: &Cx<'_>) {
    let color = faded(cx.palette.text, 0.55);
    pen.dashes(
        (x, plot.from.1),
        (x, plot.to.1),
        (2.0, 3.0),
        1.0,
        faded(color, 0.5),
    );
    pen.dashes(
        (plot.from.0, y),
        (plot.to.0, y),
        (2.0, 3.0),
        1.0,
        faded(color, 0.5),
    );
    pen.ring((x, y), 6.0, 1.4, color);
}

fn draw_centroids(pen: &Pen, plot: &Plot, cx: &Cx<'_>) {
    let labels = &cx.state.update.snapshot.cluster_labels;
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
