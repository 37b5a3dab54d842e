//! A lane's new name, and the question before the last lane that publishes goes.

use gloo::events::{EventListener, EventListenerOptions};
use lab::config::Batch;
use wasm_bindgen::JsValue;
use web_sys::{Element, HtmlInputElement};

use super::{Asked, LanesMsg, edit};
use crate::page::app::Sender;
use crate::page::dom::{self, Shown, Slot};
use crate::page::msg::Msg;
use crate::page::view::Cx;

/// Kafka's longest name of a topic.
const TOPIC_MAX: i32 = 249;

/// The dialog.
#[derive(Debug)]
pub struct LaneDialog {
    title: Slot,
    label: Element,
    label_says: Slot,
    topics: Element,
    offered: Shown<Vec<String>>,
    input: HtmlInputElement,
    note: Slot,
    error: Slot,
    yes: Slot,
    shown: Shown<Option<Asked>>,
    _listeners: [EventListener; 2],
}

impl LaneDialog {
    /// The dialog of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender) -> Result<LaneDialog, JsValue> {
        let input: HtmlInputElement = dom::by_id("lane-name")?;
        let form: Element = dom::by_id("lane-form")?;
        let (typed, on_submit, on_close) = (input.clone(), sender.clone(), sender.clone());
        let options = EventListenerOptions::enable_prevent_default();
        let submit = EventListener::new_with_options(&form, "submit", options, move |event| {
            event.prevent_default();
            on_submit.send(Msg::Lanes(LanesMsg::Answer(typed.value())));
        });
        let close = dom::on_click(&dom::by_id::<Element>("lane-no")?, move || {
            on_close.send(Msg::Close);
        });
        Ok(LaneDialog {
            title: Slot::by_id("lane-dialog-title")?,
            label: dom::by_id("lane-name-label")?,
            label_says: Slot::by_id("lane-name-says")?,
            topics: dom::by_id("lane-topics")?,
            offered: Shown::default(),
            input,
            note: Slot::by_id("lane-note")?,
            error: Slot::by_id("lane-error")?,
            yes: Slot::by_id("lane-yes")?,
            shown: Shown::default(),
            _listeners: [submit, close],
        })
    }

    /// Topics to choose from, of those that are not read already.
    fn offer(&mut self, cx: &Cx<'_>) {
        let offered = match cx.state.lanes.asked {
            Some(Asked::Follow(_)) => cx.state.lanes.topics.clone(),
            _ => Vec::new(),
        };
        if self.offered.change(offered.clone()) {
            self.topics.set_text_content(None);
            for topic in offered {
                // A browser that refuses an option offers one less.
                let _ = dom::child(&self.topics, "option", "", &topic);
            }
        }
    }

    /// Draws what changed.
    pub fn draw(&mut self, cx: &Cx<'_>) {
        let error = &cx.state.lanes.name_error;
        self.error.set_or_hide(error);
        dom::set_attribute(
            &self.input,
            "aria-invalid",
            if error.is_empty() { "false" } else { "true" },
        );
        self.offer(cx);
        if !self.shown.change(cx.state.lanes.asked) {
            return;
        }
        let (Some(asked), Ok(file)) = (cx.state.lanes.asked, cx.state.file()) else {
            return;
        };
        let (Asked::Name(lane) | Asked::Remove(lane) | Asked::Follow(lane)) = asked;
        let Some(of) = file.lanes.get(lane) else {
            return;
        };
        dom::show(&self.label, !matches!(asked, Asked::Remove(_)));
        let renames = matches!(asked, Asked::Name(_));
        self.label_says.set(match renames {
            true => "Name of the lane",
            false => "Model topic of the job",
        });
        match renames {
            true => self.input.set_max_length(edit::NAME_MAX as i32),
            false => self.input.set_max_length(TOPIC_MAX),
        }
        if let Asked::Follow(_) = asked {
            self.title.set(&format!("Follow a job of {}", of.name));
            self.yes.set("Follow");
            self.input.set_value(&export::model_topic(&of.name));
            self.input.select();
            self.note.set_or_hide(&format!(
                "A job exported from {name} writes its versions to this topic. They become a lane beside {name}, and each says how far \
                 {name}’s rules are from it on the same offsets.",
                name = of.name
            ));
        } else if renames {
            self.title.set(&format!("Rename {}", of.name));
            self.yes.set("Rename");
            self.input.set_value(&of.name);
            self.input.select();
            self.note.set_or_hide(match of.batch {
                Some(Batch::Hand {}) => {
                    "Batches that were closed by hand are known by the old name: the lane begins without them."
                }
                _ => "",
            });
        } else {
            self.title.set(&format!("Remove {}?", of.name));
            self.yes.set("Remove");
            self.note.set_or_hide(
                "No other lane publishes predictions: nothing is published from then on. What is published stays.",
            );
        }
    }
}
