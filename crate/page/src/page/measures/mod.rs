//! Four measures over records seen: right test rows, inertia, shift, rows per cluster.
//!
//! - [`choice`]: curves or scores, and where drifts were found
//! - [`charts`]: what each one draws in its frame
//! - [`linear`] and [`coefficients`]: those of a linear model, in their place; [`log`] their scale
//! - [`scores`]: the measures of every kind of model, as a list
//! - [`confusion`]: which rows went where

pub mod charts;
pub mod choice;
pub mod coefficients;
pub mod confusion;
pub mod linear;
pub mod log;
pub mod scores;

use lab::snapshot::{Snapshot, Task};
use wasm_bindgen::JsValue;

use self::charts::{draw_inertia, draw_right, draw_rows, draw_shift};
use self::linear::{LinearMeasures, draw_error};
use crate::page::chart::pen::{Align, Pen, Type, crisp};
use crate::page::chart::scale::{Scale, ticks};
use crate::page::chart::surface::Surface;
use crate::page::dom::{self, Shown, Slot};
use crate::page::numbers;
use crate::page::predictions;
use crate::page::view::{Cx, Stamp};

/// Pixels left of a chart's frame, for its ticks.
pub const LEFT: f64 = 40.0;
/// Pixels right of it.
const RIGHT: f64 = 4.0;
/// Pixels below the lowest chart, for its ticks.
const BELOW: f64 = 20.0;

/// The measures.
#[derive(Debug)]
pub struct Measures {
    right: Chart,
    inertia: Chart,
    shift: Chart,
    rows: Chart,
    phone: Surface,
    linear: LinearMeasures,
    stamp: Shown<(Stamp, u64)>,
}

#[derive(Debug)]
struct Chart {
    surface: Surface,
    value: Slot,
    name: &'static str,
}

/// A chart's frame: x is records seen.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// Records to pixels.
    pub x: Scale,
    /// Upper edge, page pixels.
    pub top: f64,
    /// Lower edge, page pixels.
    pub bottom: f64,
}

impl Measures {
    /// The charts of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new() -> Result<Measures, JsValue> {
        let chart = |canvas: &str, value: &str, name: &'static str| {
            Ok::<_, JsValue>(Chart {
                surface: Surface::by_id(canvas)?,
                value: Slot::by_id(value)?,
                name,
            })
        };
        Ok(Measures {
            right: chart("chart-right", "m-right", "Test rows right")?,
            inertia: chart(
                "chart-inertia",
                "m-inertia",
                "Inertia per row, before and after",
            )?,
            shift: chart("chart-shift", "m-shift", "Shift of each centroid")?,
            rows: chart("chart-rows", "m-rows", "Rows per cluster")?,
            phone: Surface::by_id("chart-phone")?,
            linear: LinearMeasures::new()?,
            stamp: Shown::default(),
        })
    }

    /// Draws what changed.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, cx: &Cx<'_>) -> Result<(), JsValue> {
        let fits = [
            &mut self.right,
            &mut self.inertia,
            &mut self.shift,
            &mut self.rows,
        ]
        .map(|chart| chart.surface.fit());
        let linear = self.linear.fit();
        let resized = self.phone.fit() || linear || fits.contains(&true);
        if !self.stamp.change((cx.stamp(), cx.state.domain)) && !resized {
            return Ok(());
        }
        let snapshot = cx.snapshot;
        if self.linear.draw(cx)? {
            let regression = snapshot.task == Task::Regression;
            let draw = if regression { draw_error } else { draw_right };
            frame(&self.phone, cx, false, draw);
            return Ok(());
        }
        let round = predictions::newest_round(snapshot);
        self.right.say(
            snapshot,
            round
                .filter(|_| snapshot.judged)
                .and_then(predictions::score),
        );
        let learned = || {
            snapshot
                .bars
                .iter()
                .rev()
                .find(|bar| bar.rows > 0 && bar.to_record <= snapshot.record)
        };
        self.inertia.say(
            snapshot,
            learned().map(|bar| numbers::before_after(bar.loss_before, bar.loss_after)),
        );
        self.shift
            .say(snapshot, learned().map(|bar| numbers::distance(bar.shift)));
        self.rows
            .say(snapshot, learned().map(|bar| numbers::dotted(&bar.counts)));
        for (surface, last) in [(&self.right.surface, false), (&self.phone, false)] {
            frame(surface, cx, last, draw_right);
        }
        frame(&self.inertia.surface, cx, false, draw_inertia);
        frame(&self.shift.surface, cx, false, draw_shift);
        frame(&self.rows.surface, cx, true, draw_rows);
        Ok(())
    }
}

