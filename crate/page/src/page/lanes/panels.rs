//! The lanes side by side.

use std::rc::Rc;

use wasm_bindgen::JsValue;
use web_sys::Element;

use super::panel::Panel;
use super::pointed::{self, Target};
use super::{is_comparing, shown};
use crate::page::app::Sender;
use crate::page::chart::surface;
use crate::page::dom::{self, Shown};
use crate::page::stage::probe::Pinned;
use crate::page::view::Cx;

/// The panels.
#[derive(Debug)]
pub struct Panels {
    app: Element,
    grid: Element,
    sender: Sender,
    pinned: Pinned,
    panels: Vec<Panel>,
    /// Whether lanes are compared, and which have a panel.
    laid_out: Shown<(bool, Vec<usize>)>,
}

impl Panels {
    /// The place of index.html for them.
    ///
    /// # Errors
    /// It is missing.
    pub fn new(sender: &Sender) -> Result<Panels, JsValue> {
        Ok(Panels {
            app: dom::by_id("app")?,
            grid: dom::by_id("panels")?,
            sender: sender.clone(),
            pinned: Rc::default(),
            panels: Vec::new(),
            laid_out: Shown::default(),
        })
    }

    /// Makes a panel for each lane that is shown, before anything of the page is drawn.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn lay_out(&mut self, cx: &Cx<'_>) -> Result<(), JsValue> {
        let lanes: Vec<usize> = shown(cx.state).iter().map(|panel| panel.lane).collect();
        let comparing = is_comparing(cx.state);
        if !self.laid_out.change((comparing, lanes.clone())) {
            return Ok(());
        }
        for panel in self.panels.drain(..) {
            panel.remove();
        }
        dom::set_attribute(
            &self.app,
            "data-compare",
            if comparing { "yes" } else { "no" },
        );
        dom::set_attribute(&self.grid, "data-lanes", &lanes.len().to_string());
        dom::show(&self.grid, comparing);
        for lane in lanes {
            let panel = Panel::new(&self.grid, lane, &self.pinned, &self.sender)?;
            self.panels.push(panel);
        }
        // Canvases came, or the page about them has another shape.
        surface::sizes_changed();
        Ok(())
    }

    /// Draws what changed; true where something moves.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, cx: &Cx<'_>) -> Result<bool, JsValue> {
        let lanes = shown(cx.state);
        let of = |snapshot| Cx { snapshot, ..*cx };
        let each = self.panels.iter().zip(&lanes);
        let mut over = each
            .enumerate()
            .filter_map(|(i, (panel, lane))| Some((i, panel.target(&of(lane))?)));
        let over = over.next();
        let listed = cx.state.lanes.hovered.or(cx.state.lanes.chosen);
        let target = match (over, listed) {
            (Some((_, target @ Target::Record(_))), _) => Some(target),
            (_, Some(record)) => Some(Target::Record(record)),
            (over, None) => over.map(|(_, target)| target),
        };
        let comparison = cx.state.update.comparison.as_ref();
        let mut moving = false;
        for (i, (panel, lane)) in self.panels.iter_mut().zip(&lanes).enumerate() {
            let of_shown = &cx.state.update.snapshot;
            let found =
                target.and_then(|target| pointed::in_lane(target, lane, comparison, of_shown));
            // Where the pointer is, a tip says more.
            let found = found.map(|mut found| {
                if over.is_some_and(|(at, over)| at == i && Some(over) == target) {
                    found.says.clear();
                }
                found
            });
            moving |= panel.draw(&of(lane), found.as_ref())?;
        }
        Ok(moving)
    }
}
