//! The measures of all lanes in one chart: the first lane solid and filled, the others dashed and hollow.

use lab::snapshot::{Snapshot, Task};
use wasm_bindgen::JsValue;

use super::{shown, stamps};
use crate::page::chart::palette::faded;
use crate::page::chart::pen::{Align, At, Pen, Type};
use crate::page::chart::scale::{Scale, log_ticks};
use crate::page::chart::surface::Surface;
use crate::page::dom::{self, Shown, Slot};
use crate::page::measures::charts::{rule, soon};
use crate::page::measures::{Frame, LEFT, frame};
use crate::page::view::{Cx, Stamp};
use crate::page::{names, numbers};

/// Dashes of the second, third and fourth lane.
const DASHES: [(f64, f64); 3] = [(4.0, 3.0), (1.5, 3.0), (9.0, 3.0)];
/// A lane's name has room for this many characters.
const NAME_CHARS: usize = 14;
/// Pixels between two names, one above the other.
const NAMES_APART: f64 = 14.0;

/// The two charts.
#[derive(Debug)]
pub struct Charts {
    rounds: Surface,
    losses: Surface,
    rounds_title: Slot,
    losses_title: Slot,
    stamp: Shown<(Vec<Stamp>, Task, u64)>,
}

/// A lane's curve.
#[derive(Clone, Debug, PartialEq)]
struct Curve {
    lane: usize,
    name: String,
    /// Records seen, and the value.
    points: Vec<(f64, f64)>,
}

impl Charts {
    /// The charts of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new() -> Result<Charts, JsValue> {
        Ok(Charts {
            rounds: Surface::by_id("both-rounds")?,
            losses: Surface::by_id("both-losses")?,
            rounds_title: Slot::by_id("both-rounds-title")?,
            losses_title: Slot::by_id("both-losses-title")?,
            stamp: Shown::default(),
        })
    }

    /// Draws what changed.
    pub fn draw(&mut self, cx: &Cx<'_>) {
        let fits = [self.rounds.fit(), self.losses.fit()];
        let lanes = of_kind(cx);
        let changed = self
            .stamp
            .change((stamps(cx), cx.snapshot.task, cx.state.domain));
        if lanes.is_empty() || !(changed || fits.contains(&true)) {
            return;
        }
        let task = cx.snapshot.task;
        let size = common_size(&lanes);
        self.rounds_title.set(&rounds_title(task, size));
        self.losses_title.set(losses_title(task));
        let rounds = curves(&lanes, |lane| rounds(lane, size));
        let losses = curves(&lanes, losses);
        let top = match (task, size) {
            (Task::Regression, _) => None,
            (_, Some(size)) => Some((f64::from(size), size.to_string())),
            (_, None) => Some((1.0, "100%".to_owned())),
        };
        frame(&self.rounds, cx, true, |pen, frame, cx| match &top {
            Some((top, text)) => draw_rounds(pen, frame, cx, &rounds, (*top, text)),
            None => draw_losses(pen, frame, cx, &rounds),
        });
        frame(&self.losses, cx, false, |pen, frame, cx| {
            draw_losses(pen, frame, cx, &losses);
        });
        for (surface, title, curves) in [
            (&self.rounds, rounds_title(task, size), &rounds),
            (&self.losses, losses_title(task).to_owned(), &losses),
        ] {
            dom::set_attribute(&surface.canvas, "aria-label", &in_words(&title, curves));
        }
    }
}

/// The lanes side by side that are of the shown lane's kind: others are measured by something else.
fn of_kind<'a>(cx: &Cx<'a>) -> Vec<&'a Snapshot> {
    let task = cx.state.update.snapshot.task;
    let mut lanes = shown(cx.state);
    lanes.retain(|lane| lane.task == task);
    lanes
}

fn rounds_title(task: Task, size: Option<u32>) -> String {
    match (task, size) {
        (Task::Regression, _) => "Root mean squared error of test rows".to_owned(),
        (_, Some(size)) => format!("Test rows right of {size}"),
        (_, None) => "Test rows right".to_owned(),
    }
}

fn losses_title(task: Task) -> &'static str {
    match task {
        Task::Clustering => "Inertia per row after each batch",
        Task::Regression => "Squared error per row before each batch",
        Task::Classification => "Log-loss per row before each batch",
    }
}

