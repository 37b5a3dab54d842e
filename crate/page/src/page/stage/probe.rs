//! What is under the pointer: a row, a centroid, or just a place of the plane, which the model classifies too.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo::events::EventListener;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlCanvasElement, HtmlElement, PointerEvent};

use super::marks;
use super::plot::Plot;
use crate::page::app::Sender;
use crate::page::chart::pen::At;
use crate::page::dom::{self, Shown};
use crate::page::msg::Msg;
use crate::page::rows::Badge;
use crate::page::view::Cx;
use crate::page::{names, numbers, predictions};

/// A mark this near to the pointer is meant, pixels.
const REACH: f64 = 9.0;

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

/// A line of the tip.
#[derive(Clone, Debug, PartialEq)]
enum Line {
    Title(String, String),
    Text(String, String),
    Cluster(String, u32, usize, String, String),
}

impl Probe {
    /// Listens to the pointer over this canvas.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(canvas: &HtmlCanvasElement, sender: &Sender) -> Result<Probe, JsValue> {
        let (pointer, clicked) = (Rc::new(Cell::new(None)), Rc::new(Cell::new(None)));
        let place = |event: &web_sys::Event| {
            event.dyn_ref::<PointerEvent>().map(|event| (f64::from(event.offset_x()), f64::from(event.offset_y())))
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
        self.pinned.borrow().map(|(x, y)| plot.at(x, y)).filter(|at| plot.contains(*at))
    }

    /// Draws the tip; true where the pinned place changed.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, plot: &Plot, cx: &Cx<'_>) -> Result<bool, JsValue> {
        let clicked = self.clicked.take();
        if let Some(at) = clicked {
            let again = self.place(plot).is_some_and(|old| distance(old, at) < REACH);
            let free = plot.contains(at) && on_mark(at, plot, cx).is_none();
            *self.pinned.borrow_mut() = (free && !again).then(|| (plot.x.back(at.0), plot.y.back(at.1)));
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
        let (width, height) = (f64::from(self.tip.offset_width()), f64::from(self.tip.offset_height()));
        let right = at.0 + 18.0;
        let x = if right + width > plot.to.0 { (at.0 - 18.0 - width).max(4.0) } else { right };
        let y = (at.1 + 14.0).min(plot.to.1 - height).max(plot.from.1);
        if self.at.change(Some((x.round() as i64, y.round() as i64))) {
            // A length of this program's own making.
            let _ = self.tip.style().set_property("transform", &format!("translate({}px,{}px)", x.round(), y.round()));
        }
    }
}

/// The mark near a place, and what there is to say of it.
fn on_mark(at: At, plot: &Plot, cx: &Cx<'_>) -> Option<(At, Vec<Line>)> {
    let snapshot = &cx.state.update.snapshot;
    let stage = &snapshot.stage;
    let centroid = (0..plot.k()).find(|cluster| distance(plot.centroid(*cluster), at) < 12.0);
    if let Some(cluster) = centroid {
        return Some((plot.centroid(cluster), of_centroid(cluster, cx)));
    }
    if let Some(row) = marks::test_rows(plot, cx).into_iter().rev().find(|row| distance(row.at, at) < REACH) {
        return Some((row.at, of_test_row(row.record, cx)));
    }
    let i = (0..stage.point_x.len()).rev().find(|i| {
        stage.point_test[*i] == 0 && distance(plot.at(f64::from(stage.point_x[*i]), f64::from(stage.point_y[*i])), at) < 6.0
    })?;
    let place = plot.at(f64::from(stage.point_x[i]), f64::from(stage.point_y[i]));
    Some((place, of_training_row(i, cx)))
}

