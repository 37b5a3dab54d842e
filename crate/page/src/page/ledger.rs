//! The versions, newest first, each with the batch that made it.

use gloo::events::EventListener;
use lab::snapshot::{LedgerRow, Task};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement};

use super::app::Sender;
use super::dom::{self, Shown, Slot};
use super::lanes::follow;
use super::msg::Msg;
use super::regression::task_word;
use super::rows::{Cells, RowNode, Rows};
use super::state::State;
use super::{lit, numbers};

/// The table.
#[derive(Debug)]
pub struct Ledger {
    _click: EventListener,
    head: Element,
    table: Rows<LedgerNode>,
    columns: Shown<(usize, Task, bool)>,
}

/// What a row shows.
#[derive(Clone, Debug)]
struct Line {
    row: LedgerRow,
    /// Colour of each cluster.
    colors: Vec<usize>,
    task: Task,
    here: bool,
    lit: bool,
}

#[derive(Debug)]
struct LedgerNode {
    cells: Cells,
    parts: Vec<HtmlElement>,
    clusters: usize,
    shown: Shown<String>,
}

impl Ledger {
    /// The table of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender) -> Result<Ledger, JsValue> {
        let body: Element = dom::by_id("ledger-body")?;
        let sender = sender.clone();
        let click = EventListener::new(&body, "click", move |event| {
            let target = event.target().and_then(|target| target.dyn_into().ok());
            if let Some(version) = target.and_then(|element: Element| version_of(&element)) {
                sender.send(Msg::Light(version));
            }
        });
        Ok(Ledger {
            _click: click,
            head: dom::by_id("ledger-head")?,
            table: Rows::new(body),
            columns: Shown::default(),
        })
    }

    /// Draws the table.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, state: &State) -> Result<(), JsValue> {
        let snapshot = &state.update.snapshot;
        let lit = lit::row(state).map(|row| row.first);
        let k = snapshot.cluster_labels.len();
        let head = snapshot.lanes.get(snapshot.lane);
        let follows = head.is_some_and(|head| head.follows.is_some())
            || snapshot.ledger.iter().any(|row| row.followed.is_some());
        if self.columns.change((k, snapshot.task, follows)) {
            self.draw_head(k, snapshot.task, follows)?;
        }
        let line = |row: &LedgerRow| Line {
            row: row.clone(),
            colors: snapshot.cluster_labels.clone(),
            task: snapshot.task,
            here: row.first <= snapshot.version && snapshot.version <= row.last,
            lit: lit == Some(row.first),
        };
        let lines: Vec<(u64, Line)> = snapshot
            .ledger
            .iter()
            .map(|row| (row.first, line(row)))
            .collect();
        self.table.show(k, &lines)
    }

    fn draw_head(&mut self, k: usize, task: Task, follows: bool) -> Result<(), JsValue> {
        self.table.clear();
        if let Some(table) = self.head.closest("table")? {
            dom::set_attribute(&table, "style", &format!("--columns: {k}"));
            dom::set_attribute(&table, "data-task", task_word(task));
            dom::set_attribute(&table, "data-job", if follows { "yes" } else { "no" });
        }
        self.head.set_text_content(None);
        let [counts, loss, tested] = match task {
            Task::Clustering => ["Rows per cluster", "Inertia per row", ""],
            Task::Regression => ["", "MSE of the batch", "Test MSE"],
            Task::Classification => ["Rows per class", "Log-loss per row", "Test log-loss"],
        };
        let second = match task {
            Task::Classification => "Test right",
            Task::Clustering | Task::Regression => "Test R²",
        };
        let mut heads = vec![
            ("", "Version".to_owned()),
            ("num rows-head", "Rows".to_owned()),
            ("stack-head of-counts", counts.to_owned()),
        ];
        heads.extend((0..k).map(|i| ("num wide count-head", i.to_string())));
        heads.extend([
            ("num shift-head", "Shift".to_owned()),
            ("num loss-head", loss.to_owned()),
            ("num wide change-head", "Change".to_owned()),
            ("num wide of-target tested-head", tested.to_owned()),
            ("num wide of-target second-head", second.to_owned()),
            ("num of-job job-head", "Against the job".to_owned()),
            ("num wide offsets-head", "Offsets".to_owned()),
            ("wide", String::new()),
        ]);
        for (class, text) in heads {
            let head = dom::child(&self.head, "th", class, &text)?;
            dom::set_attribute(&head, "scope", "col");
        }
        // Notes are plain to see, but a head has to say so.
        if let Some(last) = self.head.last_element_child() {
            dom::child(&last, "span", "sr", "Notes")?;
        }
        Ok(())
    }
}

