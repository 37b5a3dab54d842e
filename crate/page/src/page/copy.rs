//! A command to copy.

use std::cell::RefCell;

use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use wasm_bindgen::JsValue;
use web_sys::Element;

use super::dom::{self, Slot};

/// How long the button says that it has copied, ms.
const SAID_MS: u32 = 1_500;

/// A line for a shell, with a button that copies it.
#[derive(Debug)]
pub struct CommandLine {
    outer: Element,
    code: Slot,
    _copy: EventListener,
}

impl CommandLine {
    /// A line inside this element, hidden until it says something.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn new(parent: &Element) -> Result<CommandLine, JsValue> {
        let outer = dom::child(parent, "div", "command", "")?;
        dom::show(&outer, false);
        let prompt = dom::child(&outer, "span", "", "$")?;
        dom::set_attribute(&prompt, "aria-hidden", "true");
        let code = dom::child(&outer, "code", "", "")?;
        let button = dom::child(&outer, "button", "ghost square tiny", "")?;
        dom::set_attribute(&button, "type", "button");
        dom::set_attribute(&button, "aria-label", "Copy the command");
        let icon = dom::icon(&button, "#i-copy", "icon12")?;
        let shape = icon.first_element_child().unwrap_or(icon);
        Ok(CommandLine {
            _copy: on_copy(&button, code.clone(), shape),
            outer,
            code: Slot::new(code),
        })
    }

    /// Writes the command; hides the line where it is empty.
    pub fn set(&mut self, command: &str) {
        self.code.set(command);
        dom::show(&self.outer, !command.is_empty());
    }
}

/// Copies the text of one element when another is clicked; the icon says so for a while.
pub fn on_copy(button: &Element, text: Element, icon: Element) -> EventListener {
    let back = RefCell::new(None);
    EventListener::new(button, "click", move |_| {
        let Ok(window) = dom::window() else { return };
        let clipboard = window.navigator().clipboard();
        if clipboard.is_undefined() {
            // A page without TLS from another machine has no clipboard: the text is marked, for the keyboard to copy.
            if let Ok(Some(selection)) = window.get_selection() {
                let _ = selection.select_all_children(&text);
            }
            return;
        }
        // A browser that keeps its clipboard to itself leaves the text to be marked by hand.
        let _ = clipboard.write_text(&text.text_content().unwrap_or_default());
        dom::set_attribute(&icon, "href", "#i-check");
        let icon = icon.clone();
        *back.borrow_mut() = Some(Timeout::new(SAID_MS, move || {
            dom::set_attribute(&icon, "href", "#i-copy")
        }));
    })
}