fn of_centroid(cluster: usize, cx: &Cx<'_>) -> Vec<Line> {
    let snapshot = &cx.state.update.snapshot;
    let (color, name) = predictions::cluster(snapshot, cluster as u32);
    let mut lines = vec![Line::Cluster("centroid".to_owned(), cluster as u32, color, name, String::new())];
    let dim = snapshot.features.len();
    let values = snapshot.stage.centroids.chunks(dim.max(1)).nth(cluster).unwrap_or_default();
    lines.extend(snapshot.features.iter().zip(values).map(|(name, value)| Line::Text(name.clone(), numbers::fixed(*value, 2))));
    let weight = snapshot.stage.weights.get(cluster).copied().unwrap_or(0.0);
    lines.push(Line::Text("weight".to_owned(), numbers::fixed(weight, 2)));
    lines
}

fn of_test_row(record: u64, cx: &Cx<'_>) -> Vec<Line> {
    let snapshot = &cx.state.update.snapshot;
    let Some(row) = snapshot.predictions.iter().find(|row| row.record == record) else {
        return vec![Line::Title(format!("row {record}"), " waits for the window to end".to_owned())];
    };
    let short = names::short_topic(&row.topic, &cx.state.scenario.prefix);
    let cluster = |name: &str, id: u32, distance: f64| {
        let (color, label) = predictions::cluster(snapshot, id);
        Line::Cluster(name.to_owned(), id, color, label, numbers::distance(distance))
    };
    let mut lines = vec![Line::Title(format!("{short} {}", row.offset), format!(" by v{}", row.version))];
    lines.push(cluster("given", row.cluster, row.distance));
    if !row.runner_up_distance.is_nan() {
        lines.push(cluster("runner-up", row.runner_up, row.runner_up_distance));
    }
    if let Some(label) = &row.label {
        let verdict = match row.right {
            Some(false) => format!("{label}, wrong"),
            _ => label.clone(),
        };
        lines.push(Line::Text("label".to_owned(), verdict));
    }
    lines
}

fn of_training_row(i: usize, cx: &Cx<'_>) -> Vec<Line> {
    let snapshot = &cx.state.update.snapshot;
    let stage = &snapshot.stage;
    let record = u64::from(stage.point_record[i]);
    let id = u32::from(stage.point_cluster[i]);
    let (color, name) = predictions::cluster(snapshot, id);
    let event = snapshot.events.iter().find(|event| event.record == Some(record));
    let title = event.map_or_else(
        || format!("record {}", numbers::count(record)),
        |event| format!("{} {}", names::short_topic(&event.topic, &cx.state.scenario.prefix), event.offset),
    );
    let mut lines = vec![Line::Title(title, " to train".to_owned())];
    lines.push(Line::Cluster(format!("v{} gives", snapshot.version), id, color, name, String::new()));
    if let Some(label) = snapshot.labels.get(stage.point_label[i] as usize) {
        lines.push(Line::Text("label".to_owned(), label.clone()));
    }
    lines
}

/// What the shown version says of a place of the plane.
fn on_plane(at: At, plot: &Plot, cx: &Cx<'_>) -> Vec<Line> {
    let snapshot = &cx.state.update.snapshot;
    let place = (plot.x.back(at.0), plot.y.back(at.1));
    let slice = plot.slice();
    let Some((given, runner_up)) = slice.nearest(place) else { return Vec::new() };
    let name = |feature: usize| snapshot.features.get(feature).cloned().unwrap_or_default();
    let cluster = |name: String, id: usize| {
        let (color, label) = predictions::cluster(snapshot, id as u32);
        Line::Cluster(name, id as u32, color, label, numbers::distance(slice.distance_to(id, place)))
    };
    let mut lines = vec![
        Line::Text(name(cx.state.axes.0), numbers::fixed(place.0, 2)),
        Line::Text(name(cx.state.axes.1), numbers::fixed(place.1, 2)),
        cluster(format!("v{} gives", snapshot.version), given),
    ];
    lines.extend(runner_up.map(|id| cluster("runner-up".to_owned(), id)));
    lines
}

fn distance(a: At, b: At) -> f64 {
    let (x, y) = (a.0 - b.0, a.1 - b.1);
    (x * x + y * y).sqrt()
}
