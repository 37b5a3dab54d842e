//! The left half: the event as it arrived.

use lab::inspect::{EventView, RawLine};
use wasm_bindgen::JsValue;
use web_sys::Element;

use crate::page::dom;
use crate::page::numbers;

/// Writes the event's value, key and headers.
///
/// # Errors
/// The browser refused an element.
pub fn draw(into: &Element, event: &EventView, schema_open: bool) -> Result<(), JsValue> {
    into.set_text_content(None);
    if event.kind.is_empty() {
        dom::child(into, "p", "note", LET_GO)?;
        return Ok(());
    }
    match event.value_bytes {
        None => drop(dom::child(
            into,
            "p",
            "note",
            "The value is null: a tombstone.",
        )?),
        Some(_) => draw_lines(into, &event.value, &faulty(event), schema_open)?,
    }
    if event.cut {
        dom::child(
            into,
            "p",
            "note",
            "More lines are left out; the copy has all of them.",
        )?;
    }
    if let Some(bytes) = event.key_bytes {
        head(into, "Key", &size(bytes))?;
        draw_lines(into, &event.key, &[], schema_open)?;
    }
    if !event.headers.is_empty() {
        head(into, "Headers", "")?;
        for (name, value) in &event.headers {
            let line = dom::child(into, "div", "json-line", "")?;
            dom::child(&line, "span", "", &format!("{name}: "))?;
            dom::child(&line, "i", "", value)?;
        }
    }
    Ok(())
}

const LET_GO: &str = "The bytes of this event are no longer kept in this page: 64 MiB of the newest are. \
                      eddy record saves a stream whole.";

/// "445 bytes"
pub fn size(bytes: u64) -> String {
    numbers::counted(bytes, "byte")
}

fn head(into: &Element, name: &str, size: &str) -> Result<(), JsValue> {
    let head = dom::child(into, "p", "json-head", "")?;
    dom::child(&head, "span", "", name)?;
    dom::child(&head, "span", "quiet", size)?;
    Ok(())
}

/// What the row calls the columns that cannot be learned from.
fn faulty(event: &EventView) -> Vec<&str> {
    let columns = event.features.iter().chain(&event.target);
    let faulty = columns.filter(|column| !column.fault.is_empty());
    faulty.map(|column| column.written.as_str()).collect()
}

fn draw_lines(
    into: &Element,
    lines: &[RawLine],
    faulty: &[&str],
    schema_open: bool,
) -> Result<(), JsValue> {
    let schema = lines.iter().filter(|line| line.schema).count();
    let first = lines.iter().position(|line| line.schema);
    for (i, line) in lines.iter().enumerate() {
        if line.schema && !schema_open && Some(i) != first {
            continue;
        }
        let row = dom::child(
            into,
            "div",
            match (line.used, faulty.contains(&line.name.as_str())) {
                (true, true) => "json-line used bad",
                (true, false) => "json-line used",
                _ => "json-line",
            },
            "",
        )?;
        dom::set_attribute(&row, "style", &format!("--depth: {}", line.depth));
        if !line.name.is_empty() {
            let name = serde_json::to_string(&line.name).unwrap_or_default();
            dom::child(&row, "span", "", &format!("{name}: "))?;
        }
        let is_bracket = matches!(line.value.trim_end_matches(','), "{" | "}" | "[" | "]");
        let tag = if is_bracket { "span" } else { "i" };
        if Some(i) == first {
            draw_fold(&row, schema, schema_open)?;
        } else {
            dom::child(&row, tag, "", &line.value)?;
        }
    }
    Ok(())
}

fn draw_fold(row: &Element, lines: usize, open: bool) -> Result<(), JsValue> {
    if open {
        dom::child(row, "span", "", "{ ")?;
    }
    let words = match open {
        true => "fold".to_owned(),
        false => format!("{{ … }} {}", numbers::counted(lines as u64, "line")),
    };
    let button = dom::child(row, "button", "link", &words)?;
    dom::set_attribute(&button, "type", "button");
    dom::set_attribute(
        &button,
        "aria-expanded",
        if open { "true" } else { "false" },
    );
    dom::set_attribute(&button, "data-go", "fold");
    Ok(())
}
