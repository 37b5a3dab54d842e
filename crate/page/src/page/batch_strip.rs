//! The open batch, in words and cells: a batch that never fills explains a model that never moves.

use lab::snapshot::{FollowsView, Snapshot, Task};
use wasm_bindgen::JsValue;
use web_sys::{Element, HtmlElement};

use super::dom::{self, Shown, Slot};
use super::lanes::follow;
use super::numbers;
use super::view::Cx;

/// More cells than this would be too narrow to tell apart: each then stands for several rows.
const CELLS_MOST: u64 = 128;

/// So long without a training row, ms of lab time, and a batch that is cut by count is said not to fill.
const QUIET_MS: i64 = 120_000;

/// The strip.
#[derive(Debug)]
pub struct BatchStrip {
    title: Slot,
    next: Slot,
    short: Slot,
    key: Slot,
    cells: Element,
    nodes: Vec<Element>,
    shown: Shown<Vec<Cell>>,
    window: Element,
    progress: HtmlElement,
    percent: Shown<i64>,
}

/// A cell of the strip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// A row in the batch, in the colour of this label.
    Row(usize),
    /// A row that waits and would go in.
    Waits,
    /// Free.
    Free,
}

/// What a strip is made of.
#[derive(Clone, Copy, Debug)]
pub struct Strip<'a> {
    /// The picture of its lane.
    pub snapshot: &'a Snapshot,
    /// Records that wait.
    pub waiting_total: u64,
    /// Rows of them that would go into the batch.
    pub waiting_training: u64,
    /// Whether a recording was played to its end.
    pub has_ended: bool,
}

impl<'a> Strip<'a> {
    fn of(cx: &Cx<'a>) -> Strip<'a> {
        Strip {
            snapshot: cx.snapshot,
            waiting_total: cx.state.update.waiting_total,
            waiting_training: cx.state.update.waiting_training,
            has_ended: cx.state.has_ended(),
        }
    }
}

impl BatchStrip {
    /// The strip inside this element of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(root: &Element) -> Result<BatchStrip, JsValue> {
        let part = |selector: &str| dom::part::<Element>(root, selector);
        let window = part(".window")?;
        Ok(BatchStrip {
            title: Slot::new(part("b")?),
            next: Slot::new(part(".batch-next")?),
            short: Slot::new(part(".batch-short")?),
            key: Slot::new(part(".batch-key")?),
            cells: part(".cells")?,
            nodes: Vec::new(),
            shown: Shown::default(),
            progress: dom::part(&window, "i")?,
            window,
            percent: Shown::default(),
        })
    }

    /// Draws what changed.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, cx: &Cx<'_>) -> Result<(), JsValue> {
        let strip = Strip::of(cx);
        let (title, next) = words(&strip);
        self.title.set(&title);
        self.short
            .set(&short_next(&strip).unwrap_or_else(|| next.clone()));
        self.next.set(&next);
        let key = if strip.waiting_training > 0 {
            "solid: in the batch, dashed: waiting".to_owned()
        } else {
            key(strip.snapshot)
        };
        self.key.set(&key);
        let interval = strip.snapshot.batch.size.is_none();
        dom::set_attribute(
            &self.cells,
            "data-cut",
            if interval { "interval" } else { "count" },
        );
        dom::show(&self.window, interval && follows(strip.snapshot).is_none());
        self.draw_window(strip.snapshot);
        let cells = cells(&strip);
        if self.shown.change(cells.clone()) {
            self.draw_cells(&cells)
        } else {
            Ok(())
        }
    }

    fn draw_window(&mut self, snapshot: &Snapshot) {
        let percent = snapshot.batch.window_ms.map_or(0, |(start, end)| {
            let now = snapshot.lab_time_ms.unwrap_or(start);
            ((now - start) * 100 / (end - start).max(1)).clamp(0, 100)
        });
        if self.percent.change(percent) {
            // A length of this program's own making.
            let _ = self
                .progress
                .style()
                .set_property("width", &format!("{percent}%"));
        }
    }

    fn draw_cells(&mut self, cells: &[Cell]) -> Result<(), JsValue> {
        while self.nodes.len() < cells.len() {
            self.nodes.push(dom::child(&self.cells, "i", "", "")?);
        }
        for node in self.nodes.drain(cells.len()..) {
            node.remove();
        }
        for (node, cell) in self.nodes.iter().zip(cells) {
            let class = match cell {
                Cell::Row(color) => format!("c{}", color % 8),
                Cell::Waits => "waits".to_owned(),
                Cell::Free => String::new(),
            };
            if node.class_name() != class {
                node.set_class_name(&class);
            }
        }
        Ok(())
    }
}

