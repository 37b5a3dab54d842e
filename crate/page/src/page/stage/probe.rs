//! What is under the pointer: a row, a centroid, or just a place of the plane, which the model classifies too.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo::events::EventListener;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlCanvasElement, HtmlElement, PointerEvent};

use super::plot::Plot;
use super::says::{Line, distance, on_mark, on_plane};
use crate::page::app::Sender;
use crate::page::chart::pen::At;
use crate::page::dom::{self, Shown};
use crate::page::msg::Msg;
use crate::page::rows::Badge;
use crate::page::view::Cx;

/// A mark this near to the pointer is meant, pixels.
pub const REACH: f64 = 9.0;

/// The probe.
#[derive(Debug)]
pub struct Probe {
    tip: HtmlElement,
    /// Where the pointer is; None outside.
    pointer: Rc<Cell<Option<At>>>,
    /// A place that was clicked, in feature units.
    pinned: Rc<RefCell<Option<(f64, f64)>>>,
    clicked: Rc<Cell<Option<At>>>,
    shown: Shown<String>,
    at: Shown<Option<(i64, i64)>>,
    _listeners: [EventListener; 3],
}

impl Probe {
    /// Listens to the pointer over this canvas.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(canvas: &HtmlCanvasElement, sender: &Sender) -> Result<Probe, JsValue> {
        let (pointer, clicked) = (Rc::new(Cell::new(None)), Rc::new(Cell::new(None)));
        let place = |event: &web_sys::Event| {
            event
                .dyn_ref::<PointerEvent>()
                .map(|event| (f64::from(event.offset_x()), f64::from(event.offset_y())))
        };
        let (moved, left, down) = (pointer.clone(), pointer.clone(), clicked.clone());
        let senders = [sender.clone(), sender.clone(), sender.clone()];
        let [on_move, on_leave, on_down] = senders;
        Ok(Probe {
            tip: dom::by_id("tip")?,
            pointer,
            pinned: Rc::default(),
            clicked,
            shown: Shown::default(),
            at: Shown::default(),
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
        })
    }

    /// The pinned place on the canvas.
    pub fn place(&self, plot: &Plot) -> Option<At> {
        self.pinned
            .borrow()
            .map(|(x, y)| plot.at(x, y))
            .filter(|at| plot.contains(*at))
    }

    /// Draws the tip; true where the pinned place changed.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, plot: &Plot, cx: &Cx<'_>) -> Result<bool, JsValue> {
        let clicked = self.clicked.take();
        if let Some(at) = clicked {
            let again = self
                .place(plot)
                .is_some_and(|old| distance(old, at) < REACH);
            let free = plot.contains(at) && on_mark(at, plot, cx).is_none();
            *self.pinned.borrow_mut() =
                (free && !again).then(|| (plot.x.back(at.0), plot.y.back(at.1)));
        }
        let hovered = self.pointer.get().and_then(|at| on_mark(at, plot, cx));
        let (at, lines) = match (hovered, self.place(plot)) {
            (Some(found), _) => found,
            (None, Some(at)) => (at, on_plane(at, plot, cx)),
            (None, None) => {
                dom::show(&self.tip, false);
                self.shown = Shown::default();
                return Ok(clicked.is_some());
            }
        };
        if self.shown.change(format!("{lines:?}")) {
            self.fill(&lines)?;
        }
        dom::show(&self.tip, true);
        self.put(at, plot);
        Ok(clicked.is_some())
    }

    fn fill(&self, lines: &[Line]) -> Result<(), JsValue> {
        self.tip.set_text_content(None);
        for line in lines {
            let row = dom::child(&self.tip, "p", "", "")?;
            match line {
                Line::Title(title, rest) => {
                    let cell = dom::child(&row, "span", "", "")?;
                    dom::child(&cell, "b", "", title)?;
                    dom::child(&cell, "span", "", rest)?;
                }
                Line::Text(name, value) => {
                    dom::child(&row, "span", "", name)?;
                    dom::child(&row, "span", "", value)?;
                }
                Line::Cluster(name, id, color, label, value) => {
                    dom::child(&row, "span", "", name)?;
                    Badge::new(&row)?.set(*id, *color, label);
                    dom::child(&row, "span", "", value)?;
                }
            }
        }
        Ok(())
    }

    /// Beside its place, and inside the plot.
    fn put(&mut self, at: At, plot: &Plot) {
        let (width, height) = (
            f64::from(self.tip.offset_width()),
            f64::from(self.tip.offset_height()),
        );
        let right = at.0 + 18.0;
        let x = if right + width > plot.to.0 {
            (at.0 - 18.0 - width).max(4.0)
        } else {
            right
        };
        let y = (at.1 + 14.0).min(plot.to.1 - height).max(plot.from.1);
        if self.at.change(Some((x.round() as i64, y.round() as i64))) {
            // A length of this program's own making.
            let _ = self.tip.style().set_property(
                "transform",
                &format!("translate({}px,{}px)", x.round(), y.round()),
            );
        }
    }
}
