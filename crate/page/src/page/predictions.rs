//! Predictions, newest first.

use lab::snapshot::{PredictionRow, Round, Snapshot};
use wasm_bindgen::JsValue;
use web_sys::Element;

use super::dom::{self, Shown, Slot};
use super::rows::{Badge, Cells, RowNode, Rows};
use super::state::State;
use super::{names, numbers};

/// The table.
#[derive(Debug)]
pub struct Predictions {
    head: Element,
    panel: Element,
    empty: Slot,
    table: Rows<PredictionNode>,
    columns: Shown<Vec<String>>,
}

/// What a row shows.
#[derive(Clone, Debug, PartialEq)]
struct Line {
    row: PredictionRow,
    short: String,
    decimals: Vec<usize>,
    given: (usize, String),
    runner_up: Option<(usize, String)>,
}

#[derive(Debug)]
struct PredictionNode {
    cells: Cells,
    /// Topic, partition, offset.
    place: [Slot; 3],
    given: Badge,
    runner_up: Badge,
    verdict: (Element, Slot),
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

impl Predictions {
    /// The table of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new() -> Result<Predictions, JsValue> {
        Ok(Predictions {
            head: dom::by_id("predictions-head")?,
            panel: dom::by_id("panel-predictions")?,
            empty: Slot::by_id("predictions-empty")?,
            table: Rows::new(dom::by_id("predictions-body")?),
            columns: Shown::default(),
        })
    }

    /// Draws the table.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, state: &State) -> Result<(), JsValue> {
        let snapshot = &state.update.snapshot;
        if self.columns.change(snapshot.features.clone()) {
            self.draw_head(&snapshot.features)?;
        }
        let lines = lines(state);
        self.empty.set_or_hide(empty(snapshot, lines.is_empty()));
        self.panel.set_class_name(if snapshot.rounds.is_empty() {
            "panel has-none"
        } else {
            "panel"
        });
        self.table.show(snapshot.features.len(), &lines)
    }

    fn draw_head(&mut self, features: &[String]) -> Result<(), JsValue> {
        self.table.clear();
        dom::set_attribute(
            &self.panel,
            "style",
            &format!("--columns: {}", features.len()),
        );
        self.head.set_text_content(None);
        let first = dom::child(&self.head, "th", "", "")?;
        dom::set_attribute(&first, "scope", "col");
        dom::child(&first, "span", "wide-word", "Topic / partition / offset")?;
        dom::child(&first, "span", "phone-word", "Row")?;
        let mut heads: Vec<(&str, &str)> = Vec::new();
        heads.extend(features.iter().map(|name| ("num wide", name.as_str())));
        heads.extend([
            ("pad given-head", "Given"),
            ("label-head", "Label"),
            ("verdict-head", ""),
            ("num model-head", "Model"),
            ("num wide distance-head", "Distance"),
            ("num wide next-head", "Runner-up"),
            ("wide next-name", ""),
        ]);
        for (class, text) in heads {
            let head = dom::child(&self.head, "th", class, text)?;
            dom::set_attribute(&head, "title", text);
            dom::set_attribute(&head, "scope", "col");
        }
        Ok(())
    }
}

/// "9 of 11"; None where nothing was classified yet.
pub fn score(round: Round) -> Option<String> {
    let count = |n: u32| numbers::count(n.into());
    (round.of > 0).then(|| format!("{} of {}", count(round.right), count(round.of)))
}

/// The newest round up to the playhead.
pub fn newest_round(snapshot: &Snapshot) -> Option<Round> {
    snapshot
        .rounds
        .iter()
        .rfind(|round| round.first < snapshot.record)
        .copied()
}

fn lines(state: &State) -> Vec<(u64, Line)> {
    let snapshot = &state.update.snapshot;
    let round = snapshot
        .rounds
        .iter()
        .filter(|round| round.first < snapshot.record)
        .count() as u32;
    let wanted = |row: &&PredictionRow| {
        (!state.only_round || row.round == round) && (!state.only_wrong || row.right == Some(false))
    };
    let column = |i: usize| {
        numbers::decimals(
            snapshot
                .predictions
                .iter()
                .filter_map(|row| row.features.get(i).copied()),
        )
    };
    let decimals: Vec<usize> = (0..snapshot.features.len()).map(column).collect();
    let line = |row: &PredictionRow| Line {
        row: row.clone(),
        short: format!(
            "{} {}",
            names::short_topic(&row.topic, &state.scenario.prefix),
            row.offset
        ),
        decimals: decimals.clone(),
        given: cluster(snapshot, row.cluster),
        runner_up: (!row.runner_up_distance.is_nan()).then(|| cluster(snapshot, row.runner_up)),
    };
    snapshot
        .predictions
        .iter()
        .filter(wanted)
        .map(|row| (row.record, line(row)))
        .collect()
}

