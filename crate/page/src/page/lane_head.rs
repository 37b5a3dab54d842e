//! The lane's head: its name, parameters, scaler, and the switch between lanes.

use std::cell::Cell;
use std::rc::Rc;

use gloo::events::EventListener;
use lab::snapshot::{LaneHead as Head, Snapshot};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement, KeyboardEvent};

use super::app::Sender;
use super::dom::{self, Shown, Slot};
use super::lanes::{LanesMsg, follow};
use super::msg::Msg;
use super::numbers;
use super::view::Cx;
use crate::protocol::Command;

/// The head.
#[derive(Debug)]
pub struct LaneHead {
    sender: Sender,
    title: Element,
    engine: Slot,
    algorithm: Slot,
    params: Slot,
    scaler: Sheet,
    follows: Sheet,
    switch: Element,
    choices: Vec<(HtmlElement, [EventListener; 2])>,
    names: Shown<Vec<String>>,
    lane: Shown<usize>,
    shown_lane: Rc<Cell<usize>>,
    compare: Element,
    _listeners: [EventListener; 2],
}

impl LaneHead {
    /// The head of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender) -> Result<LaneHead, JsValue> {
        let compare: Element = dom::by_id("lane-compare")?;
        let shown_lane = Rc::new(Cell::new(0));
        let (on_compare, on_menu, of_menu) = (sender.clone(), sender.clone(), shown_lane.clone());
        let title: Element = dom::by_id("lane-title")?;
        title.set_text_content(None);
        Ok(LaneHead {
            sender: sender.clone(),
            engine: Slot::new(dom::child(&title, "b", "", "")?),
            algorithm: Slot::new(dom::child(&title, "span", "", "")?),
            title,
            params: Slot::by_id("lane-params")?,
            scaler: Sheet::new("lane-scaler")?,
            follows: Sheet::new("lane-follows")?,
            switch: dom::by_id("lanes")?,
            choices: Vec::new(),
            names: Shown::default(),
            lane: Shown::default(),
            _listeners: [
                dom::on_click(&compare, move || {
                    on_compare.send(Msg::Lanes(LanesMsg::Compare));
                }),
                dom::on_click(&dom::by_id::<Element>("lane-more")?, move || {
                    on_menu.send(Msg::Lanes(LanesMsg::Menu(Some(of_menu.get()))));
                }),
            ],
            compare,
            shown_lane,
        })
    }

    /// Draws what changed.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, cx: &Cx<'_>) -> Result<(), JsValue> {
        let snapshot = cx.snapshot;
        let Some(lane) = snapshot.lanes.get(snapshot.lane) else {
            return Ok(());
        };
        self.engine.set(&lane.engine);
        // A method's name without an engine begins the head.
        let mut algorithm = format!(" {}", lane.algorithm);
        if lane.engine.is_empty() {
            algorithm = capital(&lane.algorithm);
        }
        self.algorithm.set(&algorithm);
        let title = format!("{}{algorithm}", lane.engine);
        dom::set_attribute(&self.title, "title", title.trim_start());
        self.params.set(&unbroken(&lane.parameters));
        dom::set_attribute(&self.params.element, "title", &lane.parameters);
        let scaler = scaler_says(snapshot);
        let name = match lane.scaler.is_empty() {
            true => String::new(),
            false => format!("scaled: {}", lane.scaler),
        };
        self.scaler.draw(&name, "scaled", &scaler)?;
        self.draw_follows(lane)?;
        self.shown_lane.set(snapshot.lane);
        dom::set_attribute(
            &self.compare,
            "title",
            match snapshot.lanes.len() {
                1 => "Add a lane to compare with (C)",
                _ => "All lanes side by side (C)",
            },
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

    /// What the lane's job does, where it follows one.
    fn draw_follows(&mut self, lane: &Head) -> Result<(), JsValue> {
        let Some(follows) = &lane.follows else {
            return self.follows.draw("", "", &[]);
        };
        let verdict = follow::verdict(follows);
        let short = match follows.apart {
            0 => "job",
            _ => "job ≠",
        };
        // As short as can be: the head has little room, and the sentences name the topic.
        let name = format!("job: {verdict}");
        let says = follow::says(follows, lane.versions);
        self.follows.warn(follows.apart > 0);
        self.follows.draw(&name, short, &says)
    }

    fn make_choices<'a>(&mut self, names: impl Iterator<Item = &'a str>) -> Result<(), JsValue> {
        self.choices.clear();
        self.switch.set_text_content(None);
        for (lane, name) in names.enumerate() {
            let choice: HtmlElement =
                dom::child(&self.switch, "button", "", name)?.unchecked_into();
            dom::set_attribute(&choice, "type", "button");
            dom::set_attribute(&choice, "role", "radio");
            dom::set_attribute(&choice, "title", name);
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
        let many = self.choices.len() > 2;
        dom::set_attribute(
            &self.switch,
            "class",
            if many { "segments many" } else { "segments" },
        );
        Ok(())
    }
}

