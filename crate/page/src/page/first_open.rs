//! What a newcomer sees first: the initial model, and two ways to feed it.

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DragEvent, Element, Event, HtmlInputElement};

use super::app::Sender;
use super::copy;
use super::dom::{self, Slot};
use super::msg::Msg;
use super::names;
use super::share::file::{self, Where};
use super::state::{Errand, State};
use super::view::Cx;

/// The card.
#[derive(Debug)]
pub struct FirstOpen {
    card: Element,
    hint: Element,
    play: Element,
    error: Slot,
    _listeners: Vec<EventListener>,
}

impl FirstOpen {
    /// The card of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender, state: &State) -> Result<FirstOpen, JsValue> {
        let play: Element = dom::by_id("play-demo")?;
        if let Some(walk) = &state.walk {
            Slot::by_id("welcome-about")?.set(&walk.entry.about);
            Slot::by_id("welcome-recorded")?.set(&walk.entry.recorded);
        }
        let mut listeners = vec![on_connect(sender)?, copy_command()?];
        let play_sender = sender.clone();
        listeners.push(dom::on_click(&play, move || {
            play_sender.send(Msg::PlayDemo)
        }));
        listeners.extend(on_choose(sender)?);
        listeners.extend(on_drop(sender)?);
        Ok(FirstOpen {
            card: dom::by_id("welcome")?,
            hint: dom::by_id("probe-hint")?,
            play,
            error: Slot::by_id("welcome-error")?,
            _listeners: listeners,
        })
    }

    /// Draws what changed.
    pub fn draw(&mut self, cx: &Cx<'_>) {
        let state = cx.state;
        dom::show(&self.card, state.shows_card());
        // What the hint says holds for clusters and classes.
        let classifies = state.scenario.model != names::model("linear_regression");
        dom::show(&self.hint, state.is_first_open() && classifies);
        dom::enable(&self.play, state.recording != Errand::UnderWay);
        self.error
            .set_or_hide(if let Errand::Failed(why) = &state.recording {
                why
            } else {
                ""
            });
    }
}

fn on_connect(sender: &Sender) -> Result<EventListener, JsValue> {
    let (form, address): (Element, HtmlInputElement) =
        (dom::by_id("connect")?, dom::by_id("address")?);
    let (options, sender) = (
        EventListenerOptions::enable_prevent_default(),
        sender.clone(),
    );
    Ok(EventListener::new_with_options(
        &form,
        "submit",
        options,
        move |event| {
            event.prevent_default();
            sender.send(Msg::Connect(full_address(&address.value())));
        },
    ))
}

/// What is left out of an address is filled in: "127.0.0.1:8080" is "ws://127.0.0.1:8080/ws".
fn full_address(typed: &str) -> String {
    let typed = typed.trim();
    let rest = typed
        .strip_prefix("http://")
        .or_else(|| typed.strip_prefix("ws://"))
        .unwrap_or(typed);
    let (scheme, rest) = match rest
        .strip_prefix("https://")
        .or_else(|| rest.strip_prefix("wss://"))
    {
        Some(rest) => ("wss", rest),
        None => ("ws", rest),
    };
    match rest.split_once('/') {
        Some((_, path)) if !path.is_empty() => format!("{scheme}://{rest}"),
        _ => format!("{scheme}://{}/ws", rest.trim_end_matches('/')),
    }
}

fn copy_command() -> Result<EventListener, JsValue> {
    let (button, command, icon): (Element, Element, Element) = (
        dom::by_id("copy")?,
        dom::by_id("command")?,
        dom::by_id("copy-icon")?,
    );
    Ok(copy::on_copy(&button, command, icon))
}

fn on_choose(sender: &Sender) -> Result<[EventListener; 2], JsValue> {
    let (button, input): (Element, HtmlInputElement) = (dom::by_id("choose")?, dom::by_id("file")?);
    let (to_open, sender) = (input.clone(), sender.clone());
    let chosen = EventListener::new(&input.clone(), "change", move |_| {
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            file::read(file, Where::Page, &sender);
        }
        input.set_value("");
    });
    Ok([dom::on_click(&button, move || to_open.click()), chosen])
}

/// A file may be dropped anywhere on the page.
fn on_drop(sender: &Sender) -> Result<Vec<EventListener>, JsValue> {
    let (body, card): (Element, Element) = (dom::by_id("app")?, dom::by_id("welcome")?);
    let options = EventListenerOptions::enable_prevent_default();
    let mark = |over: bool| {
        let card = card.clone();
        move |event: &Event| {
            event.prevent_default();
            // A class of this program's own.
            let _ = card.class_list().toggle_with_force("over", over);
        }
    };
    let (sender, unmark) = (sender.clone(), mark(false));
    Ok(vec![
        EventListener::new_with_options(&body, "dragover", options, mark(true)),
        EventListener::new_with_options(&body, "dragleave", options, mark(false)),
        EventListener::new_with_options(&body, "drop", options, move |event| {
            unmark(event);
            let files = event
                .dyn_ref::<DragEvent>()
                .and_then(DragEvent::data_transfer)
                .and_then(|data| data.files());
            if let Some(file) = files.and_then(|files| files.get(0)) {
                file::read(file, Where::Page, &sender);
            }
        }),
    ])
}

#[cfg(test)]
mod tests {
    use super::full_address;

    #[test]
    fn addresses_are_filled_in() {
        for (typed, full) in [
            ("127.0.0.1:8080", "ws://127.0.0.1:8080/ws"),
            (" ws://127.0.0.1:8080/ ", "ws://127.0.0.1:8080/ws"),
            ("ws://127.0.0.1:8080/ws", "ws://127.0.0.1:8080/ws"),
            ("https://eddy.example/a/ws", "wss://eddy.example/a/ws"),
            ("http://localhost:1", "ws://localhost:1/ws"),
        ] {
            assert_eq!(full_address(typed), full);
        }
    }
}