/// Colour and name of a cluster.
pub fn cluster(snapshot: &Snapshot, id: u32) -> (usize, String) {
    let color = snapshot
        .cluster_labels
        .get(id as usize)
        .copied()
        .unwrap_or(id as usize);
    let name = snapshot
        .labels
        .get(color)
        .cloned()
        .unwrap_or_else(|| format!("cluster {id}"));
    (color, name)
}

fn empty(snapshot: &Snapshot, none: bool) -> &'static str {
    if !none {
        ""
    } else if snapshot.predictions_total > 0 && snapshot.predictions.is_empty() {
        "Predictions that were made before the page went on from a kept version are not in it."
    } else if snapshot.predictions_total > 0 {
        "No prediction is of this kind."
    } else if snapshot.batch.held > 0 {
        "Test rows wait for the window to end: within a window training comes first."
    } else if snapshot.records > snapshot.record {
        "No test row was classified up to here."
    } else {
        "No test row was classified yet. Version 1, the initial model, already answers."
    }
}

impl RowNode for PredictionNode {
    type Item = Line;

    fn new(columns: usize) -> Result<Self, JsValue> {
        let mut classes = vec!["topic"];
        classes.extend(std::iter::repeat_n("num wide", columns));
        classes.extend(["pad", "", "verdict", "num", "num wide", "num wide", "wide"]);
        let cells = Cells::new(&classes)?;
        let cell = |i: usize| &cells.cells[i].element;
        let topic = dom::child(cell(0), "span", "wide-word", "")?;
        let part = |name: &str| dom::child(&topic, name, "", "").map(Slot::new);
        let place = [part("span")?, part("i")?, part("span")?];
        dom::child(cell(0), "span", "phone-word", "")?;
        let verdict = dom::child(cell(columns + 3), "span", "", "")?;
        let icon = dom::icon(&verdict, "#i-check", "icon12")?;
        let word = dom::child(&verdict, "span", "", "")?;
        let icon = icon
            .first_element_child()
            .ok_or_else(|| JsValue::from_str("an icon without a shape"))?;
        Ok(PredictionNode {
            place,
            given: Badge::new(cell(columns + 1))?,
            runner_up: Badge::new(cell(columns + 7))?,
            verdict: (icon, Slot::new(word)),
            cells,
            shown: Shown::default(),
        })
    }

    fn node(&self) -> &Element {
        &self.cells.row
    }

    fn set(&mut self, line: &Line) {
        if self.shown.change(line.key()) {
            self.fill(line);
        }
    }
}

impl Line {
    fn key(&self) -> Key {
        let row = &self.row;
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
            decimals: self.decimals.clone(),
            names: (self.given.clone(), self.runner_up.clone()),
        }
    }
}

impl PredictionNode {
    fn fill(&mut self, line: &Line) {
        let row = &line.row;
        for (slot, text) in self.place.iter_mut().zip([
            row.topic.clone(),
            format!("/{}/", row.partition),
            row.offset.to_string(),
        ]) {
            slot.set(&text);
        }
        if let Some(short) = self.cells.cells[0].element.last_element_child() {
            short.set_text_content(Some(&line.short));
        }
        for (i, (value, decimals)) in row.features.iter().zip(&line.decimals).enumerate() {
            self.cells.cells[i + 1].set(&numbers::fixed(*value, *decimals));
        }
        let after = row.features.len() + 1;
        self.given.set(row.cluster, line.given.0, &line.given.1);
        self.cells.cells[after + 1].set(row.label.as_deref().unwrap_or(numbers::NONE));
        let wrong = row.right == Some(false);
        dom::set_attribute(
            &self.verdict.0,
            "href",
            if wrong { "#i-cross" } else { "#i-check" },
        );
        self.verdict.1.set(if wrong { "wrong" } else { "" });
        if let Some(parent) = self.verdict.1.element.parent_element() {
            dom::show(&parent, row.right.is_some());
            dom::set_attribute(&parent, "title", if wrong { "wrong" } else { "right" });
        }
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
        self.cells.set_class(if wrong { "wrong" } else { "" });
    }
}
