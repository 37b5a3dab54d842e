//! A prediction of a class: which, how sure, and whether it is right.

use wasm_bindgen::JsValue;
use web_sys::Element;

use super::Line;
use super::place::{self, Place, Verdict};
use crate::page::dom::Shown;
use crate::page::numbers;
use crate::page::rows::{Badge, Cells, RowNode};
use crate::page::stage::says::class_probability;

/// Heads behind the features; the target's column stands in the second one's place.
pub const HEADS: [(&str, &str); 5] = [
    ("pad given-head", "Given"),
    ("num wide chance-head", "Probability"),
    ("pad label-head", ""),
    ("verdict-head", ""),
    ("num model-head", "Model"),
];

/// A row.
#[derive(Debug)]
pub struct ClassNode {
    cells: Cells,
    place: Place,
    given: Badge,
    verdict: Verdict,
    shown: Shown<String>,
}

impl RowNode for ClassNode {
    type Item = Line;

    fn new(columns: usize) -> Result<Self, JsValue> {
        let mut classes = vec!["topic"];
        classes.extend(std::iter::repeat_n("num wide", columns));
        classes.extend(["pad", "num wide", "pad", "verdict", "num model"]);
        let cells = Cells::new(&classes)?;
        let cell = |i: usize| &cells.cells[i].element;
        Ok(ClassNode {
            place: Place::new(cell(0))?,
            given: Badge::new(cell(columns + 1))?,
            verdict: Verdict::new(cell(columns + 4))?,
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

impl ClassNode {
    fn fill(&mut self, line: &Line) {
        let row = &line.row;
        self.place.fill(&mut self.cells, line);
        let after = row.features.len() + 1;
        self.given.set(row.cluster, line.given.0, &line.given.1);
        let probability = class_probability(row.cluster as usize, row.value);
        self.cells.cells[after + 1].set(&numbers::fixed(probability, 3));
        self.cells.cells[after + 2].set(&line.target);
        self.verdict.set(row.right);
        self.cells.cells[after + 4].set(&format!("v{}", row.version));
        let wrong = row.right == Some(false);
        self.cells.set_class(if wrong { "wrong" } else { "" });
    }
}
