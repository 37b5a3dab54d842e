//! The menu of a lane.

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, EventTarget, HtmlElement, KeyboardEvent, Node};

use super::edit;
use super::{Act, LanesMsg, is_comparing, shown};
use crate::page::app::Sender;
use crate::page::dom::{self, Shown};
use crate::page::msg::Msg;
use crate::page::state::State;
use crate::page::view::Cx;

/// The menu.
#[derive(Debug)]
pub struct LaneMenu {
    root: HtmlElement,
    sender: Sender,
    shown: Shown<Option<(usize, Vec<Item>)>>,
    /// What opened it: the keyboard goes back there.
    opener: Option<HtmlElement>,
    clicks: Vec<EventListener>,
    _listeners: [EventListener; 2],
}

/// What can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Item {
    text: String,
    act: Act,
    /// Why it cannot be chosen now.
    refused: Option<String>,
    /// Whether a line parts it from those before it.
    begins: bool,
}

impl LaneMenu {
    /// The menu of index.html.
    ///
    /// # Errors
    /// It is missing.
    pub fn new(sender: &Sender) -> Result<LaneMenu, JsValue> {
        let root: HtmlElement = dom::by_id("lane-menu")?;
        Ok(LaneMenu {
            _listeners: [on_key(&root, sender), on_outside(&root, sender)?],
            root,
            sender: sender.clone(),
            shown: Shown::default(),
            opener: None,
            clicks: Vec::new(),
        })
    }

    /// Opens, closes, or fills it.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, cx: &Cx<'_>) -> Result<(), JsValue> {
        let open = cx
            .state
            .lanes
            .menu
            .map(|lane| (lane, items(cx.state, lane)));
        let was_open = !self.root.has_attribute("hidden");
        if !self.shown.change(open.clone()) {
            return Ok(());
        }
        self.clicks.clear();
        self.root.set_text_content(None);
        let Some((lane, items)) = open else {
            dom::show(&self.root, false);
            if let Some(opener) = self.opener.take() {
                dom::set_attribute(&opener, "aria-expanded", "false");
                if was_open && is_nowhere()? {
                    dom::focus(&opener);
                }
            }
            return Ok(());
        };
        let name = cx.state.update.snapshot.lanes.get(lane);
        let label = name.map_or_else(String::new, |lane| format!("Lane {}", lane.name));
        dom::set_attribute(&self.root, "aria-label", &label);
        for item in items {
            self.add(lane, &item)?;
        }
        dom::show(&self.root, true);
        if !was_open {
            self.opener = opener(lane)?;
            self.place();
            if let Some(first) = self.root.query_selector("button")? {
                dom::focus(first.unchecked_ref());
            }
        }
        Ok(())
    }

    fn add(&mut self, lane: usize, item: &Item) -> Result<(), JsValue> {
        if item.begins {
            let line = dom::child(&self.root, "div", "menu-line", "")?;
            dom::set_attribute(&line, "role", "separator");
        }
        let button = dom::child(&self.root, "button", "", "")?;
        for (name, value) in [("type", "button"), ("role", "menuitem"), ("tabindex", "-1")] {
            dom::set_attribute(&button, name, value);
        }
        dom::child(&button, "span", "", &item.text)?;
        match &item.refused {
            // It can be reached, so that everybody can read why.
            Some(why) => {
                dom::set_attribute(&button, "aria-disabled", "true");
                dom::child(&button, "span", "quiet", why)?;
            }
            None => {
                let (sender, act) = (self.sender.clone(), item.act.clone());
                self.clicks.push(dom::on_click(&button, move || {
                    sender.send(Msg::Lanes(LanesMsg::Do(lane, act.clone())));
                }));
            }
        }
        Ok(())
    }

    /// Below what opened it, inside of the window.
    fn place(&self) {
        let Some(opener) = &self.opener else { return };
        dom::set_attribute(opener, "aria-expanded", "true");
        let at = opener.get_bounding_client_rect();
        let size = (
            f64::from(self.root.offset_width()),
            f64::from(self.root.offset_height()),
        );
        let window = dom::window().ok();
        let inner = |get: fn(&web_sys::Window) -> Result<JsValue, JsValue>| {
            let value = window.as_ref().and_then(|window| get(window).ok());
            value.and_then(|value| value.as_f64()).unwrap_or(0.0)
        };
        let (width, height) = (
            inner(web_sys::Window::inner_width),
            inner(web_sys::Window::inner_height),
        );
        let left = (at.right() - size.0).min(width - size.0 - 8.0).max(8.0);
        let top = (at.bottom() + 4.0).min(height - size.1 - 8.0).max(8.0);
        // Lengths of this program's own making.
        for (name, value) in [("left", left), ("top", top)] {
            let _ = self
                .root
                .style()
                .set_property(name, &format!("{}px", value.round()));
        }
    }
}

