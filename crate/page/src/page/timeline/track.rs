//! Bars, rounds, the open batch, what waits, the playhead.

use lab::snapshot::{LedgerRow, MarkKind, Snapshot, Track};

use super::lanes::{Lane, own_bars};
use super::{Layout, names};
use crate::page::chart::palette::faded;
use crate::page::chart::pen::{Align, Pen, Type, crisp};
use crate::page::chart::scale::{height, within};
use crate::page::view::Cx;
use crate::page::{numbers, predictions};

/// The least and largest shift of a version of these lanes, leaving out those that did not move.
pub fn shifts(snapshot: &Snapshot, lanes: &[usize]) -> (f64, f64) {
    let tracks = lanes.iter().filter_map(|lane| snapshot.tracks.get(*lane));
    let shifts = tracks
        .flat_map(|track| &track.bars)
        .map(|bar| bar.shift)
        .filter(|shift| *shift > 0.0 && shift.is_finite());
    shifts.fold((f64::INFINITY, 0.0), |(least, most), shift| {
        (least.min(shift), most.max(shift))
    })
}

/// Draws the timeline.
pub fn draw(pen: &Pen, layout: &Layout, cx: &Cx<'_>) {
    let snapshot = &cx.state.update.snapshot;
    let (left, right) = layout.x.pixels;
    draw_rounds(pen, layout, cx);
    let lanes: Vec<usize> = layout.lanes.iter().map(|lane| lane.lane).collect();
    let shifts = shifts(snapshot, &lanes);
    for lane in &layout.lanes {
        pen.line(
            (left, crisp(lane.base)),
            (right + 12.0, crisp(lane.base)),
            1.0,
            cx.palette.line_2,
        );
        let track = &snapshot.tracks[lane.lane];
        draw_bars(pen, layout, (lane, track), shifts, cx);
        draw_open_batch(pen, layout, (lane, track), cx);
    }
    draw_waiting(pen, layout, cx);
    for lane in &layout.lanes {
        names::draw(pen, layout, lane, cx);
        draw_fork(pen, layout, lane, cx);
    }
    draw_marks(pen, layout, cx);
    if snapshot.records == 0 && cx.state.update.waiting_total == 0 && layout.rounds.is_some() {
        let text = "Each full batch adds a version here. Drag to go back to any of them.";
        pen.text(
            text,
            (left + 24.0, layout.top() + 14.0),
            Type::label(cx.palette.text_2, Align::Left),
        );
    }
    draw_playhead(pen, layout, cx);
}

/// Where a fork leaves: a dot at its version, and a stem down to its own bars.
fn draw_fork(pen: &Pen, layout: &Layout, lane: &Lane, cx: &Cx<'_>) {
    let Some(fork) = cx.state.update.snapshot.tracks[lane.lane].fork else {
        return;
    };
    let Some(record) = fork.record else { return };
    let x = layout.x.at(record as f64);
    // Below the name of the version that it leaves at.
    let top = lane.top + 4.0;
    let color = cx.palette.text_2;
    pen.dashes(
        (crisp(x), top),
        (crisp(x), lane.base),
        (2.0, 2.0),
        1.0,
        color,
    );
    pen.disc((x, top), 2.8, color);
}

/// Gaps as dashed lines; drifts and changes of labels as small diamonds, filled and hollow, above the bars.
fn draw_marks(pen: &Pen, layout: &Layout, cx: &Cx<'_>) {
    let color = cx.palette.warn;
    let shown = cx.state.update.snapshot.lane;
    let Some(lane) = layout.lanes.iter().find(|lane| lane.lane == shown) else {
        return;
    };
    for mark in &cx.state.update.snapshot.marks {
        let x = crisp(layout.x.at(mark.record as f64));
        let (top, base) = (lane.top - 4.0, lane.base);
        if mark.kind == MarkKind::Gap {
            pen.dashes((x, top), (x, base), (3.0, 2.0), 1.5, color);
            continue;
        }
        // Below the names of rounds, in a ground of its own: it may stand on a bar.
        let top = lane.top + 4.0;
        pen.line((x, top + 4.0), (x, base), 1.0, color);
        let diamond = |half: f64| {
            let (x, y) = (x, top);
            [(x, y - half), (x + half, y), (x, y + half), (x - half, y)]
        };
        pen.polygon(diamond(6.5), cx.palette.app);
        pen.polygon(diamond(5.0), color);
        if mark.kind == MarkKind::Labels {
            pen.polygon(diamond(2.8), cx.palette.app);
        }
    }
}

