//! What each measure draws in its frame.

use lab::snapshot::{LedgerRow, Round, Snapshot};

use super::{Frame, LEFT};
use crate::page::chart::pen::{Align, At, Pen, Type, crisp};
use crate::page::chart::scale::{Scale, log_ticks, nice_step, ticks, within};
use crate::page::numbers;
use crate::page::view::Cx;

/// A line across with its number at the left.
pub fn rule(pen: &Pen, frame: Frame, y: f64, text: &str, cx: &Cx<'_>) {
    pen.line(
        (frame.x.pixels.0, crisp(y)),
        (frame.x.pixels.1, crisp(y)),
        1.0,
        cx.palette.line,
    );
    pen.text(
        text,
        (LEFT - 6.0, y),
        Type::tick(cx.palette.text_3, Align::Right),
    );
}

/// Where there is nothing yet, the chart says when there will be.
pub fn soon(pen: &Pen, frame: Frame, text: &str, cx: &Cx<'_>) {
    let (y, style) = (
        (frame.top + frame.bottom) / 2.0,
        Type::label(cx.palette.text_2, Align::Left),
    );
    pen.rect(
        (LEFT + 2.0, y - 8.0),
        (LEFT + 10.0 + pen.width_of(text, style), y + 8.0),
        cx.palette.app,
    );
    pen.text(text, (LEFT + 6.0, y), style);
}

/// Whether something at this record lies behind the playhead.
pub(super) fn is_late(cx: &Cx<'_>, record: u64) -> bool {
    record > cx.snapshot.record
}

pub(super) fn learned(snapshot: &Snapshot) -> impl Iterator<Item = &LedgerRow> {
    snapshot.bars.iter().filter(|bar| bar.rows > 0)
}

/// Draws this measure: counts, or shares where rounds are not of one size.
pub fn draw_right(pen: &Pen, frame: Frame, cx: &Cx<'_>) {
    let snapshot = cx.snapshot;
    // Counts as far as there is room for them before the axis.
    let size = common_size(&snapshot.rounds).filter(|size| snapshot.judged && *size < 10_000);
    let frame = Frame {
        top: frame.top + 12.0,
        ..frame
    };
    let y = Scale {
        domain: (0.0, 1.0),
        pixels: (frame.bottom, frame.top),
    };
    let (all, none) = match size {
        Some(size) => (size.to_string(), "0"),
        None => ("100%".to_owned(), "0%"),
    };
    rule(pen, frame, y.at(1.0), &all, cx);
    rule(pen, frame, y.at(0.0), none, cx);
    let rounds: Vec<_> = snapshot
        .rounds
        .iter()
        .filter(|round| round.of > 0)
        .collect();
    if !snapshot.judged {
        let note = &snapshot.measures.note;
        let words = if note.is_empty() {
            "no labels to compare with"
        } else {
            note
        };
        return soon(pen, frame, words, cx);
    }
    if rounds.is_empty() {
        return soon(pen, frame, "after the first test rows", cx);
    }
    let places: Vec<(At, bool)> = rounds
        .iter()
        .map(|round| {
            (
                (
                    frame.x.at(round.last as f64 + 1.0),
                    y.at(f64::from(round.right) / f64::from(size.unwrap_or(round.of).max(1))),
                ),
                is_late(cx, round.first + 1),
            )
        })
        .collect();
    let color = |late: bool| {
        if late {
            cx.palette.line_2
        } else {
            cx.palette.text
        }
    };
    for pair in places.windows(2) {
        pen.line(pair[0].0, pair[1].0, 1.5, color(pair[1].1));
    }
    let mut free_from = f64::NEG_INFINITY;
    for (round, (at, late)) in rounds.iter().zip(&places) {
        pen.disc(*at, 4.5, color(*late));
        let text = format!("{}/{}", round.right, round.of);
        let style = Type {
            size: 11.0,
            bold: true,
            color: color(*late),
            align: Align::Center,
        };
        let half = pen.width_of(&text, style) / 2.0;
        let x = beside_playhead(
            within(at.0 + 4.0, LEFT + half, frame.x.pixels.1 - half),
            half,
            frame,
            cx,
        );
        // Numbers that would lie on each other are left out; the table has them.
        if x - half > free_from {
            pen.text(&text, (x, at.1 - 12.0), style);
            free_from = x + half + 4.0;
        }
    }
}

/// How many rows each round has, if all have as many; the last one may still grow.
fn common_size(rounds: &[Round]) -> Option<u32> {
    let size = rounds.iter().map(|round| round.of).max().unwrap_or(0);
    let (_, earlier) = rounds.split_last().unwrap_or((&Round::default(), &[]));
    earlier
        .iter()
        .all(|round| round.of == size)
        .then_some(if earlier.is_empty() {
            size.max(11)
        } else {
            size
        })
}

/// A number's middle, moved beside the playhead where that would cross it: to its left, if the axis' numbers do not
/// stand there.
fn beside_playhead(x: f64, half: f64, frame: Frame, cx: &Cx<'_>) -> f64 {
    let playhead = frame.x.at(cx.snapshot.record as f64);
    if (x - playhead).abs() < half + 3.0 {
        let left = playhead - half - 4.0;
        if left - half < LEFT {
            playhead + half + 4.0
        } else {
            left
        }
    } else {
        x
    }
}

