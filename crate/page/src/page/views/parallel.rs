//! Parallel coordinates: an axis for each feature, a line for each row.

use super::rows::{Row, range, rows};
use crate::page::chart::palette::faded;
use crate::page::chart::pen::{Align, At, Pen, Type, crisp};
use crate::page::chart::scale::{Scale, ticks};
use crate::page::stage::points::{color, opacity};
use crate::page::view::Cx;
use crate::page::{names, numbers, predictions};

/// Below this width there is no room for the clusters' names.
const NAMES_WIDTH_LEAST: f64 = 520.0;
/// Axes that are nearer than this have numbers at their ends only.
const TICKS_APART: f64 = 90.0;

/// Where the axes stand.
struct Axes {
    scales: Vec<Scale>,
    x: Vec<f64>,
    apart: f64,
    top: f64,
    bottom: f64,
}

/// Draws the rows over a canvas of this size.
pub fn draw(pen: &Pen, cx: &Cx<'_>, (width, height): (f64, f64)) {
    let axes = axes(cx, width, height);
    if axes.x.is_empty() {
        return;
    }
    for row in rows(cx) {
        draw_row(pen, &axes, &row, cx);
    }
    for feature in 0..axes.x.len() {
        draw_axis(pen, &axes, feature, cx);
    }
    draw_centroids(pen, &axes, cx, width >= NAMES_WIDTH_LEAST);
}

fn axes(cx: &Cx<'_>, width: f64, height: f64) -> Axes {
    let dim = cx.snapshot.features.len();
    let wide = width >= NAMES_WIDTH_LEAST;
    let (left, right) = if wide { (64.0, 120.0) } else { (36.0, 36.0) };
    let (top, bottom) = (44.0, (height - 26.0).max(60.0));
    let apart = (width - left - right) / (dim.max(2) - 1) as f64;
    let scale = |feature: usize| Scale {
        domain: range(cx, feature),
        pixels: (bottom, top),
    };
    Axes {
        scales: (0..dim).map(scale).collect(),
        x: (0..dim).map(|i| left + apart * i as f64).collect(),
        apart,
        top,
        bottom,
    }
}

impl Axes {
    fn places<'a>(
        &'a self,
        values: impl Iterator<Item = f64> + 'a,
    ) -> impl Iterator<Item = At> + 'a {
        let axes = self.x.iter().zip(&self.scales);
        axes.zip(values)
            .map(|((x, scale), value)| (*x, scale.at(value)))
    }
}

fn draw_row(pen: &Pen, axes: &Axes, row: &Row<'_>, cx: &Cx<'_>) {
    let palette = cx.palette;
    let places: Vec<At> = axes
        .places(row.values.iter().map(|value| f64::from(*value)))
        .collect();
    let fill = palette.cluster(row.color);
    if !row.test {
        // Less than a point's: lines cover more.
        let shade = faded(fill, opacity(row.age) * 0.6);
        return pen.path(places, 1.0, shade);
    }
    if row.is_wrong() {
        pen.path(places.iter().copied(), 4.0, faded(palette.stage, 0.9));
    }
    pen.path(places.iter().copied(), 1.8, fill);
    for at in places {
        if row.is_wrong() {
            pen.disc(at, 7.5, faded(palette.stage, 0.85));
            pen.ring(
                at,
                6.5,
                2.4,
                palette.cluster(row.label.unwrap_or(row.color)),
            );
        }
        pen.disc(at, 3.4, fill);
        pen.ring(at, 3.4, 1.2, palette.text);
    }
}

fn draw_axis(pen: &Pen, axes: &Axes, feature: usize, cx: &Cx<'_>) {
    let (x, scale) = (axes.x[feature], axes.scales[feature]);
    let palette = cx.palette;
    pen.line(
        (crisp(x), axes.top - 4.0),
        (crisp(x), axes.bottom + 4.0),
        1.0,
        palette.line_3,
    );
    let about = if axes.apart < TICKS_APART { 1.0 } else { 4.0 };
    let (marks, decimals) = ticks(scale.domain.0, scale.domain.1, about);
    let style = Type::tick(palette.text_2, Align::Right);
    for mark in marks {
        let (y, text) = (scale.at(mark), numbers::fixed(mark, decimals));
        let half = pen.width_of(&text, style);
        let ground = faded(palette.stage, 0.8);
        pen.rect((x - 9.0 - half, y - 7.0), (x - 5.0, y + 7.0), ground);
        pen.line(
            (x - 3.0, crisp(y)),
            (x + 3.0, crisp(y)),
            1.0,
            palette.line_3,
        );
        pen.text(&text, (x - 7.0, y), style);
    }
    let name = &cx.snapshot.features[feature];
    let style = Type::label(palette.text, Align::Center);
    let shown = match pen.width_of(name, style) > axes.apart - 10.0 {
        true => names::short_feature(name),
        false => name.clone(),
    };
    // The first and the last one stay inside.
    let half = pen.width_of(&shown, style) / 2.0 + 4.0;
    let last = axes.x.last().copied().unwrap_or(x) + axes.x[0];
    let at = x.clamp(half.min(last / 2.0), (last - half).max(last / 2.0));
    pen.text(&shown, (at, axes.top - 22.0), style);
}

fn draw_centroids(pen: &Pen, axes: &Axes, cx: &Cx<'_>, named: bool) {
    let snapshot = cx.snapshot;
    let dim = snapshot.features.len().max(1);
    let mut ends: Vec<(f64, usize)> = Vec::new();
    for (cluster, centroid) in snapshot.stage.centroids.chunks(dim).enumerate() {
        let paint = cx.palette.cluster(color(cx, cluster.min(254) as u8));
        let places: Vec<At> = axes.places(centroid.iter().copied()).collect();
        if places.iter().any(|at| !at.1.is_finite()) {
            continue;
        }
        pen.path(places.iter().copied(), 6.5, faded(cx.palette.stage, 0.85));
        pen.path(places.iter().copied(), 3.5, paint);
        for at in &places {
            pen.disc(*at, 11.0, faded(cx.palette.stage, 0.9));
            pen.ring(*at, 8.25, 3.0, paint);
            let id = Type::label(cx.palette.text, Align::Center).bold();
            pen.text(&cluster.to_string(), *at, id);
        }
        ends.extend(places.last().map(|at| (at.1, cluster)));
    }
    let Some(x) = axes.x.last().filter(|_| named) else {
        return;
    };
    ends.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut free_from = f64::NEG_INFINITY;
    for (y, cluster) in ends {
        // Names that would lie on each other stand below each other.
        let y = y.max(free_from);
        free_from = y + 16.0;
        let name = predictions::cluster(snapshot, cluster as u32).1;
        let style = Type::label(cx.palette.text, Align::Left).bold();
        pen.text(&name, (x + 16.0, y), style);
    }
}