/// Bars end where their version was made: a version is as wide as the batch that made it.
fn draw_bars(
    pen: &Pen,
    layout: &Layout,
    (lane, track): (&Lane, &Track),
    (least, most): (f64, f64),
    cx: &Cx<'_>,
) {
    let snapshot = &cx.state.update.snapshot;
    let is_drawn = |bar: &&LedgerRow| bar.rows > 0 || bar.shift > 0.0;
    for bar in own_bars(track).filter(is_drawn) {
        let (from, to) = (
            layout.x.at(bar.from_record as f64),
            layout.x.at(bar.to_record as f64),
        );
        let tall = height(bar.shift, least, most) * (lane.base - lane.top);
        let is_apart = bar.followed.as_ref().is_some_and(|followed| !followed.same);
        let color = if is_apart {
            faded(
                cx.palette.warn,
                if bar.to_record > snapshot.record {
                    0.5
                } else {
                    1.0
                },
            )
        } else if bar.to_record > snapshot.record {
            cx.palette.bar_late
        } else {
            cx.palette.bar
        };
        let gap = if to - from > 3.0 { 1.0 } else { 0.0 };
        pen.rect(
            (from + gap, lane.base - tall.max(1.5)),
            ((to - gap).max(from + gap + 1.5), lane.base),
            color,
        );
    }
}

fn draw_rounds(pen: &Pen, layout: &Layout, cx: &Cx<'_>) {
    let snapshot = &cx.state.update.snapshot;
    if is_tested_throughout(snapshot) {
        return;
    }
    let mut free_from = f64::NEG_INFINITY;
    for (i, round) in snapshot.rounds.iter().enumerate() {
        let late = round.first >= snapshot.record;
        let (from, to) = (
            layout.x.at(round.first as f64),
            layout.x.at(round.last as f64 + 1.0),
        );
        let Some(label_y) = layout.rounds else {
            pen.rect(
                (from, layout.top() - 4.0),
                (to, layout.base()),
                faded(cx.palette.band, if late { 0.5 } else { 1.0 }),
            );
            continue;
        };
        pen.rect(
            (from, label_y),
            (to, layout.base() + 4.0),
            faded(cx.palette.band, if late { 0.5 } else { 1.0 }),
        );
        let color = if late {
            cx.palette.line_2
        } else {
            cx.palette.text
        };
        pen.line((from, label_y), (to.max(from + 3.0), label_y), 2.0, color);
        let (name, score) = (
            format!("Test {} ", i + 1),
            if let Some(scores) = scores_of_all(layout, snapshot, i) {
                scores
            } else if round.mse.is_finite() {
                predictions::root(*round)
            } else if !snapshot.judged {
                numbers::counted(round.of.into(), "row")
            } else if round.of > 0 {
                format!("{}/{}", round.right, round.of)
            } else {
                numbers::NONE.to_owned()
            },
        );
        let style = Type::tick(
            if late {
                cx.palette.text_3
            } else {
                cx.palette.text
            },
            Align::Left,
        );
        let (name_width, score_width) = (
            pen.width_of(&name, style),
            pen.width_of(&score, style.bold()),
        );
        // Before its line where there is room, else after it.
        let before = from - 7.0 - name_width - score_width;
        let x = if before >= free_from.max(0.0) {
            before
        } else {
            to + 6.0
        };
        if x >= free_from && x + name_width + score_width < layout.width {
            pen.text(&name, (x, label_y), style);
            pen.text(&score, (x + name_width, label_y), style.bold());
            free_from = x + name_width + score_width + 8.0;
        }
        // Nor on this round's line.
        free_from = free_from.max(to + 4.0);
    }
}

/// Whether each row is tested and then learned, so that there are no rounds to tell apart.
fn is_tested_throughout(snapshot: &Snapshot) -> bool {
    let [round] = &snapshot.rounds[..] else {
        return false;
    };
    snapshot.versions > 1 && round.first == 0 && round.last + 1 >= snapshot.records
}

