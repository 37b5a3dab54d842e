//! The right rail's tab: a sentence, two curves, a table of them with a button for each k.

use gloo::events::EventListener;
use lab::elbow::{ElbowPoint, ElbowView, Start};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlInputElement};

use super::ChooseMsg;
use super::curve::Curve;
use crate::page::app::Sender;
use crate::page::chart::surface::Surface;
use crate::page::dom::{self, Shown, Slot};
use crate::page::msg::Msg;
use crate::page::numbers;
use crate::page::state::RightTab;
use crate::page::view::Cx;

/// Restarts that can be asked for.
const RESTARTS: std::ops::RangeInclusive<usize> = 1..=100;

/// The tab's panel.
#[derive(Debug)]
pub struct ChooseView {
    says: Slot,
    of: Slot,
    curves: Element,
    inertia: Surface,
    inertia_best: Slot,
    silhouette: Surface,
    silhouette_best: Slot,
    rows: Vec<Row>,
    error: Slot,
    shown: Shown<(u64, u32, u64)>,
    _listeners: Vec<EventListener>,
}

/// A k in the table.
#[derive(Debug)]
struct Row {
    root: Element,
    inertia: Slot,
    silhouette: Slot,
    button: Element,
    says: Slot,
    _click: EventListener,
}

impl ChooseView {
    /// The panel of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender) -> Result<ChooseView, JsValue> {
        let body: Element = dom::by_id("choose-rows")?;
        let rows = (1..=lab::elbow::K_MAX).map(|k| Row::new(&body, sender, k));
        Ok(ChooseView {
            says: Slot::by_id("choose-says")?,
            of: Slot::by_id("choose-of")?,
            curves: dom::by_id("choose-curves")?,
            inertia: Surface::by_id("chart-elbow-inertia")?,
            inertia_best: Slot::by_id("choose-inertia")?,
            silhouette: Surface::by_id("chart-elbow-silhouette")?,
            silhouette_best: Slot::by_id("choose-silhouette")?,
            rows: rows.collect::<Result<_, _>>()?,
            error: Slot::by_id("choose-error")?,
            shown: Shown::default(),
            _listeners: listen(sender)?,
        })
    }

    /// Draws what changed.
    pub fn draw(&mut self, cx: &Cx<'_>) {
        if cx.state.right != RightTab::Choose {
            return;
        }
        let resized = [self.inertia.fit(), self.silhouette.fit()].contains(&true);
        let drawn = (cx.state.choose.edition, cx.look, cx.state.experiment);
        if !self.shown.change(drawn) && !resized {
            return;
        }
        self.error.set_or_hide(&cx.state.change_refused);
        let Some(view) = &cx.state.choose.view else {
            return;
        };
        self.says.set(&view.says);
        self.of.set_or_hide(&of(view));
        dom::show(&self.curves, !view.points.is_empty());
        if view.points.is_empty() {
            return;
        }
        // The canvases have room from now on.
        self.inertia.fit();
        self.silhouette.fit();
        self.draw_curves(view, cx);
        for (row, point) in self.rows.iter_mut().zip(&view.points) {
            row.set(point, view);
        }
    }

    fn draw_curves(&mut self, view: &ElbowView, cx: &Cx<'_>) {
        let at = |k: Option<usize>| k.map_or(numbers::NONE.to_owned(), |k| format!("k = {k}"));
        let both = [
            (
                &self.inertia,
                &mut self.inertia_best,
                view.bends,
                "bends at ",
                "Inertia per row",
                false,
            ),
            (
                &self.silhouette,
                &mut self.silhouette_best,
                view.highest,
                "highest at ",
                "Silhouette",
                true,
            ),
        ];
        for (surface, slot, best, how, name, is_lowest) in both {
            let value = |point: &ElbowPoint| match is_lowest {
                true => point.silhouette,
                false => point.inertia,
            };
            let said = match best {
                Some(_) => format!("{how}{}", at(best)),
                None => numbers::NONE.to_owned(),
            };
            slot.set(&said);
            let values: Vec<f64> = view.points.iter().map(value).collect();
            let each = (1..)
                .zip(&values)
                .map(|(k, value)| format!("k {k}: {}", shown(*value)));
            let label = format!("{name}: {said}. {}", each.collect::<Vec<_>>().join(", "));
            dom::set_attribute(&surface.canvas, "aria-label", &label);
            let curve = Curve {
                values,
                best,
                now: view.k,
                is_lowest,
            };
            curve.draw(surface, cx);
        }
    }
}

