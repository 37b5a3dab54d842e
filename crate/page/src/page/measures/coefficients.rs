//! Coefficients over time: a small chart for the intercept and for each feature.

use lab::snapshot::{Coefficients as Version, LinearView};
use wasm_bindgen::JsValue;
use web_sys::Element;

use super::charts::{rule, soon};
use super::{Frame, LEFT, frame};
use crate::page::chart::pen::{At, Pen};
use crate::page::chart::scale::{Scale, ticks};
use crate::page::chart::surface::Surface;
use crate::page::dom::{self, Shown, Slot};
use crate::page::numbers;
use crate::page::regression::line::{unit, unit_text};
use crate::page::view::Cx;

/// The charts.
#[derive(Debug)]
pub struct Coefficients {
    root: Element,
    of: Slot,
    charts: Vec<Chart>,
    names: Shown<Vec<String>>,
}

#[derive(Debug)]
struct Chart {
    surface: Surface,
    unit: Slot,
    value: Slot,
    name: String,
}

impl Coefficients {
    /// The place for them in index.html.
    ///
    /// # Errors
    /// It is missing.
    pub fn new() -> Result<Coefficients, JsValue> {
        Ok(Coefficients {
            root: dom::by_id("coefficients")?,
            of: Slot::by_id("coefficients-of")?,
            charts: Vec::new(),
            names: Shown::default(),
        })
    }

    /// Takes the canvases' sizes; true where one changed.
    pub fn fit(&mut self) -> bool {
        let mut changed = false;
        for chart in &mut self.charts {
            changed |= chart.surface.fit();
        }
        changed
    }

    /// Draws the charts.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, cx: &Cx<'_>) -> Result<(), JsValue> {
        let snapshot = cx.snapshot;
        let Some(linear) = &snapshot.linear else {
            return Ok(());
        };
        if self.names.change(snapshot.features.clone()) {
            self.make(&snapshot.features)?;
        }
        self.of.set(&format!("v{}", snapshot.version));
        let last = self.charts.len().saturating_sub(1);
        for (i, chart) in self.charts.iter_mut().enumerate() {
            let unit = unit_of(linear, i);
            chart.unit.set(&match i {
                0 => String::new(),
                _ => format!(" per {}", unit_text(unit)),
            });
            let value = numbers::significant(value_of(linear, i) * unit, 4);
            chart.value.set(&value);
            let label = format!(
                "{} over {} versions: now {value}",
                chart.name,
                linear.history.len()
            );
            dom::set_attribute(&chart.surface.canvas, "aria-label", &label);
            frame(&chart.surface, cx, i == last, |pen, frame, cx| {
                draw(pen, frame, cx, linear, i);
            });
        }
        Ok(())
    }

    /// Makes the charts anew, for other features.
    fn make(&mut self, features: &[String]) -> Result<(), JsValue> {
        self.charts.clear();
        self.root.set_text_content(None);
        for (i, name) in std::iter::once("intercept")
            .chain(features.iter().map(String::as_str))
            .enumerate()
        {
            let class = if i == features.len() { "last" } else { "" };
            let figure = dom::child(&self.root, "figure", class, "")?;
            let caption = dom::child(&figure, "figcaption", "", "")?;
            let text = dom::child(&caption, "span", "", name)?;
            let unit = Slot::new(dom::child(&text, "i", "", "")?);
            let value = Slot::new(dom::child(&caption, "b", "", "")?);
            let canvas = dom::child(&figure, "canvas", "", "")?;
            let id = format!("chart-coefficient-{i}");
            dom::set_attribute(&canvas, "id", &id);
            dom::set_attribute(&canvas, "role", "img");
            let mut surface = Surface::by_id(&id)?;
            surface.fit();
            self.charts.push(Chart {
                surface,
                unit,
                value,
                name: name.to_owned(),
            });
        }
        Ok(())
    }
}

