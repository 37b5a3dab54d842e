//! The rows on which lanes disagree, newest first.

use gloo::events::EventListener;
use lab::snapshot::{DifferenceRow, Differences, GivenRow, Snapshot, Task};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event};

use super::{LanesMsg, shown, stamps};
use crate::page::app::Sender;
use crate::page::dom::{self, Shown, Slot};
use crate::page::msg::Msg;
use crate::page::numbers;
use crate::page::predictions;
use crate::page::rows::Badge;
use crate::page::state::State;
use crate::page::view::{Cx, Stamp};

/// The table.
#[derive(Debug)]
pub struct DifferencesTable {
    panel: Element,
    head: Element,
    body: Element,
    empty: Slot,
    stamp: Shown<(Vec<Stamp>, usize, bool)>,
    shown: Shown<String>,
    chosen: Shown<Option<u64>>,
    _listeners: [EventListener; 4],
}

impl DifferencesTable {
    /// The table of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender) -> Result<DifferencesTable, JsValue> {
        let body: Element = dom::by_id("differences-body")?;
        let on = |kind: &'static str, msg: fn(Option<u64>) -> Option<LanesMsg>| {
            let sender = sender.clone();
            EventListener::new(&body, kind, move |event| {
                if let Some(msg) = msg(record(event)) {
                    sender.send(Msg::Lanes(msg));
                }
            })
        };
        let over = |record| Some(LanesMsg::Hover(record));
        Ok(DifferencesTable {
            _listeners: [
                on("pointerover", over),
                on("focusin", over),
                on("pointerleave", |_| Some(LanesMsg::Hover(None))),
                on("click", |record| record.map(LanesMsg::Choose)),
            ],
            panel: dom::by_id("panel-differences")?,
            head: dom::by_id("differences-head")?,
            empty: Slot::by_id("differences-empty")?,
            body,
            stamp: Shown::default(),
            shown: Shown::default(),
            chosen: Shown::default(),
        })
    }

    /// Draws what changed.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, cx: &Cx<'_>) -> Result<(), JsValue> {
        let state = cx.state;
        let stamp = (stamps(cx), cx.snapshot.lane, state.lanes.all_rounds);
        if self.stamp.change(stamp) {
            self.draw_table(state)?;
        }
        self.draw_chosen(state)
    }

    fn draw_table(&mut self, state: &State) -> Result<(), JsValue> {
        let Some(comparison) = &state.update.comparison else {
            return Ok(());
        };
        let lanes = of_kind(state);
        let rows = listed(state, &comparison.differences);
        self.empty
            .set_or_hide(&empty(state, &comparison.differences, rows.len()));
        let names: Vec<&str> = lanes.iter().map(|lane| name(lane)).collect();
        let maps: Vec<_> = lanes
            .iter()
            .map(|lane| (&lane.labels, &lane.cluster_labels))
            .collect();
        let features = &state.update.snapshot.features;
        if self.shown.change_text(&(&rows, names, maps, features)) {
            self.draw_head(state, &lanes, &rows)?;
            self.draw_rows(state, &lanes, &rows)?;
            self.chosen = Shown::default();
        }
        Ok(())
    }

    /// Marks the row that was chosen.
    fn draw_chosen(&mut self, state: &State) -> Result<(), JsValue> {
        if self.chosen.change(state.lanes.chosen) {
            let nodes = self.body.children();
            for i in 0..nodes.length() {
                let Some(row) = nodes.item(i) else { continue };
                let chosen = state.lanes.chosen.map(|record| record.to_string());
                let is = row.get_attribute("data-record") == chosen && chosen.is_some();
                row.set_class_name(if is { "here" } else { "" });
                if let Some(button) = row.query_selector("button")? {
                    dom::set_attribute(&button, "aria-pressed", if is { "true" } else { "false" });
                }
            }
        }
        Ok(())
    }

    fn draw_head(
        &self,
        state: &State,
        lanes: &[&Snapshot],
        rows: &[&DifferenceRow],
    ) -> Result<(), JsValue> {
        let snapshot = &state.update.snapshot;
        dom::set_attribute(
            &self.panel,
            "style",
            &format!(
                "--columns: {}; --lanes: {}",
                snapshot.features.len(),
                lanes.len()
            ),
        );
        self.head.set_text_content(None);
        let head = |class: &str, text: &str| {
            let head = dom::child(&self.head, "th", class, text)?;
            dom::set_attribute(&head, "scope", "col");
            dom::set_attribute(&head, "title", text);
            Ok::<_, JsValue>(head)
        };
        let first = head("", "")?;
        dom::child(&first, "span", "wide-word", "Topic / partition / offset")?;
        dom::child(&first, "span", "phone-word", "Row")?;
        for feature in &snapshot.features {
            head("num wide", feature)?;
        }
        match snapshot.task {
            Task::Clustering => head("pad label-head", "Label")?,
            Task::Regression => head("num label-head", &snapshot.target)?,
            Task::Classification => head("pad label-head", &snapshot.target)?,
        };
        for lane in lanes {
            head("pad given-head", &head_of(lane, rows))?;
            if snapshot.task != Task::Regression {
                let verdict = head("verdict-head", "")?;
                dom::child(&verdict, "span", "sr", &format!("{} is right", name(lane)))?;
            }
            let beside = match snapshot.task {
                Task::Clustering => "Nearest / next",
                Task::Regression => "Error",
                Task::Classification => "p of it",
            };
            head("num wide beside beside-head", beside)?;
        }
        Ok(())
    }

    fn draw_rows(
        &self,
        state: &State,
        lanes: &[&Snapshot],
        rows: &[&DifferenceRow],
    ) -> Result<(), JsValue> {
        self.body.set_text_content(None);
        let snapshot = &state.update.snapshot;
        let decimals: Vec<usize> = (0..snapshot.features.len())
            .map(|i| numbers::decimals(rows.iter().filter_map(|row| row.features.get(i).copied())))
            .collect();
        for row in rows {
            let node = dom::child(&self.body, "tr", "", "")?;
            dom::set_attribute(&node, "data-record", &row.record.to_string());
            let place = dom::child(&node, "td", "topic", "")?;
            let button = dom::child(&place, "button", "row-button", "")?;
            dom::set_attribute(&button, "type", "button");
            dom::set_attribute(&button, "aria-pressed", "false");
            dom::set_attribute(&button, "title", "Mark it in every lane");
            dom::child(&button, "span", "wide-word", &row.topic)?;
            dom::child(
                &button,
                "span",
                "wide-word quiet",
                &format!("/{}/", row.partition),
            )?;
            dom::child(&button, "span", "", &row.offset.to_string())?;
            for (value, decimals) in row.features.iter().zip(&decimals) {
                dom::child(&node, "td", "num wide", &numbers::fixed(*value, *decimals))?;
            }
            let (class, text) = truth(snapshot, row);
            dom::child(&node, "td", class, &text)?;
            for lane in lanes {
                let given = row.given.get(lane.lane).copied().flatten();
                draw_given(&node, lane, row, given.as_ref())?;
            }
        }
        Ok(())
    }
}

