//! Axis choosers, caption, and the plot in words.

use gloo::events::EventListener;
use lab::snapshot::{Axis, Snapshot, Task};
use wasm_bindgen::JsValue;
use web_sys::{Element, HtmlSelectElement};

use super::axes;
use super::decision::Shows;
use super::in_words::InWords;
use super::plot;
use crate::page::app::Sender;
use crate::page::dom::{self, Shown, Slot};
use crate::page::msg::Msg;
use crate::page::regression::fit;
use crate::page::view::Cx;
use crate::page::views::{self, Kind, many};
use crate::page::{lanes, numbers, predictions};

/// What stands around the plot.
#[derive(Debug)]
pub struct Legend {
    axes: [HtmlSelectElement; 2],
    options: Shown<Vec<(Axis, String)>>,
    chosen: Shown<(Axis, Axis)>,
    slice: Slot,
    age: Slot,
    keys: [Element; 5],
    words: InWords,
    _listeners: [EventListener; 2],
}

impl Legend {
    /// The legend of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender) -> Result<Legend, JsValue> {
        let axes: [HtmlSelectElement; 2] = [dom::by_id("axis-x")?, dom::by_id("axis-y")?];
        let listen = |select: &HtmlSelectElement, msg: fn(Axis) -> Msg| {
            let (sender, chosen) = (sender.clone(), select.clone());
            EventListener::new(select, "change", move |_| {
                if let Some(axis) = axes::of_value(&chosen.value()) {
                    sender.send(msg(axis));
                }
            })
        };
        Ok(Legend {
            _listeners: [listen(&axes[0], Msg::AxisX), listen(&axes[1], Msg::AxisY)],
            axes,
            options: Shown::default(),
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
            words: InWords::new(dom::by_id("plot-marks")?, &dom::by_id("plot-table")?)?,
        })
    }

    /// Draws what changed.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, cx: &Cx<'_>) -> Result<(), JsValue> {
        let snapshot = cx.snapshot;
        self.draw_menus(cx)?;
        let slice = match lanes::shown(cx.state).len() {
            0 => slice(cx),
            1 | 2 => "one pair of axes for both".to_owned(),
            _ => "one pair of axes for all".to_owned(),
        };
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
        let scatter = views::shown(cx.state) == Kind::Scatter;
        for (key, shown) in self.keys.iter().zip([
            !begun && clusters && scatter,
            begun,
            tested,
            wrong,
            snapshot.version > 1 && clusters && scatter && cx.state.views.paths,
        ]) {
            dom::show(key, shown);
        }
        self.words.draw(cx, &slice)
    }

    /// The choices, and what is chosen.
    fn draw_menus(&mut self, cx: &Cx<'_>) -> Result<(), JsValue> {
        let chosen = (cx.state.axes.x, cx.state.axes.y);
        if self.options.change(options(cx)) {
            for select in &self.axes {
                fill(select, self.options.last())?;
            }
            self.chosen = Shown::default();
        }
        if self.chosen.change(chosen) {
            self.axes[0].set_value(&axes::value(chosen.0));
            self.axes[1].set_value(&axes::value(chosen.1));
        }
        Ok(())
    }
}

/// What an axis can show; a component says its share of the variance.
pub fn options(cx: &Cx<'_>) -> Vec<(Axis, String)> {
    let snapshot = cx.snapshot;
    let features = (0..snapshot.features.len()).map(Axis::Feature);
    let components = (0..2).map(Axis::Component);
    let components = components.filter(|_| axes::has_components(snapshot));
    let short = cx.state.is_phone() || cx.state.compare;
    features
        .chain(components)
        .map(|axis| (axis, axes::title(snapshot, axis, short)))
        .collect()
}

/// Puts the options into a menu; a line parts features from components. What is the same stays, so that an open menu
/// is not disturbed.
///
/// # Errors
/// The browser refused an element.
pub fn fill(select: &HtmlSelectElement, options: &[(Axis, String)]) -> Result<(), JsValue> {
    let old: Vec<String> = (0..select.length())
        .filter_map(|i| Some(select.item(i)?.get_attribute("value").unwrap_or_default()))
        .collect();
    let new: Vec<String> = options.iter().map(|(axis, _)| axes::value(*axis)).collect();
    if old != new {
        select.set_text_content(None);
        for (axis, _) in options {
            if *axis == Axis::Component(0) {
                dom::child(select, "hr", "", "")?;
            }
            let option = dom::child(select, "option", "", "")?;
            dom::set_attribute(&option, "value", &axes::value(*axis));
        }
    }
    for (i, (_, title)) in (0..).zip(options) {
        if let Some(option) = select.item(i) {
            option.set_text_content(Some(title));
        }
    }
    Ok(())
}

/// "Tint: slice at mean sepal_length 5.8, sepal_width 3.1", and what else there is to say of the model in this plane.
pub fn slice(cx: &Cx<'_>) -> String {
    let snapshot = cx.snapshot;
    let kind = views::shown(cx.state);
    if kind != Kind::Scatter {
        return many::caption(cx, kind);
    }
    if !cx.state.views.regions && snapshot.task == Task::Clustering {
        return String::new();
    }
    let mean = if snapshot.record > 0 { "mean " } else { "" };
    let others = others(snapshot);
    match snapshot.task {
        Task::Clustering if snapshot.stage.components.is_some() => {
            axes::says(snapshot).unwrap_or_default()
        }
        Task::Clustering if others.is_empty() => String::new(),
        Task::Clustering => format!("Tint: slice at {mean}{others}"),
        Task::Regression => regression_note(cx),
        Task::Classification => {
            let at = match others.is_empty() {
                true if snapshot.stage.components.is_some() => ", through the mean".to_owned(),
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
    if snapshot.stage.components.is_some() {
        return String::new();
    }
    let (x, y) = snapshot.axes;
    let of_plane = |i: usize| {
        x == Axis::Feature(i) || (y == Axis::Feature(i) && snapshot.task != Task::Regression)
    };
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
