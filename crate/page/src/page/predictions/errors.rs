//! A prediction of a number: what was predicted, what it was, and how far off that is.

use lab::snapshot::PredictionRow;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement};

use super::Line;
use super::place::{self, Place};
use crate::page::dom::{self, Shown};
use crate::page::numbers;
use crate::page::rows::{Cells, RowNode};

/// Heads behind the features; the target's column stands in the second one's place.
pub const HEADS: [(&str, &str); 5] = [
    ("num value-head", "Predicted"),
    ("num value-head", ""),
    ("num value-head", "Error"),
    ("num model-head", "Model"),
    ("wide pad bar-head", "below \u{b7} above the prediction"),
];

/// A row.
#[derive(Debug)]
pub struct ErrorNode {
    cells: Cells,
    place: Place,
    bar: HtmlElement,
    shown: Shown<String>,
}

impl RowNode for ErrorNode {
    type Item = Line;

    fn new(columns: usize) -> Result<Self, JsValue> {
        let mut classes = vec!["topic"];
        classes.extend(std::iter::repeat_n("num wide", columns));
        classes.extend(["num", "num", "num strong", "num model", "wide pad"]);
        let cells = Cells::new(&classes)?;
        let cell = |i: usize| &cells.cells[i].element;
        let track = dom::child(cell(columns + 5), "div", "error-bar", "")?;
        dom::set_attribute(&track, "aria-hidden", "true");
        Ok(ErrorNode {
            place: Place::new(cell(0))?,
            bar: dom::child(&track, "i", "", "")?.unchecked_into(),
            cells,
            shown: Shown::default(),
        })
    }

    fn node(&self) -> &Element {
        &self.cells.row
    }

    fn set(&mut self, line: &Line) {
        place::mark(&self.cells.row, line);
        if self.shown.change_text(line) {
            self.fill(line);
        }
    }
}

impl ErrorNode {
    fn fill(&mut self, line: &Line) {
        let row = &line.row;
        self.place.fill(&mut self.cells, line);
        let after = row.features.len() + 1;
        let decimals = line.value_decimals;
        let known = |value: f64| match value.is_finite() {
            true => numbers::fixed(value, decimals),
            false => numbers::NONE.to_owned(),
        };
        self.cells.cells[after].set(&numbers::fixed(row.value, decimals));
        self.cells.cells[after + 1].set(&known(row.target));
        self.cells.cells[after + 2].set(&error_text(row, decimals));
        self.cells.cells[after + 3].set(&format!("v{}", row.version));
        let share = bar_share(error(row), line.reach);
        let (side, width) = if share < 0.0 {
            ("right", -share)
        } else {
            ("left", share)
        };
        // A length of this program's own making.
        let style = format!("{side}: 50%; width: {:.2}%", width * 50.0);
        dom::set_attribute(&self.bar, "style", &style);
    }
}

/// The target less the prediction; NaN where the target is not known.
pub fn error(row: &PredictionRow) -> f64 {
    row.target - row.value
}

/// "−52.29", "+26.93"; without a target: "–".
pub fn error_text(row: &PredictionRow, decimals: usize) -> String {
    let error = error(row);
    match error.is_nan() {
        true => numbers::NONE.to_owned(),
        false => numbers::signed(error, decimals),
    }
}

/// How far a bar goes to its side, -1 to 1.
fn bar_share(error: f64, reach: f64) -> f64 {
    if error.is_nan() || reach <= 0.0 {
        0.0
    } else {
        (error / reach).clamp(-1.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_have_a_sign_and_a_side() {
        let row = |value, target| PredictionRow {
            value,
            target,
            ..PredictionRow::default()
        };
        let rows = [
            (615.88, 563.59, "\u{2212}52.29"),
            (453.82, 480.75, "+26.93"),
            (453.82, 453.82, "0.00"),
            (453.82, f64::NAN, "\u{2013}"),
        ];
        for (value, target, text) in rows {
            assert_eq!(error_text(&row(value, target), 2), text);
        }
        assert_eq!(bar_share(-26.0, 52.0), -0.5);
        assert_eq!(bar_share(99.0, 52.0), 1.0);
        assert_eq!(bar_share(f64::NAN, 52.0), 0.0);
        assert_eq!(bar_share(1.0, 0.0), 0.0);
    }
}