/// What the menu of a lane holds.
fn items(state: &State, lane: usize) -> Vec<Item> {
    let item = |text: &str, act: Act| Item {
        text: text.to_owned(),
        act,
        refused: None,
        begins: false,
    };
    let lanes = state.update.snapshot.lanes.len();
    let mut items = Vec::new();
    if is_comparing(state) {
        items.push(item("Make large", Act::Large));
        let alone = shown(state).len() < 2;
        items.push(Item {
            refused: alone.then(|| "the only one shown".to_owned()),
            ..item("Hide", Act::Hide)
        });
        for hidden in &state.lanes.hidden {
            let is_there = |lane: &lab::snapshot::LaneHead| lane.name == *hidden;
            if state.update.snapshot.lanes.iter().any(is_there) {
                items.push(item(&format!("Show {hidden}"), Act::Show(hidden.clone())));
            }
        }
    } else if lanes > 1 {
        items.push(item("Show side by side", Act::SideBySide));
    }
    let Ok(file) = state.file() else { return items };
    let Some(of) = file.lanes.get(lane) else {
        return items;
    };
    let no_room = edit::no_room(&file);
    items.push(Item {
        begins: !items.is_empty(),
        ..item("Rename", Act::Rename)
    });
    items.push(Item {
        refused: no_room.clone(),
        ..item("Copy", Act::Copy)
    });
    items.push(Item {
        refused: edit::stays(&file, lane),
        ..item("Remove", Act::Remove)
    });
    items.push(item("Kept versions", Act::Kept));
    items.push(item("Export as a job", Act::Job));
    items.push(Item {
        refused: match (&of.follow, no_room.clone()) {
            (Some(_), _) => Some("follows one itself".to_owned()),
            (None, no_room) => no_room,
        },
        ..item("Follow a model topic…", Act::Follow)
    });
    for (i, preset) in edit::presets(of).iter().enumerate() {
        items.push(Item {
            refused: no_room.clone(),
            begins: i == 0,
            ..item(&format!("Add {}", preset.title()), Act::Add(*preset))
        });
    }
    items
}

/// The button that opens the menu of a lane: in its panel, or in the head of the large one.
fn opener(lane: usize) -> Result<Option<HtmlElement>, JsValue> {
    let document = dom::document()?;
    let own = document.query_selector(&format!("#panels [data-menu=\"{lane}\"]"))?;
    let own = own.and_then(|element| element.dyn_into::<HtmlElement>().ok());
    match own.filter(|element| element.offset_width() > 0) {
        Some(own) => Ok(Some(own)),
        None => dom::by_id("lane-more").map(Some),
    }
}

/// Whether the keyboard is nowhere: where it was is gone.
fn is_nowhere() -> Result<bool, JsValue> {
    let active = dom::document()?.active_element();
    Ok(active.is_none_or(|element| element.tag_name() == "BODY"))
}

