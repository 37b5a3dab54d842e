//! The left rail's tabs, and whether it is open.

use gloo::events::EventListener;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement, KeyboardEvent};

use super::app::Sender;
use super::dom::{self, Shown};
use super::msg::Msg;
use super::state::{LeftTab, State};
use super::view::Cx;

/// The left rail.
#[derive(Debug)]
pub struct Rail {
    tabs: [HtmlElement; 2],
    panels: [Element; 2],
    unfold: Element,
    walk_icon: Element,
    shown: Shown<(LeftTab, bool, bool)>,
    _listeners: Vec<EventListener>,
}

impl Rail {
    /// The rail of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender, state: &State) -> Result<Rail, JsValue> {
        let tabs: [HtmlElement; 2] = [dom::by_id("tab-walk")?, dom::by_id("tab-insert")?];
        let unfold: Element = dom::by_id("unfold")?;
        // Without a scenario's rows there is nothing to walk through.
        dom::show(&tabs[0], state.walk.is_some());
        let walk_icon: Element = dom::by_id("rail-walk")?;
        dom::show(&walk_icon, state.walk.is_some());
        let mut listeners = Vec::new();
        for (id, msg) in [
            ("unfold", Msg::Unfold),
            ("rail-walk", Msg::Left(LeftTab::Walk)),
            ("rail-insert", Msg::Left(LeftTab::Insert)),
            ("rail-events", Msg::Events),
        ] {
            let sender = sender.clone();
            let button: Element = dom::by_id(id)?;
            listeners.push(dom::on_click(&button, move || sender.send(msg.clone())));
        }
        listeners.extend(tab_listeners(
            &tabs,
            &[Msg::Left(LeftTab::Walk), Msg::Left(LeftTab::Insert)],
            sender,
        ));
        Ok(Rail {
            tabs,
            panels: [dom::by_id("panel-walk")?, dom::by_id("panel-insert")?],
            unfold,
            walk_icon,
            shown: Shown::default(),
            _listeners: listeners,
        })
    }

    /// Whether there is anything to walk through.
    pub fn has_walk(&self, has: bool) {
        dom::show(&self.tabs[0], has);
        dom::show(&self.walk_icon, has);
    }

    /// Draws what changed.
    pub fn draw(&mut self, cx: &Cx<'_>) {
        let state = cx.state;
        let alone = state.inspector.is_alone();
        if self.shown.change((state.left, state.left_open, alone)) {
            let chosen = usize::from(state.left == LeftTab::Insert);
            let chosen = (!alone).then_some(chosen);
            choose_tab(&self.tabs, chosen);
            for (i, panel) in self.panels.iter().enumerate() {
                dom::show(panel, Some(i) == chosen);
            }
            dom::set_attribute(
                &self.unfold,
                "aria-expanded",
                if state.left_open { "true" } else { "false" },
            );
        }
    }
}

/// Listens to tabs: clicks, and arrows between them.
pub fn tab_listeners(tabs: &[HtmlElement], msgs: &[Msg], sender: &Sender) -> Vec<EventListener> {
    let mut listeners = Vec::new();
    for (i, (tab, msg)) in tabs.iter().zip(msgs).enumerate() {
        let (sender, msg) = (sender.clone(), msg.clone());
        listeners.push(dom::on_click(tab, move || sender.send(msg.clone())));
        let tabs = tabs.to_vec();
        listeners.push(EventListener::new(tab, "keydown", move |event| {
            let key = event
                .dyn_ref::<KeyboardEvent>()
                .map(KeyboardEvent::key)
                .unwrap_or_default();
            let step = match key.as_str() {
                "ArrowRight" => 1,
                "ArrowLeft" => tabs.len() - 1,
                _ => return,
            };
            // The next tab that this width shows.
            let others = (1..tabs.len()).map(|n| &tabs[(i + n * step) % tabs.len()]);
            if let Some(tab) = others.into_iter().find(|tab| tab.offset_width() > 0) {
                dom::focus(tab);
                tab.click();
            }
        }));
    }
    listeners
}

/// Marks the chosen tab.
pub fn choose_tab(tabs: &[HtmlElement], chosen: Option<usize>) {
    for (i, tab) in tabs.iter().enumerate() {
        let is = chosen == Some(i);
        dom::set_attribute(tab, "aria-selected", if is { "true" } else { "false" });
        dom::set_attribute(
            tab,
            "tabindex",
            if is || (chosen.is_none() && i == 0) {
                "0"
            } else {
                "-1"
            },
        );
    }
}
