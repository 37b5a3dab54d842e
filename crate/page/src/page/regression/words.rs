//! What stands around the panels, and the panels in words.

use lab::snapshot::{LinearView, Snapshot};
use wasm_bindgen::JsValue;
use web_sys::Element;

use super::against::Kind;
use super::line::slope_text;
use super::rows::{far, made, newest, rows};
use crate::page::dom::{self, Shown, Slot};
use crate::page::numbers;
use crate::page::stage::{axes, legend};

/// At most so many rows are in the table for those who do not see the plot.
const TABLE_ROWS: usize = 30;

/// Texts and tables.
#[derive(Debug)]
pub struct Words {
    vertical: Slot,
    far: Slot,
    far_key: Element,
    stems_key: Element,
    earlier_key: Element,
    fit: Element,
    against: Element,
    coefficients: Element,
    rows: Element,
    shown: Shown<String>,
}

impl Words {
    /// The texts of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new() -> Result<Words, JsValue> {
        Ok(Words {
            vertical: Slot::by_id("fit-axis")?,
            far: Slot::by_id("key-far-words")?,
            far_key: dom::by_id("key-far")?,
            stems_key: dom::by_id("key-stem")?,
            earlier_key: dom::by_id("key-earlier")?,
            fit: dom::by_id("fit-canvas")?,
            against: dom::by_id("against-canvas")?,
            coefficients: dom::by_id("fit-body")?,
            rows: dom::by_id("against-body")?,
            shown: Shown::default(),
        })
    }

    /// Writes what changed.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(
        &mut self,
        snapshot: &Snapshot,
        linear: &LinearView,
        kind: Kind,
    ) -> Result<(), JsValue> {
        let others = snapshot.features.len() > 1;
        self.vertical.set(&match others {
            true => format!("{}, other features at their centre", snapshot.target),
            false => snapshot.target.clone(),
        });
        let centre = legend::others(snapshot);
        dom::set_attribute(
            &self.vertical.element,
            "title",
            &format!("centre: {centre}"),
        );
        let newest = || newest(linear, snapshot.record);
        let far = far(newest());
        let many = newest().filter(|row| row.error().abs() > far).count() as u64;
        self.far.set(&format!(
            "off by more than {}",
            numbers::significant(far, 3)
        ));
        dom::set_attribute(
            &self.far_key,
            "title",
            "of the newest 200 records: off by more than twice the root of their mean squared error",
        );
        let any = !linear.record.is_empty();
        dom::show(&self.far_key, many > 0);
        dom::show(&self.stems_key, any);
        dom::show(&self.earlier_key, snapshot.version > 1);
        let count = numbers::counted(linear.record.len() as u64, "row");
        let (fit, against) = (
            fit_words(snapshot, linear, &count),
            format!(
                "{} of {}: {count}, {many} off by more than {}; as a table after it",
                kind.name(&snapshot.target),
                snapshot.target,
                numbers::significant(far, 3)
            ),
        );
        let stamp = format!("{fit} {against} {}", snapshot.record);
        if !self.shown.change(stamp) {
            return Ok(());
        }
        dom::set_attribute(&self.fit, "aria-label", &fit);
        dom::set_attribute(&self.against, "aria-label", &against);
        self.draw_coefficients(snapshot, linear)?;
        self.draw_rows(linear)
    }

    fn draw_coefficients(&self, snapshot: &Snapshot, linear: &LinearView) -> Result<(), JsValue> {
        self.coefficients.set_text_content(None);
        let named = snapshot.features.iter().zip(&linear.coefficients);
        let intercept = [("intercept".to_owned(), linear.intercept)];
        for (name, value) in intercept
            .into_iter()
            .chain(named.map(|(name, value)| (name.clone(), *value)))
        {
            let row = dom::child(&self.coefficients, "tr", "", "")?;
            dom::child(&row, "th", "", &name)?;
            dom::child(&row, "td", "", &numbers::significant(value, 6))?;
        }
        Ok(())
    }

    fn draw_rows(&self, linear: &LinearView) -> Result<(), JsValue> {
        self.rows.set_text_content(None);
        let newest = linear.record.len().saturating_sub(TABLE_ROWS);
        for row in rows(linear).skip(newest) {
            let line = dom::child(&self.rows, "tr", "", "")?;
            dom::child(&line, "th", "", &numbers::count(row.record.into()))?;
            for value in [row.predicted, row.actual, row.error()] {
                dom::child(&line, "td", "", &numbers::significant(value, 5))?;
            }
        }
        Ok(())
    }
}

fn fit_words(snapshot: &Snapshot, linear: &LinearView, count: &str) -> String {
    let x = axes::feature(snapshot);
    let feature = snapshot
        .features
        .get(x)
        .map(String::as_str)
        .unwrap_or_default();
    let slope = linear.coefficients.get(x).copied().unwrap_or(0.0);
    let range = linear.feature_ranges.get(x).copied().unwrap_or((0.0, 0.0));
    let open = linear
        .record
        .iter()
        .filter(|record| u64::from(**record) >= made(snapshot))
        .count() as u64;
    format!(
        "{} over {feature}, the other features at their centre: {count}, {open} newer than version {}, whose line \
         changes by {}",
        snapshot.target,
        snapshot.version,
        slope_text(slope, range, feature)
    )
}
