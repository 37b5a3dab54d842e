//! One lane beside others: its head, its batch, its plot.

use gloo::events::EventListener;
use lab::snapshot::{Axis, Task};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DocumentFragment, Element, HtmlSelectElement, HtmlTemplateElement, Node};

use super::pointed::Target;
use super::{Act, LanesMsg};
use crate::page::app::Sender;
use crate::page::batch_strip::BatchStrip;
use crate::page::chart::surface::Surface;
use crate::page::dom::{self, Shown, Slot};
use crate::page::lane_head::unbroken;
use crate::page::msg::Msg;
use crate::page::regression::{fit, task_word};
use crate::page::stage::axes;
use crate::page::stage::in_words::InWords;
use crate::page::stage::legend;
use crate::page::stage::marks::{self, Pointed};
use crate::page::stage::pick::Picks;
use crate::page::stage::probe::{Pinned, Probe, REACH};
use crate::page::stage::says::distance;
use crate::page::stage::scatter::Scatter;
use crate::page::stage::tip::Tip;
use crate::page::view::{Cx, Stamp};

/// A lane's panel.
#[derive(Debug)]
pub struct Panel {
    root: Element,
    name: Slot,
    parameters: Slot,
    settings: Element,
    menu: Element,
    strip: BatchStrip,
    scatter: Scatter,
    words: InWords,
    fit: Surface,
    fitted: Shown<(Stamp, bool)>,
    axes: [Select; 2],
    lane: Shown<(usize, String)>,
    _listeners: Vec<EventListener>,
}

/// The chooser of an axis.
#[derive(Debug)]
struct Select {
    element: HtmlSelectElement,
    shown: Shown<(Vec<(Axis, String)>, Axis)>,
    _listener: EventListener,
}

impl Panel {
    /// A panel of index.html's template inside of this element, for the lane with this number.
    ///
    /// # Errors
    /// The template is not whole.
    pub fn new(
        grid: &Element,
        lane: usize,
        pinned: &Pinned,
        sender: &Sender,
    ) -> Result<Panel, JsValue> {
        let template: HtmlTemplateElement = dom::by_id("lane-panel")?;
        let copy: DocumentFragment = template
            .content()
            .clone_node_with_deep(true)?
            .unchecked_into();
        grid.append_child(copy.unchecked_ref::<Node>())?;
        let root = grid
            .last_element_child()
            .ok_or_else(|| JsValue::from_str("index.html: #lane-panel is empty"))?;
        let part = |selector: &str| dom::part::<Element>(&root, selector);
        let surface = |selector: &str| Surface::new(dom::part(&root, selector)?);
        let marks = surface(".marks")?;
        let (name, settings, menu) = (
            part(".lane-name")?,
            part(".lane-settings")?,
            part(".lane-menu")?,
        );
        dom::set_attribute(&menu, "data-menu", &lane.to_string());
        let probe = Probe::new(&marks.canvas, sender, pinned.clone());
        let picks = Picks::new(&marks.canvas, sender);
        let mut listeners = Vec::new();
        for (element, msg) in [
            (&part(".lane-head")?, LanesMsg::Focus(lane)),
            (&settings, LanesMsg::Do(lane, Act::Settings)),
            (&menu, LanesMsg::Menu(Some(lane))),
        ] {
            let sender = sender.clone();
            listeners.push(EventListener::new(element, "click", move |event| {
                // The head takes clicks beside its buttons.
                event.stop_propagation();
                sender.send(Msg::Lanes(msg.clone()));
            }));
        }
        // What is opened from its plot is of this lane.
        let (focus, plot) = (sender.clone(), part(".plot")?);
        listeners.push(EventListener::new(&plot, "pointerdown", move |_| {
            focus.send(Msg::Lanes(LanesMsg::Focus(lane)));
        }));
        let select = |selector: &str, msg| Select::new(dom::part(&root, selector)?, msg, sender);
        Ok(Panel {
            name: Slot::new(name),
            parameters: Slot::new(part(".params")?),
            settings,
            menu,
            strip: BatchStrip::new(&part(".batch")?)?,
            words: InWords::new(marks.canvas.clone().into(), &part("table")?)?,
            fit: surface(".fit")?,
            fitted: Shown::default(),
            axes: [
                select(".axis-x select", Msg::AxisX as fn(Axis) -> Msg)?,
                select(".axis-y select", Msg::AxisY)?,
            ],
            scatter: Scatter::new(
                [surface(".ground")?, surface(".points")?, marks],
                probe,
                picks,
                Tip::new(dom::part(&root, ".tip")?),
            ),
            lane: Shown::default(),
            root,
            _listeners: listeners,
        })
    }

