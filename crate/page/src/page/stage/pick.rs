//! Marks that open: by click, and by Enter where arrows have moved the keyboard to one.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{HtmlCanvasElement, KeyboardEvent, MouseEvent};

use super::marks;
use super::plot::Plot;
use super::probe::REACH;
use super::says::distance;
use crate::page::app::Sender;
use crate::page::chart::pen::At;
use crate::page::inspector::InspectMsg;
use crate::page::msg::Msg;
use crate::page::view::Cx;
use crate::protocol::Look;

/// A centroid is as wide as this about its middle, pixels.
const CENTROID_REACH: f64 = 12.0;

/// A mark.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    /// Where it is on the canvas.
    pub at: At,
    /// What it stands for.
    pub what: What,
}

/// What a mark stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The row of a record.
    Record(u64),
    /// A centroid, by the engine's id.
    Centroid(u32),
}

/// The marks of a canvas, and the one that the keyboard is on.
#[derive(Debug)]
pub struct Picks {
    marks: Rc<RefCell<Vec<Mark>>>,
    current: Rc<Cell<Option<What>>>,
    focused: Rc<Cell<bool>>,
    _listeners: [EventListener; 4],
}

impl Picks {
    /// Listens to this canvas.
    pub fn new(canvas: &HtmlCanvasElement, sender: &Sender) -> Picks {
        let marks: Rc<RefCell<Vec<Mark>>> = Rc::default();
        let current = Rc::new(Cell::new(None));
        let focused = Rc::new(Cell::new(false));
        let listeners = [
            on_click(canvas, &marks, sender),
            on_key(canvas, &marks, &current, sender),
            on_focus(canvas, "focus", &focused, sender),
            on_focus(canvas, "blur", &focused, sender),
        ];
        Picks {
            marks,
            current,
            focused,
            _listeners: listeners,
        }
    }

    /// Takes the marks as they are drawn, those on top last.
    pub fn set(&self, marks: Vec<Mark>) {
        *self.marks.borrow_mut() = marks;
    }

    /// The mark that the keyboard is on; the newest row's where it was on none.
    pub fn current(&self) -> Option<Mark> {
        if !self.focused.get() {
            return None;
        }
        let marks = self.marks.borrow();
        let here = marks
            .iter()
            .find(|mark| Some(mark.what) == self.current.get());
        let newest = || {
            marks
                .iter()
                .rfind(|mark| matches!(mark.what, What::Record(_)))
        };
        let found = here.or_else(newest).or(marks.last()).copied();
        self.current.set(found.map(|mark| mark.what));
        found
    }
}

/// The marks of the scatter plot, in the order in which they are drawn.
pub fn of_plot(plot: &Plot, cx: &Cx<'_>) -> Vec<Mark> {
    let stage = &cx.snapshot.stage;
    let rows = (0..stage.point_x.len()).filter(|i| stage.point_test[*i] == 0);
    let rows = rows.map(|i| Mark {
        at: plot.at(f64::from(stage.point_x[i]), f64::from(stage.point_y[i])),
        what: What::Record(u64::from(stage.point_record[i])),
    });
    let tests = marks::test_rows(plot, cx).into_iter().map(|row| Mark {
        at: row.at,
        what: What::Record(row.record),
    });
    let centroids = (0..plot.k()).map(|cluster| Mark {
        at: plot.centroid(cluster),
        what: What::Centroid(cluster as u32),
    });
    let all = rows.chain(tests).chain(centroids);
    all.filter(|mark| plot.contains(mark.at)).collect()
}

/// The mark under a place; of several the one on top.
pub fn under(marks: &[Mark], at: At) -> Option<Mark> {
    let near = |mark: &&Mark| {
        let reach = match mark.what {
            What::Centroid(_) => CENTROID_REACH,
            What::Record(_) => REACH,
        };
        distance(mark.at, at) < reach
    };
    marks.iter().rev().find(near).copied()
}

/// The next mark in a key's direction: right and left go through all marks by x, down and up by y.
pub fn next(marks: &[Mark], from: What, key: &str) -> Option<Mark> {
    let order = |i: usize| {
        let (x, y) = marks[i].at;
        match key {
            "ArrowRight" | "ArrowLeft" => (x, y, i),
            _ => (y, x, i),
        }
    };
    let here = order(marks.iter().position(|mark| mark.what == from)?);
    let before = |a: (f64, f64, usize), b: (f64, f64, usize)| {
        a.0.total_cmp(&b.0)
            .then(a.1.total_cmp(&b.1))
            .then(a.2.cmp(&b.2))
    };
    let all = 0..marks.len();
    let found = match key {
        "ArrowRight" | "ArrowDown" => all
            .filter(|i| before(order(*i), here).is_gt())
            .min_by(|a, b| before(order(*a), order(*b))),
        "ArrowLeft" | "ArrowUp" => all
            .filter(|i| before(order(*i), here).is_lt())
            .max_by(|a, b| before(order(*a), order(*b))),
        _ => None,
    };
    found.map(|i| marks[i])
}

