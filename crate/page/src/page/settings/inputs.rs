//! The elements of one input: made, filled, read.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlInputElement, HtmlSelectElement};

use super::form::{Choice, Input, Takes};
use crate::page::dom;

/// The id of an input's element: "set-model-decay_factor".
pub fn id(path: &str) -> String {
    let path = path.trim_start_matches('/');
    format!("set-{}", path.replace(['/', '+'], "-"))
}

/// Makes an input's elements.
///
/// # Errors
/// The browser refused one.
pub fn make(parent: &Element, input: &Input) -> Result<(), JsValue> {
    let element = match &input.takes {
        Takes::Text(empty) => {
            let field = dom::child(parent, "input", "", "")?;
            dom::set_attribute(&field, "placeholder", empty);
            dom::set_attribute(&field, "inputmode", "decimal");
            dom::set_attribute(&field, "spellcheck", "false");
            field
        }
        Takes::Menu(choices) => {
            let outer = dom::child(parent, "span", "menu", "")?;
            let menu = dom::child(&outer, "select", "", "")?;
            for choice in choices {
                let option = dom::child(&menu, "option", "", &choice.words)?;
                dom::set_attribute(&option, "value", &choice.value);
                dom::enable(&option, choice.off.is_empty());
            }
            dom::icon(&outer, "#i-chevron", "icon12")?;
            menu
        }
        Takes::Segments(choices) => segments(parent, input, choices)?,
        Takes::Columns(columns) => menu_of_columns(parent, input, columns)?,
        Takes::Flag => {
            let field = dom::child(parent, "input", "flag", "")?;
            dom::set_attribute(&field, "type", "checkbox");
            field
        }
    };
    element.set_id(&id(&input.path));
    dom::set_attribute(&element, "data-path", &input.path);
    dom::set_attribute(&element, "aria-label", &input.name);
    Ok(())
}

/// Shows an input's value; a field that is typed in shows it already, unless it is `fresh`. `wrong` is the id of what says
/// that it cannot be.
pub fn fill(row: &Element, input: &Input, wrong: Option<&str>, fresh: bool) {
    let selector = format!("[id=\"{}\"]", id(&input.path));
    let Ok(Some(element)) = row.query_selector(&selector) else {
        return;
    };
    let word = |is: bool| if is { "true" } else { "false" };
    let bad = wrong.is_some();
    match wrong {
        Some(id) => dom::set_attribute(&element, "aria-describedby", id),
        // The name is a valid one.
        None => drop(element.remove_attribute("aria-describedby")),
    }
    match &input.takes {
        Takes::Text(_) => {
            let field: &HtmlInputElement = element.unchecked_ref();
            // While it is typed in, it is the reader's: "0." is on its way to 0.5.
            if field.value().trim() != input.value && (fresh || !has_keyboard(&element)) {
                field.set_value(&input.value);
            }
            dom::set_attribute(&element, "aria-invalid", word(bad));
        }
        Takes::Menu(_) => {
            let menu: &HtmlSelectElement = element.unchecked_ref();
            menu.set_value(&input.value);
            dom::set_attribute(&element, "aria-invalid", word(bad));
        }
        Takes::Segments(choices) => {
            let buttons = all::<Element>(&element, "button");
            for (button, choice) in buttons.iter().zip(choices) {
                dom::set_attribute(button, "aria-checked", word(choice.value == input.value));
            }
        }
        Takes::Columns(columns) => {
            let chosen: Vec<&str> = input.value.lines().collect();
            if let Ok(Some(summary)) = element.query_selector("summary > span") {
                let text = format!("{} of {} columns", chosen.len(), columns.len());
                summary.set_text_content(Some(&text));
            }
            for field in boxes(&element) {
                field.set_checked(chosen.contains(&field.value().as_str()));
            }
        }
        Takes::Flag => {
            let field: &HtmlInputElement = element.unchecked_ref();
            field.set_checked(input.value == "true");
        }
    }
}

/// What an element of a form says that was just set: the path, and the text.
pub fn read(element: &Element) -> Option<(String, String)> {
    let holder = element.closest("[data-path]").ok()??;
    let path = holder.get_attribute("data-path")?;
    if element.has_attribute("aria-checked") {
        return Some((path, element.get_attribute("data-value")?));
    }
    if path == "features" {
        let checked = boxes(&holder).into_iter().filter(HtmlInputElement::checked);
        let names: Vec<String> = checked.map(|field| field.value()).collect();
        return Some((path, names.join("\n")));
    }
    if let Some(field) = element.dyn_ref::<HtmlInputElement>() {
        return Some(match field.type_() == "checkbox" {
            true => (path, field.checked().to_string()),
            false => (path, field.value()),
        });
    }
    Some((path, element.dyn_ref::<HtmlSelectElement>()?.value()))
}

fn has_keyboard(element: &Element) -> bool {
    let active = dom::document()
        .ok()
        .and_then(|document| document.active_element());
    active.is_some_and(|active| active == *element)
}

fn segments(parent: &Element, input: &Input, choices: &[Choice]) -> Result<Element, JsValue> {
    let group = dom::child(parent, "div", "segments", "")?;
    dom::set_attribute(&group, "role", "radiogroup");
    for choice in choices {
        let button = dom::child(&group, "button", "", &choice.words)?;
        for (name, value) in [
            ("type", "button"),
            ("role", "radio"),
            (
                "aria-checked",
                if choice.value == input.value {
                    "true"
                } else {
                    "false"
                },
            ),
            ("data-value", &choice.value),
            ("title", &choice.off),
        ] {
            dom::set_attribute(&button, name, value);
        }
        dom::enable(&button, choice.off.is_empty());
    }
    Ok(group)
}

fn menu_of_columns(
    parent: &Element,
    input: &Input,
    columns: &[String],
) -> Result<Element, JsValue> {
    let details = dom::child(parent, "details", "columns", "")?;
    let summary = dom::child(&details, "summary", "", "")?;
    dom::child(&summary, "span", "", "")?;
    dom::icon(&summary, "#i-chevron", "icon12")?;
    let list = dom::child(&details, "div", "columns-list", "")?;
    dom::set_attribute(&list, "role", "group");
    dom::set_attribute(&list, "aria-label", &input.name);
    for column in columns {
        let label = dom::child(&list, "label", "", "")?;
        let field = dom::child(&label, "input", "", "")?;
        dom::set_attribute(&field, "type", "checkbox");
        dom::set_attribute(&field, "value", column);
        dom::child(&label, "span", "", column)?;
    }
    Ok(details)
}

fn boxes(holder: &Element) -> Vec<HtmlInputElement> {
    all(holder, "input[type=checkbox]")
}

fn all<T: JsCast>(holder: &Element, selector: &str) -> Vec<T> {
    let Ok(found) = holder.query_selector_all(selector) else {
        return Vec::new();
    };
    (0..found.length())
        .filter_map(|i| found.get(i)?.dyn_into().ok())
        .collect()
}