/// What the cells' colour says.
fn key(snapshot: &Snapshot) -> String {
    let version = numbers::count(snapshot.version);
    match snapshot.task {
        _ if snapshot.batch.rows == 0 => String::new(),
        Task::Clustering => format!("colour: the cluster version {version} would give"),
        Task::Classification => format!("colour: the class version {version} would give"),
        Task::Regression if is_predicted_first(snapshot) => {
            "each row is predicted first, then learned".to_owned()
        }
        Task::Regression => "rows are learned when the batch is closed".to_owned(),
    }
}

/// Whether the newest row is one to learn, and was predicted when it came.
fn is_predicted_first(snapshot: &Snapshot) -> bool {
    let given = snapshot
        .linear
        .as_ref()
        .and_then(|linear| linear.given.last());
    given == Some(&1) && snapshot.stage.point_test.last() == Some(&0)
}

/// The strip's cells.
pub fn cells(strip: &Strip<'_>) -> Vec<Cell> {
    let (snapshot, batch) = (strip.snapshot, &strip.snapshot.batch);
    let color = |row: usize| {
        let cluster = batch.clusters.get(row).map(|cluster| *cluster as usize);
        cluster.map(|cluster| {
            snapshot
                .cluster_labels
                .get(cluster)
                .copied()
                .unwrap_or(cluster)
        })
    };
    let Some(size) = batch.size else {
        // A window takes any number: its newest rows are shown.
        let first = batch.clusters.len().saturating_sub(CELLS_MOST as usize);
        return (first..batch.clusters.len())
            .filter_map(color)
            .map(Cell::Row)
            .collect();
    };
    let each = size.div_ceil(CELLS_MOST).max(1);
    let hidden = batch.rows - batch.clusters.len() as u64;
    (0..size.div_ceil(each))
        .map(|cell| {
            let row = cell * each;
            if row < batch.rows {
                Cell::Row(
                    row.checked_sub(hidden)
                        .and_then(|row| color(row as usize))
                        .unwrap_or(7),
                )
            } else if row < batch.rows + strip.waiting_training {
                Cell::Waits
            } else {
                Cell::Free
            }
        })
        .collect()
}

/// Title, and what comes next.
pub fn words(strip: &Strip<'_>) -> (String, String) {
    let (snapshot, batch) = (strip.snapshot, &strip.snapshot.batch);
    if let Some(follows) = follows(snapshot) {
        return of_job(snapshot, follows);
    }
    let title = |of: String| format!("Batch {}: {of}", numbers::count(batch.number));
    match batch.size {
        Some(size) => {
            let of = title(format!(
                "{} of {} rows",
                numbers::count(batch.rows),
                numbers::count(size)
            ));
            (of, next_by_count(strip, size))
        }
        None => (
            title(numbers::counted(batch.rows, "row")),
            next_by_window(snapshot),
        ),
    }
}

fn follows(snapshot: &Snapshot) -> Option<&FollowsView> {
    let head = snapshot.lanes.get(snapshot.lane)?;
    head.follows.as_ref()
}

/// Where the job is that the lane follows: it has the open batch.
fn of_job(snapshot: &Snapshot, follows: &FollowsView) -> (String, String) {
    let title = match snapshot.version {
        0 => "No version of the job yet".to_owned(),
        version => format!("Version {} of the job", numbers::count(version)),
    };
    let behind = match (follows.waiting, follows.unlearned) {
        (0, 0) => "it has learned all rows that have come".to_owned(),
        (0, rows) => format!(
            "{} came behind its newest batch",
            numbers::counted(rows, "row")
        ),
        (1, _) => "1 version more waits for its rows".to_owned(),
        (more, _) => format!("{} versions more wait for their rows", numbers::count(more)),
    };
    let verdict = follow::verdict(follows);
    match snapshot.live {
        true => (title, format!("{verdict}; {behind}")),
        false => (title, verdict),
    }
}

fn next_by_count(strip: &Strip<'_>, size: u64) -> String {
    let batch = &strip.snapshot.batch;
    let more = size.saturating_sub(batch.rows);
    if strip.waiting_training > 0 {
        let (fill, of) = (
            numbers::count(strip.waiting_training.min(more)),
            numbers::count(strip.waiting_total),
        );
        return if strip.waiting_training >= more {
            format!("{fill} of the {of} waiting rows fill it: press Batch")
        } else {
            format!("{fill} of the {of} waiting rows go in: press Batch")
        };
    }
    if let Some(why) = never(strip) {
        return why;
    }
    if batch.number == 1 && batch.rows == 0 {
        return format!(
            "the model first moves when {} rows have arrived",
            numbers::count(size)
        );
    }
    format!(
        "{} more and the model moves to version {}",
        numbers::count(more),
        numbers::count(batch.number + 1)
    )
}

