//! The canvas of what shows all features, and what it shows in words.

use wasm_bindgen::JsValue;
use web_sys::Element;

use super::rows::rows;
use super::{Kind, ROWS, matrix, parallel};
use crate::page::chart::surface::Surface;
use crate::page::dom::{self, Shown};
use crate::page::numbers;
use crate::page::view::Cx;

/// The canvas in the scatter plot's place.
#[derive(Debug)]
pub struct Many {
    plot: Element,
    surface: Surface,
    kind: Shown<Kind>,
}

impl Many {
    /// The canvas of index.html.
    ///
    /// # Errors
    /// It is missing.
    pub fn new() -> Result<Many, JsValue> {
        Ok(Many {
            plot: dom::by_id("plot")?,
            surface: Surface::by_id("plot-many")?,
            kind: Shown::default(),
        })
    }

    /// Draws what changed; false where a scatter plot is shown.
    pub fn draw(&mut self, cx: &Cx<'_>, changed: bool) -> bool {
        let kind = super::shown(cx.state);
        let other = self.kind.change(kind);
        if other {
            dom::set_attribute(&self.plot, "data-view", word(kind));
        }
        let resized = self.surface.fit();
        if kind == Kind::Scatter {
            return false;
        }
        if (changed || other || resized) && self.surface.is_visible() {
            let (pen, size) = (
                self.surface.draw(),
                (self.surface.width, self.surface.height),
            );
            match kind {
                Kind::Matrix => matrix::draw(&pen, cx, size),
                Kind::Parallel | Kind::Scatter => parallel::draw(&pen, cx, size),
            }
        }
        if changed || other {
            dom::set_attribute(&self.surface.canvas, "aria-label", &words(cx, kind));
        }
        true
    }
}

/// "parallel": the value of the plot's `data-view`.
pub fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Scatter => "scatter",
        Kind::Parallel => "parallel",
        Kind::Matrix => "matrix",
    }
}

/// What the canvas shows, for those who do not see it.
fn words(cx: &Cx<'_>, kind: Kind) -> String {
    let snapshot = cx.snapshot;
    let (name, features) = match kind {
        Kind::Matrix => ("Scatter matrix", matrix::FEATURES_MAX),
        Kind::Parallel | Kind::Scatter => ("Parallel coordinates", usize::MAX),
    };
    let rows = rows(cx);
    let count =
        |of: fn(&super::rows::Row<'_>) -> bool| rows.iter().filter(|row| of(row)).count() as u64;
    let features: Vec<&str> = snapshot
        .features
        .iter()
        .take(features)
        .map(String::as_str)
        .collect();
    let wrong = match count(|row| row.is_wrong()) {
        0 => String::new(),
        wrong => format!(", {} of them wrong", numbers::count(wrong)),
    };
    let centroids = match snapshot.stage.weights.len() as u64 {
        0 => String::new(),
        centroids => format!("; {}", numbers::counted(centroids, "centroid")),
    };
    format!(
        "{name} of {}: {}, {}{wrong}{centroids}; version {}",
        features.join(", "),
        numbers::counted(count(|row| !row.test), "training row"),
        numbers::counted(count(|row| row.test), "test row"),
        snapshot.version
    )
}

/// What the caption says: which rows are drawn, and which features are not.
pub fn caption(cx: &Cx<'_>, kind: Kind) -> String {
    let snapshot = cx.snapshot;
    let rows =
        match snapshot.stage.point_record.len() > ROWS || !snapshot.stage.older.counts.is_empty() {
            true => format!("the newest {ROWS} rows"),
            false => "all rows".to_owned(),
        };
    let left_out = snapshot.features.len().saturating_sub(matrix::FEATURES_MAX);
    match kind {
        Kind::Scatter => String::new(),
        Kind::Matrix if left_out > 0 => {
            format!(
                "{rows}; the first {} features of {}",
                matrix::FEATURES_MAX,
                snapshot.features.len()
            )
        }
        Kind::Matrix => rows,
        Kind::Parallel => format!("a line each: {rows}"),
    }
}