fn open(what: What, sender: &Sender) {
    let look = match what {
        What::Record(record) => Look::Record { record },
        What::Centroid(cluster) => Look::Centroid { cluster },
    };
    sender.send(Msg::Inspect(InspectMsg::Look(look)));
}

fn on_click(
    canvas: &HtmlCanvasElement,
    marks: &Rc<RefCell<Vec<Mark>>>,
    sender: &Sender,
) -> EventListener {
    let (marks, sender) = (marks.clone(), sender.clone());
    EventListener::new(canvas, "click", move |event| {
        let Some(event) = event.dyn_ref::<MouseEvent>() else {
            return;
        };
        let at = (f64::from(event.offset_x()), f64::from(event.offset_y()));
        let mark = under(&marks.borrow(), at);
        if let Some(mark) = mark {
            open(mark.what, &sender);
        }
    })
}

fn on_key(
    canvas: &HtmlCanvasElement,
    marks: &Rc<RefCell<Vec<Mark>>>,
    current: &Rc<Cell<Option<What>>>,
    sender: &Sender,
) -> EventListener {
    let (marks, current, sender) = (marks.clone(), current.clone(), sender.clone());
    let options = EventListenerOptions::enable_prevent_default();
    EventListener::new_with_options(canvas, "keydown", options, move |event| {
        let Some(event) = event.dyn_ref::<KeyboardEvent>() else {
            return;
        };
        let (key, Some(what)) = (event.key(), current.get()) else {
            return;
        };
        if event.shift_key() || event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        match key.as_str() {
            "Enter" => open(what, &sender),
            "ArrowRight" | "ArrowLeft" | "ArrowUp" | "ArrowDown" => {
                let next = next(&marks.borrow(), what, &key);
                current.set(next.map(|mark| mark.what).or(Some(what)));
                sender.send(Msg::Redraw);
            }
            _ => return,
        }
        event.prevent_default();
    })
}

fn on_focus(
    canvas: &HtmlCanvasElement,
    name: &'static str,
    focused: &Rc<Cell<bool>>,
    sender: &Sender,
) -> EventListener {
    let (focused, sender, canvas_2) = (focused.clone(), sender.clone(), canvas.clone());
    EventListener::new(canvas, name, move |_| {
        // A click focuses too, but then the pointer shows where it is.
        let by_keyboard = canvas_2.matches(":focus-visible").unwrap_or(false);
        focused.set(name == "focus" && by_keyboard);
        sender.send(Msg::Redraw);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks() -> Vec<Mark> {
        let row = |record, x, y| Mark {
            at: (x, y),
            what: What::Record(record),
        };
        let centroid = Mark {
            at: (20.0, 20.0),
            what: What::Centroid(0),
        };
        vec![
            row(0, 10.0, 50.0),
            row(1, 10.0, 30.0),
            row(2, 30.0, 40.0),
            row(3, 30.0, 40.0),
            centroid,
        ]
    }

    #[test]
    fn arrows_reach_every_mark() {
        let marks = marks();
        let walk = |from: What, key: &str| {
            let mut found = vec![from];
            while let Some(mark) = next(&marks, found[found.len() - 1], key) {
                found.push(mark.what);
            }
            found
        };
        let r = What::Record;
        let c = What::Centroid(0);
        assert_eq!(walk(r(1), "ArrowRight"), [r(1), r(0), c, r(2), r(3)]);
        assert_eq!(walk(r(3), "ArrowLeft"), [r(3), r(2), c, r(0), r(1)]);
        assert_eq!(walk(c, "ArrowDown"), [c, r(1), r(2), r(3), r(0)]);
        assert_eq!(walk(r(0), "ArrowUp"), [r(0), r(3), r(2), r(1), c]);
        assert_eq!(next(&marks, r(9), "ArrowUp"), None);
    }

    #[test]
    fn what_is_on_top_is_meant() {
        let marks = marks();
        assert_eq!(
            under(&marks, (31.0, 41.0)).map(|mark| mark.what),
            Some(What::Record(3))
        );
        assert_eq!(
            under(&marks, (20.0, 31.0)).map(|mark| mark.what),
            Some(What::Centroid(0))
        );
        assert_eq!(under(&marks, (90.0, 90.0)), None);
    }
}
