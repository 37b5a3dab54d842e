//! The versions' names below their bars.

use lab::snapshot::LedgerRow;

use super::Layout;
use super::lanes::{Lane, own_bars, version_name};
use crate::page::chart::pen::{Align, Pen, Type, crisp};
use crate::page::chart::scale::within;
use crate::page::view::Cx;

/// v1, v2, ..: as many as have room; the one at the playhead always.
pub fn draw(pen: &Pen, layout: &Layout, lane: &Lane, cx: &Cx<'_>) {
    let snapshot = &cx.state.update.snapshot;
    let Some(track) = snapshot.tracks.get(lane.lane) else {
        return;
    };
    let y = lane.base + if layout.rounds.is_some() { 13.0 } else { 12.0 };
    let is_shown = lane.lane == snapshot.lane;
    let here = |bar: &LedgerRow| bar.first <= track.version && track.version <= bar.last;
    let at = |bar: &LedgerRow| layout.x.at(bar.to_record as f64);
    let name = |bar: &LedgerRow| match here(bar) {
        true => version_name(track, track.version),
        false => version_name(track, bar.last),
    };
    let plain = Type::tick(cx.palette.text, Align::Center);
    let playhead = layout.x.at(snapshot.record as f64);
    let mut taken: Vec<(f64, f64)> = Vec::new();
    let shown: Vec<&LedgerRow> = own_bars(track)
        .filter(|bar| here(bar))
        .chain(own_bars(track).filter(|bar| !here(bar)))
        .collect();
    for bar in shown {
        let late = bar.to_record > snapshot.record;
        let x = at(bar);
        pen.line(
            (crisp(x), lane.base),
            (crisp(x), lane.base + 4.0),
            1.0,
            if late {
                cx.palette.line_2
            } else {
                cx.palette.text_2
            },
        );
        let style = if here(bar) && is_shown {
            plain.bold()
        } else {
            Type {
                color: if late {
                    cx.palette.text_3
                } else {
                    cx.palette.text_2
                },
                ..plain
            }
        };
        let text = if snapshot.records == 0 {
            "v1, initial".to_owned()
        } else {
            name(bar)
        };
        let half = pen.width_of(&text, style) / 2.0;
        let x = within(x, half, layout.width - half);
        let x = if (x - playhead).abs() < half + 3.0 && snapshot.records > 0 {
            (playhead - half - 5.0).max(half)
        } else {
            x
        };
        if taken
            .iter()
            .all(|(from, to)| x + half + 6.0 < *from || x - half - 6.0 > *to)
        {
            let x = if snapshot.records == 0 {
                x + half + 6.0
            } else {
                x
            };
            pen.text(&text, (x, y), style);
            taken.push((x - half, x + half));
        }
    }
}
