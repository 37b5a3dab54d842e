//! Table rows that open: by click, and by Enter where arrows have moved the keyboard to one.

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

use super::dom;

/// The attribute that says what a row opens.
pub const OPENS: &str = "data-opens";

/// Listens to the rows of a table.
#[derive(Debug)]
pub struct RowKeys {
    _listeners: [EventListener; 2],
}

impl RowKeys {
    /// Rows inside this element open what their attribute [`OPENS`] says.
    ///
    /// Arrows begin with the first row when the keyboard is elsewhere in `around`. While `follows` says so, whatever
    /// they come to is opened at once.
    pub fn new(
        around: &Element,
        follows: impl Fn() -> bool + 'static,
        open: impl Fn(&str) + Clone + 'static,
    ) -> RowKeys {
        let (by_click, region) = (open.clone(), around.clone());
        let options = EventListenerOptions::enable_prevent_default();
        RowKeys {
            _listeners: [
                EventListener::new(around, "click", move |event| {
                    if let Some(row) = row_of(event) {
                        by_click(&opens(&row));
                    }
                }),
                EventListener::new_with_options(around, "keydown", options, move |event| {
                    let Some(key) = event.dyn_ref::<KeyboardEvent>().map(KeyboardEvent::key) else {
                        return;
                    };
                    let row = row_of(event);
                    if let ("Enter", Some(row)) = (key.as_str(), &row) {
                        event.prevent_default();
                        return open(&opens(row));
                    }
                    if let Some(next) = next(&region, event, row.as_ref(), &key) {
                        event.prevent_default();
                        go_to(&next);
                        if follows() {
                            open(&opens(&next));
                        }
                    }
                }),
            ],
        }
    }
}

/// The row that a key goes to.
fn next(
    region: &Element,
    event: &web_sys::Event,
    row: Option<&Element>,
    key: &str,
) -> Option<Element> {
    let rows = format!("tr[{OPENS}]");
    let Some(row) = row else {
        let target = event.target()?.dyn_into::<Element>().ok()?;
        let is_field = target
            .closest("input, select, button, summary")
            .ok()?
            .is_some();
        let first = region.query_selector(&rows).ok()?;
        return first.filter(|_| key == "ArrowDown" && !is_field);
    };
    let mut at = match key {
        "ArrowDown" => row.next_element_sibling(),
        "ArrowUp" => row.previous_element_sibling(),
        "Home" => region.query_selector(&rows).ok()?,
        "End" => row.parent_element()?.last_element_child(),
        _ => return None,
    };
    // Marks between rows are passed over.
    while let Some(found) = at {
        if found.has_attribute(OPENS) {
            return Some(found);
        }
        at = match key {
            "ArrowUp" | "End" => found.previous_element_sibling(),
            _ => found.next_element_sibling(),
        };
    }
    None
}

fn go_to(row: &Element) {
    dom::set_attribute(row, "tabindex", "-1");
    if let Some(row) = row.dyn_ref::<HtmlElement>() {
        dom::focus(row);
    }
}

fn row_of(event: &web_sys::Event) -> Option<Element> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    target.closest(&format!("tr[{OPENS}]")).ok()?
}

fn opens(row: &Element) -> String {
    row.get_attribute(OPENS).unwrap_or_default()
}
