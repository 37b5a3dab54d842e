//! A prediction of a cluster: which, how far, and the runner-up.

use wasm_bindgen::JsValue;
use web_sys::Element;

use super::Line;
use super::place::{self, Place, Verdict};
use crate::page::dom::Shown;
use crate::page::numbers;
use crate::page::rows::{Badge, Cells, RowNode};

/// Heads behind the features.
pub const HEADS: [(&str, &str); 7] = [
    ("pad given-head", "Given"),
    ("label-head", "Label"),
    ("verdict-head", ""),
    ("num model-head", "Model"),
    ("num wide distance-head", "Distance"),
    ("num wide next-head", "Runner-up"),
    ("wide next-name", ""),
];

/// A row.
#[derive(Debug)]
pub struct ClusterNode {
    cells: Cells,
    place: Place,
    given: Badge,
    runner_up: Badge,
    verdict: Verdict,
    shown: Shown<Key>,
}

/// What a row depends on; floats as bits, because NaN is not itself.
#[derive(Clone, Debug, PartialEq)]
struct Key {
    place: (String, i32, i64),
    given: (u32, u32, Option<bool>, Option<String>),
    numbers: Vec<u64>,
    decimals: Vec<usize>,
    names: ((usize, String), Option<(usize, String)>),
}

impl RowNode for ClusterNode {
    type Item = Line;

    fn new(columns: usize) -> Result<Self, JsValue> {
        let mut classes = vec!["topic"];
        classes.extend(std::iter::repeat_n("num wide", columns));
        classes.extend(["pad", "", "verdict", "num model"]);
        classes.extend(["num wide distance", "num wide next", "wide next"]);
        let cells = Cells::new(&classes)?;
        let cell = |i: usize| &cells.cells[i].element;
        Ok(ClusterNode {
            place: Place::new(cell(0))?,
            given: Badge::new(cell(columns + 1))?,
            verdict: Verdict::new(cell(columns + 3))?,
            runner_up: Badge::new(cell(columns + 7))?,
            cells,
            shown: Shown::default(),
        })
    }

    fn node(&self) -> &Element {
        &self.cells.row
    }

    fn set(&mut self, line: &Line) {
        place::mark(&self.cells.row, line);
        if self.shown.change(key(line)) {
            self.fill(line);
        }
    }
}

fn key(line: &Line) -> Key {
    let row = &line.row;
    let floats = row
        .features
        .iter()
        .chain([&row.distance, &row.runner_up_distance]);
    Key {
        place: (row.topic.clone(), row.partition, row.offset),
        given: (row.cluster, row.runner_up, row.right, row.label.clone()),
        numbers: floats
            .map(|value| value.to_bits())
            .chain([row.version])
            .collect(),
        decimals: line.decimals.clone(),
        names: (line.given.clone(), line.runner_up.clone()),
    }
}

impl ClusterNode {
    fn fill(&mut self, line: &Line) {
        let row = &line.row;
        self.place.fill(&mut self.cells, line);
        let after = row.features.len() + 1;
        self.given.set(row.cluster, line.given.0, &line.given.1);
        self.cells.cells[after + 1].set(row.label.as_deref().unwrap_or(numbers::NONE));
        self.verdict.set(row.right);
        self.cells.cells[after + 3].set(&format!("v{}", row.version));
        self.cells.cells[after + 4].set(&numbers::distance(row.distance));
        let none = line.runner_up.is_none();
        self.cells.cells[after + 5].set(&if none {
            numbers::NONE.to_owned()
        } else {
            numbers::distance(row.runner_up_distance)
        });
        if let Some((color, name)) = &line.runner_up {
            self.runner_up.set(row.runner_up, *color, name);
        }
        let wrong = row.right == Some(false);
        self.cells.set_class(if wrong { "wrong" } else { "" });
    }
}
