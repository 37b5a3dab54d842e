//! What needs the reader, over the stage. Nothing closes by itself.

use gloo::events::EventListener;
use wasm_bindgen::JsValue;
use web_sys::Element;

use super::app::Sender;
use super::dom::{self, Shown};
use super::msg::Msg;
use super::view::Cx;
use crate::protocol::{Action, Banner, Command};

/// The banners.
#[derive(Debug)]
pub struct Banners {
    sender: Sender,
    place: Element,
    shown: Shown<(Vec<Banner>, bool)>,
    listeners: Vec<EventListener>,
}

impl Banners {
    /// The place for them in index.html.
    ///
    /// # Errors
    /// It is missing.
    pub fn new(sender: &Sender) -> Result<Banners, JsValue> {
        Ok(Banners {
            sender: sender.clone(),
            place: dom::by_id("banners")?,
            shown: Shown::default(),
            listeners: Vec::new(),
        })
    }

    /// Draws what changed.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, cx: &Cx<'_>) -> Result<(), JsValue> {
        let banners = &cx.state.update.banners;
        if !self
            .shown
            .change((banners.clone(), cx.state.token.is_none()))
        {
            return Ok(());
        }
        self.listeners.clear();
        self.place.set_text_content(None);
        for banner in banners {
            self.add(banner, cx.state.token.is_none())?;
        }
        Ok(())
    }

    fn add(&mut self, banner: &Banner, own_address: bool) -> Result<(), JsValue> {
        let outer = dom::child(
            &self.place,
            "div",
            if banner.error { "banner err" } else { "banner" },
            "",
        )?;
        dom::set_attribute(
            &outer,
            "role",
            if banner.error { "alert" } else { "status" },
        );
        dom::icon(
            &outer,
            if banner.error { "#i-error" } else { "#i-warn" },
            "icon16",
        )?;
        let text = dom::child(&outer, "p", "", "")?;
        dom::child(&text, "b", "", &format!("{} ", banner.title))?;
        dom::child(&text, "span", "", &banner.text)?;
        let id = banner.id;
        for action in &banner.actions {
            let (label, msg) = match action {
                Action::TryNow => ("Try now", Msg::Send(Command::TryNow)),
                // The bridge's tables stay as they are: the page reads the log again.
                Action::StartOver => ("Start over", Msg::Send(Command::StartOver)),
                Action::GoOn => ("Go on", Msg::Send(Command::Dismiss { id })),
            };
            self.button(&outer, "small", label, msg)?;
        }
        // A page that a bridge served has no other address to go to.
        if own_address && banner.actions.contains(&Action::TryNow) {
            self.button(&outer, "small ghost", "Change address", Msg::ChangeAddress)?;
        }
        if !banner.actions.contains(&Action::GoOn) {
            self.button(
                &outer,
                "small ghost",
                "Close",
                Msg::Send(Command::Dismiss { id }),
            )?;
        }
        Ok(())
    }

    fn button(
        &mut self,
        outer: &Element,
        class: &str,
        label: &str,
        msg: Msg,
    ) -> Result<(), JsValue> {
        let sender = self.sender.clone();
        let click = dom::button(outer, class, label, move || sender.send(msg.clone()))?;
        self.listeners.push(click);
        Ok(())
    }
}
