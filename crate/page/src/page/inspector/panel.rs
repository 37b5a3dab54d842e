//! The inspector over the right rail.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::events::{EventListener, EventListenerOptions};
use lab::config::Policy;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement, KeyboardEvent};

use super::taken::{self, Taken};
use super::{InspectMsg, Shows, arrived, life};
use crate::page::app::Sender;
use crate::page::copy;
use crate::page::dom::{self, Shown, Slot};
use crate::page::msg::Msg;
use crate::page::view::{Cx, Stamp};
use crate::protocol::{Command, Look};

/// The panel.
#[derive(Debug)]
pub struct Panel {
    app: Element,
    section: Element,
    title: Slot,
    place: Slot,
    size: Slot,
    text: Slot,
    json: Element,
    taken: Element,
    life: Element,
    halves: Element,
    shown: Shown<Shows>,
    /// What was drawn: an edition of it, in a picture of the lab.
    drawn: Shown<(u64, Stamp)>,
    /// The event whose left half was drawn.
    raw: Shown<(u64, bool)>,
    /// Where the keyboard was before.
    opener: Rc<RefCell<Option<HtmlElement>>>,
    _listeners: Vec<EventListener>,
}

impl Panel {
    /// The inspector of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender) -> Result<Panel, JsValue> {
        let section: Element = dom::by_id("inspector")?;
        let text: Element = dom::by_id("arrived-text")?;
        let copy: Element = dom::by_id("arrived-copy")?;
        let icon: Element = dom::by_id("arrived-copy-icon")?;
        let mut listeners = vec![copy::on_copy(&copy, text.clone(), icon)];
        for (id, msg) in [
            ("inspector-newer", InspectMsg::Next { older: false }),
            ("inspector-older", InspectMsg::Next { older: true }),
            ("inspector-close", InspectMsg::Close),
        ] {
            let sender = sender.clone();
            listeners.push(dom::on_click(&dom::by_id::<Element>(id)?, move || {
                sender.send(Msg::Inspect(msg.clone()))
            }));
        }
        listeners.extend([on_links(&section, sender), on_arrows(&section, sender)]);
        Ok(Panel {
            app: dom::by_id("app")?,
            section,
            title: Slot::by_id("inspector-title")?,
            place: Slot::by_id("inspector-place")?,
            size: Slot::by_id("arrived-size")?,
            text: Slot::new(text),
            json: dom::by_id("arrived-json")?,
            taken: dom::by_id("taken-body")?,
            life: dom::by_id("life")?,
            halves: dom::by_id("inspector-halves")?,
            shown: Shown::default(),
            drawn: Shown::default(),
            raw: Shown::default(),
            opener: Rc::default(),
            _listeners: listeners,
        })
    }

    /// Draws what changed.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, cx: &Cx<'_>) -> Result<(), JsValue> {
        let inspector = &cx.state.inspector;
        let opened = self.shown.change(inspector.shows);
        if opened {
            self.lay_out(inspector.shows);
        }
        if inspector.shows != Shows::Nothing && self.drawn.change((inspector.edition, cx.stamp())) {
            self.fill(cx)?;
        }
        Ok(())
    }

    fn lay_out(&self, shows: Shows) {
        let word = match shows {
            Shows::Nothing => "closed",
            Shows::Event => "event",
            Shows::Life => "life",
        };
        let was_open = !self.section.has_attribute("hidden");
        dom::set_attribute(&self.app, "data-inspector", word);
        dom::show(&self.section, shows != Shows::Nothing);
        dom::show(&self.halves, shows != Shows::Life);
        dom::show(&self.life, shows == Shows::Life);
        let events = shows == Shows::Event;
        for id in ["inspector-newer", "inspector-older"] {
            if let Ok(button) = dom::by_id::<Element>(id) {
                dom::show(&button, events);
            }
        }
        if shows == Shows::Nothing {
            return self.give_back();
        }
        if !was_open {
            let active = dom::document()
                .ok()
                .and_then(|document| document.active_element());
            let active = active.and_then(|active| active.dyn_into::<HtmlElement>().ok());
            // A page that was clicked at nothing in particular has its body in focus.
            *self.opener.borrow_mut() = active.filter(|active| active.tag_name() != "BODY");
        }
        if let Some(title) = self.title.element.dyn_ref::<HtmlElement>() {
            dom::focus(title);
        }
    }

    /// Gives the keyboard back to where it was.
    fn give_back(&self) {
        let opener = self
            .opener
            .borrow_mut()
            .take()
            .filter(|opener| opener.is_connected());
        let opener = opener.or_else(|| dom::by_id("events-title").ok());
        let active = dom::document()
            .ok()
            .and_then(|document| document.active_element());
        // Only where it is lost: who has gone on to something else stays there.
        let lost = active.is_none_or(|active| {
            active.tag_name() == "BODY" || self.section.contains(Some(&active))
        });
        if let Some(opener) = opener.filter(|_| lost) {
            dom::focus(&opener);
        }
    }

    fn fill(&mut self, cx: &Cx<'_>) -> Result<(), JsValue> {
        let (inspector, snapshot) = (&cx.state.inspector, &cx.state.update.snapshot);
        if let (Shows::Life, Some(told)) = (inspector.shows, &inspector.life) {
            self.title
                .set(&format!("The life of centroid {}", told.cluster));
            self.place.set("");
            let focused = self.focused();
            life::draw(&self.life, told, snapshot)?;
            return self.focus_again(focused);
        }
        let Some(event) = &inspector.event else {
            return Ok(());
        };
        self.title.set("How Eddy read this event");
        let place = format!("{}/{}/{}", event.topic, event.partition, event.offset);
        self.place.set(&place);
        dom::set_attribute(&self.place.element, "title", &place);
        self.size
            .set(&event.value_bytes.map_or(String::new(), arrived::size));
        if let Some(copy) = dom::document()?.get_element_by_id("arrived-copy") {
            dom::show(&copy, !event.text.is_empty());
        }
        let focused = self.focused();
        let key = (fingerprint(event), inspector.schema_open);
        if self.raw.change(key) {
            self.text.set(&event.text);
            arrived::draw(&self.json, event, inspector.schema_open)?;
        }
        let taken = Taken {
            event,
            why: inspector.why.as_deref(),
            forms: &inspector.forms,
            snapshot,
        };
        taken::draw(&self.taken, taken)?;
        self.focus_again(focused)
    }

    /// The link that has the keyboard: it is written anew.
    fn focused(&self) -> Option<String> {
        let active = dom::document().ok()?.active_element()?;
        self.section
            .contains(Some(&active))
            .then(|| active.get_attribute("data-go"))?
    }

    fn focus_again(&self, go: Option<String>) -> Result<(), JsValue> {
        let Some(go) = go else { return Ok(()) };
        let again = self
            .section
            .query_selector(&format!("[data-go=\"{go}\"]"))?;
        if let Some(again) = again.and_then(|again| again.dyn_into::<HtmlElement>().ok()) {
            dom::focus(&again);
        }
        Ok(())
    }
}