/// Draws this measure.
pub fn draw_inertia(pen: &Pen, frame: Frame, cx: &Cx<'_>) {
    let snapshot = cx.snapshot;
    let values = || {
        learned(snapshot)
            .flat_map(|bar| [bar.loss_before, bar.loss_after])
            .filter(|value| value.is_finite() && *value > 0.0)
    };
    let (least, most) = values().fold((f64::INFINITY, 0.0), |(least, most), value| {
        (f64::min(least, value), f64::max(most, value))
    });
    if most == 0.0 {
        for (tick, text) in [(0.0, "0"), (0.5, "1"), (1.0, "2")] {
            rule(
                pen,
                frame,
                frame.bottom + (frame.top - frame.bottom) * tick,
                text,
                cx,
            );
        }
        return soon(pen, frame, "after batch 1", cx);
    }
    // Logarithmic, so that the small steps of later batches are seen; the ticks say so.
    // A batch of one row has an inertia of about 0 after it: it stands at the lowest edge.
    let (low, high) = (least.max(most / 1_000.0) / 1.25, most * 1.25);
    let y = Scale {
        domain: (libm::log(low), libm::log(high)),
        pixels: (frame.bottom, frame.top),
    };
    let mut free_from = f64::INFINITY;
    for tick in log_ticks(low, high) {
        let at = y.at(libm::log(tick));
        if at + 11.0 < free_from {
            let decimals = numbers::decimals(std::iter::once(tick));
            rule(pen, frame, at, &numbers::fixed(tick, decimals), cx);
            free_from = at;
        }
    }
    for bar in learned(snapshot) {
        let color = if is_late(cx, bar.to_record) {
            cx.palette.line_2
        } else {
            cx.palette.text
        };
        let x = frame.x.at(middle(bar));
        let at = |value: f64| (x, y.at(libm::log(value.max(low))));
        if bar.loss_before.is_finite() && bar.loss_after.is_finite() {
            let (before, after) = (at(bar.loss_before), at(bar.loss_after));
            pen.line(before, after, 1.0, color);
            pen.disc(before, 3.4, cx.palette.app);
            pen.ring(before, 2.8, 1.4, color);
            pen.disc(after, 3.4, color);
        }
    }
}

/// Draws this measure.
pub fn draw_shift(pen: &Pen, frame: Frame, cx: &Cx<'_>) {
    let snapshot = cx.snapshot;
    let most = snapshot
        .bars
        .iter()
        .map(|bar| bar.shift)
        .filter(|shift| shift.is_finite())
        .fold(0.0, f64::max);
    let step = nice_step(if most > 0.0 { most / 3.0 } else { 1.0 });
    let top = (most / step).ceil().max(2.0) * step;
    let y = Scale {
        domain: (0.0, top),
        pixels: (frame.bottom, frame.top),
    };
    let (marks, decimals) = ticks(0.0, top, top / step);
    for tick in marks {
        rule(pen, frame, y.at(tick), &numbers::fixed(tick, decimals), cx);
    }
    if most == 0.0 && learned(snapshot).next().is_none() {
        return soon(pen, frame, "after batch 1", cx);
    }
    // A stalk for each centroid; those that stayed have none, so that empty windows leave the chart empty.
    for bar in snapshot
        .bars
        .iter()
        .filter(|bar| bar.rows > 0 || bar.shift > 0.0)
    {
        let late = is_late(cx, bar.to_record);
        let k = bar.shifts.len() as f64;
        // Inside of the frame, also where a batch is as narrow as one row.
        let center = within(
            frame.x.at(middle(bar)),
            frame.x.pixels.0 + k * 2.0 + 2.0,
            frame.x.pixels.1,
        );
        for (cluster, shift) in bar.shifts.iter().enumerate() {
            let color = snapshot
                .cluster_labels
                .get(cluster)
                .copied()
                .unwrap_or(cluster);
            let color = if late {
                cx.palette.line_2
            } else {
                cx.palette.cluster(color)
            };
            let x = center + (cluster as f64 - (k - 1.0) / 2.0) * 4.0;
            let top = (x, y.at(*shift));
            if shift.is_finite() {
                pen.line((x, frame.bottom), top, 2.0, color);
                pen.disc(top, 3.0, color);
            }
        }
    }
}

/// Draws this measure.
pub fn draw_rows(pen: &Pen, frame: Frame, cx: &Cx<'_>) {
    let snapshot = cx.snapshot;
    rule(pen, frame, frame.top, "100%", cx);
    rule(pen, frame, frame.bottom, "0%", cx);
    if learned(snapshot).next().is_none() {
        return soon(pen, frame, "after batch 1", cx);
    }
    for bar in learned(snapshot) {
        let (from, to) = (
            frame.x.at(bar.from_record as f64),
            frame.x.at(bar.to_record as f64),
        );
        let gap = if to - from > 4.0 { 1.0 } else { 0.0 };
        let mut top = frame.bottom;
        for (cluster, count) in bar.counts.iter().enumerate() {
            let color = snapshot
                .cluster_labels
                .get(cluster)
                .copied()
                .unwrap_or(cluster);
            let color = if is_late(cx, bar.to_record) {
                cx.palette.line
            } else {
                cx.palette.cluster(color)
            };
            let height = *count as f64 / bar.rows as f64 * (frame.bottom - frame.top);
            pen.rect(
                (from + gap, top - height),
                ((to - gap).max(from + gap + 1.0), top),
                color,
            );
            top -= height;
        }
    }
}

pub(super) fn middle(bar: &LedgerRow) -> f64 {
    (bar.from_record + bar.to_record) as f64 / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_of_one_size_are_counted_and_others_are_shares() {
        let rounds = |sizes: &[u32]| -> Vec<Round> {
            let round = |of: &u32| Round {
                of: *of,
                ..Round::default()
            };
            sizes.iter().map(round).collect()
        };
        assert_eq!(common_size(&rounds(&[])), Some(11));
        assert_eq!(common_size(&rounds(&[11, 11, 4])), Some(11));
        assert_eq!(common_size(&rounds(&[4])), Some(11));
        assert_eq!(common_size(&rounds(&[1, 11])), None);
    }
}
