//! The left panel: the target over one feature, with the other features at their centre.

use lab::snapshot::{LinearView, Snapshot};

use super::line::{Line, earlier, slope_text};
use super::panel::{Panel, draw_grid};
use super::rows::{Row, made, rows};
use crate::page::chart::palette::faded;
use crate::page::chart::pen::{Align, At, Pen, Type};
use crate::page::stage::axes;
use crate::page::stage::points::opacity;
use crate::page::view::Cx;

/// So many of the newest rows show their error.
const STEMS: usize = 12;
/// Pixels between the newest line and its name.
const NAME_AWAY: f64 = 58.0;

/// The panel on a canvas of this size.
pub fn panel(pen: &Pen, cx: &Cx<'_>, linear: &LinearView, size: (f64, f64)) -> Panel {
    let snapshot = cx.snapshot;
    Panel::new(pen, snapshot.stage.x_range, linear.target_range, size)
}

/// Where a row is drawn; None outside of the frame.
pub fn place(panel: &Panel, row: &Row) -> Option<At> {
    let at = panel.at(row.x, row.adjusted);
    panel.contains(at).then_some(at)
}

/// The line of the shown version.
pub fn shown(snapshot: &Snapshot, linear: &LinearView) -> Line {
    let (slice, x) = (&snapshot.stage.slice, axes::feature(snapshot));
    Line::of(&linear.coefficients, linear.intercept, slice, x)
}

/// Draws the panel.
pub fn draw(pen: &Pen, panel: &Panel, cx: &Cx<'_>, linear: &LinearView, hovered: Option<u32>) {
    let snapshot = cx.snapshot;
    let line = shown(snapshot, linear);
    draw_grid(pen, panel, cx);
    draw_rows(pen, panel, cx, linear);
    draw_earlier(pen, panel, cx, linear);
    draw_errors(pen, panel, cx, linear, line);
    match ends(panel, line) {
        Some((from, to)) => pen.line(from, to, 3.0, cx.palette.text),
        None => draw_outside(pen, panel, cx),
    }
    if let Some(at) = rows(linear)
        .find(|row| Some(row.record) == hovered)
        .and_then(|row| place(panel, &row))
    {
        pen.ring(at, 7.0, 1.6, cx.palette.text);
    }
    draw_name(pen, panel, cx, linear, line);
}

/// Where the line is not seen, the panel says so.
fn draw_outside(pen: &Pen, panel: &Panel, cx: &Cx<'_>) {
    let snapshot = cx.snapshot;
    let text = match snapshot.version {
        1 => "the line comes with version 2, after batch 1".to_owned(),
        version => format!("v{version}\u{2019}s line lies outside of these axes"),
    };
    let at = (
        (panel.from.0 + panel.to.0) / 2.0,
        panel.to.1 - (panel.to.1 - panel.from.1) * 0.2,
    );
    label(
        pen,
        cx,
        &text,
        at,
        Type::label(cx.palette.text_2, Align::Center),
    );
}

fn draw_rows(pen: &Pen, panel: &Panel, cx: &Cx<'_>, linear: &LinearView) {
    let snapshot = cx.snapshot;
    for row in rows(linear) {
        if let Some(at) = place(panel, &row) {
            let age = snapshot.record.saturating_sub(u64::from(row.record) + 1) as f64;
            pen.disc(at, 3.4, faded(cx.palette.cluster(0), opacity(age)));
            if is_test(snapshot, row.record) {
                pen.ring(at, 4.2, 1.0, faded(cx.palette.text, opacity(age)));
            }
        }
    }
}

/// Whether a row is one that the model is tested with, and never learns.
pub fn is_test(snapshot: &Snapshot, record: u32) -> bool {
    let found = snapshot.stage.point_record.binary_search(&record);
    found.is_ok_and(|at| snapshot.stage.point_test[at] == 1)
}

/// The newest rows: from the line to each, and a halo about those that wait in the open batch.
fn draw_errors(pen: &Pen, panel: &Panel, cx: &Cx<'_>, linear: &LinearView, line: Line) {
    let snapshot = cx.snapshot;
    let color = cx.palette.cluster(0);
    let newest = linear.record.len().saturating_sub(STEMS);
    for row in rows(linear).skip(newest) {
        let Some(at) = place(panel, &row) else {
            continue;
        };
        let foot = panel.held(panel.at(row.x, line.at(row.x)));
        if u64::from(row.record) >= made(snapshot) && !is_test(snapshot, row.record) {
            pen.disc(at, 9.0, faded(color, 0.18));
        }
        if foot.1.is_finite() {
            pen.line(foot, at, 1.5, color);
        }
        pen.disc(at, 4.0, color);
        if is_test(snapshot, row.record) {
            pen.ring(at, 4.4, 1.2, cx.palette.text);
        }
    }
}