/// "2 of 11": how many rows differ of how many; of the newest round, or of all that are kept.
pub fn count(state: &State) -> String {
    let Some(comparison) = &state.update.comparison else {
        return String::new();
    };
    let differences = &comparison.differences;
    let (differ, of) = match state.lanes.all_rounds {
        true => (differences.differ, differences.of),
        false => differences.in_round,
    };
    format!("{} of {}", numbers::count(differ), numbers::count(of))
}

/// The newest test round, as the filter calls it; None before the first.
pub fn round(state: &State) -> Option<u32> {
    let comparison = state.update.comparison.as_ref()?;
    Some(comparison.differences.round).filter(|round| *round > 0)
}

fn listed<'a>(state: &State, differences: &'a Differences) -> Vec<&'a DifferenceRow> {
    let wanted = |row: &&DifferenceRow| state.lanes.all_rounds || row.round == differences.round;
    differences.rows.iter().filter(wanted).collect()
}

fn of_kind(state: &State) -> Vec<&Snapshot> {
    let mut lanes = shown(state);
    lanes.retain(|lane| lane.task == state.update.snapshot.task);
    lanes
}

fn name(lane: &Snapshot) -> &str {
    lane.lanes
        .get(lane.lane)
        .map_or("", |head| head.name.as_str())
}

/// "Flink v9", where one version gave all that is listed.
fn head_of(lane: &Snapshot, rows: &[&DifferenceRow]) -> String {
    let given = rows.iter().filter_map(|row| *row.given.get(lane.lane)?);
    let mut versions: Vec<u64> = given.map(|given| given.version).collect();
    versions.dedup();
    match versions.as_slice() {
        [version] => format!("{} v{version}", name(lane)),
        _ => name(lane).to_owned(),
    }
}

/// What was to be given.
fn truth(snapshot: &Snapshot, row: &DifferenceRow) -> (&'static str, String) {
    let none = || numbers::NONE.to_owned();
    match snapshot.task {
        Task::Clustering => ("pad", row.label.clone().unwrap_or_else(none)),
        Task::Regression => ("num", numbers::significant(row.target, 5)),
        Task::Classification => {
            let known = row.target.is_finite();
            let name = || predictions::cluster(snapshot, row.target as u32).1;
            ("pad", if known { name() } else { none() })
        }
    }
}

fn draw_given(
    node: &Element,
    lane: &Snapshot,
    row: &DifferenceRow,
    given: Option<&GivenRow>,
) -> Result<(), JsValue> {
    let cell = dom::child(node, "td", "pad", "")?;
    let regression = lane.task == Task::Regression;
    match given {
        None => cell.set_text_content(Some(numbers::NONE)),
        Some(given) if regression => {
            cell.set_text_content(Some(&numbers::significant(given.value, 5)));
        }
        Some(given) => {
            let (color, name) = predictions::cluster(lane, given.cluster);
            Badge::new(&cell)?.set(given.cluster, color, &name);
        }
    }
    if !regression {
        let verdict = dom::child(node, "td", "verdict", "")?;
        draw_verdict(&verdict, given.and_then(|given| given.right))?;
    }
    let beside = given.map_or_else(
        || numbers::NONE.to_owned(),
        |given| beside(lane, row, given),
    );
    dom::child(node, "td", "num wide beside", &beside)?;
    Ok(())
}

