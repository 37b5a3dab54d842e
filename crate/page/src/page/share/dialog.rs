//! The dialog.

use gloo::events::EventListener;
use lab::snapshot::Axis;
use wasm_bindgen::JsValue;
use web_sys::{Element, HtmlDialogElement, HtmlInputElement};

use super::file::{self, Where};
use super::{Format, ShareMsg, address};
use crate::page::app::Sender;
use crate::page::copy;
use crate::page::dom::{self, Shown, Slot};
use crate::page::msg::Msg;
use crate::page::view::Cx;
use crate::protocol::Command;

/// What a link is made for: the lab file that was sent, the count of those in force, lane, axes.
type MadeFor = (Option<String>, u64, usize, (Axis, Axis));

/// The dialog.
#[derive(Debug)]
pub struct ShareDialog {
    dialog: HtmlDialogElement,
    link: Slot,
    row: Element,
    refused: Slot,
    said: Slot,
    error: Slot,
    tables: [Element; 2],
    made_for: Shown<MadeFor>,
    _listeners: Vec<EventListener>,
}

impl ShareDialog {
    /// The dialog of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender) -> Result<ShareDialog, JsValue> {
        Ok(ShareDialog {
            dialog: dom::by_id("share-dialog")?,
            link: Slot::by_id("share-link")?,
            row: dom::by_id("share-link-row")?,
            refused: Slot::by_id("share-refused")?,
            said: Slot::by_id("share-said")?,
            error: Slot::by_id("share-error")?,
            tables: [
                dom::by_id("share-predictions")?,
                dom::by_id("share-ledger")?,
            ],
            made_for: Shown::default(),
            _listeners: listen(sender)?,
        })
    }

    /// Draws what changed.
    pub fn draw(&mut self, cx: &Cx<'_>) {
        if !self.dialog.open() {
            return;
        }
        let (state, snapshot) = (cx.state, &cx.state.update.snapshot);
        let made_for = (
            state.wanted_lab.clone(),
            state.experiment,
            snapshot.lane,
            snapshot.axes,
        );
        if self.made_for.change(made_for) {
            let link = address::share(state);
            dom::show(&self.row, link.is_ok());
            match link {
                Ok(link) => {
                    self.link.set(&link);
                    self.refused.set_or_hide("");
                }
                Err(why) => self.refused.set_or_hide(&why),
            }
        }
        let (said, error) = match &state.share.said {
            Some(Ok(said)) => (said.as_str(), ""),
            Some(Err(why)) => ("", why.as_str()),
            None => ("", ""),
        };
        self.said.set_or_hide(said);
        self.error.set_or_hide(error);
        dom::enable(&self.tables[0], snapshot.predictions_total > 0);
        dom::enable(&self.tables[1], snapshot.versions > 0);
    }
}

fn listen(sender: &Sender) -> Result<Vec<EventListener>, JsValue> {
    let mut listeners = Vec::new();
    for (id, msg) in [
        ("share-open", Msg::Share(ShareMsg::Open)),
        ("share-close", Msg::Close),
        ("share-save-lab", Msg::Share(ShareMsg::SaveLab)),
        ("share-png", Msg::Share(ShareMsg::Picture(Format::Png))),
        ("share-svg", Msg::Share(ShareMsg::Picture(Format::Svg))),
        ("share-predictions", Msg::Send(Command::Csv)),
        ("share-ledger", Msg::Send(Command::LedgerCsv)),
    ] {
        let sender = sender.clone();
        let button: Element = dom::by_id(id)?;
        listeners.push(dom::on_click(&button, move || sender.send(msg.clone())));
    }
    let (button, link, icon): (Element, Element, Element) = (
        dom::by_id("share-copy")?,
        dom::by_id("share-link")?,
        dom::by_id("share-copy-icon")?,
    );
    listeners.push(copy::on_copy(&button, link, icon));
    for (id, input) in [
        ("share-choose-lab", "share-lab"),
        ("share-choose", "share-file"),
    ] {
        let input: HtmlInputElement = dom::by_id(input)?;
        let to_open = input.clone();
        listeners.push(dom::on_click(&dom::by_id(id)?, move || to_open.click()));
        let (chosen, sender) = (input.clone(), sender.clone());
        listeners.push(EventListener::new(&input, "change", move |_| {
            if let Some(file) = chosen.files().and_then(|files| files.get(0)) {
                file::read(file, Where::Dialog, &sender);
            }
            chosen.set_value("");
        }));
    }
    Ok(listeners)
}