fn curves(lanes: &[&Snapshot], points: impl Fn(&Snapshot) -> Vec<(f64, f64)>) -> Vec<Curve> {
    let curve = |lane: &&Snapshot| Curve {
        lane: lane.lane,
        name: lane
            .lanes
            .get(lane.lane)
            .map(|head| head.name.clone())
            .unwrap_or_default(),
        points: points(lane),
    };
    lanes.iter().map(curve).collect()
}

/// The size of all rounds of all lanes, if they have one.
fn common_size(lanes: &[&Snapshot]) -> Option<u32> {
    let rounds = || lanes.iter().flat_map(|lane| &lane.rounds);
    let size = rounds().map(|round| round.of).max()?;
    // The last one may still grow.
    let all = lanes.iter().flat_map(|lane| {
        let (_, earlier) = lane.rounds.split_last()?;
        Some(earlier)
    });
    let same = all.flatten().all(|round| round.of == size);
    (same && size > 0 && size < 10_000).then_some(size)
}

fn rounds(lane: &Snapshot, size: Option<u32>) -> Vec<(f64, f64)> {
    let all = lane.rounds.iter().filter(|round| round.of > 0);
    let value = |round: &lab::snapshot::Round| match (lane.task, size) {
        (Task::Regression, _) => round.mse.sqrt(),
        (_, Some(_)) => f64::from(round.right),
        (_, None) => f64::from(round.right) / f64::from(round.of),
    };
    let points = all.map(|round| (round.last as f64 + 1.0, value(round)));
    match lane.judged || lane.task == Task::Regression {
        true => points.filter(|(_, value)| value.is_finite()).collect(),
        false => Vec::new(),
    }
}

fn losses(lane: &Snapshot) -> Vec<(f64, f64)> {
    let learned = lane.bars.iter().filter(|bar| bar.rows > 0);
    let point = |bar: &lab::snapshot::LedgerRow| {
        let value = match lane.task {
            Task::Clustering => bar.loss_after,
            Task::Regression | Task::Classification => bar.loss_before,
        };
        ((bar.from_record + bar.to_record) as f64 / 2.0, value)
    };
    let points = learned.map(point);
    points.filter(|(_, value)| value.is_finite()).collect()
}

fn draw_rounds(pen: &Pen, frame: Frame, cx: &Cx<'_>, curves: &[Curve], top: (f64, &str)) {
    let frame = Frame {
        top: frame.top + 14.0,
        ..frame
    };
    let y = Scale {
        domain: (0.0, top.0),
        pixels: (frame.bottom, frame.top),
    };
    rule(pen, frame, y.at(top.0), top.1, cx);
    rule(pen, frame, y.at(0.0), "0", cx);
    if curves.iter().all(|curve| curve.points.is_empty()) {
        let words = match cx.snapshot.judged {
            true => "after the first test rows",
            false => "no labels to compare with",
        };
        return soon(pen, frame, words, cx);
    }
    draw_curves(pen, frame, cx, curves, |value| y.at(value));
    draw_earlier(pen, frame, cx, curves, |value| y.at(value));
}

/// The values before the newest: of two curves the upper one's above it, the lower one's below; of more there is no room.
fn draw_earlier(pen: &Pen, frame: Frame, cx: &Cx<'_>, curves: &[Curve], y: impl Fn(f64) -> f64) {
    let [one, other] = curves else { return };
    let counts = curves.iter().all(|curve| {
        let mut values = curve.points.iter();
        values.all(|(_, value)| value.fract() == 0.0)
    });
    if !counts || one.points.len() > 5 {
        return;
    }
    let seen = |curve: &Curve| {
        let record = cx.snapshot.record as f64;
        let seen = curve.points.iter().filter(|(at, _)| *at <= record).count();
        seen.saturating_sub(1)
    };
    for (curve, beside) in [(one, other), (other, one)] {
        for (i, (record, value)) in curve.points.iter().enumerate().take(seen(curve)) {
            let other = beside.points.get(i).map(|(_, value)| *value);
            let above = other.is_none_or(|other| *value > other);
            if other == Some(*value) && curve.lane > beside.lane {
                // It stands there once already.
                continue;
            }
            let x = frame.x.at(*record).max(frame.x.pixels.0 + 8.0);
            let at = (x, y(*value) + if above { -13.0 } else { 13.0 });
            pen.text(
                &value_text(*value),
                at,
                Type::tick(cx.palette.text, Align::Center),
            );
        }
    }
}