impl Row {
    fn new(body: &Element, sender: &Sender, k: usize) -> Result<Row, JsValue> {
        let root = dom::child(body, "tr", "", "")?;
        let head = dom::child(&root, "th", "num", &k.to_string())?;
        dom::set_attribute(&head, "scope", "row");
        let number = || Ok::<_, JsValue>(Slot::new(dom::child(&root, "td", "num", "")?));
        let (inertia, silhouette) = (number()?, number()?);
        let last = dom::child(&root, "td", "", "")?;
        let button = dom::child(&last, "button", "small", &format!("Use k = {k}"))?;
        dom::set_attribute(&button, "type", "button");
        let says = Slot::new(dom::child(&last, "span", "quiet", "")?);
        let sender = sender.clone();
        Ok(Row {
            _click: dom::on_click(&button, move || {
                sender.send(Msg::Choose(ChooseMsg::Use(k)));
            }),
            inertia,
            silhouette,
            button,
            says,
            root,
        })
    }

    fn set(&mut self, point: &ElbowPoint, view: &ElbowView) {
        self.inertia.set(&shown(point.inertia));
        self.silhouette.set(&shown(point.silhouette));
        let is_now = point.k == view.k;
        let is_best = [view.highest, view.bends].contains(&Some(point.k));
        let class = match (is_now, is_best) {
            (true, _) => "now",
            (false, true) => "best",
            (false, false) => "",
        };
        self.root.set_class_name(class);
        let says = match (is_now, point.is_allowed, point.inertia.is_finite()) {
            (true, ..) => "in use",
            (_, false, _) => "Flink wants 2",
            (.., false) => "too few rows differ",
            _ => "",
        };
        self.says.set_or_hide(says);
        dom::show(&self.button, says.is_empty());
    }
}

/// A number of a curve; "–" where there is none.
fn shown(value: f64) -> String {
    match value.is_finite() {
        true => numbers::distance(value),
        false => numbers::NONE.to_owned(),
    }
}

/// "Measured on the newest 256 rows that were learned, after version 9."
fn of(view: &ElbowView) -> String {
    if view.points.is_empty() {
        return String::new();
    }
    let behind = match view.versions > view.version {
        true => format!(" of {}", numbers::count(view.versions)),
        false => String::new(),
    };
    format!(
        "Measured on the newest {} that were learned, after version {}{behind}.",
        numbers::counted(view.rows, "row"),
        numbers::count(view.version)
    )
}

/// Seed and restarts.
fn listen(sender: &Sender) -> Result<Vec<EventListener>, JsValue> {
    let seed: HtmlInputElement = dom::by_id("choose-seed")?;
    let restarts: HtmlInputElement = dom::by_id("choose-restarts")?;
    let mut listeners = Vec::new();
    for input in [&seed, &restarts] {
        let (sender, seed, restarts) = (sender.clone(), seed.clone(), restarts.clone());
        listeners.push(EventListener::new(input, "change", move |_| {
            let start = read(&seed.value(), &restarts.value());
            for (input, is_good) in [(&seed, start.0.is_some()), (&restarts, start.1.is_some())] {
                let invalid = if is_good { "false" } else { "true" };
                dom::set_attribute(input.unchecked_ref(), "aria-invalid", invalid);
            }
            if let (Some(seed), Some(restarts)) = start {
                let start = Start { seed, restarts };
                sender.send(Msg::Choose(ChooseMsg::Start(start)));
            }
        }));
    }
    Ok(listeners)
}

/// Seed and restarts, as they were typed; None where one cannot be.
fn read(seed: &str, restarts: &str) -> (Option<u64>, Option<usize>) {
    let seed = seed.trim().parse::<u32>().ok().map(u64::from);
    let restarts = restarts.trim().parse().ok();
    (
        seed,
        restarts.filter(|restarts| RESTARTS.contains(restarts)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seed_and_restarts_are_whole_numbers() {
        assert_eq!(read(" 7", "3"), (Some(7), Some(3)));
        assert_eq!(read("-1", "0"), (None, None));
        assert_eq!(read("x", "101"), (None, None));
    }

    #[test]
    fn it_is_said_on_what_curves_were_measured() {
        let mut view = ElbowView {
            points: vec![ElbowPoint::default()],
            rows: 256,
            version: 9,
            versions: 9,
            ..ElbowView::default()
        };
        assert_eq!(
            of(&view),
            "Measured on the newest 256 rows that were learned, after version 9."
        );
        view.versions = 12;
        assert!(of(&view).ends_with("after version 9 of 12."));
        view.points.clear();
        assert_eq!(of(&view), "");
    }
}
