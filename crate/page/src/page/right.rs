//! The right rail's tabs.

use gloo::events::EventListener;
use wasm_bindgen::JsValue;
use web_sys::{Element, HtmlElement};

use super::app::Sender;
use super::dom::{self, Shown};
use super::msg::Msg;
use super::rail;
use super::state::RightTab;
use super::view::Cx;

/// All tabs, in their order, with what their elements' ids end with.
const TABS: [(RightTab, &str); 3] = [
    (RightTab::Measures, "measures"),
    (RightTab::Settings, "settings"),
    (RightTab::Choose, "choose"),
];

/// The right rail.
#[derive(Debug)]
pub struct RightRail {
    tabs: Vec<HtmlElement>,
    panels: Vec<Element>,
    shown: Shown<RightTab>,
    _listeners: Vec<EventListener>,
}

/// The id of a tab's button.
pub fn tab_id(tab: RightTab) -> &'static str {
    match tab {
        RightTab::Measures => "tab-right-measures",
        RightTab::Settings => "tab-right-settings",
        RightTab::Choose => "tab-right-choose",
    }
}

impl RightRail {
    /// The rail of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender) -> Result<RightRail, JsValue> {
        let (mut tabs, mut panels) = (Vec::new(), Vec::new());
        for (tab, name) in TABS {
            tabs.push(dom::by_id(tab_id(tab))?);
            panels.push(dom::by_id(&format!("right-{name}"))?);
        }
        let msgs = TABS.map(|(tab, _)| Msg::Right(tab));
        Ok(RightRail {
            _listeners: rail::tab_listeners(&tabs, &msgs, sender),
            tabs,
            panels,
            shown: Shown::default(),
        })
    }

    /// Draws what changed.
    pub fn draw(&mut self, cx: &Cx<'_>) {
        if self.shown.change(cx.state.right) {
            let chosen = TABS.iter().position(|(tab, _)| *tab == cx.state.right);
            rail::choose_tab(&self.tabs, chosen);
            for (i, panel) in self.panels.iter().enumerate() {
                dom::show(panel, Some(i) == chosen);
            }
        }
    }
}