/// What tells one event's bytes from another's: FNV-1a.
fn fingerprint(event: &lab::inspect::EventView) -> u64 {
    let place = format!(
        "{}/{}/{} {}",
        event.topic, event.partition, event.offset, event.kind
    );
    place
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
}

/// Links say where they go in an attribute; there are new ones all the time.
fn on_links(section: &Element, sender: &Sender) -> EventListener {
    let sender = sender.clone();
    EventListener::new(section, "click", move |event| {
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok());
        let link = target.and_then(|target| target.closest("[data-go]").ok().flatten());
        let go = link.and_then(|link| link.get_attribute("data-go"));
        if let Some(msg) = go.and_then(|go| message(&go)) {
            sender.send(msg);
        }
    })
}

/// What a link does.
pub fn message(go: &str) -> Option<Msg> {
    let (what, which) = go.split_once(' ').unwrap_or((go, ""));
    Some(match what {
        "record" => Msg::Inspect(InspectMsg::Look(Look::Record {
            record: which.parse().ok()?,
        })),
        "centroid" => Msg::Inspect(InspectMsg::Look(Look::Centroid {
            cluster: which.parse().ok()?,
        })),
        "seek" => Msg::Send(Command::Seek {
            record: which.parse().ok()?,
        }),
        "fold" => Msg::Inspect(InspectMsg::Fold),
        "policy" => Msg::Inspect(InspectMsg::Policy(Policy::of_word(which)?)),
        _ => return None,
    })
}

/// Up and down go to the next event, but where they scroll.
fn on_arrows(section: &Element, sender: &Sender) -> EventListener {
    let sender = sender.clone();
    let options = EventListenerOptions::enable_prevent_default();
    EventListener::new_with_options(section, "keydown", options, move |event| {
        let Some(key) = event.dyn_ref::<KeyboardEvent>().map(KeyboardEvent::key) else {
            return;
        };
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok());
        let scrolls = target.is_some_and(|target| target.has_attribute("data-scrolls"));
        let older = match key.as_str() {
            "ArrowDown" => true,
            "ArrowUp" => false,
            _ => return,
        };
        if !scrolls {
            event.prevent_default();
            sender.send(Msg::Inspect(InspectMsg::Next { older }));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_do_what_they_say() {
        use crate::page::inspector::parts::Go;
        for (go, msg) in [
            (Go::Seek(139), Msg::Send(Command::Seek { record: 139 })),
            (
                Go::Record(4),
                Msg::Inspect(InspectMsg::Look(Look::Record { record: 4 })),
            ),
            (
                Go::Centroid(2),
                Msg::Inspect(InspectMsg::Look(Look::Centroid { cluster: 2 })),
            ),
            (
                Go::Policy(Policy::Corrected),
                Msg::Inspect(InspectMsg::Policy(Policy::Corrected)),
            ),
        ] {
            assert_eq!(message(&go.word()), Some(msg));
        }
        assert_eq!(
            (message("seek x"), message("policy all"), message("")),
            (None, None, None)
        );
    }
}
