//! What the inspector is open at: a ring about a row or a centroid; of an update, where the row was before.

use lab::inspect::Conversion;

use super::pick::Mark;
use super::plot::Plot;
use crate::page::chart::palette::faded;
use crate::page::chart::pen::{Align, At, Pen, Type};
use crate::page::inspector::Shows;
use crate::page::predictions::cluster;
use crate::page::view::Cx;

/// Draws it, and a ring about the mark that the keyboard is on.
pub fn draw(pen: &Pen, plot: &Plot, cx: &Cx<'_>, focus: Option<Mark>) {
    let inspector = &cx.state.inspector;
    if let (Shows::Life, Some(life)) = (inspector.shows, &inspector.life)
        && (life.cluster as usize) < plot.k()
    {
        pen.ring(
            plot.centroid(life.cluster as usize),
            17.0,
            1.6,
            cx.palette.text,
        );
    }
    let [after, before] = places(plot, cx).map(|place| {
        let place = place.map(|(x, y)| plot.at(x, y));
        place.filter(|at| plot.contains(*at))
    });
    if let Some(at) = after {
        draw_after(pen, plot, cx, at, before);
    }
    if let Some(mark) = focus {
        pen.ring(mark.at, 13.0, 2.0, cx.palette.accent);
    }
}

/// Where the open event's row is in the plane, and where it was before the change.
fn places(plot: &Plot, cx: &Cx<'_>) -> [Option<(f64, f64)>; 2] {
    let (inspector, snapshot) = (&cx.state.inspector, cx.snapshot);
    let Some(event) = inspector
        .event
        .as_ref()
        .filter(|_| inspector.shows == Shows::Event)
    else {
        return [None; 2];
    };
    let drawn = event.record.and_then(|record| {
        let records = &snapshot.stage.point_record;
        let at = records
            .iter()
            .position(|point| u64::from(*point) == record)?;
        let (x, y) = (snapshot.stage.point_x[at], snapshot.stage.point_y[at]);
        Some((f64::from(x), f64::from(y)))
    });
    let row = |value: fn(&Conversion) -> f64| -> Option<(f64, f64)> {
        let row: Vec<f64> = event.features.iter().map(value).collect();
        let known = row.len() == plot.plane.dim() && row.iter().all(|value| value.is_finite());
        known.then(|| plot.plane.place(&row))
    };
    let after = row(|feature| feature.number);
    let before = row(|feature| feature.number_before).filter(|before| Some(*before) != after);
    [drawn.or(after), before]
}

fn draw_after(pen: &Pen, plot: &Plot, cx: &Cx<'_>, at: At, before: Option<At>) {
    let text = cx.palette.text;
    let color = faded(text, 0.5);
    let (x, y) = at;
    pen.dashes((x, plot.from.1), (x, plot.to.1), (2.0, 3.0), 1.0, color);
    pen.dashes((plot.from.0, y), (plot.to.0, y), (2.0, 3.0), 1.0, color);
    let Some(before) = before else {
        return pen.ring(at, 9.0, 1.6, text);
    };
    pen.line(before, at, 1.6, text);
    pen.disc(before, 6.2, cx.palette.stage);
    pen.ring(before, 6.2, 1.4, text);
    let answer = cx
        .state
        .inspector
        .why
        .as_ref()
        .and_then(|why| why.answer.as_ref());
    let given = answer.map(|answer| cluster(cx.snapshot, answer.cluster).0);
    pen.disc(
        at,
        6.2,
        given.map_or(text, |given| cx.palette.cluster(given)),
    );
    pen.ring(at, 6.2, 1.4, text);
    let label = |words: &str, (x, y): At, style: Type| {
        let width = pen.width_of(words, style);
        // Beside the frame's left edge there is no room.
        let left = (x - 12.0 - width).max(plot.from.0 + 4.0);
        pen.rect(
            (left - 4.0, y - 9.0),
            (left + width + 4.0, y + 9.0),
            faded(cx.palette.stage, 0.86),
        );
        pen.text(words, (left, y), style);
    };
    let up = if before.1 > at.1 { -10.0 } else { 10.0 };
    label("after", (x, y + up), Type::label(text, Align::Left).bold());
    label("before", before, Type::label(text, Align::Left));
}