impl Chart {
    /// The newest value, beside the chart's name and for those who do not see it.
    fn say(&mut self, snapshot: &Snapshot, value: Option<String>) {
        let value = value.unwrap_or_else(|| numbers::NONE.to_owned());
        self.value.set(&value);
        dom::set_attribute(
            &self.surface.canvas,
            "aria-label",
            &label(self.name, &value, snapshot),
        );
    }
}

/// What a chart shows, in words.
fn label(name: &str, value: &str, snapshot: &Snapshot) -> String {
    match choice::drifts(snapshot) {
        drifts if drifts.is_empty() => format!("{name}: {value}"),
        drifts => format!("{name}: {value}; {drifts}"),
    }
}

/// Draws a chart in its frame, and the playhead over it.
pub fn frame(surface: &Surface, cx: &Cx<'_>, last: bool, draw: impl Fn(&Pen, Frame, &Cx<'_>)) {
    if !surface.is_visible() {
        return;
    }
    let pen = surface.draw();
    let x = Scale {
        domain: (0.0, cx.state.domain as f64),
        pixels: (LEFT, surface.width - RIGHT),
    };
    let frame = Frame {
        x,
        top: 8.0,
        bottom: surface.height - if last { BELOW } else { 7.0 },
    };
    draw_drifts(&pen, frame, cx);
    draw(&pen, frame, cx);
    let snapshot = cx.snapshot;
    if snapshot.records > 0 {
        let x = crisp(frame.x.at(snapshot.record as f64));
        pen.line(
            (x, frame.top - 6.0),
            (x, frame.bottom + 4.0),
            1.0,
            cx.palette.accent,
        );
    }
    if last {
        draw_x_ticks(&pen, frame, cx);
    }
}

/// Where the batches' error has changed: a line with a diamond, as on the timeline.
fn draw_drifts(pen: &Pen, frame: Frame, cx: &Cx<'_>) {
    let color = cx.palette.warn;
    for mark in choice::marks(&cx.state.update.snapshot) {
        let (x, top) = (crisp(frame.x.at(mark.record as f64)), frame.top - 3.0);
        pen.line((x, top), (x, frame.bottom), 1.0, color);
        pen.polygon(
            [
                (x, top - 4.0),
                (x + 4.0, top),
                (x, top + 4.0),
                (x - 4.0, top),
            ],
            color,
        );
    }
}

fn draw_x_ticks(pen: &Pen, frame: Frame, cx: &Cx<'_>) {
    let (at, _) = ticks(0.0, frame.x.domain.1, 3.5);
    for (i, tick) in at.into_iter().enumerate() {
        let (text, align) = match i {
            0 => ("record 0".to_owned(), Align::Left),
            _ => (numbers::count(tick as u64), Align::Center),
        };
        let (x, style) = (frame.x.at(tick), Type::tick(cx.palette.text_3, align));
        // A tick's number that does not fit is none.
        if i == 0 || x + pen.width_of(&text, style) / 2.0 <= frame.x.pixels.1 + RIGHT {
            pen.text(&text, (x, frame.bottom + 12.0), style);
        }
    }
}
