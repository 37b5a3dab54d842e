//! The right panel: what was to be predicted over what was, or the errors.

use lab::snapshot::{LinearView, Snapshot};

use super::fit::{is_test, label};
use super::panel::{Panel, draw_grid};
use super::rows::{Row, far, newest, rows};
use crate::page::chart::palette::faded;
use crate::page::chart::pen::{Align, At, Pen, Type};
use crate::page::chart::scale::nice_step;
use crate::page::stage::points::opacity;
use crate::page::view::Cx;

/// What the panel draws.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// The target over the prediction.
    #[default]
    Actual,
    /// The error over the prediction.
    Errors,
    /// The error over the records.
    ErrorsInTime,
}

impl Kind {
    /// All of them, in the order of the chooser.
    pub const ALL: [Kind; 3] = [Kind::Actual, Kind::Errors, Kind::ErrorsInTime];

    /// Its name in the chooser: that of the vertical axis.
    pub fn name(self, target: &str) -> String {
        match self {
            Kind::Actual => format!("{target}, actual"),
            Kind::Errors => "error over predicted".to_owned(),
            Kind::ErrorsInTime => "error over records".to_owned(),
        }
    }

    /// The name of its horizontal axis.
    pub fn across(self) -> &'static str {
        match self {
            Kind::Actual | Kind::Errors => "predicted",
            Kind::ErrorsInTime => "record",
        }
    }
}

/// The panel on a canvas of this size.
pub fn panel(pen: &Pen, cx: &Cx<'_>, linear: &LinearView, kind: Kind, size: (f64, f64)) -> Panel {
    let range = linear.target_range;
    let errors = errors_reach(linear, cx.snapshot.record);
    let (x, y) = match kind {
        Kind::Actual => (range, range),
        Kind::Errors => (range, (-errors, errors)),
        Kind::ErrorsInTime => ((0.0, cx.state.domain as f64), (-errors, errors)),
    };
    Panel::new(pen, x, y, size)
}

/// How far errors are drawn: a round number that the newest reach, and no more than half of the target's range.
/// Beyond lie those of versions that had learned nothing yet.
fn errors_reach(linear: &LinearView, record: u64) -> f64 {
    let (least, largest) = linear.target_range;
    let span = if largest > least {
        largest - least
    } else {
        1.0
    };
    let most = newest(linear, record)
        .map(|row| row.error().abs())
        .filter(|error| error.is_finite())
        .fold(0.0, f64::max);
    if most > 0.0 {
        nice_step(most.min(span / 2.0))
    } else {
        nice_step(span / 2.0)
    }
}

/// Where a row is drawn: at the edge, where it lies beyond it, and whether it does.
pub fn place(panel: &Panel, kind: Kind, row: &Row) -> Option<(At, bool)> {
    let at = match kind {
        Kind::Actual => panel.at(row.predicted, row.actual),
        Kind::Errors => panel.at(row.predicted, row.error()),
        Kind::ErrorsInTime => panel.at(f64::from(row.record), row.error()),
    };
    let held = panel.held(at);
    (at.0.is_finite() && at.1.is_finite()).then_some((held, held != at))
}

/// Draws the panel.
pub fn draw(
    pen: &Pen,
    panel: &Panel,
    kind: Kind,
    cx: &Cx<'_>,
    linear: &LinearView,
    hovered: Option<u32>,
) {
    let snapshot = cx.snapshot;
    draw_grid(pen, panel, cx);
    draw_line(pen, panel, kind, cx);
    for row in rows(linear) {
        let Some((at, beyond)) = place(panel, kind, &row) else {
            continue;
        };
        draw_row(pen, cx, snapshot, &row, at, beyond);
        if Some(row.record) == hovered {
            pen.ring(at, 6.0, 1.6, cx.palette.text);
        }
    }
    let far = far(newest(linear, snapshot.record));
    for row in newest(linear, snapshot.record).filter(|row| row.error().abs() > far) {
        if let Some((at, _)) = place(panel, kind, &row) {
            pen.ring(at, 8.0, 1.6, cx.palette.text);
        }
    }
    draw_names(pen, panel, kind, cx);
}

fn draw_row(pen: &Pen, cx: &Cx<'_>, snapshot: &Snapshot, row: &Row, at: At, beyond: bool) {
    let age = snapshot.record.saturating_sub(u64::from(row.record) + 1) as f64;
    let color = faded(cx.palette.cluster(0), opacity(age));
    if beyond {
        return pen.ring(at, 3.0, 1.2, color);
    }
    pen.disc(at, 3.4, color);
    if is_test(snapshot, row.record) {
        pen.ring(at, 4.2, 1.0, faded(cx.palette.text, opacity(age)));
    }
}

/// Where the prediction is right: the diagonal, or an error of 0.
fn draw_line(pen: &Pen, panel: &Panel, kind: Kind, cx: &Cx<'_>) {
    let back = |x: f64| panel.x.back(x);
    let at = |x: f64| match kind {
        Kind::Actual => panel.at(back(x), back(x)),
        Kind::Errors | Kind::ErrorsInTime => panel.at(back(x), 0.0),
    };
    let Some((from, to)) = panel.clip(at(panel.from.0), at(panel.to.0)) else {
        return;
    };
    pen.dashes(from, to, (5.0, 3.0), 1.5, cx.palette.text);
}

fn draw_names(pen: &Pen, panel: &Panel, kind: Kind, cx: &Cx<'_>) {
    if kind == Kind::Actual {
        // Above the diagonal, where its upper end leaves room.
        let share = 0.8;
        let at = (
            panel.from.0 + (panel.to.0 - panel.from.0) * share - 26.0,
            panel.to.1 - (panel.to.1 - panel.from.1) * share - 12.0,
        );
        let style = Type::label(cx.palette.text, Align::Right);
        label(pen, cx, "predicted = actual", at, style);
    }
    let style = Type::label(cx.palette.text_2, Align::Right);
    let at = (panel.to.0 - 6.0, panel.to.1 - 12.0);
    label(pen, cx, kind.across(), at, style);
}
