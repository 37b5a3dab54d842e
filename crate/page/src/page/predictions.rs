//! Predictions, newest first or worst first.
//!
//! - [`clusters`], [`classes`], [`errors`]: a row of each kind of model; [`place`] what they share

pub mod classes;
pub mod clusters;
pub mod errors;
pub mod place;

use lab::snapshot::{PredictionRow, Round, Snapshot, Task};
use wasm_bindgen::JsValue;
use web_sys::Element;

use self::classes::ClassNode;
use self::clusters::ClusterNode;
use self::errors::ErrorNode;
use super::app::Sender;
use super::dom::{self, Shown, Slot};
use super::inspector::{self, InspectMsg};
use super::msg::Msg;
use super::row_keys::RowKeys;
use super::rows::Rows;
use super::state::State;
use super::{names, numbers};

/// The table.
#[derive(Debug)]
pub struct Predictions {
    head: Element,
    panel: Element,
    empty: Slot,
    /// Of each kind of model; only one has rows.
    clusters: Rows<ClusterNode>,
    classes: Rows<ClassNode>,
    errors: Rows<ErrorNode>,
    columns: Shown<(Task, String, Vec<String>)>,
    _keys: RowKeys,
}

/// What a row shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    row: PredictionRow,
    short: String,
    decimals: Vec<usize>,
    given: (usize, String),
    runner_up: Option<(usize, String)>,
    /// The class that was to be predicted, by name.
    target: String,
    /// Decimals of predicted numbers.
    value_decimals: usize,
    /// The largest error in the table.
    reach: f64,
    /// Whether the inspector shows its event.
    open: bool,
}

impl Predictions {
    /// The table of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender) -> Result<Predictions, JsValue> {
        let body: Element = dom::by_id("predictions-body")?;
        Ok(Predictions {
            head: dom::by_id("predictions-head")?,
            panel: dom::by_id("panel-predictions")?,
            empty: Slot::by_id("predictions-empty")?,
            clusters: Rows::new(body.clone()),
            classes: Rows::new(body.clone()),
            errors: Rows::new(body),
            columns: Shown::default(),
            _keys: keys(sender)?,
        })
    }

    /// Draws the table.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, state: &State) -> Result<(), JsValue> {
        let snapshot = &state.update.snapshot;
        let (task, target) = (snapshot.task, snapshot.target.clone());
        let columns = (task, target, snapshot.features.clone());
        if self.columns.change(columns) {
            self.draw_head(snapshot)?;
        }
        let lines = lines(state);
        self.empty.set_or_hide(empty(snapshot, lines.is_empty()));
        self.panel.set_class_name(if snapshot.rounds.is_empty() {
            "panel has-none"
        } else {
            "panel"
        });
        let columns = snapshot.features.len();
        match snapshot.task {
            Task::Clustering => self.clusters.show(columns, &lines),
            Task::Classification => self.classes.show(columns, &lines),
            Task::Regression => self.errors.show(columns, &lines),
        }
    }

    fn draw_head(&mut self, snapshot: &Snapshot) -> Result<(), JsValue> {
        let features = &snapshot.features;
        self.clusters.clear();
        self.classes.clear();
        self.errors.clear();
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
        match snapshot.task {
            Task::Clustering => heads.extend(clusters::HEADS),
            Task::Classification => heads.extend(classes::HEADS),
            Task::Regression => heads.extend(errors::HEADS),
        }
        // The target's column has no name in the table of heads: every stream has its own.
        let target = snapshot.task != Task::Clustering;
        let unnamed = heads
            .iter_mut()
            .find(|(class, text)| target && text.is_empty() && !class.contains("verdict-head"));
        if let Some((_, text)) = unnamed {
            *text = &snapshot.target;
        }
        for (class, text) in heads {
            let head = dom::child(&self.head, "th", class, text)?;
            dom::set_attribute(&head, "title", text);
            dom::set_attribute(&head, "scope", "col");
            if text.is_empty() {
                // What is plain to see of its cells has to be said.
                let says = match class.contains("verdict") {
                    true => "Right or wrong",
                    false => "Name of the runner-up",
                };
                dom::child(&head, "span", "sr", says)?;
            }
        }
        Ok(())
    }
}

