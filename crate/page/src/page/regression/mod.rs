//! The stage of a regression: what is to be predicted over one feature, and against what was predicted.
//!
//! - [`fit`]: the left panel, with the line of the shown version and of a few earlier ones
//! - [`against`]: the right panel, actual against predicted or the errors
//! - [`panel`]: scales, rules, ticks; [`line`](mod@line) and [`rows`](mod@rows) what is drawn
//! - [`words`]: what stands around, and the panels in words

pub mod against;
pub mod fit;
pub mod line;
pub mod panel;
pub mod rows;
pub mod words;

use std::cell::Cell;
use std::rc::Rc;

use gloo::events::EventListener;
use lab::snapshot::{LinearView, Snapshot, Task};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement, HtmlSelectElement, PointerEvent};

use self::against::Kind;
use self::panel::Panel;
use self::rows::{Row, rows};
use self::words::Words;
use super::app::Sender;
use super::chart::pen::At;
use super::chart::surface::Surface;
use super::dom::{self, Shown};
use super::msg::Msg;
use super::stage::axes;
use super::stage::pick::{Mark, Picks, What};
use super::stage::probe::REACH;
use super::stage::says::{Line, distance};
use super::stage::tip::Tip;
use super::view::Cx;
use super::{names, numbers};

/// The two panels.
#[derive(Debug)]
pub struct Regression {
    /// style.css shows the parts that the task of the shown lane's model has.
    app: Element,
    root: HtmlElement,
    fit: Surface,
    against: Surface,
    boxes: [HtmlElement; 2],
    kind: HtmlSelectElement,
    target: Shown<String>,
    words: Words,
    /// Which panel the pointer is over, and where.
    pointer: Rc<Cell<Option<(usize, At)>>>,
    drawn: Shown<(Kind, Option<u32>)>,
    /// The row that the keyboard was on last, and whether it is to be said.
    said: Shown<Option<u32>>,
    says: bool,
    /// As they were drawn last: pointers are read with them.
    panels: Option<[Panel; 2]>,
    /// Their rows, for clicks and the keyboard.
    picks: [Picks; 2],
    _listeners: Vec<EventListener>,
}