/// Parameters that break before their dots only, so that one which does not fit goes as a whole.
pub fn unbroken(parameters: &str) -> String {
    let parts: Vec<String> = parameters
        .split(" · ")
        .map(|part| part.replace(' ', "\u{a0}"))
        .collect();
    parts.join(" ·\u{a0}")
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// A chip that opens to sentences.
#[derive(Debug)]
struct Sheet {
    root: Element,
    name: Slot,
    short: Element,
    says: Element,
    shown: Shown<(String, Vec<String>)>,
}

impl Sheet {
    /// The chip of index.html with this id.
    fn new(id: &'static str) -> Result<Sheet, JsValue> {
        let root: Element = dom::by_id(id)?;
        let short = root.query_selector("summary .phone-word")?;
        Ok(Sheet {
            name: Slot::by_id(&format!("{id}-name"))?,
            says: dom::by_id(&format!("{id}-says"))?,
            short: short.ok_or_else(|| JsValue::from_str("index.html: a chip is not whole"))?,
            root,
            shown: Shown::default(),
        })
    }

    /// Whether what it says is a warning.
    fn warn(&self, warns: bool) {
        if let Some(summary) = self.root.first_element_child() {
            summary.set_class_name(if warns { "chip warn" } else { "chip" });
        }
    }

    /// Shows a name and what it says when opened; hidden where the name is empty.
    fn draw(&mut self, name: &str, short: &str, says: &[String]) -> Result<(), JsValue> {
        if !self.shown.change((name.to_owned(), says.to_vec())) {
            return Ok(());
        }
        dom::show(&self.root, !name.is_empty());
        self.name.set(name);
        self.short.set_text_content(Some(short));
        if let Some(summary) = self.root.first_element_child() {
            dom::set_attribute(&summary, "title", &says.join("\n"));
            dom::set_attribute(&summary, "aria-label", name);
        }
        self.says.set_text_content(None);
        for text in says {
            dom::child(&self.says, "p", "", text)?;
        }
        Ok(())
    }
}

/// "income: mean 69,012, standard deviation 28,101", for each feature.
fn scaler_says(snapshot: &Snapshot) -> Vec<String> {
    let stage = &snapshot.stage;
    let min_max = snapshot
        .lanes
        .get(snapshot.lane)
        .is_some_and(|lane| lane.scaler.starts_with("min-max"));
    let words = match min_max {
        true => ("least", "range"),
        false => ("mean", "standard deviation"),
    };
    if stage.scaler_mean.is_empty() {
        return vec![
            "The scaler has not learned anything yet: features are as received.".to_owned(),
        ];
    }
    let numbers = stage.scaler_mean.iter().zip(&stage.scaler_std);
    let lines = snapshot.features.iter().zip(numbers);
    let line = |(name, (mean, std)): (&String, (&f64, &f64))| {
        format!(
            "{name}: {} {}, {} {}",
            words.0,
            numbers::significant(*mean, 4),
            words.1,
            numbers::significant(*std, 4)
        )
    };
    lines.map(line).collect()
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