/// A loss this small is what arithmetic leaves of none: a batch whose rows are its centroids.
const ROUNDING: f64 = 1e-12;

/// Over many sizes: logarithmic, and the ticks say so.
fn draw_losses(pen: &Pen, frame: Frame, cx: &Cx<'_>, curves: &[Curve]) {
    let frame = Frame {
        top: frame.top + 10.0,
        bottom: frame.bottom - 10.0,
        ..frame
    };
    let values = || curves.iter().flat_map(|curve| &curve.points);
    let positive = values()
        .map(|(_, value)| *value)
        .filter(|value| *value > ROUNDING);
    let (least, most) = positive.fold((f64::INFINITY, 0.0), |(least, most), value| {
        (f64::min(least, value), f64::max(most, value))
    });
    if most == 0.0 {
        return soon(pen, frame, "after batch 1", cx);
    }
    let (low, high) = (least.max(most / 100.0) / 1.25, most * 1.25);
    let y = Scale {
        domain: (libm::log(low), libm::log(high)),
        pixels: (frame.bottom, frame.top),
    };
    let mut free_from = f64::INFINITY;
    for tick in log_ticks(low, high) {
        let at = y.at(libm::log(tick));
        if at + 11.0 < free_from {
            rule(pen, frame, at, &tick_text(tick), cx);
            free_from = at;
        }
    }
    draw_curves(pen, frame, cx, curves, |value| {
        y.at(libm::log(value.max(low)))
    });
}

/// "0.5", "200k": there is room for five letters.
fn tick_text(tick: f64) -> String {
    match tick >= 10_000.0 {
        true => format!("{}k", numbers::fixed(tick / 1_000.0, 0)),
        false => numbers::fixed(tick, numbers::decimals(std::iter::once(tick))),
    }
}

fn draw_curves(pen: &Pen, frame: Frame, cx: &Cx<'_>, curves: &[Curve], y: impl Fn(f64) -> f64) {
    let mut names: Vec<(At, String)> = Vec::new();
    for curve in curves {
        let places: Vec<At> = curve
            .points
            .iter()
            .map(|(record, value)| (frame.x.at(*record), y(*value)))
            .collect();
        let late = |point: usize| curve.points[point].0 > cx.snapshot.record as f64;
        let color = |late: bool| match late {
            true => cx.palette.line_2,
            false => cx.palette.text,
        };
        for (i, pair) in places.windows(2).enumerate() {
            let color = color(late(i + 1));
            match curve.lane.checked_sub(1).map(|lane| DASHES[lane % 3]) {
                None => pen.line(pair[0], pair[1], 1.5, color),
                Some(dash) => pen.dashes(pair[0], pair[1], dash, 1.5, color),
            }
        }
        let radius = if places.len() > 60 { 2.0 } else { 4.0 };
        for (i, at) in places.iter().enumerate() {
            draw_mark(pen, cx, curve.lane, *at, radius, color(late(i)));
        }
        // What is told is the newest value up to the playhead.
        let newest = (0..places.len()).rev().find(|point| !late(*point));
        if let Some(newest) = newest {
            let name = names::at_most(&curve.name, NAME_CHARS);
            let text = format!("{name} {}", value_text(curve.points[newest].1));
            names.push((places[newest], text));
        }
    }
    draw_names(pen, frame, cx, names);
}

/// A disc, a ring, a square, a hollow square.
fn draw_mark(
    pen: &Pen,
    cx: &Cx<'_>,
    lane: usize,
    at: At,
    radius: f64,
    color: plotters::style::RGBAColor,
) {
    let corner = |by: f64| (at.0 + by, at.1 + by);
    let side = radius * 0.85;
    match lane % 4 {
        0 => pen.disc(at, radius, color),
        1 => {
            pen.disc(at, radius, cx.palette.app);
            pen.ring(at, radius - 0.7, 1.4, color);
        }
        2 => pen.rect(corner(-side), corner(side), color),
        _ => {
            pen.rect(corner(-side), corner(side), cx.palette.app);
            pen.frame(corner(-side), corner(side), 1.4, color);
        }
    }
}

