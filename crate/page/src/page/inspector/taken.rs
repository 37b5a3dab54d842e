//! The right half: how the event was read, and what became of it.

use lab::inspect::{Conversion, EventView};
use lab::snapshot::{Snapshot, Why, WhyLinear};
use wasm_bindgen::JsValue;
use web_sys::Element;

use super::became::{blocks, policy};
use super::{parts, when};
use crate::page::predictions::cluster;
use crate::page::rows::Badge;
use crate::page::{dom, names, numbers};
use crate::protocol::Form;

/// What the right half is drawn from.
#[derive(Clone, Copy, Debug)]
pub struct Taken<'a> {
    /// The event.
    pub event: &'a EventView,
    /// What became of it.
    pub why: Option<&'a Why>,
    /// Other events of the same row.
    pub forms: &'a [Form],
    /// The picture of the lab.
    pub snapshot: &'a Snapshot,
}

/// Writes it.
///
/// # Errors
/// The browser refused an element.
pub fn draw(into: &Element, taken: Taken<'_>) -> Result<(), JsValue> {
    into.set_text_content(None);
    let event = taken.event;
    if !event.kind.is_empty() {
        draw_facts(into, event)?;
        draw_columns(into, event)?;
    }
    dom::child(into, "h3", "", "What became of it")?;
    match taken.why {
        Some(why) => draw_why(into, why, taken),
        None if event.record.is_none() => {
            let words = "It waits: it is read once records are let through.";
            dom::child(into, "p", "note", words).map(drop)
        }
        None => dom::child(into, "p", "note", "Its record is no longer kept.").map(drop),
    }
}

fn row(table: &Element, name: &str, value: &str, more: &str) -> Result<Element, JsValue> {
    let row = dom::child(table, "tr", "", "")?;
    let head = dom::child(&row, "th", "", name)?;
    dom::set_attribute(&head, "scope", "row");
    let cell = dom::child(&row, "td", "", value)?;
    dom::child(&row, "td", "quiet", more)?;
    Ok(cell)
}

fn draw_facts(into: &Element, event: &EventView) -> Result<(), JsValue> {
    let table = dom::child(into, "table", "facts", "")?;
    let cell = row(&table, "op", "", &event.shape)?;
    match event.op.as_str() {
        "" => cell.set_text_content(Some(&event.kind)),
        op => {
            dom::child(&cell, "b", "", op)?;
            dom::child(&cell, "span", "", &format!(", {}", operation(op)))?;
        }
    }
    let role = match event.role {
        Some(0) => "role: train",
        Some(1) => "role: classify",
        Some(2) => "role: both",
        Some(_) => "role: ignore",
        None => "not read",
    };
    row(&table, "table", names::table(&event.topic), role)?;
    row(
        &table,
        "time",
        &when::shown(event.timestamp_ms),
        "record time",
    )?;
    if !event.read_key.is_empty() {
        row(&table, "key", &event.read_key, "")?;
    }
    if let Some(lsn) = event.lsn {
        row(&table, "lsn", &lsn.to_string(), "tells repeats")?;
    }
    if let Some(transaction) = event.transaction {
        row(&table, "transaction", &transaction.to_string(), "")?;
    }
    if !event.unreadable.is_empty() {
        let cell = row(&table, "not read", &event.unreadable, "")?;
        cell.set_class_name("fault");
    }
    Ok(())
}

/// What an operation's letter means, with its article.
fn operation(op: &str) -> &'static str {
    match op {
        "c" => "an insert",
        "u" => "an update",
        "d" => "a delete",
        "r" => "read in a snapshot",
        "t" => "the table was emptied",
        _ => "a message",
    }
}

fn draw_columns(into: &Element, event: &EventView) -> Result<(), JsValue> {
    if event.image.is_empty() {
        return Ok(());
    }
    dom::child(into, "h3", "", &format!("Features, from {}", event.image))?;
    let table = dom::child(into, "table", "facts conversions", "")?;
    for (i, feature) in event.features.iter().enumerate() {
        draw_number(&table, feature, &format!("x{}", subscript(i + 1)))?;
    }
    if let Some(target) = &event.target {
        draw_number(&table, target, "target")?;
    }
    if let Some(label) = &event.label {
        let value = match label.label.as_str() {
            "" => numbers::NONE,
            label => label,
        };
        let cell = row(&table, &label.name, value, "label, not learned")?;
        if label.label != label.arrived.trim_matches('"') && !label.arrived.is_empty() {
            dom::child(&cell, "small", "", &format!(" {}", label.arrived))?;
        }
    }
    Ok(())
}

