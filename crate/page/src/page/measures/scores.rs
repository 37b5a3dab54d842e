//! The measures of the shown lane as a list: name, value, unit; below it which rows went where.
//!
//! It draws `Snapshot::measures`, so it works for every kind of model.

use lab::snapshot::{MeasureRow, MeasuresView};
use wasm_bindgen::JsValue;
use web_sys::Element;

use super::confusion::Confusion;
use crate::page::dom::{self, Shown, Slot};
use crate::page::numbers;
use crate::page::view::{Cx, Stamp};

/// The list and the table.
#[derive(Debug)]
pub struct Scores {
    span: Slot,
    body: Element,
    rows: Vec<Row>,
    names: Shown<Vec<String>>,
    confusion: Confusion,
    stamp: Shown<Stamp>,
}

#[derive(Debug)]
struct Row {
    value: Slot,
    unit: Slot,
}

impl Scores {
    /// Their place in index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new() -> Result<Scores, JsValue> {
        Ok(Scores {
            span: Slot::by_id("scores-span")?,
            body: dom::by_id("scores-body")?,
            rows: Vec::new(),
            names: Shown::default(),
            confusion: Confusion::new()?,
            stamp: Shown::default(),
        })
    }

    /// Draws what changed.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, cx: &Cx<'_>) -> Result<(), JsValue> {
        if !self.stamp.change(cx.stamp()) {
            return Ok(());
        }
        let snapshot = cx.snapshot;
        let measures = &snapshot.measures;
        let names = measures.list.iter().map(|row| row.name.clone()).collect();
        if self.names.change(names) {
            self.make(&measures.list)?;
        }
        self.span.set(&span(measures));
        for (row, measure) in self.rows.iter_mut().zip(&measures.list) {
            row.value.set(&value(measure.value));
            row.unit.set(&measure.unit);
        }
        self.confusion.draw(snapshot)
    }

    /// Makes the rows anew, for another kind of model.
    fn make(&mut self, list: &[MeasureRow]) -> Result<(), JsValue> {
        self.rows.clear();
        self.body.set_text_content(None);
        for measure in list {
            let row = dom::child(&self.body, "tr", "", "")?;
            let name = dom::child(&row, "th", "", &measure.title)?;
            dom::set_attribute(&name, "scope", "row");
            dom::set_attribute(&name, "title", &measure.definition);
            self.rows.push(Row {
                value: Slot::new(dom::child(&row, "td", "num strong", "")?),
                unit: Slot::new(dom::child(&row, "td", "quiet", "")?),
            });
        }
        Ok(())
    }
}

/// "33, all test rows", or why there is nothing.
fn span(measures: &MeasuresView) -> String {
    match measures.note.is_empty() {
        true => format!("{}, {}", numbers::count(measures.rows), measures.span),
        false => measures.note.clone(),
    }
}

/// Shares and small numbers with 3 decimals, so that they line up; large ones with as many digits as say something.
fn value(value: f64) -> String {
    let decimals = match value.abs() {
        _ if value.is_nan() => return numbers::NONE.to_owned(),
        size if size >= 1_000.0 => 0,
        size if size >= 100.0 => 1,
        size if size >= 10.0 => 2,
        _ => 3,
    };
    numbers::fixed(value, decimals)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_the_digits_that_say_something() {
        let rows = [
            (0.8484, "0.848"),
            (1.0, "1.000"),
            (-0.0364, "\u{2212}0.036"),
            (39.75, "39.75"),
            (1_580.4, "1,580"),
            (f64::NAN, "–"),
        ];
        for (number, text) in rows {
            assert_eq!(value(number), text);
        }
    }

    #[test]
    fn the_head_says_over_which_rows_or_why_there_are_none() {
        let mut measures = MeasuresView {
            span: "last 200 test rows".to_owned(),
            rows: 33,
            ..MeasuresView::default()
        };
        assert_eq!(span(&measures), "33, last 200 test rows");
        measures.note = "after the first labelled test row".to_owned();
        assert_eq!(span(&measures), "after the first labelled test row");
    }
}
