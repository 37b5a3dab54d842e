//! A scatter matrix: each of a few features over each other one.

use super::rows::{Row, range, rows};
use crate::page::chart::palette::faded;
use crate::page::chart::pen::{Align, At, Pen, Type};
use crate::page::chart::scale::Scale;
use crate::page::stage::points::{color, opacity};
use crate::page::view::Cx;
use crate::page::{names, numbers};

/// At most this many features: cells of more would be too small to tell anything.
pub const FEATURES_MAX: usize = 4;

/// Pixels around the matrix, between its cells, and between a cell's frame and its rows.
const AROUND: f64 = 12.0;
const BETWEEN: f64 = 6.0;
const INSIDE: f64 = 9.0;

/// A cell's corners.
type Cell = (At, At);

/// Draws the rows over a canvas of this size.
pub fn draw(pen: &Pen, cx: &Cx<'_>, (width, height): (f64, f64)) {
    let features = cx.snapshot.features.len().min(FEATURES_MAX);
    if features == 0 {
        return;
    }
    let rows = rows(cx);
    let side = |whole: f64| (whole - 2.0 * AROUND + BETWEEN) / features as f64;
    let (across, down) = (side(width), side(height));
    for row in 0..features {
        for column in 0..features {
            let from = (AROUND + across * column as f64, AROUND + down * row as f64);
            let cell = (from, (from.0 + across - BETWEEN, from.1 + down - BETWEEN));
            pen.frame(cell.0, cell.1, 1.0, cx.palette.line_2);
            match row == column {
                true => draw_name(pen, cell, column, cx),
                false => draw_cell(pen, cell, (column, row), &rows, cx),
            }
        }
    }
}

/// The feature of a column, which is also that of its row, and how far it reaches.
fn draw_name(pen: &Pen, (from, to): Cell, feature: usize, cx: &Cx<'_>) {
    let name = &cx.snapshot.features[feature];
    let style = Type::label(cx.palette.text, Align::Center).bold();
    let shown = match pen.width_of(name, style) > to.0 - from.0 - 8.0 {
        true => names::short_feature(name),
        false => name.clone(),
    };
    let (x, y) = ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0);
    pen.text(&shown, (x, y - 8.0), style);
    let (least, largest) = range(cx, feature);
    let decimals = numbers::decimals([least, largest].into_iter()).min(2);
    let reach = format!(
        "{} to {}",
        numbers::fixed(least, decimals),
        numbers::fixed(largest, decimals)
    );
    pen.text(
        &reach,
        (x, y + 9.0),
        Type::tick(cx.palette.text_2, Align::Center),
    );
}

fn draw_cell(pen: &Pen, (from, to): Cell, (x, y): (usize, usize), rows: &[Row<'_>], cx: &Cx<'_>) {
    let across = Scale {
        domain: range(cx, x),
        pixels: (from.0 + INSIDE, to.0 - INSIDE),
    };
    let up = Scale {
        domain: range(cx, y),
        pixels: (to.1 - INSIDE, from.1 + INSIDE),
    };
    for row in rows {
        let at = (
            across.at(f64::from(row.values[x])),
            up.at(f64::from(row.values[y])),
        );
        let fill = cx.palette.cluster(row.color);
        match row.test {
            false => pen.disc(at, 2.0, faded(fill, opacity(row.age))),
            true => {
                if row.is_wrong() {
                    let label = cx.palette.cluster(row.label.unwrap_or(row.color));
                    pen.disc(at, 7.0, faded(cx.palette.stage, 0.85));
                    pen.ring(at, 6.0, 2.2, label);
                }
                pen.disc(at, 3.0, fill);
                pen.ring(at, 3.0, 1.1, cx.palette.text);
            }
        }
    }
    let snapshot = cx.snapshot;
    let dim = snapshot.features.len().max(1);
    for (cluster, centroid) in snapshot.stage.centroids.chunks(dim).enumerate() {
        let at = (across.at(centroid[x]), up.at(centroid[y]));
        let paint = cx.palette.cluster(color(cx, cluster.min(254) as u8));
        pen.disc(at, 8.5, faded(cx.palette.stage, 0.9));
        pen.ring(at, 6.5, 2.5, paint);
        let style = Type::tick(cx.palette.text, Align::Center).bold();
        pen.text(&cluster.to_string(), at, style);
    }
}