/// "11", "0.41"
fn value_text(value: f64) -> String {
    match value.fract() == 0.0 || value.abs() <= ROUNDING {
        true => numbers::fixed(value, 0),
        false => numbers::significant(value, 3),
    }
}

/// Names beside the curves' ends: the highest above its mark, the lowest below, none on another.
fn draw_names(pen: &Pen, frame: Frame, cx: &Cx<'_>, mut names: Vec<(At, String)>) {
    names.sort_by(|(a, _), (b, _)| a.1.total_cmp(&b.1));
    let last = names.len().saturating_sub(1);
    let mut free_from = frame.top - 18.0;
    for (i, (at, text)) in names.into_iter().enumerate() {
        let style = Type::label(cx.palette.text, Align::Left).bold();
        let width = pen.width_of(&text, style);
        let away = if i == last && last > 0 { 13.0 } else { -13.0 };
        let y = (at.1 + away).max(free_from).min(frame.bottom + 6.0);
        let x = (at.0 - width + 8.0).clamp(LEFT + 2.0, (frame.x.pixels.1 - width).max(LEFT + 2.0));
        // Readable over curves as well.
        let (from, to) = ((x - 2.0, y - 7.0), (x + width + 2.0, y + 7.0));
        pen.rect(from, to, faded(cx.palette.app, 0.86));
        pen.text(&text, (x, y), style);
        free_from = y + NAMES_APART;
    }
}

/// "Test rows right of 11: Flink 9, Spark 11".
fn in_words(title: &str, curves: &[Curve]) -> String {
    let values: Vec<String> = curves
        .iter()
        .map(|curve| match curve.points.last() {
            Some((_, value)) => format!("{} {}", curve.name, value_text(*value)),
            None => format!("{} nothing yet", curve.name),
        })
        .collect();
    format!("{title}: {}", values.join(", "))
}

#[cfg(test)]
mod tests {
    use lab::snapshot::{LaneHead, LedgerRow, Round};

    use super::*;

    fn lane(lane: usize, right: &[u32]) -> Snapshot {
        let head = |name: &str| LaneHead {
            name: name.to_owned(),
            ..LaneHead::default()
        };
        let round = |(i, right): (usize, &u32)| Round {
            last: 10 * i as u64,
            right: *right,
            of: 11,
            ..Round::default()
        };
        Snapshot {
            lanes: vec![head("Flink"), head("Spark")],
            lane,
            judged: true,
            rounds: right.iter().enumerate().map(round).collect(),
            ..Snapshot::default()
        }
    }

    #[test]
    fn each_lane_is_a_curve_that_says_its_newest_value() {
        let (flink, spark) = (lane(0, &[5, 7, 9]), lane(1, &[5, 8, 11]));
        let lanes = [&flink, &spark];
        let size = common_size(&lanes);
        assert_eq!(size, Some(11));
        let curves = curves(&lanes, |lane| rounds(lane, size));
        assert_eq!(curves[1].points, [(1.0, 5.0), (11.0, 8.0), (21.0, 11.0)]);
        assert_eq!(
            in_words(&rounds_title(Task::Clustering, size), &curves),
            "Test rows right of 11: Flink 9, Spark 11"
        );
    }

    #[test]
    fn numbers_are_short_and_what_rounding_leaves_is_nothing() {
        let ticks = [0.5, 20.0, 200_000.0].map(tick_text);
        assert_eq!(ticks, ["0.5", "20", "200k"]);
        let values = [11.0, 0.414, 4e-31].map(value_text);
        assert_eq!(values, ["11", "0.414", "0"]);
    }

    #[test]
    fn rounds_of_other_sizes_are_shares() {
        let mut flink = lane(0, &[5, 7, 9]);
        flink.rounds[0].of = 20;
        let size = common_size(&[&flink]);
        assert_eq!(size, None);
        assert_eq!(rounds(&flink, size)[0].1, 0.25);
    }

    #[test]
    fn only_batches_with_rows_have_an_inertia() {
        let mut flink = lane(0, &[]);
        let bar = |rows, loss_after| LedgerRow {
            rows,
            loss_after,
            to_record: 4,
            ..LedgerRow::default()
        };
        flink.bars = vec![bar(0, f64::NAN), bar(3, 0.5)];
        assert_eq!(losses(&flink), [(2.0, 0.5)]);
    }
}
