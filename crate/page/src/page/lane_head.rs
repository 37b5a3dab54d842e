//! The lane's head: its name, parameters, and the switch between lanes.

use gloo::events::EventListener;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement, KeyboardEvent};

use super::app::Sender;
use super::dom::{self, Shown, Slot};
use super::msg::Msg;
use super::view::Cx;
use crate::protocol::Command;

/// The head.
#[derive(Debug)]
pub struct LaneHead {
    sender: Sender,
    engine: Slot,
    algorithm: Slot,
    params: Slot,
    warning: Element,
    switch: Element,
    choices: Vec<(HtmlElement, [EventListener; 2])>,
    names: Shown<Vec<String>>,
    lane: Shown<usize>,
}

impl LaneHead {
    /// The head of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender) -> Result<LaneHead, JsValue> {
        let title: Element = dom::by_id("lane-title")?;
        title.set_text_content(None);
        let warning: Element = dom::by_id("lane-warning")?;
        if let Some(text) = warning.last_element_child() {
            text.set_text_content(Some("Decay 0 forgets every earlier batch"));
        }
        Ok(LaneHead {
            sender: sender.clone(),
            engine: Slot::new(dom::child(&title, "b", "", "")?),
            algorithm: Slot::new(dom::child(&title, "span", "", "")?),
            params: Slot::by_id("lane-params")?,
            warning,
            switch: dom::by_id("lanes")?,
            choices: Vec::new(),
            names: Shown::default(),
            lane: Shown::default(),
        })
    }

    /// Draws what changed.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, cx: &Cx<'_>) -> Result<(), JsValue> {
        let snapshot = &cx.state.update.snapshot;
        let Some(lane) = snapshot.lanes.get(snapshot.lane) else {
            return Ok(());
        };
        self.engine.set(&lane.engine);
        self.algorithm.set(&format!(" {}", lane.algorithm));
        self.params.set(&lane.parameters);
        dom::show(
            &self.warning,
            lane.parameters.split(" · ").any(|part| part == "decay 0"),
        );
        if self.names.change(
            snapshot
                .lanes
                .iter()
                .map(|lane| lane.name.clone())
                .collect(),
        ) {
            self.make_choices(snapshot.lanes.iter().map(|lane| lane.name.as_str()))?;
            self.lane = Shown::default();
        }
        if self.lane.change(snapshot.lane) {
            for (i, (choice, _)) in self.choices.iter().enumerate() {
                let is = i == snapshot.lane;
                dom::set_attribute(choice, "aria-checked", if is { "true" } else { "false" });
                dom::set_attribute(choice, "tabindex", if is { "0" } else { "-1" });
            }
        }
        Ok(())
    }

    fn make_choices<'a>(&mut self, names: impl Iterator<Item = &'a str>) -> Result<(), JsValue> {
        self.choices.clear();
        self.switch.set_text_content(None);
        for (lane, name) in names.enumerate() {
            let choice: HtmlElement =
                dom::child(&self.switch, "button", "", name)?.unchecked_into();
            dom::set_attribute(&choice, "type", "button");
            dom::set_attribute(&choice, "role", "radio");
            let sender = self.sender.clone();
            let click = dom::on_click(&choice, move || {
                sender.send(Msg::Send(Command::ShowLane { lane }))
            });
            self.choices.push((
                choice.clone(),
                [click, on_arrow(&choice, &self.switch, lane)],
            ));
        }
        dom::show(&self.switch, self.choices.len() > 1);
        Ok(())
    }
}

/// Arrows go to the lane beside it.
fn on_arrow(choice: &HtmlElement, switch: &Element, lane: usize) -> EventListener {
    let switch = switch.clone();
    EventListener::new(choice, "keydown", move |event| {
        let key = event
            .dyn_ref::<KeyboardEvent>()
            .map(KeyboardEvent::key)
            .unwrap_or_default();
        let lanes = switch.child_element_count() as usize;
        let to = match key.as_str() {
            "ArrowRight" | "ArrowDown" => (lane + 1) % lanes.max(1),
            "ArrowLeft" | "ArrowUp" => (lane + lanes - 1) % lanes.max(1),
            _ => return,
        };
        if let Some(choice) = switch
            .child_nodes()
            .item(to as u32)
            .and_then(|node| node.dyn_into::<HtmlElement>().ok())
        {
            dom::focus(&choice);
            choice.click();
        }
    })
}