impl Regression {
    /// The panels of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender) -> Result<Regression, JsValue> {
        let (fit, against) = (
            Surface::by_id("fit-canvas")?,
            Surface::by_id("against-canvas")?,
        );
        let kind: HtmlSelectElement = dom::by_id("against-kind")?;
        let pointer = Rc::new(Cell::new(None));
        let mut listeners = Vec::new();
        for (i, surface) in [&fit, &against].into_iter().enumerate() {
            let (moved, left) = (pointer.clone(), pointer.clone());
            let (on_move, on_leave) = (sender.clone(), sender.clone());
            listeners.push(EventListener::new(
                &surface.canvas,
                "pointermove",
                move |event| {
                    let event = event.dyn_ref::<PointerEvent>();
                    let at = event
                        .map(|event| (f64::from(event.offset_x()), f64::from(event.offset_y())));
                    moved.set(at.map(|at| (i, at)));
                    on_move.send(Msg::Redraw);
                },
            ));
            listeners.push(EventListener::new(
                &surface.canvas,
                "pointerleave",
                move |_| {
                    left.set(None);
                    on_leave.send(Msg::Redraw);
                },
            ));
        }
        let on_change = sender.clone();
        listeners.push(EventListener::new(&kind, "change", move |_| {
            on_change.send(Msg::Redraw);
        }));
        Ok(Regression {
            picks: [
                Picks::new(&fit.canvas, sender),
                Picks::new(&against.canvas, sender),
            ],
            app: dom::by_id("app")?,
            root: dom::by_id("regression")?,
            fit,
            against,
            boxes: [dom::by_id("fit-panel")?, dom::by_id("against-panel")?],
            kind,
            target: Shown::default(),
            words: Words::new()?,
            pointer,
            drawn: Shown::default(),
            said: Shown::default(),
            says: false,
            panels: None,
            _listeners: listeners,
        })
    }

    /// Draws what changed; false where the shown lane has another model, and the scatter plot is drawn.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, cx: &Cx<'_>, changed: bool, tip: &mut Tip) -> Result<bool, JsValue> {
        let snapshot = cx.snapshot;
        let linear = snapshot
            .linear
            .as_ref()
            .filter(|_| snapshot.task == Task::Regression);
        dom::set_attribute(&self.app, "data-task", task_word(snapshot.task));
        let Some(linear) = linear else {
            return Ok(false);
        };
        let fits = [self.fit.fit(), self.against.fit()];
        if self.target.change(snapshot.target.clone()) {
            self.kind.set_text_content(None);
            for kind in Kind::ALL {
                dom::child(&self.kind, "option", "", &kind.name(&snapshot.target))?;
            }
        }
        let chosen = usize::try_from(self.kind.selected_index()).unwrap_or(0);
        let kind = Kind::ALL.get(chosen).copied().unwrap_or_default();
        if changed {
            self.words.draw(snapshot, linear, kind)?;
        }
        if !self.fit.is_visible() || !self.against.is_visible() {
            return Ok(true);
        }
        self.draw_panels(cx, linear, kind, changed || fits.contains(&true), tip)?;
        Ok(true)
    }

    fn draw_panels(
        &mut self,
        cx: &Cx<'_>,
        linear: &LinearView,
        kind: Kind,
        changed: bool,
        tip: &mut Tip,
    ) -> Result<(), JsValue> {
        let focused = self.focused(linear);
        let hovered = self.hovered(linear, kind).or(focused);
        let open = cx
            .state
            .inspector
            .record()
            .and_then(|open| open.try_into().ok());
        let record = hovered.map(|(row, _)| row.record).or(open);
        if self.drawn.change((kind, record)) || changed || self.panels.is_none() {
            let size = |surface: &Surface| (surface.width, surface.height);
            let (pen, other) = (self.fit.draw(), self.against.draw());
            let fit = fit::panel(&pen, cx, linear, size(&self.fit));
            let against = against::panel(&other, cx, linear, kind, size(&self.against));
            fit::draw(&pen, &fit, cx, linear, record);
            against::draw(&other, &against, kind, cx, linear, record);
            self.panels = Some([fit, against]);
            self.take_marks(linear, kind);
        }
        if self.said.change(focused.map(|(row, _)| row.record)) && focused.is_some() {
            self.says = true;
        }
        match hovered {
            Some((row, at)) => {
                let size = (self.root.offset_width(), self.root.offset_height());
                let corner = (f64::from(size.0), f64::from(size.1));
                tip.show(&says(cx.snapshot, &row, cx), at, ((0.0, 0.0), corner))?;
                if std::mem::take(&mut self.says) {
                    tip.say();
                }
                Ok(())
            }
            None => {
                tip.hide();
                Ok(())
            }
        }
    }

    /// Takes the rows of both panels as they were drawn.
    fn take_marks(&self, linear: &LinearView, kind: Kind) {
        let Some([fit, against]) = &self.panels else {
            return;
        };
        let mark = |row: &Row, at: Option<At>| {
            let what = What::Record(row.record.into());
            at.map(|at| Mark { at, what })
        };
        let on_fit = rows(linear).filter_map(|row| mark(&row, fit::place(fit, &row)));
        self.picks[0].set(on_fit.collect());
        let place = |row: &Row| against::place(against, kind, row).map(|(at, _)| at);
        let on_against = rows(linear).filter_map(|row| mark(&row, place(&row)));
        self.picks[1].set(on_against.collect());
    }

    /// The row that the keyboard is on, and where it is in the plot.
    fn focused(&self, linear: &LinearView) -> Option<(Row, At)> {
        let marks = [self.picks[0].current(), self.picks[1].current()];
        let over = marks.iter().position(Option::is_some)?;
        let mark = marks[over]?;
        let row = rows(linear).find(|row| mark.what == What::Record(row.record.into()))?;
        Some((row, self.in_plot(over, mark.at)))
    }

    fn in_plot(&self, over: usize, at: At) -> At {
        let panel = &self.boxes[over];
        let (left, top) = (
            f64::from(panel.offset_left()),
            f64::from(panel.offset_top()),
        );
        (at.0 + left, at.1 + top)
    }

    /// The newest row near the pointer, and where it is in the plot.
    fn hovered(&self, linear: &LinearView, kind: Kind) -> Option<(Row, At)> {
        let (over, pointer) = self.pointer.get()?;
        let panel = self.panels.as_ref()?.get(over)?;
        let place = |row: &Row| match over {
            0 => fit::place(panel, row),
            _ => against::place(panel, kind, row).map(|(at, _)| at),
        };
        let near = rows(linear).filter_map(|row| {
            let at = place(&row)?;
            (distance(at, pointer) < REACH).then_some((row, at))
        });
        let (row, at) = near.last()?;
        Some((row, self.in_plot(over, at)))
    }
}

/// What style.css calls a task.
pub fn task_word(task: Task) -> &'static str {
    match task {
        Task::Clustering => "clustering",
        Task::Regression => "regression",
        Task::Classification => "classification",
    }
}

/// What there is to say of a row.
fn says(snapshot: &Snapshot, row: &Row, cx: &Cx<'_>) -> Vec<Line> {
    let record = u64::from(row.record);
    let event = snapshot
        .events
        .iter()
        .find(|event| event.record == Some(record));
    let title = event.map_or_else(
        || format!("record {}", numbers::count(record)),
        |event| {
            let short = names::short_topic(&event.topic, &cx.state.scenario.prefix);
            format!("{short} {}", event.offset)
        },
    );
    let by = match row.given {
        true => " as predicted when it came".to_owned(),
        false => format!(" by v{}", snapshot.version),
    };
    let feature = snapshot.features.get(axes::feature(snapshot));
    let text = |name: &str, value: f64| Line::Text(name.to_owned(), numbers::significant(value, 5));
    let decimals = numbers::decimals_of(row.actual, 5);
    vec![
        Line::Title(title, by),
        text(feature.map_or("", String::as_str), row.x),
        text("predicted", row.predicted),
        text(&snapshot.target, row.actual),
        Line::Text("error".to_owned(), numbers::signed(row.error(), decimals)),
    ]
}