/// A feature's number, what it was before, and how it is made of what arrived.
fn draw_number(table: &Element, column: &Conversion, more: &str) -> Result<(), JsValue> {
    let number = match (column.number.is_nan(), column.how.is_empty()) {
        (true, _) => numbers::NONE.to_owned(),
        // As it arrived, 3.0 for one.
        (false, true) => column.arrived.clone(),
        (false, false) => format!("{}", column.number),
    };
    let cell = row(table, &column.name, &number, more)?;
    if !column.before.is_empty() {
        let was = match column.how.is_empty() || column.number_before.is_nan() {
            true => column.before.clone(),
            false => format!("{}", column.number_before),
        };
        dom::child(&cell, "small", "", &format!(" was {was}"))?;
    }
    if !column.fault.is_empty() {
        dom::child(&cell, "p", "fault", &column.fault)?;
    }
    if !column.how.is_empty() {
        let words = match column.fault.is_empty() {
            true => format!("{}: {}", column.arrived, column.how),
            false => column.how.clone(),
        };
        dom::child(&cell, "p", "quiet", &words)?;
    }
    Ok(())
}

fn subscript(number: usize) -> String {
    let digit = |digit: char| char::from_u32(digit as u32 - '0' as u32 + '₀' as u32);
    number.to_string().chars().filter_map(digit).collect()
}

fn draw_why(into: &Element, why: &Why, taken: Taken<'_>) -> Result<(), JsValue> {
    parts::draw(into, &blocks(taken.snapshot, why, taken.forms))?;
    if let Some(answer) = &why.answer {
        if answer.distances.len() > 1 {
            draw_distances(into, why, taken.snapshot)?;
        }
        if let Some(linear) = &answer.linear {
            draw_products(into, linear, taken.snapshot)?;
        }
    }
    if let Some(policy) = policy(why) {
        let note = dom::child(into, "div", "policy", "")?;
        dom::icon(&note, "#i-error", "icon16")?;
        parts::parts(&dom::child(&note, "p", "", "")?, &policy.main)?;
    }
    Ok(())
}

/// Distances to all centroids, each as a bar.
fn draw_distances(into: &Element, why: &Why, snapshot: &Snapshot) -> Result<(), JsValue> {
    let Some(answer) = &why.answer else {
        return Ok(());
    };
    let table = dom::child(into, "table", "facts distances", "")?;
    let units = if answer.scaled {
        ", in scaled units"
    } else {
        ""
    };
    let words = format!("Distances, {}{units}", answer.measure);
    dom::child(&table, "caption", "quiet", &words)?;
    let far = answer
        .distances
        .iter()
        .map(|(_, far)| *far)
        .filter(|far| far.is_finite());
    let far = far.fold(0.0, f64::max);
    for (id, distance) in &answer.distances {
        let (color, name) = cluster(snapshot, *id);
        let row = dom::child(&table, "tr", "", "")?;
        Badge::new(&dom::child(&row, "th", "", "")?)?.set(*id, color, &name);
        let cell = dom::child(&row, "td", "", "")?;
        let bar = dom::child(&cell, "i", &format!("c{}", color % 8), "")?;
        let share = if far > 0.0 {
            (distance / far * 100.0).clamp(0.0, 100.0)
        } else {
            0.0
        };
        dom::set_attribute(&bar, "style", &format!("width: {share:.1}%"));
        dom::child(&row, "td", "num", &numbers::distance(*distance))?;
    }
    Ok(())
}

/// Coefficients times values, the intercept, and their sum.
fn draw_products(into: &Element, linear: &WhyLinear, snapshot: &Snapshot) -> Result<(), JsValue> {
    let table = dom::child(into, "table", "facts products", "")?;
    let number = |value: f64| numbers::significant(value, 4);
    for (name, part) in snapshot.features.iter().zip(&linear.products) {
        let how = format!("{} × {}", number(part.coefficient), number(part.value));
        row(&table, name, &how, &number(part.product))?;
    }
    row(&table, "intercept", "", &number(linear.intercept))?;
    let log_odds = snapshot.task == lab::snapshot::Task::Classification;
    let sum = row(
        &table,
        "sum",
        if log_odds { "the log of the odds" } else { "" },
        &number(linear.sum),
    )?;
    if let Some(row) = sum.parent_element() {
        row.set_class_name("strong");
    }
    Ok(())
}
