//! The rows that made a version, lit on the stage.

use gloo::events::EventListener;
use lab::snapshot::{LedgerRow, Snapshot};
use wasm_bindgen::JsValue;
use web_sys::Element;

use super::app::Sender;
use super::dom::{self, Shown, Slot};
use super::msg::{Effect, Msg};
use super::numbers;
use super::state::State;
use super::view::Cx;
use crate::protocol::Command;

/// A version whose rows are lit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lit {
    /// Index of the lane.
    pub lane: usize,
    /// The version.
    pub version: u64,
}

/// A version was chosen; the same one again, and no rows are lit.
pub fn choose(state: &mut State, version: u64) -> Effect {
    let lane = state.update.snapshot.lane;
    let chosen = Some(Lit { lane, version }).filter(|lit| lit.version > 0);
    state.lit = chosen.filter(|chosen| state.lit != Some(*chosen));
    Effect::Send(Command::Light {
        version: state.lit.map(|lit| lit.version),
    })
}

/// No rows are lit any more, if some were.
pub fn clear(state: &mut State) -> Option<Effect> {
    state.lit?;
    Some(choose(state, 0))
}

/// The version whose rows are lit, where it is one of the shown lane's and not behind the playhead.
pub fn row(state: &State) -> Option<&LedgerRow> {
    let (lit, snapshot) = (state.lit?, &state.update.snapshot);
    if snapshot.lit.as_ref()?.0 != lit.version {
        // Its points are on their way.
        return None;
    }
    let is_it = |row: &&LedgerRow| row.first <= lit.version && lit.version <= row.last;
    let mut ledger = snapshot.ledger.iter();
    ledger
        .find(is_it)
        .filter(|row| lit.lane == snapshot.lane && row.rows > 0)
}

/// Whether a point is one of the lit rows.
pub fn is_lit(snapshot: &Snapshot, point: usize) -> bool {
    let record = snapshot.stage.point_record[point];
    let lit = snapshot.lit.as_ref();
    lit.is_some_and(|(_, records)| records.binary_search(&record).is_ok())
}

/// How many of the lit rows are drawn one by one.
fn drawn(snapshot: &Snapshot) -> usize {
    snapshot
        .lit
        .as_ref()
        .map_or(0, |(_, records)| records.len())
}

/// "32 rows of batch 4, which made v5: iris_train 96–127"
pub fn words(row: &LedgerRow, drawn: usize) -> String {
    let rows = numbers::counted(row.rows, "row");
    let batch = numbers::count(row.first.saturating_sub(1));
    let mut words = format!(
        "{rows} of batch {batch}, which made v{}: {}",
        row.last, row.offsets
    );
    let old = row.rows.saturating_sub(drawn as u64);
    if old > 0 {
        words.push_str(&format!(
            " · {} too old to be drawn one by one",
            numbers::count(old)
        ));
    }
    words
}

/// "shift of each centroid 0.12, 0.473, 0"
pub fn shifts(row: &LedgerRow) -> String {
    let shifts: Vec<String> = row
        .shifts
        .iter()
        .map(|shift| numbers::shift(*shift))
        .collect();
    match shifts.len() {
        0 | 1 => String::new(),
        _ if row.counts.len() == shifts.len() => {
            format!("shift of each centroid {}", shifts.join(", "))
        }
        _ => format!("shift of each coefficient {}", shifts.join(", ")),
    }
}

/// What is said of the lit rows on the stage.
#[derive(Debug)]
pub struct LitNote {
    root: Element,
    plot: Element,
    words: Slot,
    shown: Shown<(String, usize)>,
    _listeners: [EventListener; 2],
}

impl LitNote {
    /// The note of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender) -> Result<LitNote, JsValue> {
        let (clear, go) = (sender.clone(), sender.clone());
        Ok(LitNote {
            root: dom::by_id("lit")?,
            plot: dom::by_id("plot")?,
            words: Slot::by_id("lit-words")?,
            shown: Shown::default(),
            _listeners: [
                dom::on_click(&dom::by_id("lit-clear")?, move || clear.send(Msg::Light(0))),
                dom::on_click(&dom::by_id("lit-go")?, move || go.send(Msg::GoToLit)),
            ],
        })
    }

    /// Draws what changed.
    pub fn draw(&mut self, cx: &Cx<'_>) {
        let snapshot = &cx.state.update.snapshot;
        let row = row(cx.state);
        let drawn = row.map_or(0, |_| drawn(snapshot));
        let words = row.map_or_else(String::new, |row| words(row, drawn));
        if self.shown.change((words.clone(), drawn)) {
            dom::show(&self.root, row.is_some());
            self.words.set(&words);
            dom::set_attribute(&self.plot, "data-lit", &drawn.to_string());
        }
    }
}

/// Goes to the version whose rows are lit.
pub fn go(state: &State) -> Option<Command> {
    let lit = state.lit?;
    Some(Command::ShowVersion {
        lane: lit.lane,
        version: lit.version,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> State {
        let mut state = State::default();
        let snapshot = &mut state.update.snapshot;
        snapshot.ledger = vec![LedgerRow {
            first: 5,
            last: 5,
            rows: 3,
            counts: vec![1, 2],
            shifts: vec![0.5, 0.25],
            from_record: 10,
            to_record: 14,
            offsets: "iris_train 96–98".to_owned(),
            ..LedgerRow::default()
        }];
        snapshot.stage.point_record = vec![9, 10, 11, 12, 13, 14];
        snapshot.lit = Some((5, vec![10, 12, 13]));
        state
    }

    #[test]
    fn a_versions_rows_are_the_trained_ones_of_its_batch() {
        let mut state = state();
        assert_eq!(row(&state), None);
        choose(&mut state, 5);
        let lit = row(&state).unwrap();
        let snapshot = &state.update.snapshot;
        let points: Vec<usize> = (0..6).filter(|point| is_lit(snapshot, *point)).collect();
        assert_eq!((drawn(snapshot), points), (3, vec![1, 3, 4]));
        assert_eq!(
            words(lit, 3),
            "3 rows of batch 4, which made v5: iris_train 96–98"
        );
        assert_eq!(
            words(lit, 1),
            "3 rows of batch 4, which made v5: iris_train 96–98 · 2 too old to be drawn one by one"
        );
        assert_eq!(shifts(lit), "shift of each centroid 0.500, 0.250");
        let again = choose(&mut state, 5);
        assert_eq!(again, Effect::Send(Command::Light { version: None }));
        assert_eq!(row(&state), None);
        assert_eq!(clear(&mut state), None);
    }

    #[test]
    fn of_another_lane_nothing_is_lit() {
        let mut state = state();
        choose(&mut state, 5);
        state.update.snapshot.lane = 1;
        assert_eq!(row(&state), None);
    }
}