impl RowNode for LedgerNode {
    type Item = Line;

    fn new(k: usize) -> Result<Self, JsValue> {
        let mut classes = vec!["strong", "num", "of-counts"];
        classes.extend(std::iter::repeat_n("num wide", k));
        classes.extend(["num", "num loss", "num wide"]);
        classes.extend(["num wide of-target", "num wide of-target"]);
        classes.extend(["num of-job", "num wide", "wide quiet"]);
        let mut cells = Cells::new(&classes)?;
        let button = dom::child(&cells.cells[0].element, "button", "version", "")?;
        dom::set_attribute(&button, "type", "button");
        cells.cells[0] = Slot::new(button);
        let stack = dom::child(&cells.cells[2].element, "div", "stack", "")?;
        let parts: Result<Vec<HtmlElement>, JsValue> = (0..k)
            .map(|_| dom::child(&stack, "i", "", "").map(JsCast::unchecked_into))
            .collect();
        Ok(LedgerNode {
            cells,
            parts: parts?,
            clusters: k,
            shown: Shown::default(),
        })
    }

    fn node(&self) -> &Element {
        &self.cells.row
    }

    fn set(&mut self, line: &Line) {
        if self.shown.change_text(line) {
            self.fill(line);
        }
    }
}

impl LedgerNode {
    fn fill(&mut self, line: &Line) {
        let (row, k) = (&line.row, self.clusters);
        self.cells.cells[0].set(&name(row));
        self.draw_choice(line);
        self.cells.cells[1].set(&numbers::count(row.rows));
        for (i, part) in self.parts.iter().enumerate() {
            let count = row.counts.get(i).copied().unwrap_or(0);
            let share = if row.rows > 0 {
                count as f64 / row.rows as f64 * 100.0
            } else {
                0.0
            };
            part.set_class_name(&format!(
                "c{}",
                line.colors.get(i).copied().unwrap_or(i) % 8
            ));
            // A length of this program's own making.
            let _ = part.style().set_property("width", &format!("{share:.2}%"));
        }
        let learned = row.rows > 0;
        for i in 0..k {
            let count = row.counts.get(i).copied().unwrap_or(0);
            self.cells.cells[3 + i].set(&if learned {
                numbers::count(count)
            } else {
                String::new()
            });
        }
        let moved = row.last > 1;
        let [tested, second] = tested(row, line.task);
        let texts = [
            if moved {
                numbers::shift(row.shift)
            } else {
                String::new()
            },
            if learned {
                losses(row, line.task)
            } else {
                String::new()
            },
            if learned {
                numbers::change(row.loss_before, row.loss_after)
            } else {
                String::new()
            },
            tested,
            second,
            row.followed
                .as_ref()
                .map_or_else(String::new, follow::difference),
            row.offsets.clone(),
            said(line),
        ];
        for (cell, text) in self.cells.cells[3 + k..].iter_mut().zip(&texts) {
            cell.set(text);
        }
        let apart = row.followed.as_ref().is_some_and(|followed| !followed.same);
        let classes = [(line.here, "here"), (line.lit, "lit"), (apart, "apart")];
        let classes = classes
            .into_iter()
            .filter_map(|(is, class)| is.then_some(class));
        self.cells.set_class(&classes.collect::<Vec<_>>().join(" "));
    }

