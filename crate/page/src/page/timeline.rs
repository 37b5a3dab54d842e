//! The timeline: versions as wide as their rows and as tall as their shift, test rounds, and the playhead.

use std::cell::Cell;
use std::rc::Rc;

use gloo::events::{EventListener, EventListenerOptions};
use lab::snapshot::{LedgerRow, Snapshot};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event, PointerEvent};

use super::app::Sender;
use super::chart::pen::{Align, Pen, Type, crisp};
use super::chart::palette::faded;
use super::chart::scale::{Scale, height, is_wide};
use super::chart::surface::Surface;
use super::dom::{self, Shown, Slot};
use super::msg::Msg;
use super::numbers;
use super::view::{Cx, Stamp};
use crate::protocol::Command;

/// Pixels at the left, so that the first label and the playhead have room.
const LEFT: f64 = 14.0;
/// Pixels more where the label of a first test round needs room before it.
const LEFT_OF_ROUNDS: f64 = 64.0;

/// The timeline.
#[derive(Debug)]
pub struct Timeline {
    surface: Surface,
    track: Element,
    words: Slot,
    /// The scale that pointers are read with.
    scale: Rc<Cell<Scale>>,
    stamp: Shown<(Stamp, u64)>,
    _listeners: Vec<EventListener>,
}

/// Where things lie on the canvas.
#[derive(Clone, Copy, Debug)]
struct Layout {
    x: Scale,
    /// Of the bars.
    top: f64,
    base: f64,
    /// Where labels of rounds stand; None where there is no room.
    rounds: Option<f64>,
    width: f64,
    height: f64,
}

impl Timeline {
    /// The timeline of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender) -> Result<Timeline, JsValue> {
        let track: Element = dom::by_id("track")?;
        let scale = Rc::new(Cell::new(Scale { domain: (0.0, 1.0), pixels: (0.0, 1.0) }));
        Ok(Timeline {
            surface: Surface::by_id("track-canvas")?,
            words: Slot::by_id("timeline-scale")?,
            _listeners: listen(&track, &scale, sender),
            track,
            scale,
            stamp: Shown::default(),
        })
    }

    /// Draws what changed.
    pub fn draw(&mut self, cx: &Cx<'_>) {
        let resized = self.surface.fit();
        if !self.stamp.change((cx.stamp(), cx.state.domain)) && !resized {
            return;
        }
        let snapshot = &cx.state.update.snapshot;
        let (least, most) = shifts(snapshot);
        self.words.set(if is_wide(least, most) { "wide: rows, tall: log shift" } else { "wide: rows, tall: shift" });
        self.draw_words(snapshot);
        if !self.surface.is_visible() {
            return;
        }
        let (width, height) = (self.surface.width, self.surface.height);
        let roomy = height >= 80.0;
        let left = if roomy { LEFT + LEFT_OF_ROUNDS } else { LEFT };
        let x = Scale { domain: (0.0, cx.state.domain as f64), pixels: (left, width - 12.0) };
        self.scale.set(x);
        let layout = Layout {
            x,
            top: if roomy { 32.0 } else { 17.0 },
            base: if roomy { 68.0 } else { 38.0 },
            rounds: roomy.then_some(23.0),
            width,
            height,
        };
        draw(&self.surface.draw(), layout, cx);
    }

    fn draw_words(&self, snapshot: &Snapshot) {
        let text = match snapshot.records {
            0 => format!("version {}, no rows yet", snapshot.version),
            records => format!("version {}, record {} of {}", snapshot.version, numbers::count(snapshot.record), numbers::count(records)),
        };
        dom::set_attribute(&self.track, "aria-valuetext", &text);
        dom::set_attribute(&self.track, "aria-valuenow", &snapshot.record.to_string());
        dom::set_attribute(&self.track, "aria-valuemax", &snapshot.records.to_string());
    }
}

/// Press or drag to go to a record; at most one step a record.
fn listen(track: &Element, scale: &Rc<Cell<Scale>>, sender: &Sender) -> Vec<EventListener> {
    let held = Rc::new(Cell::new(None::<u64>));
    let seek = {
        let (scale, sender, held) = (scale.clone(), sender.clone(), held.clone());
        move |event: &PointerEvent| {
            let record = scale.get().back(f64::from(event.offset_x())).round().max(0.0) as u64;
            if held.replace(Some(record)) != Some(record) {
                sender.send(Msg::Send(Command::Seek { record }));
            }
        }
    };
    let pointer = |event: &Event| event.dyn_ref::<PointerEvent>().cloned();
    let (down, moved, ended, target) = (seek.clone(), held.clone(), held, track.clone());
    let options = EventListenerOptions::enable_prevent_default();
    vec![
        EventListener::new_with_options(track, "pointerdown", options, move |event| {
            if let Some(event) = pointer(event) {
                // Drags go on outside of the track; where they cannot, they end at its edge.
                let _ = target.set_pointer_capture(event.pointer_id());
                down(&event);
            }
        }),
        EventListener::new(track, "pointermove", move |event| {
            if let (Some(event), Some(_)) = (pointer(event), moved.get()) {
                seek(&event);
            }
        }),
        EventListener::new(track, "lostpointercapture", move |_| ended.set(None)),
    ]
}

