//! What is under the pointer: a row, a centroid, or just a place of the plane, which the model classifies too.

use std::cell::Cell;
use std::rc::Rc;

use gloo::events::EventListener;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlCanvasElement, PointerEvent};

use super::plot::Plot;
use super::says::{distance, on_mark, on_plane};
use super::tip::Tip;
use crate::page::app::Sender;
use crate::page::chart::pen::At;
use crate::page::msg::Msg;
use crate::page::view::Cx;

/// A mark this near to the pointer is meant, pixels.
pub const REACH: f64 = 9.0;

/// A place that was clicked, in the axes' units; plots that stand side by side share it.
pub type Pinned = Rc<Cell<Option<(f64, f64)>>>;

/// The probe.
#[derive(Debug)]
pub struct Probe {
    /// Where the pointer is; None outside.
    pointer: Rc<Cell<Option<At>>>,
    pinned: Pinned,
    clicked: Rc<Cell<Option<At>>>,
    _listeners: [EventListener; 3],
}

impl Probe {
    /// Listens to the pointer over this canvas.
    pub fn new(canvas: &HtmlCanvasElement, sender: &Sender, pinned: Pinned) -> Probe {
        let (pointer, clicked) = (Rc::new(Cell::new(None)), Rc::new(Cell::new(None)));
        let place = |event: &web_sys::Event| {
            event
                .dyn_ref::<PointerEvent>()
                .map(|event| (f64::from(event.offset_x()), f64::from(event.offset_y())))
        };
        let (moved, left, down) = (pointer.clone(), pointer.clone(), clicked.clone());
        let senders = [sender.clone(), sender.clone(), sender.clone()];
        let [on_move, on_leave, on_down] = senders;
        Probe {
            pointer,
            pinned,
            clicked,
            _listeners: [
                EventListener::new(canvas, "pointermove", move |event| {
                    moved.set(place(event));
                    on_move.send(Msg::Redraw);
                }),
                EventListener::new(canvas, "pointerleave", move |_| {
                    left.set(None);
                    on_leave.send(Msg::Redraw);
                }),
                EventListener::new(canvas, "pointerdown", move |event| {
                    down.set(place(event));
                    on_down.send(Msg::Redraw);
                }),
            ],
        }
    }

    /// Where the pointer is on the canvas.
    pub fn pointer(&self) -> Option<At> {
        self.pointer.get()
    }

    /// The pinned place on the canvas.
    pub fn place(&self, plot: &Plot) -> Option<At> {
        self.pinned
            .get()
            .map(|(x, y)| plot.at(x, y))
            .filter(|at| plot.contains(*at))
    }

    /// Draws the tip, of what is under the pointer or has the keyboard.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(
        &self,
        plot: &Plot,
        cx: &Cx<'_>,
        focus: Option<At>,
        tip: &mut Tip,
    ) -> Result<(), JsValue> {
        let clicked = self.clicked.take();
        if let Some(at) = clicked {
            let again = self
                .place(plot)
                .is_some_and(|old| distance(old, at) < REACH);
            let free = plot.contains(at) && on_mark(at, plot, cx).is_none();
            let place = || (plot.x.back(at.0), plot.y.back(at.1));
            self.pinned.set((free && !again).then(place));
        }
        let near = |at: At| on_mark(at, plot, cx);
        let hovered = self
            .pointer
            .get()
            .and_then(near)
            .or_else(|| focus.and_then(near));
        let (at, lines) = match (hovered, self.place(plot)) {
            (Some(found), _) => found,
            (None, Some(at)) => (at, on_plane(at, plot, cx)),
            (None, None) => {
                tip.hide();
                return Ok(());
            }
        };
        tip.show(&lines, at, (plot.from, plot.to))
    }
}
