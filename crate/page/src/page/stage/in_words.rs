//! A plot in words, and its centroids or coefficients as a table, for those who do not see it.

use lab::snapshot::{Axis, Task};
use wasm_bindgen::JsValue;
use web_sys::Element;

use super::axes;
use crate::page::dom::{self, Shown, Slot};
use crate::page::view::Cx;
use crate::page::{numbers, predictions};

/// A plot in words.
#[derive(Debug)]
pub struct InWords {
    canvas: Element,
    caption: Slot,
    head: Element,
    body: Element,
    words: Shown<String>,
}

impl InWords {
    /// Of this canvas, with this table.
    ///
    /// # Errors
    /// The table is not whole.
    pub fn new(canvas: Element, table: &Element) -> Result<InWords, JsValue> {
        Ok(InWords {
            canvas,
            caption: Slot::new(dom::part(table, "caption")?),
            head: dom::part(table, "thead tr")?,
            body: dom::part(table, "tbody")?,
            words: Shown::default(),
        })
    }

    /// The canvas in words, and the centroids as a table, for those who do not see it.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, cx: &Cx<'_>, slice: &str) -> Result<(), JsValue> {
        let snapshot = cx.snapshot;
        let stage = &snapshot.stage;
        let name = |axis: Axis| axes::title(snapshot, axis, false);
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
