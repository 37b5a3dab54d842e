//! The timeline: versions as wide as their rows and as tall as their shift, test rounds, and the playhead.
//!
//! - [`track`]: bars, rounds, the open batch, what waits, the playhead
//! - [`names`]: v1, v2, .. below the bars

pub mod names;
pub mod track;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo::events::{EventListener, EventListenerOptions};
use lab::snapshot::{Mark, Snapshot};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event, PointerEvent};

use self::track::{draw, shifts};
use crate::page::app::Sender;
use crate::page::chart::scale::{Scale, is_wide};
use crate::page::chart::surface::Surface;
use crate::page::dom::{self, Shown, Slot};
use crate::page::msg::Msg;
use crate::page::numbers;
use crate::page::view::{Cx, Stamp};
use crate::protocol::Command;

/// Pixels at the left, so that the first label and the playhead have room.
const LEFT: f64 = 14.0;
/// Pixels more where the label of a first test round needs room before it.
const LEFT_OF_ROUNDS: f64 = 64.0;

/// Pixels from a mark at which a pointer is told of it.
const NEAR: f64 = 6.0;

/// The timeline.
#[derive(Debug)]
pub struct Timeline {
    surface: Surface,
    track: Element,
    words: Slot,
    /// The scale that pointers are read with.
    scale: Rc<Cell<Scale>>,
    /// The marks that pointers are told of.
    marks: Rc<RefCell<Vec<Mark>>>,
    stamp: Shown<(Stamp, u64)>,
    _listeners: Vec<EventListener>,
}

/// Where things lie on the canvas.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// Records to pixels.
    pub x: Scale,
    /// Where the tallest bar ends.
    pub top: f64,
    /// Where bars stand.
    pub base: f64,
    /// Where labels of rounds stand; None where there is no room.
    pub rounds: Option<f64>,
    /// Of the canvas, page pixels.
    pub width: f64,
    /// Of the canvas, page pixels.
    pub height: f64,
}

impl Timeline {
    /// The timeline of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender) -> Result<Timeline, JsValue> {
        let track: Element = dom::by_id("track")?;
        let scale = Rc::new(Cell::new(Scale {
            domain: (0.0, 1.0),
            pixels: (0.0, 1.0),
        }));
        let marks = Rc::new(RefCell::new(Vec::new()));
        Ok(Timeline {
            surface: Surface::by_id("track-canvas")?,
            words: Slot::by_id("timeline-scale")?,
            _listeners: listen(&track, &scale, &marks, sender),
            marks,
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
        self.words.set(if is_wide(least, most) {
            "wide: rows, tall:\u{a0}log\u{a0}shift"
        } else {
            "wide: rows, tall:\u{a0}shift"
        });
        self.draw_words(snapshot);
        self.marks.borrow_mut().clone_from(&snapshot.marks);
        if !self.surface.is_visible() {
            return;
        }
        let (width, height) = (self.surface.width, self.surface.height);
        let roomy = height >= 80.0;
        let left = if roomy { LEFT + LEFT_OF_ROUNDS } else { LEFT };
        let x = Scale {
            domain: (0.0, cx.state.domain as f64),
            pixels: (left, width - 12.0),
        };
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
            records => format!(
                "version {}, record {} of {}",
                snapshot.version,
                numbers::count(snapshot.record),
                numbers::count(records)
            ),
        };
        dom::set_attribute(&self.track, "aria-valuetext", &text);
        dom::set_attribute(&self.track, "aria-valuenow", &snapshot.record.to_string());
        dom::set_attribute(&self.track, "aria-valuemax", &snapshot.records.to_string());
    }
}

/// Press or drag to go to a record; at most one step a record.
fn listen(
    track: &Element,
    scale: &Rc<Cell<Scale>>,
    marks: &Rc<RefCell<Vec<Mark>>>,
    sender: &Sender,
) -> Vec<EventListener> {
    let held = Rc::new(Cell::new(None::<u64>));
    let seek = {
        let (scale, sender, held) = (scale.clone(), sender.clone(), held.clone());
        move |event: &PointerEvent| {
            let record = scale
                .get()
                .back(f64::from(event.offset_x()))
                .round()
                .max(0.0) as u64;
            if held.replace(Some(record)) != Some(record) {
                sender.send(Msg::Send(Command::Seek { record }));
            }
        }
    };
    let pointer = |event: &Event| event.dyn_ref::<PointerEvent>().cloned();
    let (down, moved, ended, target) = (seek.clone(), held.clone(), held, track.clone());
    let (titled, scale, marks) = (track.clone(), scale.clone(), marks.clone());
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
            let Some(event) = pointer(event) else { return };
            if moved.get().is_some() {
                seek(&event);
            }
            let words = title(&marks.borrow(), scale.get(), f64::from(event.offset_x()));
            dom::set_attribute(&titled, "title", &words);
        }),
        EventListener::new(track, "lostpointercapture", move |_| ended.set(None)),
    ]
}

/// What the marks near a pointer say, each a line.
fn title(marks: &[Mark], scale: Scale, x: f64) -> String {
    let near = |mark: &&Mark| (scale.at(mark.record as f64) - x).abs() <= NEAR;
    let texts: Vec<&str> = marks
        .iter()
        .filter(near)
        .map(|mark| mark.text.as_str())
        .collect();
    texts.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_is_told_of_the_marks_near_it() {
        let mark = |record, text: &str| Mark {
            record,
            text: text.to_owned(),
            ..Mark::default()
        };
        let marks = [mark(10, "a"), mark(12, "b"), mark(90, "c")];
        let scale = Scale {
            domain: (0.0, 100.0),
            pixels: (0.0, 200.0),
        };
        assert_eq!(title(&marks, scale, 21.0), "a\nb");
        assert_eq!(title(&marks, scale, 100.0), "");
    }
}