fn draw_verdict(cell: &Element, right: Option<bool>) -> Result<(), JsValue> {
    let Some(right) = right else {
        cell.set_text_content(Some(numbers::NONE));
        return Ok(());
    };
    let (icon, class, word) = match right {
        true => ("#i-check", "", "right"),
        false => ("#i-cross", "bad-word", "wrong"),
    };
    let span = dom::child(cell, "span", class, "")?;
    dom::icon(&span, icon, "icon12")?;
    dom::child(&span, "span", "", word)?;
    Ok(())
}

/// "0.74 / 1.12": how far the nearest cluster is, and the next one.
fn beside(lane: &Snapshot, row: &DifferenceRow, given: &GivenRow) -> String {
    match lane.task {
        Task::Clustering if given.next_distance.is_nan() => numbers::distance(given.distance),
        Task::Clustering => format!(
            "{} / {}",
            numbers::distance(given.distance),
            numbers::distance(given.next_distance)
        ),
        Task::Regression => numbers::significant(row.target - given.value, 3),
        Task::Classification => {
            let of = match given.cluster {
                0 => 1.0 - given.value,
                _ => given.value,
            };
            numbers::fixed(of, 3)
        }
    }
}

fn empty(state: &State, differences: &Differences, rows: usize) -> String {
    let of = match state.lanes.all_rounds {
        true => differences.of,
        false => differences.in_round.1,
    };
    match (rows, of) {
        (0, 0) => "No row was answered by two lanes yet.".to_owned(),
        (0, _) => format!(
            "The lanes agree on {}.{}",
            match of {
                1 => "the one row that they answered".to_owned(),
                of => format!("all {} rows that they answered", numbers::count(of)),
            },
            within(differences)
        ),
        _ if state.update.snapshot.task == Task::Regression => {
            within(differences).trim_start().to_owned()
        }
        _ => String::new(),
    }
}

/// What counts as the same number.
fn within(differences: &Differences) -> String {
    match differences.apart > 0.0 {
        true => format!(
            " Numbers that are {} apart or less count as the same: a twentieth of the targets’ range.",
            numbers::significant(differences.apart, 3)
        ),
        false => String::new(),
    }
}

/// The record of the row that an event is of.
fn record(event: &Event) -> Option<u64> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let row = target.closest("tr[data-record]").ok()??;
    row.get_attribute("data-record")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use lab::snapshot::{Comparison, LaneHead};

    use super::*;

    fn state() -> State {
        let row = |record, round| DifferenceRow {
            record,
            round,
            given: vec![Some(GivenRow {
                version: u64::from(round),
                ..GivenRow::default()
            })],
            ..DifferenceRow::default()
        };
        let mut state = State::default();
        state.update.comparison = Some(Comparison {
            lanes: Vec::new(),
            differences: Differences {
                rows: vec![row(30, 3), row(28, 3), row(15, 2)],
                differ: 3,
                of: 33,
                round: 3,
                in_round: (2, 11),
                apart: 0.0,
            },
        });
        state
    }

    #[test]
    fn the_newest_round_is_listed_unless_all_are_wanted() {
        let mut state = state();
        let listed_now = |state: &State| {
            let comparison = state.update.comparison.as_ref().unwrap();
            listed(state, &comparison.differences).len()
        };
        assert_eq!(
            (count(&state), listed_now(&state)),
            ("2 of 11".to_owned(), 2)
        );
        assert_eq!(round(&state), Some(3));
        state.lanes.all_rounds = true;
        assert_eq!(
            (count(&state), listed_now(&state)),
            ("3 of 33".to_owned(), 3)
        );
    }

    #[test]
    fn one_version_that_gave_all_is_named() {
        let state = state();
        let comparison = state.update.comparison.as_ref().unwrap();
        let lane = Snapshot {
            lanes: vec![LaneHead {
                name: "Flink".to_owned(),
                ..LaneHead::default()
            }],
            ..Snapshot::default()
        };
        let rows: Vec<&DifferenceRow> = comparison.differences.rows.iter().collect();
        assert_eq!(head_of(&lane, &rows[..2]), "Flink v3");
        assert_eq!(head_of(&lane, &rows), "Flink");
    }

    #[test]
    fn an_empty_table_says_that_lanes_agree() {
        let mut state = state();
        let mut differences = Differences::default();
        assert_eq!(
            empty(&state, &differences, 0),
            "No row was answered by two lanes yet."
        );
        differences.in_round = (0, 11);
        assert_eq!(
            empty(&state, &differences, 0),
            "The lanes agree on all 11 rows that they answered."
        );
        (state.update.snapshot.task, differences.apart) = (Task::Regression, 0.12);
        assert!(empty(&state, &differences, 2).starts_with("Numbers that are 0.120 apart"));
    }
}