fn draw_earlier(pen: &Pen, panel: &Panel, cx: &Cx<'_>, linear: &LinearView) {
    let snapshot = cx.snapshot;
    let (slice, x) = (&snapshot.stage.slice, axes::feature(snapshot));
    for (i, version) in earlier(&linear.history).into_iter().enumerate() {
        let line = Line::of(&version.coefficients, version.intercept, slice, x);
        let Some((from, to)) = ends(panel, line) else {
            continue;
        };
        pen.line(from, to, 1.0, faded(cx.palette.text_3, 0.65));
        if i == 0 {
            let text = format!("v{}", version.version);
            // At the end that is further from the shown line.
            let shown = shown(snapshot, linear);
            let off = |at: At| (at.1 - panel.y.at(shown.at(panel.x.back(at.0)))).abs();
            let (end, align) = if off(from) >= off(to) {
                ((from.0 + 6.0, from.1), Align::Left)
            } else {
                ((to.0 - 6.0, to.1), Align::Right)
            };
            let below = end.1 > panel.y.at(shown.at(panel.x.back(end.0)));
            let y = end.1 + if below { 12.0 } else { -12.0 };
            let at = panel.held((end.0, y));
            label(pen, cx, &text, at, Type::label(cx.palette.text_2, align));
        }
    }
}

/// "v33: +2.99 per 1,000 of income", off the line, and a thin line to it.
fn draw_name(pen: &Pen, panel: &Panel, cx: &Cx<'_>, linear: &LinearView, line: Line) {
    let snapshot = cx.snapshot;
    let Some((from, to)) = ends(panel, line) else {
        return;
    };
    let style = Type::label(cx.palette.text, Align::Center).bold();
    let text = name(snapshot, linear);
    let half = pen.width_of(&text, style) / 2.0 + 5.0;
    let anchor = (
        from.0 + (to.0 - from.0) * 0.66,
        from.1 + (to.1 - from.1) * 0.66,
    );
    // On the side where a rising or falling line leaves more room.
    let away = if line.slope >= 0.0 {
        NAME_AWAY
    } else {
        -NAME_AWAY
    };
    let y = (anchor.1 + away).clamp(panel.from.1 + 30.0, (panel.to.1 - 36.0).max(40.0));
    let x = (anchor.0 + 30.0).clamp(
        panel.from.0 + half,
        (panel.to.0 - half).max(panel.from.0 + half),
    );
    if (y - anchor.1).abs() > 20.0 {
        let edge = y - (y - anchor.1).signum() * 10.0;
        pen.line(anchor, (x, edge), 1.0, cx.palette.text_2);
    }
    label(pen, cx, &text, (x, y), style);
}

/// The shown version and what it makes of the feature.
pub fn name(snapshot: &Snapshot, linear: &LinearView) -> String {
    let x = axes::feature(snapshot);
    let slope = linear.coefficients.get(x).copied().unwrap_or(0.0);
    let range = linear.feature_ranges.get(x).copied().unwrap_or((0.0, 0.0));
    let feature = snapshot
        .features
        .get(x)
        .map(String::as_str)
        .unwrap_or_default();
    format!(
        "v{}: {}",
        snapshot.version,
        slope_text(slope, range, feature)
    )
}

/// A text on a ground of its own.
pub fn label(pen: &Pen, cx: &Cx<'_>, text: &str, at: At, style: Type) {
    let width = pen.width_of(text, style);
    let left = match style.align {
        Align::Left => at.0,
        Align::Right => at.0 - width,
        Align::Center => at.0 - width / 2.0,
    };
    pen.rect(
        (left - 4.0, at.1 - 9.0),
        (left + width + 4.0, at.1 + 9.0),
        faded(cx.palette.stage, 0.86),
    );
    pen.text(text, at, style);
}

/// The part of a line that is inside of the frame, from left to right.
fn ends(panel: &Panel, line: Line) -> Option<(At, At)> {
    let at = |x: f64| (x, panel.y.at(line.at(panel.x.back(x))));
    panel.clip(at(panel.from.0), at(panel.to.0))
}