/// The least and largest shift of a version, leaving out those that did not move.
fn shifts(snapshot: &Snapshot) -> (f64, f64) {
    let shifts = snapshot.bars.iter().map(|bar| bar.shift).filter(|shift| *shift > 0.0 && shift.is_finite());
    shifts.fold((f64::INFINITY, 0.0), |(least, most), shift| (least.min(shift), most.max(shift)))
}

fn draw(pen: &Pen, layout: Layout, cx: &Cx<'_>) {
    let snapshot = &cx.state.update.snapshot;
    let (left, right) = layout.x.pixels;
    draw_rounds(pen, layout, cx);
    pen.line((left, crisp(layout.base)), (right + 12.0, crisp(layout.base)), 1.0, cx.palette.line_2);
    draw_bars(pen, layout, cx);
    draw_open_batch(pen, layout, cx);
    draw_waiting(pen, layout, cx);
    draw_names(pen, layout, cx);
    for mark in &snapshot.marks {
        let x = crisp(layout.x.at(mark.record as f64));
        pen.dashes((x, layout.top - 4.0), (x, layout.base), (3.0, 2.0), 1.5, cx.palette.warn);
    }
    if snapshot.records == 0 && layout.rounds.is_some() {
        let text = "Each full batch adds a version here. Drag to go back to any of them.";
        pen.text(text, (left + 24.0, layout.top + 14.0), Type::label(cx.palette.text_2, Align::Left));
    }
    draw_playhead(pen, layout, cx);
}

/// Bars end where their version was made: a version is as wide as the batch that made it.
fn draw_bars(pen: &Pen, layout: Layout, cx: &Cx<'_>) {
    let snapshot = &cx.state.update.snapshot;
    let (least, most) = shifts(snapshot);
    for bar in snapshot.bars.iter().filter(|bar| bar.rows > 0 || bar.shift > 0.0) {
        let (from, to) = (layout.x.at(bar.from_record as f64), layout.x.at(bar.to_record as f64));
        let tall = height(bar.shift, least, most) * (layout.base - layout.top);
        let color = if bar.to_record > snapshot.record { cx.palette.bar_late } else { cx.palette.bar };
        let gap = if to - from > 3.0 { 1.0 } else { 0.0 };
        pen.rect((from + gap, layout.base - tall.max(1.5)), ((to - gap).max(from + gap + 1.5), layout.base), color);
    }
}

fn draw_rounds(pen: &Pen, layout: Layout, cx: &Cx<'_>) {
    let snapshot = &cx.state.update.snapshot;
    let mut free_from = f64::NEG_INFINITY;
    for (i, round) in snapshot.rounds.iter().enumerate() {
        let late = round.first >= snapshot.record;
        let (from, to) = (layout.x.at(round.first as f64), layout.x.at(round.last as f64 + 1.0));
        let Some(label_y) = layout.rounds else {
            pen.rect((from, layout.top - 4.0), (to, layout.base), faded(cx.palette.band, if late { 0.5 } else { 1.0 }));
            continue;
        };
        pen.rect((from, label_y), (to, layout.base + 4.0), faded(cx.palette.band, if late { 0.5 } else { 1.0 }));
        let color = if late { cx.palette.line_2 } else { cx.palette.text };
        pen.line((from, label_y), (to.max(from + 3.0), label_y), 2.0, color);
        let (name, score) = (format!("Test {} ", i + 1), if round.of > 0 { format!("{}/{}", round.right, round.of) } else { numbers::NONE.to_owned() });
        let style = Type::tick(if late { cx.palette.text_3 } else { cx.palette.text }, Align::Left);
        let (name_width, score_width) = (pen.width_of(&name, style), pen.width_of(&score, style.bold()));
        // Before its line where there is room, else after it.
        let before = from - 7.0 - name_width - score_width;
        let x = if before >= free_from.max(0.0) { before } else { to + 6.0 };
        if x >= free_from && x + name_width + score_width < layout.width {
            pen.text(&name, (x, label_y), style);
            pen.text(&score, (x + name_width, label_y), style.bold());
            free_from = x + name_width + score_width + 8.0;
        }
    }
}