fn on_key(root: &HtmlElement, sender: &Sender) -> EventListener {
    let (sender, menu) = (sender.clone(), root.clone());
    let options = EventListenerOptions::enable_prevent_default();
    EventListener::new_with_options(root, "keydown", options, move |event| {
        let Some(event) = event.dyn_ref::<KeyboardEvent>() else {
            return;
        };
        // Keys mean the menu while it is open.
        event.stop_propagation();
        let items = menu.query_selector_all("button");
        let Ok(items) = items else { return };
        let count = items.length();
        let active = dom::document()
            .ok()
            .and_then(|document| document.active_element());
        let at = (0..count).find(|i| {
            let item = items.get(*i);
            active.as_ref().is_some_and(|active| {
                item.is_some_and(|item| item.is_same_node(Some(active.as_ref())))
            })
        });
        let to = match (event.key().as_str(), at) {
            ("ArrowDown", Some(at)) => (at + 1) % count,
            ("ArrowUp", Some(at)) => (at + count - 1) % count,
            ("Home", _) => 0,
            ("End", _) => count - 1,
            ("Escape" | "Tab", _) => {
                event.prevent_default();
                return sender.send(Msg::Lanes(LanesMsg::Menu(None)));
            }
            _ => return,
        };
        event.prevent_default();
        if let Some(item) = items.get(to) {
            dom::focus(item.unchecked_ref());
        }
    })
}

/// A press beside the menu closes it.
fn on_outside(root: &HtmlElement, sender: &Sender) -> Result<EventListener, JsValue> {
    let (sender, menu) = (sender.clone(), root.clone());
    let document = EventTarget::from(dom::document()?);
    Ok(EventListener::new(&document, "pointerdown", move |event| {
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok());
        let inside = menu.contains(target.as_ref().map(|target| target.unchecked_ref::<Node>()));
        let opener = |target: &Element| target.closest("[aria-haspopup=menu]").ok().flatten();
        let on_opener = target
            .as_ref()
            .is_some_and(|target| opener(target).is_some());
        if !menu.has_attribute("hidden") && !inside && !on_opener {
            sender.send(Msg::Lanes(LanesMsg::Menu(None)));
        }
    }))
}

#[cfg(test)]
mod tests {
    use lab::snapshot::{LaneHead, Snapshot};

    use super::*;
    use crate::page::state::Scenario;

    fn state() -> State {
        let mut state = State {
            scenario: Scenario::read(include_str!("../../../../../www/lab.json")),
            ..State::default()
        };
        let lane = |name: &str| LaneHead {
            name: name.to_owned(),
            ..LaneHead::default()
        };
        state.update.snapshot.lanes = vec![lane("Flink"), lane("Spark")];
        state
    }

    fn texts(state: &State) -> Vec<String> {
        items(state, 0).into_iter().map(|item| item.text).collect()
    }

    #[test]
    fn a_large_lane_can_be_shown_beside_the_others() {
        assert_eq!(
            texts(&state()),
            [
                "Show side by side",
                "Rename",
                "Copy",
                "Remove",
                "Kept versions",
                "Export as a job",
                "Follow a model topic…",
                "Add Flink OnlineKMeans",
                "Add Spark StreamingKMeans"
            ]
        );
    }

    #[test]
    fn lanes_side_by_side_can_be_hidden_but_for_the_last() {
        let mut state = state();
        state.compare = true;
        let lanes = state.update.snapshot.lanes.clone();
        let panel = |lane| Snapshot {
            lane,
            lanes: lanes.clone(),
            ..Snapshot::default()
        };
        state.update.panels = vec![panel(0), panel(1)];
        assert_eq!(items(&state, 0)[1].refused, None);
        state.lanes.hidden.push("Spark".to_owned());
        let items = items(&state, 0);
        assert!(items[1].refused.is_some());
        assert_eq!(items[2].text, "Show Spark");
    }

    #[test]
    fn what_cannot_be_says_why() {
        let mut state = state();
        state.update.snapshot.lanes.truncate(1);
        let mut file = state.file().unwrap();
        file.lanes.truncate(1);
        state.scenario = Scenario::read(&serde_json::to_string(&file).unwrap());
        let remove = items(&state, 0)
            .into_iter()
            .find(|item| item.act == Act::Remove);
        assert_eq!(
            remove.and_then(|item| item.refused).as_deref(),
            Some("the only lane")
        );
    }
}
