//! Chips and the field above the list of events.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlInputElement, HtmlSelectElement, KeyboardEvent};

use super::filter::{self, Chip, Mode};
use super::{InspectMsg, when};
use crate::page::app::Sender;
use crate::page::dom::{self, Shown, Slot};
use crate::page::msg::Msg;
use crate::page::view::Cx;

/// The bar.
#[derive(Debug)]
pub struct Bar {
    sender: Sender,
    chips: Element,
    field: Element,
    open: Element,
    input: HtmlInputElement,
    mode: HtmlSelectElement,
    says: Slot,
    missing: Slot,
    shown: Shown<Vec<(String, bool)>>,
    buttons: Vec<(Slot, EventListener)>,
    /// What each button chooses.
    choices: Rc<RefCell<Vec<Chip>>>,
    _listeners: Vec<EventListener>,
}

impl Bar {
    /// The bar of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender) -> Result<Bar, JsValue> {
        let input: HtmlInputElement = dom::by_id("filter-text")?;
        let mode: HtmlSelectElement = dom::by_id("filter-mode")?;
        for choice in Mode::ALL {
            dom::child(&mode, "option", "", choice.name())?;
        }
        let open: Element = dom::by_id("filter-open")?;
        let to_open = sender.clone();
        let listeners = vec![
            dom::on_click(&open, move || {
                to_open.send(Msg::Inspect(InspectMsg::OpenField))
            }),
            on_typed(&input, sender),
            on_key(&input, &mode, sender),
            on_mode(&mode, &input, sender),
        ];
        Ok(Bar {
            sender: sender.clone(),
            chips: dom::by_id("filter-chips")?,
            field: dom::by_id("filter-field")?,
            open,
            input,
            mode,
            says: Slot::by_id("filter-says")?,
            missing: Slot::by_id("filter-missing")?,
            shown: Shown::default(),
            buttons: Vec::new(),
            choices: Rc::default(),
            _listeners: listeners,
        })
    }

    /// Draws what changed.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, cx: &Cx<'_>) -> Result<(), JsValue> {
        let (inspector, closer) = (&cx.state.inspector, &cx.state.update.closer);
        let scenario = &cx.state.scenario;
        let chips = filter::chips(
            closer,
            &inspector.filter,
            &scenario.topics,
            &scenario.prefix,
        );
        let told = chips
            .iter()
            .map(|(_, text, on)| (text.clone(), *on))
            .collect();
        if self.shown.change(told) {
            self.draw_chips(&chips)?;
        }
        // One chip says nothing: there is nothing yet.
        dom::show(&self.chips, chips.len() > 1);
        dom::show(&self.field, inspector.field_open);
        let expanded = if inspector.field_open {
            "true"
        } else {
            "false"
        };
        dom::set_attribute(&self.open, "aria-expanded", expanded);
        if self.input.value() != inspector.typed {
            self.input.set_value(&inspector.typed);
        }
        self.input.set_placeholder(inspector.mode.example());
        let chosen = Mode::ALL.iter().position(|mode| *mode == inspector.mode);
        self.mode.set_selected_index(chosen.unwrap_or(0) as i32);
        self.says
            .set_or_hide(&filter::says(closer, &inspector.filter));
        self.missing.set_or_hide(&inspector.missing);
        // For the listener, which knows no state: the day that a time is of.
        let newest = cx
            .state
            .update
            .snapshot
            .lab_time_ms
            .unwrap_or(0)
            .to_string();
        dom::set_attribute(&self.input, "data-near", &newest);
        Ok(())
    }

    /// Chips that are there stay: the keyboard may be on one of them.
    fn draw_chips(&mut self, chips: &[(Chip, String, bool)]) -> Result<(), JsValue> {
        *self.choices.borrow_mut() = chips.iter().map(|(chip, ..)| chip.clone()).collect();
        while self.buttons.len() < chips.len() {
            let button = dom::child(&self.chips, "button", "pill", "")?;
            dom::set_attribute(&button, "type", "button");
            let (at, choices, sender) = (
                self.buttons.len(),
                self.choices.clone(),
                self.sender.clone(),
            );
            let listener = dom::on_click(&button, move || {
                let chip = choices.borrow().get(at).cloned();
                if let Some(chip) = chip {
                    sender.send(Msg::Inspect(InspectMsg::Chip(chip)));
                }
            });
            self.buttons.push((Slot::new(button), listener));
        }
        for (i, (button, _)) in self.buttons.iter_mut().enumerate() {
            let chip = chips.get(i);
            button.set_or_hide(chip.map_or("", |(_, text, _)| text));
            let on = chip.is_some_and(|(.., on)| *on);
            dom::set_attribute(
                &button.element,
                "aria-pressed",
                if on { "true" } else { "false" },
            );
        }
        Ok(())
    }
}

fn on_typed(input: &HtmlInputElement, sender: &Sender) -> EventListener {
    let (typed, sender) = (input.clone(), sender.clone());
    EventListener::new(input, "input", move |_| {
        sender.send(Msg::Inspect(InspectMsg::Typed(typed.value())));
    })
}

/// Enter opens, Esc closes the field.
fn on_key(input: &HtmlInputElement, mode: &HtmlSelectElement, sender: &Sender) -> EventListener {
    let (typed, mode, sender) = (input.clone(), mode.clone(), sender.clone());
    let options = EventListenerOptions::enable_prevent_default();
    EventListener::new_with_options(input, "keydown", options, move |event| {
        let key = event.dyn_ref::<KeyboardEvent>().map(KeyboardEvent::key);
        let msg = match key.as_deref() {
            Some("Enter") => {
                let near = typed
                    .get_attribute("data-near")
                    .and_then(|near| near.parse().ok());
                let is_time = chosen(&mode) == Mode::Time;
                let ms = near
                    .filter(|_| is_time)
                    .and_then(|near| when::read(&typed.value(), near));
                InspectMsg::Submit(ms)
            }
            Some("Escape") => InspectMsg::CloseField,
            _ => return,
        };
        event.prevent_default();
        sender.send(Msg::Inspect(msg));
    })
}

fn on_mode(mode: &HtmlSelectElement, input: &HtmlInputElement, sender: &Sender) -> EventListener {
    let (select, input, sender) = (mode.clone(), input.clone(), sender.clone());
    EventListener::new(mode, "change", move |_| {
        sender.send(Msg::Inspect(InspectMsg::Mode(chosen(&select))));
        dom::focus(&input);
    })
}

fn chosen(mode: &HtmlSelectElement) -> Mode {
    let index = usize::try_from(mode.selected_index()).unwrap_or(0);
    Mode::ALL.get(index).copied().unwrap_or_default()
}