/// The batch that is being collected: dashed as far as it would reach, grey as far as it is.
fn draw_open_batch(pen: &Pen, layout: Layout, cx: &Cx<'_>) {
    let snapshot = &cx.state.update.snapshot;
    let Some(made) = snapshot.bars.iter().rev().map(|bar| bar.to_record).find(|record| *record <= snapshot.record) else { return };
    if !snapshot.live || snapshot.batch.rows == 0 {
        return;
    }
    let more = snapshot.batch.size.map_or(0, |size| size.saturating_sub(snapshot.batch.rows));
    let from = layout.x.at(made as f64);
    let (now, end) = (layout.x.at(snapshot.record as f64), layout.x.at((snapshot.record + more) as f64));
    let top = layout.base - 12.0;
    pen.rect((from, top), (now, layout.base), faded(cx.palette.bar, 0.5));
    pen.dashed_rect((crisp(from), crisp(top)), (crisp(end), crisp(layout.base)), cx.palette.line_3);
    if layout.rounds.is_some() {
        let text = format!("batch {}", numbers::count(snapshot.batch.number));
        pen.text(&text, (from + 4.0, top - 7.0), Type::tick(cx.palette.text_2, Align::Left));
    }
}

/// Records that a pause holds back.
fn draw_waiting(pen: &Pen, layout: Layout, cx: &Cx<'_>) {
    let update = &cx.state.update;
    if update.waiting_total == 0 {
        return;
    }
    let records = update.snapshot.records;
    let from = layout.x.at(records as f64);
    let to = layout.x.at((records + update.waiting_total) as f64).clamp(from + 6.0, layout.width - 2.0);
    let (top, bottom) = (layout.rounds.unwrap_or(layout.top - 6.0), layout.base + 12.0);
    pen.dashed_rect((crisp(from), crisp(top)), (crisp(to), crisp(bottom)), cx.palette.line_3);
    let mut x = from + 6.0;
    while x < to {
        pen.line((crisp(x), top + 2.0), (crisp(x), bottom), 1.0, cx.palette.line_2);
        x += 6.0;
    }
    if layout.rounds.is_some() {
        let style = Type::tick(cx.palette.text, Align::Left).bold();
        let text = format!("{} waiting", numbers::count(update.waiting_total));
        let width = pen.width_of("nothing is dropped", style).max(pen.width_of(&text, style));
        let at = if to + 8.0 + width < layout.width { to + 8.0 } else { from - width - 12.0 };
        pen.text(&text, (at, top + 8.0), style);
        pen.text("nothing is dropped", (at, top + 22.0), Type::tick(cx.palette.text_2, Align::Left));
    }
}

/// v1, v2, ..: as many as have room; the one at the playhead always.
fn draw_names(pen: &Pen, layout: Layout, cx: &Cx<'_>) {
    let snapshot = &cx.state.update.snapshot;
    let y = layout.base + if layout.rounds.is_some() { 13.0 } else { 12.0 };
    let here = |bar: &LedgerRow| bar.first <= snapshot.version && snapshot.version <= bar.last;
    let at = |bar: &LedgerRow| layout.x.at(bar.to_record as f64);
    let name = |bar: &LedgerRow| if here(bar) { format!("v{}", snapshot.version) } else { format!("v{}", bar.last) };
    let plain = Type::tick(cx.palette.text, Align::Center);
    let playhead = layout.x.at(snapshot.record as f64);
    let mut taken: Vec<(f64, f64)> = Vec::new();
    let shown: Vec<&LedgerRow> = snapshot.bars.iter().filter(|bar| here(bar)).chain(snapshot.bars.iter().filter(|bar| !here(bar))).collect();
    for bar in shown {
        let late = bar.to_record > snapshot.record;
        let x = at(bar);
        pen.line((crisp(x), layout.base), (crisp(x), layout.base + 4.0), 1.0, if late { cx.palette.line_2 } else { cx.palette.text_2 });
        let bold = here(bar);
        let style = if bold { plain.bold() } else { Type { color: if late { cx.palette.text_3 } else { cx.palette.text_2 }, ..plain } };
        let text = if snapshot.records == 0 { "v1, initial".to_owned() } else { name(bar) };
        let half = pen.width_of(&text, style) / 2.0;
        let x = x.clamp(half, layout.width - half);
        let x = if (x - playhead).abs() < half + 3.0 && snapshot.records > 0 { (playhead - half - 5.0).max(half) } else { x };
        if taken.iter().all(|(from, to)| x + half + 6.0 < *from || x - half - 6.0 > *to) {
            let x = if snapshot.records == 0 { x + half + 6.0 } else { x };
            pen.text(&text, (x, y), style);
            taken.push((x - half, x + half));
        }
    }
}

fn draw_playhead(pen: &Pen, layout: Layout, cx: &Cx<'_>) {
    let x = crisp(layout.x.at(cx.state.update.snapshot.record as f64));
    let color = cx.palette.accent;
    pen.line((x, 8.0), (x, layout.height - 6.0), 2.0, color);
    pen.polygon([(x - 6.0, 4.0), (x + 6.0, 4.0), (x + 6.0, 11.0), (x, 16.0), (x - 6.0, 11.0)], color);
}