/// Why a batch that is cut by count does not fill; None while it may.
fn never(strip: &Strip<'_>) -> Option<String> {
    let (snapshot, batch) = (strip.snapshot, &strip.snapshot.batch);
    if batch.rows == 0 || !snapshot.live {
        return None;
    }
    let rows = numbers::counted(batch.rows, "row");
    let (wait, they) = match batch.rows {
        1 => ("waits", "it is not learned"),
        _ => ("wait", "they are not learned"),
    };
    if strip.has_ended {
        return Some(format!("{rows} {wait}; the recording has ended: {they}"));
    }
    let since_ms = snapshot.lab_time_ms? - batch.newest_ms?;
    (since_ms >= QUIET_MS).then(|| {
        let minutes = (since_ms / 60_000) as u64;
        format!(
            "{rows} {wait}: no training row for {}",
            numbers::counted(minutes, "minute")
        )
    })
}

/// The same where there is little room: "11 more to v10".
fn short_next(strip: &Strip<'_>) -> Option<String> {
    let batch = &strip.snapshot.batch;
    let more = batch.size?.saturating_sub(batch.rows);
    Some(match strip.waiting_training {
        0 => format!("{} more to v{}", numbers::count(more), batch.number + 1),
        waiting => format!("{} waiting go in", numbers::count(waiting.min(more))),
    })
}

fn next_by_window(snapshot: &Snapshot) -> String {
    let batch = &snapshot.batch;
    let held = if batch.held > 0 {
        format!(
            ", {} held until then",
            numbers::counted(batch.held, "test row")
        )
    } else {
        String::new()
    };
    match (batch.window_ms, snapshot.lab_time_ms) {
        (Some((_, end)), Some(now)) => {
            format!("its window ends in {}{held}", numbers::left(end - now))
        }
        _ if snapshot.live => "its window begins with the first record".to_owned(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use lab::snapshot::OpenBatch;

    use super::*;
    use crate::protocol::Update;

    fn update(rows: u64, size: Option<u64>) -> Update {
        let mut update = Update::default();
        update.snapshot.batch = OpenBatch {
            number: 5,
            rows,
            size,
            clusters: vec![1; rows as usize],
            ..OpenBatch::default()
        };
        update.snapshot.cluster_labels = vec![1, 0, 2];
        update
    }

    fn of(update: &Update) -> Strip<'_> {
        Strip {
            snapshot: &update.snapshot,
            waiting_total: update.waiting_total,
            waiting_training: update.waiting_training,
            has_ended: false,
        }
    }

    #[test]
    fn a_batch_by_count_says_how_many_more() {
        let mut update = update(11, Some(32));
        let said = (
            "Batch 5: 11 of 32 rows".to_owned(),
            "21 more and the model moves to version 6".to_owned(),
        );
        assert_eq!(words(&of(&update)), said);
        (update.waiting_total, update.waiting_training) = (31, 31);
        assert_eq!(
            words(&of(&update)).1,
            "21 of the 31 waiting rows fill it: press Batch"
        );
        let cells = cells(&of(&update));
        assert_eq!(
            (cells.len(), cells[10], cells[11]),
            (32, Cell::Row(0), Cell::Waits)
        );
    }

    #[test]
    fn a_batch_that_does_not_fill_says_so() {
        let mut update = update(21, Some(32));
        update.snapshot.live = true;
        (update.snapshot.lab_time_ms, update.snapshot.batch.newest_ms) = (Some(200_000), Some(0));
        assert_eq!(
            words(&of(&update)).1,
            "21 rows wait: no training row for 3 minutes"
        );
        update.snapshot.lab_time_ms = Some(100_000);
        assert!(words(&of(&update)).1.starts_with("11 more"));
        let ended = Strip {
            has_ended: true,
            ..of(&update)
        };
        assert_eq!(
            words(&ended).1,
            "21 rows wait; the recording has ended: they are not learned"
        );
    }

    #[test]
    fn a_window_counts_down() {
        let mut update = update(1, None);
        update.snapshot.batch.window_ms = Some((10_000, 20_000));
        update.snapshot.lab_time_ms = Some(12_500);
        update.snapshot.batch.held = 2;
        assert_eq!(
            words(&of(&update)).1,
            "its window ends in 8 s, 2 test rows held until then"
        );
        assert_eq!(cells(&of(&update)), [Cell::Row(0)]);
    }

    #[test]
    fn a_large_batch_has_no_more_cells_than_can_be_told_apart() {
        let mut update = update(0, Some(10_000));
        update.snapshot.batch.rows = 5_000;
        let cells = cells(&of(&update));
        assert!(cells.len() <= 128);
        assert_eq!(
            cells.iter().filter(|cell| **cell == Cell::Free).count(),
            cells.len() / 2
        );
    }
}
