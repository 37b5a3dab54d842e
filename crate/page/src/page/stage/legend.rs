//! Axis choosers, caption, and the plot in words.

use gloo::events::EventListener;
use lab::snapshot::{Snapshot, Task};
use wasm_bindgen::JsValue;
use web_sys::{Element, HtmlSelectElement};

use super::decision::Shows;
use super::plot;
use crate::page::app::Sender;
use crate::page::dom::{self, Shown, Slot};
use crate::page::msg::Msg;
use crate::page::regression::fit;
use crate::page::view::Cx;
use crate::page::{numbers, predictions};

/// What stands around the plot.
#[derive(Debug)]
pub struct Legend {
    axes: [HtmlSelectElement; 2],
    features: Shown<Vec<String>>,
    chosen: Shown<(usize, usize)>,
    slice: Slot,
    age: Slot,
    keys: [Element; 5],
    canvas: Element,
    caption: Slot,
    head: Element,
    body: Element,
    words: Shown<String>,
    _listeners: [EventListener; 2],
}

impl Legend {
    /// The legend of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender) -> Result<Legend, JsValue> {
        let axes: [HtmlSelectElement; 2] = [dom::by_id("axis-x")?, dom::by_id("axis-y")?];
        let listen = |select: &HtmlSelectElement, msg: fn(usize) -> Msg| {
            let (sender, chosen) = (sender.clone(), select.clone());
            EventListener::new(select, "change", move |_| {
                sender.send(msg(chosen.selected_index().max(0) as usize));
            })
        };
        let table: Element = dom::by_id("plot-table")?;
        let part = |selector: &str| {
            let found = table.query_selector(selector)?;
            found.ok_or_else(|| JsValue::from_str("index.html: #plot-table is not whole"))
        };
        Ok(Legend {
            _listeners: [listen(&axes[0], Msg::AxisX), listen(&axes[1], Msg::AxisY)],
            axes,
            features: Shown::default(),
            chosen: Shown::default(),
            slice: Slot::by_id("slice")?,
            age: Slot::by_id("key-age-words")?,
            keys: [
                dom::by_id("key-initial")?,
                dom::by_id("key-age")?,
                dom::by_id("key-test")?,
                dom::by_id("key-wrong")?,
                dom::by_id("key-path")?,
            ],
            canvas: dom::by_id("plot-marks")?,
            caption: Slot::new(part("caption")?),
            head: part("thead tr")?,
            body: part("tbody")?,
            words: Shown::default(),
        })
    }

    /// Draws what changed.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, cx: &Cx<'_>) -> Result<(), JsValue> {
        let snapshot = cx.snapshot;
        if self.features.change(snapshot.features.clone()) {
            for select in &self.axes {
                select.set_text_content(None);
                for name in &snapshot.features {
                    dom::child(select, "option", "", name)?;
                }
            }
            self.chosen = Shown::default();
        }
        let (x, y) = cx.state.axes_wanted;
        if self.chosen.change((x, y)) {
            self.axes[0].set_selected_index(x as i32);
            self.axes[1].set_selected_index(y as i32);
        }
        let slice = slice(cx);
        self.slice.set(&slice);
        dom::set_attribute(&self.slice.element, "title", &slice);
        self.age.set(if snapshot.stage.older.counts.is_empty() {
            "fades with age"
        } else {
            "fades with age, then a shade"
        });
        let begun = snapshot.record > 0 || snapshot.version > 1;
        let wrong = snapshot.judged
            && snapshot
                .rounds
                .iter()
                .any(|round| round.right < round.of && round.first < snapshot.record);
        let tested = snapshot.stage.point_test.contains(&1);
        let clusters = snapshot.task == Task::Clustering;
        for (key, shown) in self.keys.iter().zip([
            !begun && clusters,
            begun,
            tested,
            wrong,
            snapshot.version > 1 && clusters,
        ]) {
            dom::show(key, shown);
        }
        self.draw_words(cx, &slice)
    }

    /// The canvas in words, and the centroids as a table, for those who do not see it.
    fn draw_words(&mut self, cx: &Cx<'_>, slice: &str) -> Result<(), JsValue> {
        let snapshot = cx.snapshot;
        let stage = &snapshot.stage;
        let name = |feature: usize| {
            snapshot
                .features
                .get(feature)
                .map(String::as_str)
                .unwrap_or_default()
        };
        let tests = stage.point_test.iter().filter(|test| **test == 1).count() as u64;
        let older = if stage.older.counts.is_empty() {
            ""
        } else {
            ", older ones as shades"
        };
        let words = format!(
            "Scatter plot of {} over {}: {}{older}, {}, {}; version {}",
            name(snapshot.axes.1),
            name(snapshot.axes.0),
            numbers::counted(stage.point_test.len() as u64 - tests, "training row"),
            numbers::counted(tests, "test row"),
            match &snapshot.linear {
                Some(_) => slice.to_owned(),
                None => numbers::counted(stage.weights.len() as u64, "centroid"),
            },
            snapshot.version,
        );
        if !self.words.change(words.clone()) {
            return Ok(());
        }
        dom::set_attribute(&self.canvas, "aria-label", &words);
        self.head.set_text_content(None);
        self.body.set_text_content(None);
        let clusters = snapshot.task == Task::Clustering;
        self.caption.set(match clusters {
            true => "Centroids",
            false => "Coefficients",
        });
        if let (Some(linear), false) = (&snapshot.linear, clusters) {
            let names = std::iter::once("intercept");
            let values = std::iter::once(&linear.intercept).chain(&linear.coefficients);
            for (name, value) in names
                .chain(snapshot.features.iter().map(String::as_str))
                .zip(values)
            {
                dom::child(&self.head, "th", "", name)?;
                dom::child(&self.body, "td", "", &numbers::significant(*value, 6))?;
            }
            return Ok(());
        }
        for name in ["cluster", "label"]
            .into_iter()
            .chain(snapshot.features.iter().map(String::as_str))
            .chain(["weight"])
        {
            dom::child(&self.head, "th", "", name)?;
        }
        let dim = snapshot.features.len().max(1);
        for (cluster, (centroid, weight)) in
            stage.centroids.chunks(dim).zip(&stage.weights).enumerate()
        {
            let row = dom::child(&self.body, "tr", "", "")?;
            dom::child(&row, "td", "", &cluster.to_string())?;
            dom::child(
                &row,
                "td",
                "",
                &predictions::cluster(snapshot, cluster as u32).1,
            )?;
            for value in centroid {
                dom::child(&row, "td", "", &numbers::fixed(*value, 2))?;
            }
            dom::child(&row, "td", "", &numbers::fixed(*weight, 2))?;
        }
        Ok(())
    }
}