/// "5 | 5": what each of several lanes had right in a round; None for one lane, or where nothing is right or wrong.
fn scores_of_all(layout: &Layout, snapshot: &Snapshot, round: usize) -> Option<String> {
    if layout.lanes.len() < 2 || !snapshot.judged {
        return None;
    }
    let score = |lane: &Lane| {
        let rounds = &snapshot.lanes.get(lane.lane)?.rounds;
        // The picture's rounds are the newest ones of all.
        let at = (rounds.len() + round).checked_sub(snapshot.rounds.len())?;
        let (right, of) = rounds.get(at)?;
        Some(match of {
            0 => numbers::NONE.to_owned(),
            _ => right.to_string(),
        })
    };
    let scores: Option<Vec<String>> = layout.lanes.iter().map(score).collect();
    Some(scores?.join(" | "))
}

/// The batch that is being collected: dashed as far as it would reach, grey as far as it is.
fn draw_open_batch(pen: &Pen, layout: &Layout, (lane, track): (&Lane, &Track), cx: &Cx<'_>) {
    let snapshot = &cx.state.update.snapshot;
    let batch = &track.batch;
    let Some(made) = track
        .bars
        .iter()
        .rev()
        .map(|bar| bar.to_record)
        .find(|record| *record <= snapshot.record)
    else {
        return;
    };
    if !snapshot.live || batch.rows == 0 {
        return;
    }
    let more = batch.size.map_or(0, |size| size.saturating_sub(batch.rows));
    let from = layout.x.at(made as f64);
    let (now, end) = (
        layout.x.at(snapshot.record as f64),
        layout.x.at((snapshot.record + more) as f64),
    );
    let top = lane.base - 12.0;
    pen.rect((from, top), (now, lane.base), faded(cx.palette.bar, 0.5));
    pen.dashed_rect(
        (crisp(from), crisp(top)),
        (crisp(end), crisp(lane.base)),
        cx.palette.line_3,
    );
    if layout.rounds.is_some() && layout.lanes.len() == 1 {
        let text = format!("batch {}", numbers::count(batch.number));
        let style = Type::tick(cx.palette.text_2, Align::Left);
        // After the playhead where it would cross it.
        let crosses = now > from && now < from + 10.0 + pen.width_of(&text, style);
        let x = if crosses { now + 6.0 } else { from + 4.0 };
        pen.text(&text, (x, top - 7.0), style);
    }
}

/// Records that a pause holds back.
fn draw_waiting(pen: &Pen, layout: &Layout, cx: &Cx<'_>) {
    let update = &cx.state.update;
    if update.waiting_total == 0 {
        return;
    }
    let records = update.snapshot.records;
    let from = layout.x.at(records as f64);
    let to = layout.x.at((records + update.waiting_total) as f64);
    let to = within(to, from + 6.0, layout.width - 2.0);
    let (top, bottom) = (layout.rounds.unwrap_or(layout.top() - 6.0), layout.base());
    pen.dashed_rect(
        (crisp(from), crisp(top)),
        (crisp(to), crisp(bottom)),
        cx.palette.line_3,
    );
    let mut x = from + 6.0;
    while x < to {
        pen.line(
            (crisp(x), top + 2.0),
            (crisp(x), bottom),
            1.0,
            cx.palette.line_2,
        );
        x += 6.0;
    }
    if layout.rounds.is_some() {
        let style = Type::tick(cx.palette.text, Align::Left).bold();
        let text = format!("{} waiting", numbers::count(update.waiting_total));
        let width = pen
            .width_of("nothing is dropped", style)
            .max(pen.width_of(&text, style));
        // Beside it where there is room, else inside.
        let at = if to + 8.0 + width < layout.width {
            to + 8.0
        } else {
            from + 12.0
        };
        pen.rect(
            (at - 5.0, top + 1.0),
            (at + width + 5.0, top + 30.0),
            cx.palette.app,
        );
        pen.text(&text, (at, top + 8.0), style);
        pen.text(
            "nothing is dropped",
            (at, top + 22.0),
            Type::tick(cx.palette.text_2, Align::Left),
        );
    }
}

fn draw_playhead(pen: &Pen, layout: &Layout, cx: &Cx<'_>) {
    let x = crisp(layout.x.at(cx.state.update.snapshot.record as f64));
    let color = cx.palette.accent;
    pen.line((x, 8.0), (x, layout.height - 6.0), 2.0, color);
    pen.polygon(
        [
            (x - 6.0, 4.0),
            (x + 6.0, 4.0),
            (x + 6.0, 11.0),
            (x, 16.0),
            (x - 6.0, 11.0),
        ],
        color,
    );
}
