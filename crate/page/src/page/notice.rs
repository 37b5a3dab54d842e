//! What the page itself has to say over the stage: of links, files and what was restored. Nothing closes by itself.

use gloo::events::EventListener;
use wasm_bindgen::JsValue;
use web_sys::Element;

use super::app::Sender;
use super::dom::{self, Shown};
use super::msg::Msg;
use super::session::SessionMsg;
use super::view::Cx;

/// What there is to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notice {
    /// Red, not grey.
    pub error: bool,
    /// Bold first sentence.
    pub title: String,
    /// The rest.
    pub text: String,
    /// Whether the page can be started fresh because of it.
    pub fresh: bool,
}

/// The place for it.
#[derive(Debug)]
pub struct NoticeBar {
    sender: Sender,
    place: Element,
    shown: Shown<Option<Notice>>,
    listeners: Vec<EventListener>,
}

impl NoticeBar {
    /// The place in index.html.
    ///
    /// # Errors
    /// It is missing.
    pub fn new(sender: &Sender) -> Result<NoticeBar, JsValue> {
        Ok(NoticeBar {
            sender: sender.clone(),
            place: dom::by_id("notice")?,
            shown: Shown::default(),
            listeners: Vec::new(),
        })
    }

    /// Draws what changed.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, cx: &Cx<'_>) -> Result<(), JsValue> {
        let notice = &cx.state.notice;
        if !self.shown.change(notice.clone()) {
            return Ok(());
        }
        self.listeners.clear();
        self.place.set_text_content(None);
        let Some(notice) = notice else { return Ok(()) };
        let (class, role, icon) = match notice.error {
            true => ("banner err", "alert", "#i-error"),
            false => ("banner said", "status", "#i-check"),
        };
        let outer = dom::child(&self.place, "div", class, "")?;
        dom::set_attribute(&outer, "role", role);
        dom::icon(&outer, icon, "icon16")?;
        let text = dom::child(&outer, "p", "", "")?;
        dom::child(&text, "b", "", &format!("{} ", notice.title))?;
        dom::child(&text, "span", "", &notice.text)?;
        if notice.fresh {
            self.button(
                &outer,
                "small",
                "Start fresh",
                Msg::Session(SessionMsg::Fresh),
            )?;
        }
        self.button(&outer, "small ghost", "Close", Msg::Unnotice)
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
