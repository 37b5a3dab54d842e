//! The pipeline's dialog: boxes and arrows.

use gloo::events::EventListener;
use gloo::timers::callback::Interval;
use wasm_bindgen::JsValue;
use web_sys::Element;

use super::PipelineMsg;
use super::parts::{Column, Part, Tone, columns};
use crate::page::app::Sender;
use crate::page::dom::{self, Shown, Slot};
use crate::page::msg::Msg;
use crate::page::numbers;
use crate::page::view::Cx;

/// How often the bridge is asked, ms.
const ASK_MS: u32 = 1_000;

/// The dialog.
#[derive(Debug)]
pub struct PipelineDialog {
    sender: Sender,
    list: Element,
    over: Slot,
    shown: Shown<Vec<Column>>,
    /// Asks the bridge as long as somebody looks.
    asks: Option<Interval>,
    _listeners: [EventListener; 3],
}

impl PipelineDialog {
    /// The dialog of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender) -> Result<PipelineDialog, JsValue> {
        let dialog: Element = dom::by_id("pipeline-dialog")?;
        let on_click = |id: &str, msg: Msg| {
            let sender = sender.clone();
            let element: Element = dom::by_id(id)?;
            Ok::<_, JsValue>(dom::on_click(&element, move || sender.send(msg.clone())))
        };
        let on_close = {
            let sender = sender.clone();
            EventListener::new(&dialog, "close", move |_| {
                sender.send(Msg::Pipeline(PipelineMsg::Closed));
            })
        };
        Ok(PipelineDialog {
            sender: sender.clone(),
            list: dom::by_id("pipeline-parts")?,
            over: Slot::by_id("pipeline-over")?,
            shown: Shown::default(),
            asks: None,
            _listeners: [
                on_click("pipeline-open", Msg::Pipeline(PipelineMsg::Open))?,
                on_click("pipeline-close", Msg::Close)?,
                on_close,
            ],
        })
    }

    /// Draws what changed.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, cx: &Cx<'_>) -> Result<(), JsValue> {
        if !cx.state.pipeline.open {
            self.asks = None;
            return Ok(());
        }
        if self.asks.is_none() {
            let sender = self.sender.clone();
            self.asks = Some(Interval::new(ASK_MS, move || {
                sender.send(Msg::Pipeline(PipelineMsg::Ask));
            }));
        }
        let over_ms = (cx.state.update.pipeline.as_ref()).map_or(0, |pipeline| pipeline.over_ms);
        self.over.set(&format!(
            "Rates are over the last {} s.",
            numbers::count(u64::from(over_ms / 1_000).max(1))
        ));
        let columns = columns(cx.state);
        if self.shown.change(columns.clone()) {
            self.fill(&columns)?;
        }
        Ok(())
    }

    fn fill(&self, columns: &[Column]) -> Result<(), JsValue> {
        self.list.set_text_content(None);
        for (i, column) in columns.iter().enumerate() {
            let item = dom::child(&self.list, "li", "", "")?;
            if i > 0 {
                let arrow = dom::child(&item, "p", "pipe-arrow", "")?;
                dom::child(&arrow, "span", "", &column.inflow)?;
            }
            let stack = dom::child(&item, "div", "pipe-stack", "")?;
            for part in &column.parts {
                draw_part(&stack, part)?;
            }
        }
        Ok(())
    }
}

fn draw_part(stack: &Element, part: &Part) -> Result<(), JsValue> {
    let card = dom::child(stack, "section", "pipe-part", "")?;
    let tone = match part.tone {
        Tone::Calm => "calm",
        Tone::Well => "well",
        Tone::Slow => "slow",
        Tone::Bad => "bad",
    };
    dom::set_attribute(&card, "data-tone", tone);
    let head = dom::child(&card, "h3", "", "")?;
    dom::child(&head, "span", "quiet", part.kind)?;
    dom::child(&head, "b", "", &part.name)?;
    dom::child(&card, "p", "pipe-state", &part.state)?;
    if !part.rows.is_empty() {
        let rows = dom::child(&card, "dl", "", "")?;
        for (name, value) in &part.rows {
            dom::child(&rows, "dt", "", name)?;
            dom::child(&rows, "dd", "", value)?;
        }
    }
    if !part.note.is_empty() {
        dom::child(&card, "p", "note", &part.note)?;
    }
    Ok(())
}