/// "Tint: slice at mean sepal_length 5.8, sepal_width 3.1", and what else there is to say of the model in this plane.
fn slice(cx: &Cx<'_>) -> String {
    let snapshot = cx.snapshot;
    let mean = if snapshot.record > 0 { "mean " } else { "" };
    let others = others(snapshot);
    match snapshot.task {
        Task::Clustering if others.is_empty() => String::new(),
        Task::Clustering => format!("Tint: slice at {mean}{others}"),
        Task::Regression => regression_note(cx),
        Task::Classification => {
            let at = match others.is_empty() {
                true => String::new(),
                false => format!(" at {mean}{others}"),
            };
            let version = snapshot.version;
            let named = |class: usize| predictions::cluster(snapshot, class as u32).1;
            match plot::decision(cx) {
                Shows::Line if keeps_first(snapshot) => {
                    format!("Line: p = 0.5 as learned; predictions keep the first one{at}")
                }
                Shows::Line => format!("Line: p = 0.5{at}"),
                Shows::Nothing => "No decision line yet: all coefficients are 0".to_owned(),
                Shows::Outside(class) => format!(
                    "v{version} gives {} everywhere here: its line lies outside{at}",
                    named(class)
                ),
            }
        }
    }
}

/// Whether the lane shows the engine's defect that predictions are made with the first coefficients for good: the
/// drawn line is then that of what was learned.
pub fn keeps_first(snapshot: &Snapshot) -> bool {
    let lane = snapshot.lanes.get(snapshot.lane);
    snapshot.task == Task::Classification
        && lane.is_some_and(|lane| lane.engine == "Flink" && !lane.defects.is_empty())
}

/// Why a regression's line is not seen; nothing where it is.
fn regression_note(cx: &Cx<'_>) -> String {
    let snapshot = cx.snapshot;
    let Some(linear) = &snapshot.linear else {
        return String::new();
    };
    // Axes without rows are no frame that a line could lie outside of.
    if linear.record.is_empty() {
        return String::new();
    }
    let line = fit::shown(snapshot, linear);
    let (x, y) = (snapshot.stage.x_range, linear.target_range);
    let ends = [line.at(x.0), line.at(x.1)];
    let outside = ends.iter().all(|end| *end < y.0) || ends.iter().all(|end| *end > y.1);
    match outside {
        true => format!("v{}\u{2019}s line lies outside", snapshot.version),
        false => String::new(),
    }
}

/// "sepal_length 5.8, sepal_width 3.1": the features that are not drawn.
pub fn others(snapshot: &Snapshot) -> String {
    let (x, y) = snapshot.axes;
    let of_plane = |i: usize| i == x || (i == y && snapshot.task != Task::Regression);
    let others = snapshot.features.iter().zip(&snapshot.stage.slice);
    let values: Vec<String> = others
        .enumerate()
        .filter(|(i, _)| !of_plane(*i))
        .map(|(_, (name, value))| {
            let decimals = match value.abs() {
                0.0..0.1 => numbers::decimals_of(*value, 2),
                1_000.0.. => 0,
                _ => 1,
            };
            format!("{name} {}", numbers::fixed(*value, decimals))
        })
        .collect();
    values.join(", ")
}