/// The intercept, and then each coefficient.
fn value_of(linear: &LinearView, i: usize) -> f64 {
    let coefficient = i.checked_sub(1).map(|i| linear.coefficients.get(i));
    coefficient.map_or(linear.intercept, |found| found.copied().unwrap_or(f64::NAN))
}

/// The step of the feature for which its coefficient is told.
fn unit_of(linear: &LinearView, i: usize) -> f64 {
    let range = i.checked_sub(1).and_then(|i| linear.feature_ranges.get(i));
    range.map_or(1.0, |range| unit(*range))
}

fn draw(pen: &Pen, frame: Frame, cx: &Cx<'_>, linear: &LinearView, i: usize) {
    let unit = unit_of(linear, i);
    // An initial model of zeros says nothing, and would set the scale.
    let learned = |version: &&Version| {
        version.intercept != 0.0 || version.coefficients.iter().any(|value| *value != 0.0)
    };
    let values: Vec<(f64, f64)> = linear
        .history
        .iter()
        .filter(learned)
        .map(|version| {
            let value = i.checked_sub(1).map(|i| version.coefficients.get(i));
            let value = value.map_or(version.intercept, |v| v.copied().unwrap_or(f64::NAN));
            (version.record as f64, value * unit)
        })
        .filter(|(_, value)| value.is_finite())
        .collect();
    let (least, most) = reach(values.iter().map(|(_, value)| *value));
    let y = Scale {
        domain: (least, most),
        pixels: (frame.bottom, frame.top),
    };
    let (marks, decimals) = ticks(least, most, 3.0);
    let mut free_from = f64::INFINITY;
    for tick in marks {
        let (text, at) = (numbers::fixed(tick, decimals), y.at(tick));
        // A number wider than its room would be cut off: the value beside the name says enough.
        let fits = text.chars().count() <= (LEFT / 5.5) as usize && at + 12.0 < free_from;
        if fits {
            free_from = at;
        }
        rule(pen, frame, at, if fits { &text } else { "" }, cx);
    }
    if values.is_empty() {
        return soon(pen, frame, "after batch 1", cx);
    }
    let now = cx.snapshot.record as f64;
    let places: Vec<At> = values
        .iter()
        .map(|(record, value)| (frame.x.at(*record), y.at(*value)))
        .collect();
    // A version holds until the next one is made.
    let mut steps = Vec::with_capacity(places.len() * 2);
    for pair in places.windows(2) {
        steps.extend([pair[0], (pair[1].0, pair[0].1)]);
    }
    if let Some(last) = places.last() {
        let end = (frame.x.at(now).max(last.0), last.1);
        steps.extend([*last, end]);
        pen.path(steps, 1.5, cx.palette.text);
        pen.disc(end, 3.0, cx.palette.text);
    }
}

/// The values' range, and some room.
fn reach(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (least, most) = values.fold(
        (f64::INFINITY, f64::NEG_INFINITY),
        |(least, most), value| (f64::min(least, value), f64::max(most, value)),
    );
    if least > most {
        return (0.0, 1.0);
    }
    let room = (most - least) * 0.08;
    match room > 0.0 {
        true => (least - room, most + room),
        false => (least - 0.5, most + 0.5),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_has_room_and_is_never_empty() {
        assert_eq!(reach([0.0, 100.0].into_iter()), (-8.0, 108.0));
        assert_eq!(reach([2.0].into_iter()), (1.5, 2.5));
        assert_eq!(reach(std::iter::empty()), (0.0, 1.0));
    }

    #[test]
    fn the_intercept_comes_first() {
        let linear = LinearView {
            coefficients: vec![2.5, 0.003],
            intercept: 20.0,
            feature_ranges: vec![(18.0, 70.0), (20_000.0, 120_000.0)],
            ..LinearView::default()
        };
        let told: Vec<(f64, f64)> = (0..3)
            .map(|i| (value_of(&linear, i), unit_of(&linear, i)))
            .collect();
        assert_eq!(told, [(20.0, 1.0), (2.5, 1.0), (0.003, 1_000.0)]);
    }
}