    /// What a click on the row does.
    fn draw_choice(&self, line: &Line) {
        let row = &line.row;
        let button = &self.cells.cells[0].element;
        let version = if row.rows > 0 { row.last } else { 0 };
        dom::set_attribute(&self.cells.row, "data-version", &version.to_string());
        dom::enable(button, version > 0);
        dom::set_attribute(
            button,
            "aria-pressed",
            if line.lit { "true" } else { "false" },
        );
        let title = match version {
            0 => "No row made it".to_owned(),
            version => format!("Light the rows that made v{version}"),
        };
        dom::set_attribute(button, "title", &title);
    }
}

/// The version of the row that was clicked; None where no row made it.
fn version_of(element: &Element) -> Option<u64> {
    let row = element.closest("tr").ok()??;
    let version = row.get_attribute("data-version")?.parse().ok()?;
    (version > 0).then_some(version)
}

/// What is said of a version: what its cut shows, its moves, its note.
fn said(line: &Line) -> String {
    let row = &line.row;
    let followed = row.followed.as_ref();
    let mut parts = Vec::new();
    // Of a version that is the same, where rounding shows is nothing to say.
    parts.extend(
        followed
            .filter(|followed| !followed.same)
            .map(|followed| followed.says.clone()),
    );
    if line.lit {
        parts.push(lit::shifts(row));
    }
    parts.push(row.note.clone());
    parts.retain(|part| !part.is_empty());
    parts.join("; ")
}

/// "v6", "v6 rev 1" where a correction rewrote it, "v7–v90" of a run of empty batches.
fn name(row: &LedgerRow) -> String {
    let name = match row.last > row.first {
        true => format!("v{}–v{}", row.first, row.last),
        false => format!("v{}", row.first),
    };
    match row.revision {
        0 => name,
        revision => format!("{name} rev {revision}"),
    }
}

/// "0.73 → 0.61": the mean loss before the batch was learned, and after.
fn losses(row: &LedgerRow, task: Task) -> String {
    if task != Task::Regression || row.loss_before.is_nan() {
        return numbers::before_after(row.loss_before, row.loss_after);
    }
    let text = |loss| numbers::significant(loss, 4);
    format!("{} → {}", text(row.loss_before), text(row.loss_after))
}

/// How the version does on the newest test rows: two numbers.
fn tested(row: &LedgerRow, task: Task) -> [String; 2] {
    let Some(tested) = row.tested else {
        return [String::new(), String::new()];
    };
    match task {
        Task::Clustering => [String::new(), String::new()],
        Task::Regression => [
            numbers::significant(tested.mse, 4),
            numbers::fixed(tested.r2, 3),
        ],
        Task::Classification => [
            numbers::fixed(tested.log_loss, 3),
            format!("{}%", numbers::fixed(tested.accuracy * 100.0, 0)),
        ],
    }
}

#[cfg(test)]
mod tests {
    use lab::snapshot::TestedRow;

    use super::*;

    #[test]
    fn a_rewritten_version_says_its_revision() {
        let mut row = LedgerRow {
            first: 6,
            last: 6,
            ..LedgerRow::default()
        };
        assert_eq!(name(&row), "v6");
        row.revision = 2;
        assert_eq!(name(&row), "v6 rev 2");
        (row.last, row.revision) = (90, 1);
        assert_eq!(name(&row), "v6–v90 rev 1");
    }

    #[test]
    fn losses_are_told_in_the_measure_of_the_model() {
        let row = LedgerRow {
            loss_before: 24_630.281,
            loss_after: 0.612_34,
            tested: Some(TestedRow {
                rows: 200,
                mse: 2_531.4,
                r2: 0.910_4,
                accuracy: 0.95,
                log_loss: 0.123_4,
                ..TestedRow::default()
            }),
            ..LedgerRow::default()
        };
        assert_eq!(losses(&row, Task::Regression), "24,630 → 0.6123");
        assert_eq!(losses(&row, Task::Classification), "24,630.28 → 0.61");
        assert_eq!(tested(&row, Task::Regression), ["2,531", "0.910"]);
        assert_eq!(tested(&row, Task::Classification), ["0.123", "95%"]);
        let untested = LedgerRow::default();
        assert_eq!(tested(&untested, Task::Regression), ["", ""]);
    }
}