    /// Looks at what the pointer is over; None where it is not over this panel's plot.
    pub fn target(&self, cx: &Cx<'_>) -> Option<Target> {
        let at = self.scatter.pointer()?;
        let plot = self.scatter.plot()?;
        let rows = marks::test_rows(plot, cx);
        let row = rows.iter().rev().find(|row| distance(row.at, at) < REACH);
        Some(match row {
            Some(row) => Target::Record(row.record),
            None => Target::Place((plot.x.back(at.0), plot.y.back(at.1))),
        })
    }

    /// Draws what changed; true where something moves.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, cx: &Cx<'_>, pointed: Option<&Pointed>) -> Result<bool, JsValue> {
        let snapshot = cx.snapshot;
        let Some(head) = snapshot.lanes.get(snapshot.lane) else {
            return Ok(false);
        };
        if self.lane.change((snapshot.lane, head.name.clone())) {
            self.name.set(&head.name);
            dom::set_attribute(&self.root, "aria-label", &head.name);
            for (button, what) in [(&self.settings, "Settings of"), (&self.menu, "Menu of")] {
                let label = format!("{what} {}", head.name);
                dom::set_attribute(button, "aria-label", &label);
                dom::set_attribute(button, "title", &label);
            }
        }
        let focused = cx.state.update.snapshot.lane == snapshot.lane;
        dom::set_attribute(&self.root, "data-focus", if focused { "yes" } else { "no" });
        dom::set_attribute(
            &self.name.element,
            "aria-pressed",
            if focused { "true" } else { "false" },
        );
        dom::set_attribute(&self.root, "data-task", task_word(snapshot.task));
        let parameters = format!("{} · {}", head.algorithm, head.parameters);
        self.parameters.set(&unbroken(&parameters));
        dom::set_attribute(&self.parameters.element, "title", &parameters);
        self.strip.draw(cx)?;
        self.axes[0].draw(cx, snapshot.axes.0)?;
        self.axes[1].draw(cx, snapshot.axes.1)?;
        if self.scatter.look(cx) {
            self.words.draw(cx, &legend::slice(cx))?;
        }
        match (&snapshot.linear, snapshot.task) {
            (Some(_), Task::Regression) => self.draw_fit(cx),
            _ => return self.scatter.draw(cx, pointed),
        }
        Ok(false)
    }

    /// A regression's line over one feature.
    fn draw_fit(&mut self, cx: &Cx<'_>) {
        let resized = self.fit.fit();
        let Some(linear) = &cx.snapshot.linear else {
            return;
        };
        if !(self.fitted.change((cx.stamp(), resized)) || resized) || !self.fit.is_visible() {
            return;
        }
        let pen = self.fit.draw();
        let panel = fit::panel(&pen, cx, linear, (self.fit.width, self.fit.height));
        fit::draw(&pen, &panel, cx, linear, None);
        dom::set_attribute(
            &self.fit.canvas,
            "aria-label",
            &fit::name(cx.snapshot, linear),
        );
    }

    /// Takes the panel out of the page.
    pub fn remove(&self) {
        self.root.remove();
    }
}

impl Select {
    fn new(
        element: HtmlSelectElement,
        msg: fn(Axis) -> Msg,
        sender: &Sender,
    ) -> Result<Select, JsValue> {
        let (sender, chosen) = (sender.clone(), element.clone());
        let listener = EventListener::new(&element, "change", move |_| {
            if let Some(axis) = axes::of_value(&chosen.value()) {
                sender.send(msg(axis));
            }
        });
        Ok(Select {
            element,
            shown: Shown::default(),
            _listener: listener,
        })
    }

    fn draw(&mut self, cx: &Cx<'_>, axis: Axis) -> Result<(), JsValue> {
        let options = legend::options(cx);
        if self.shown.change((options.clone(), axis)) {
            legend::fill(&self.element, &options)?;
            self.element.set_value(&axes::value(axis));
        }
        Ok(())
    }
}
