//! Places on the timeline: going to one by its name, and back to what is live.

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsValue;
use web_sys::{Element, HtmlInputElement};

use super::app::Sender;
use super::dom::{self, Slot};
use super::msg::{Effect, Msg};
use super::numbers;
use super::state::State;
use super::view::Cx;
use crate::protocol::{Command, Update};

/// What is known of the place that is asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Places {
    /// Whether the field is open.
    pub open: bool,
    /// Why there is no such place.
    pub error: String,
}

/// Something happened to places.
#[derive(Clone, Debug, PartialEq)]
pub enum PlacesMsg {
    /// The field was asked for, or is to be closed.
    Toggle,
    /// Go there.
    Go(String),
}

/// One step: something happened to places.
pub fn update(state: &mut State, msg: PlacesMsg, out: &mut Vec<Effect>) {
    state.places.error.clear();
    match msg {
        PlacesMsg::Toggle => {
            state.places.open = !state.places.open;
            let to = if state.places.open {
                "go-to-place"
            } else {
                "where"
            };
            out.push(Effect::Focus(to));
        }
        PlacesMsg::Go(text) if text.trim().is_empty() => {
            state.places.error = "Type where to go.".to_owned();
        }
        PlacesMsg::Go(text) => out.push(Effect::Send(Command::GoTo { text })),
    }
}

/// The worker went there, or says why not.
pub fn arrived(state: &mut State, update: &Update, out: &mut Vec<Effect>) {
    match &update.sought {
        Some(Ok(())) => {
            state.places = Places::default();
            out.push(Effect::Focus("where"));
        }
        Some(Err(why)) => state.places.error.clone_from(why),
        None => {}
    }
}

/// "Back to live · 140 records"; empty where the playhead is there.
pub fn back_words(state: &State) -> String {
    let snapshot = &state.update.snapshot;
    if snapshot.live || !state.started {
        return String::new();
    }
    let live = match state.update.status.paused {
        true => "newest",
        false => "live",
    };
    let behind = snapshot.records.saturating_sub(snapshot.record);
    match behind {
        0 => format!("Back to {live}"),
        behind => format!("Back to {live} · {}", numbers::counted(behind, "record")),
    }
}

/// The field, and the button back to live.
#[derive(Debug)]
pub struct PlacesView {
    toggle: Element,
    sheet: Element,
    field: HtmlInputElement,
    error: Slot,
    back: Element,
    back_text: Slot,
    _listeners: Vec<EventListener>,
}

impl PlacesView {
    /// The elements of index.html.
    ///
    /// # Errors
    /// One is missing.
    pub fn new(sender: &Sender) -> Result<PlacesView, JsValue> {
        let toggle: Element = dom::by_id("where")?;
        let back: Element = dom::by_id("back-live")?;
        let field: HtmlInputElement = dom::by_id("go-to-place")?;
        let form: Element = dom::by_id("go-to")?;
        let mut listeners = Vec::new();
        for (button, msg) in [
            (toggle.clone(), Msg::Places(PlacesMsg::Toggle)),
            (back.clone(), Msg::Send(Command::Live)),
            (dom::by_id("back-row")?, Msg::Send(Command::BackRow)),
            (dom::by_id("back-batch")?, Msg::Send(Command::BackBatch)),
            (dom::by_id("back-round")?, Msg::Send(Command::BackRound)),
            (dom::by_id("next-round")?, Msg::Send(Command::NextRound)),
        ] {
            let sender = sender.clone();
            listeners.push(dom::on_click(&button, move || sender.send(msg.clone())));
        }
        // What was typed before is there to be typed over.
        let again = field.clone();
        listeners.push(EventListener::new(&field, "focus", move |_| again.select()));
        let (sender, typed) = (sender.clone(), field.clone());
        listeners.push(EventListener::new_with_options(
            &form,
            "submit",
            EventListenerOptions::enable_prevent_default(),
            move |event| {
                event.prevent_default();
                sender.send(Msg::Places(PlacesMsg::Go(typed.value())));
            },
        ));
        Ok(PlacesView {
            toggle,
            sheet: form,
            field,
            error: Slot::by_id("go-to-error")?,
            back,
            back_text: Slot::by_id("back-live-words")?,
            _listeners: listeners,
        })
    }

    /// Draws what changed.
    pub fn draw(&mut self, cx: &Cx<'_>) {
        let places = &cx.state.places;
        dom::show(&self.sheet, places.open);
        let word = |is: bool| if is { "true" } else { "false" };
        dom::set_attribute(&self.toggle, "aria-expanded", word(places.open));
        dom::enable(&self.toggle, cx.state.update.snapshot.records > 0);
        let bad = !places.error.is_empty();
        dom::set_attribute(&self.field, "aria-invalid", word(bad));
        self.error.set_or_hide(&places.error);
        let back = back_words(cx.state);
        dom::show(&self.back, !back.is_empty());
        self.back_text.set(&back);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_says_how_far_it_is() {
        let mut state = State {
            started: true,
            ..State::default()
        };
        (state.update.snapshot.records, state.update.snapshot.record) = (310, 170);
        assert_eq!(back_words(&state), "Back to live · 140 records");
        state.update.status.paused = true;
        assert_eq!(back_words(&state), "Back to newest · 140 records");
        state.update.snapshot.live = true;
        assert_eq!(back_words(&state), "");
    }

    #[test]
    fn the_field_stays_open_until_its_place_is_found() {
        let (mut state, mut out) = (State::default(), Vec::new());
        update(&mut state, PlacesMsg::Toggle, &mut out);
        update(&mut state, PlacesMsg::Go(" ".to_owned()), &mut out);
        assert_eq!(state.places.error, "Type where to go.");
        update(&mut state, PlacesMsg::Go("v9".to_owned()), &mut out);
        assert!(state.places.error.is_empty());
        let mut answer = Update {
            sought: Some(Err("no".to_owned())),
            ..Update::default()
        };
        arrived(&mut state, &answer, &mut out);
        assert_eq!((state.places.open, &*state.places.error), (true, "no"));
        answer.sought = Some(Ok(()));
        arrived(&mut state, &answer, &mut out);
        assert_eq!(state.places, Places::default());
    }
}