/// Rows open the events that they came from.
fn keys(sender: &Sender) -> Result<RowKeys, JsValue> {
    let (app, sender) = (dom::by_id::<Element>("app")?, sender.clone());
    let follows = move || app.get_attribute("data-inspector").as_deref() == Some("event");
    let panel = dom::by_id("panel-predictions")?;
    Ok(RowKeys::new(&panel, follows, move |place| {
        if let Some(look) = inspector::look_of(place) {
            sender.send(Msg::Inspect(InspectMsg::Look(look)));
        }
    }))
}

/// "9 of 11"; None where nothing was classified yet.
pub fn score(round: Round) -> Option<String> {
    let count = |n: u32| numbers::count(n.into());
    (round.of > 0).then(|| format!("{} of {}", count(round.right), count(round.of)))
}

/// "RMSE 35.2": how far off the predictions of a round are.
pub fn root(round: Round) -> String {
    format!("RMSE {}", numbers::significant(round.mse.sqrt(), 3))
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
    let of_target = |row: &PredictionRow| match row.target.is_finite() {
        true => cluster(snapshot, row.target as u32).1,
        false => numbers::NONE.to_owned(),
    };
    let shown: Vec<&PredictionRow> = snapshot.predictions.iter().filter(wanted).collect();
    let reach = shown
        .iter()
        .map(|row| errors::error(row).abs())
        .fold(0.0, f64::max);
    let targets = || snapshot.predictions.iter().map(|row| row.target);
    let value_decimals = numbers::decimals(targets()).clamp(2, 4);
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
        target: of_target(row),
        value_decimals,
        reach,
        open: state.inspector.place() == Some((row.topic.as_str(), row.partition, row.offset)),
    };
    let mut lines: Vec<(u64, Line)> = shown
        .into_iter()
        .map(|row| (row.record, line(row)))
        .collect();
    if state.worst_first && snapshot.task == Task::Regression {
        worst_first(&mut lines);
    }
    lines
}

/// The largest error first; rows whose target is not known last.
fn worst_first(lines: &mut [(u64, Line)]) {
    let size = |line: &Line| {
        let error = errors::error(&line.row).abs();
        if error.is_nan() { -1.0 } else { error }
    };
    lines.sort_by(|(_, a), (_, b)| size(b).total_cmp(&size(a)));
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
        .unwrap_or_else(|| match snapshot.task {
            Task::Classification => format!("class {id}"),
            Task::Clustering | Task::Regression => format!("cluster {id}"),
        });
    (color, name)
}

fn empty(snapshot: &Snapshot, none: bool) -> &'static str {
    if !none {
        ""
    } else if snapshot.predictions_total > 0 && snapshot.predictions.is_empty() {
        "Predictions that were made before the page went on from a kept version are not in it."
    } else if snapshot.predictions_total > 0 {
        "No prediction is of this kind."
    } else if snapshot.version == 1 && !answers_at_once(snapshot) {
        "The engine has no model before its first batch: test rows wait for version 2."
    } else if snapshot.batch.held > 0 {
        "Test rows wait for the window to end: within a window training comes first."
    } else if snapshot.records > snapshot.record {
        match snapshot.task {
            Task::Regression => "No test row was predicted up to here.",
            _ => "No test row was classified up to here.",
        }
    } else {
        match snapshot.task {
            Task::Regression => {
                "No test row was predicted yet. Version 1, the initial model, already answers."
            }
            _ => "No test row was classified yet. Version 1, the initial model, already answers.",
        }
    }
}

fn answers_at_once(snapshot: &Snapshot) -> bool {
    let lane = snapshot.lanes.get(snapshot.lane);
    lane.is_none_or(|lane| lane.answers_at_once)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_come_first_and_unknown_ones_last() {
        let mut state = State::default();
        let row = |record, value, target| PredictionRow {
            record,
            value,
            target,
            ..PredictionRow::default()
        };
        let snapshot = &mut state.update.snapshot;
        snapshot.task = Task::Regression;
        snapshot.predictions = vec![
            row(3, 10.0, 11.0),
            row(2, 10.0, f64::NAN),
            row(1, 10.0, 4.0),
        ];
        let order = |state: &State| -> Vec<u64> {
            lines(state).iter().map(|(record, _)| *record).collect()
        };
        assert_eq!(order(&state), [3, 2, 1]);
        state.worst_first = true;
        assert_eq!(order(&state), [1, 3, 2]);
        assert_eq!(lines(&state)[0].1.reach, 6.0);
    }
}
