//! Axis choosers, caption, and the plot in words.

use gloo::events::EventListener;
use wasm_bindgen::JsValue;
use web_sys::{Element, HtmlSelectElement};

use crate::page::app::Sender;
use crate::page::dom::{self, Shown, Slot};
use crate::page::msg::Msg;
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
        let snapshot = &cx.state.update.snapshot;
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
        let tested = snapshot
            .rounds
            .iter()
            .any(|round| round.first < snapshot.record);
        for (key, shown) in
            self.keys
                .iter()
                .zip([!begun, begun, tested, wrong, snapshot.version > 1])
        {
            dom::show(key, shown);
        }
        self.draw_words(cx)
    }

    /// The canvas in words, and the centroids as a table, for those who do not see it.
    fn draw_words(&mut self, cx: &Cx<'_>) -> Result<(), JsValue> {
        let snapshot = &cx.state.update.snapshot;
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
            numbers::counted(stage.weights.len() as u64, "centroid"),
            snapshot.version,
        );
        if !self.words.change(words.clone()) {
            return Ok(());
        }
        dom::set_attribute(&self.canvas, "aria-label", &words);
        self.head.set_text_content(None);
        for name in ["cluster", "label"]
            .into_iter()
            .chain(snapshot.features.iter().map(String::as_str))
            .chain(["weight"])
        {
            dom::child(&self.head, "th", "", name)?;
        }
        self.body.set_text_content(None);
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

/// "Tint: slice at mean sepal_length 5.8, sepal_width 3.1"
fn slice(cx: &Cx<'_>) -> String {
    let snapshot = &cx.state.update.snapshot;
    let (x, y) = snapshot.axes;
    let others = snapshot
        .features
        .iter()
        .zip(&snapshot.stage.slice)
        .enumerate()
        .filter(|(i, _)| *i != x && *i != y);
    let values: Vec<String> = others
        .map(|(_, (name, value))| format!("{name} {}", numbers::fixed(*value, 1)))
        .collect();
    match values.len() {
        0 => String::new(),
        _ => format!(
            "Tint: slice at {}{}",
            if snapshot.record > 0 { "mean " } else { "" },
            values.join(", ")
        ),
    }
}
