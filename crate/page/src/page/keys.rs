//! The keyboard.

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, KeyboardEvent};

use super::app::Sender;
use super::dom;
use super::inspector::InspectMsg;
use super::job::JobMsg;
use super::kept::KeptMsg;
use super::lanes::LanesMsg;
use super::msg::Msg;
use super::pipeline::PipelineMsg;
use super::places::PlacesMsg;
use super::settings::SettingsMsg;
use super::state::{LeftTab, RightTab, Tab};
use super::views::ViewsMsg;
use crate::protocol::Command;

/// What a key does.
pub fn message(key: &str, shift: bool) -> Option<Msg> {
    Some(match (key, shift) {
        (" ", _) => Msg::PlayPause,
        ("ArrowRight", false) => Msg::Send(Command::StepBatch),
        ("ArrowRight", true) => Msg::Send(Command::StepRow),
        ("ArrowLeft", false) => Msg::Send(Command::BackBatch),
        ("ArrowLeft", true) => Msg::Send(Command::BackRow),
        ("Home", _) => Msg::Send(Command::First),
        ("End", _) => Msg::Send(Command::Live),
        ("i" | "I", _) => Msg::Left(LeftTab::Insert),
        ("e" | "E", _) => Msg::Events,
        ("p" | "P", _) => Msg::Tab(Tab::Predictions),
        ("b" | "B", _) => Msg::Tab(Tab::Ledger),
        ("m" | "M", _) => Msg::Right(RightTab::Measures),
        ("k" | "K", _) => Msg::Kept(KeptMsg::Open),
        ("s" | "S", _) => Msg::Right(RightTab::Settings),
        ("f" | "F", _) => Msg::Settings(SettingsMsg::Open),
        ("g" | "G", _) => Msg::Places(PlacesMsg::Toggle),
        ("[", _) => Msg::Send(Command::BackRound),
        ("]", _) => Msg::Send(Command::NextRound),
        ("x" | "X", _) => Msg::Job(JobMsg::Open(None)),
        ("l" | "L", _) => Msg::Pipeline(PipelineMsg::Open),
        ("v" | "V", _) => Msg::Views(ViewsMsg::Open),
        ("c" | "C", _) => Msg::Lanes(LanesMsg::Compare),
        ("1", false) => Msg::Lanes(LanesMsg::Focus(0)),
        ("2", false) => Msg::Lanes(LanesMsg::Focus(1)),
        ("3", false) => Msg::Lanes(LanesMsg::Focus(2)),
        ("4", false) => Msg::Lanes(LanesMsg::Focus(3)),
        ("t" | "T", _) => Msg::Theme,
        ("?", _) => Msg::Help,
        ("Escape", _) => Msg::Close,
        ("/", _) => Msg::Inspect(InspectMsg::OpenField),
        _ => return None,
    })
}

/// Listens to the keyboard.
///
/// # Errors
/// This is not the page thread.
pub fn listen(sender: &Sender) -> Result<EventListener, JsValue> {
    let sender = sender.clone();
    let options = EventListenerOptions::enable_prevent_default();
    let window = dom::window()?;
    Ok(EventListener::new_with_options(
        &window,
        "keydown",
        options,
        move |event| {
            let Some(event) = event.dyn_ref::<KeyboardEvent>() else {
                return;
            };
            let modified = event.ctrl_key() || event.meta_key() || event.alt_key();
            let target = event
                .target()
                .and_then(|target| target.dyn_into::<Element>().ok());
            if modified
                || event.default_prevented()
                || target.is_some_and(|target| keeps(&target, &event.key()))
            {
                return;
            }
            if let Some(msg) = message(&event.key(), event.shift_key()) {
                // Esc also closes a dialog by itself.
                if msg != Msg::Close {
                    event.prevent_default();
                }
                sender.send(msg);
            }
        },
    ))
}

/// Whether an element wants the key for itself: fields while typing, dialogs, and buttons their space bar.
fn keeps(element: &Element, key: &str) -> bool {
    let within = |selector: &str| element.closest(selector).ok().flatten().is_some();
    match key {
        "Escape" => false,
        " " => within("input, select, textarea, dialog[open], button, [contenteditable]"),
        "ArrowRight" | "ArrowLeft" | "Home" | "End" => within(
            "input, select, textarea, dialog[open], [role=tablist], [role=radiogroup], [contenteditable]",
        ),
        _ => {
            within("input, textarea, dialog[open], [contenteditable]")
                || (key.len() == 1 && within("select"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_do_what_the_help_says() {
        let rows = [
            (" ", false, Msg::PlayPause),
            ("ArrowRight", false, Msg::Send(Command::StepBatch)),
            ("ArrowRight", true, Msg::Send(Command::StepRow)),
            ("ArrowLeft", false, Msg::Send(Command::BackBatch)),
            ("ArrowLeft", true, Msg::Send(Command::BackRow)),
            ("x", false, Msg::Job(JobMsg::Open(None))),
            ("Home", false, Msg::Send(Command::First)),
            ("End", false, Msg::Send(Command::Live)),
            ("i", false, Msg::Left(LeftTab::Insert)),
            ("k", false, Msg::Kept(KeptMsg::Open)),
            ("c", false, Msg::Lanes(LanesMsg::Compare)),
            ("2", false, Msg::Lanes(LanesMsg::Focus(1))),
            ("s", false, Msg::Right(RightTab::Settings)),
            ("f", false, Msg::Settings(SettingsMsg::Open)),
            ("g", false, Msg::Places(PlacesMsg::Toggle)),
            ("[", false, Msg::Send(Command::BackRound)),
            ("]", false, Msg::Send(Command::NextRound)),
            ("l", false, Msg::Pipeline(PipelineMsg::Open)),
            ("v", false, Msg::Views(ViewsMsg::Open)),
            ("T", true, Msg::Theme),
            ("?", true, Msg::Help),
            ("/", false, Msg::Inspect(InspectMsg::OpenField)),
        ];
        for (key, shift, msg) in rows {
            assert_eq!(message(key, shift), Some(msg), "{key}");
        }
        assert_eq!(message("q", false), None);
    }
}
