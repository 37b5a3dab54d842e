//! The dialog of the reader's own stream.

use gloo::events::{EventListener, EventListenerOptions};
use lab::propose::{Engines, Proposal};
use wasm_bindgen::JsValue;
use web_sys::{Element, HtmlDialogElement, HtmlInputElement, HtmlSelectElement};

use super::tables::Tables;
use super::{Edit, Yours, YoursMsg};
use crate::page::app::Sender;
use crate::page::dom::{self, Shown, Slot};
use crate::page::msg::Msg;
use crate::page::view::Cx;

/// The dialog.
#[derive(Debug)]
pub struct YoursDialog {
    dialog: HtmlDialogElement,
    about: Slot,
    state: Slot,
    form: Element,
    tables: Tables,
    target: HtmlSelectElement,
    k: HtmlInputElement,
    k_row: Element,
    k_reason: Slot,
    engines: HtmlSelectElement,
    scale: HtmlInputElement,
    scale_reason: Slot,
    error: Slot,
    looked: Slot,
    learn: Element,
    edition: Shown<u64>,
    lanes: Shown<[&'static str; 2]>,
    _listeners: Vec<EventListener>,
}

impl YoursDialog {
    /// The dialog of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender) -> Result<YoursDialog, JsValue> {
        Ok(YoursDialog {
            dialog: dom::by_id("yours-dialog")?,
            about: Slot::by_id("yours-about")?,
            state: Slot::by_id("yours-state")?,
            form: dom::by_id("yours-form")?,
            tables: Tables::new(sender)?,
            target: dom::by_id("yours-target")?,
            k: dom::by_id("yours-k")?,
            k_row: dom::by_id("yours-k-row")?,
            k_reason: Slot::by_id("yours-k-reason")?,
            engines: dom::by_id("yours-engines")?,
            scale: dom::by_id("yours-scale")?,
            scale_reason: Slot::by_id("yours-scale-reason")?,
            error: Slot::by_id("yours-error")?,
            looked: Slot::by_id("yours-looked")?,
            learn: dom::by_id("yours-learn")?,
            edition: Shown::default(),
            lanes: Shown::default(),
            _listeners: listen(sender)?,
        })
    }

    /// Draws what changed.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, cx: &Cx<'_>) -> Result<(), JsValue> {
        if !self.dialog.open() {
            return Ok(());
        }
        let yours = &cx.state.yours;
        self.about.set(&about(yours));
        self.state.set_or_hide(says(yours));
        let is_new = self.edition.change(yours.edition);
        if is_new {
            self.tables.make(yours)?;
            self.fill_targets(yours.proposal.as_ref())?;
        }
        self.tables.draw(yours);
        dom::show(
            &self.form,
            yours.proposal.is_some() || !yours.error.is_empty(),
        );
        self.error.set_or_hide(&yours.error);
        dom::enable(&self.learn, !yours.is_looking);
        if let Some(proposal) = &yours.proposal {
            self.draw_choices(proposal, is_new)?;
        }
        Ok(())
    }

    fn draw_choices(&mut self, proposal: &Proposal, is_new: bool) -> Result<(), JsValue> {
        set_value(&self.target, proposal.target.as_deref().unwrap_or_default());
        let clusters = proposal.target.is_none();
        dom::show(&self.k_row, clusters);
        // What is being typed stays, 1 on the way to 12.
        if is_new || self.k.value().parse() != Ok(proposal.k) && !has_focus(&self.k) {
            self.k.set_value(&proposal.k.to_string());
        }
        self.k_reason.set(&proposal.k_reason);
        let lanes = lanes(proposal);
        if self.lanes.change(lanes) {
            self.engines.set_text_content(None);
            for (value, text) in [
                (
                    "both",
                    format!("{} and {}, side by side", lanes[0], lanes[1]),
                ),
                ("flink", lanes[0].to_owned()),
                ("spark", lanes[1].to_owned()),
            ] {
                let option = dom::child(&self.engines, "option", "", &text)?;
                dom::set_attribute(&option, "value", value);
            }
        }
        set_value(
            &self.engines,
            match proposal.engines {
                Engines::Both => "both",
                Engines::Flink => "flink",
                Engines::Spark => "spark",
            },
        );
        if self.scale.checked() != proposal.scale {
            self.scale.set_checked(proposal.scale);
        }
        self.scale_reason.set(&proposal.scale_reason);
        self.looked.set(&match proposal.rows {
            1 => "From the first row.".to_owned(),
            rows => format!("From the first {rows} rows. Nothing is learned before you say so."),
        });
        Ok(())
    }

    fn fill_targets(&self, proposal: Option<&Proposal>) -> Result<(), JsValue> {
        self.target.set_text_content(None);
        let clusters = dom::child(&self.target, "option", "", "clusters")?;
        dom::set_attribute(&clusters, "value", "");
        let columns = proposal.map(|proposal| proposal.columns.as_slice());
        for seen in columns.unwrap_or_default() {
            if seen.is_number {
                let text = format!("{}, from the features", seen.name);
                let option = dom::child(&self.target, "option", "", &text)?;
                dom::set_attribute(&option, "value", &seen.name);
            }
        }
        Ok(())
    }
}

/// What the dialog is about.
fn about(yours: &Yours) -> String {
    match &yours.waiting {
        Some((name, _)) => format!(
            "{name} has none of the topics that this page learns from. This is what could be learned from it."
        ),
        None => "Choose what the page reads. What is proposed comes from the first rows; you may change all of it."
            .to_owned(),
    }
}

/// How far it is.
fn says(yours: &Yours) -> &'static str {
    match (&yours.proposal, yours.is_looking) {
        (_, true) => "Looking at the first rows …",
        (None, false) if !yours.error.is_empty() => "",
        (None, false) => "Choose one topic or more.",
        (Some(proposal), false) if proposal.rows == 0 => {
            "No rows yet: insert some, then choose the topic again."
        }
        (Some(_), false) => "",
    }
}

/// What the lanes would be.
fn lanes(proposal: &Proposal) -> [&'static str; 2] {
    match (&proposal.target, proposal.is_class()) {
        (None, _) => ["Flink’s k-means", "Spark’s k-means"],
        (Some(_), true) => ["Flink’s logistic regression", "Spark’s logistic regression"],
        (Some(_), false) => ["least squares", "Spark’s linear regression"],
    }
}

fn set_value(select: &HtmlSelectElement, value: &str) {
    if select.value() != value {
        select.set_value(value);
    }
}

fn has_focus(input: &HtmlInputElement) -> bool {
    let active = dom::document()
        .ok()
        .and_then(|document| document.active_element());
    active.is_some_and(|active| active.id() == input.id())
}

fn listen(sender: &Sender) -> Result<Vec<EventListener>, JsValue> {
    let close = sender.clone();
    let mut listeners = vec![dom::on_click(
        &dom::by_id::<Element>("yours-close")?,
        move || close.send(Msg::Close),
    )];
    let (target, to_target): (HtmlSelectElement, _) = (dom::by_id("yours-target")?, sender.clone());
    listeners.push(EventListener::new(&target.clone(), "change", move |_| {
        let chosen = Some(target.value()).filter(|chosen| !chosen.is_empty());
        to_target.send(Msg::Yours(YoursMsg::Edit(Edit::Target(chosen))));
    }));
    let (k, to_k): (HtmlInputElement, _) = (dom::by_id("yours-k")?, sender.clone());
    listeners.push(EventListener::new(&k.clone(), "input", move |_| {
        if let Ok(k) = k.value().parse() {
            to_k.send(Msg::Yours(YoursMsg::Edit(Edit::K(k))));
        }
    }));
    let (engines, to_engines): (HtmlSelectElement, _) =
        (dom::by_id("yours-engines")?, sender.clone());
    listeners.push(EventListener::new(&engines.clone(), "change", move |_| {
        let chosen = match engines.value().as_str() {
            "flink" => Engines::Flink,
            "spark" => Engines::Spark,
            _ => Engines::Both,
        };
        to_engines.send(Msg::Yours(YoursMsg::Edit(Edit::Engines(chosen))));
    }));
    let (scale, to_scale): (HtmlInputElement, _) = (dom::by_id("yours-scale")?, sender.clone());
    listeners.push(EventListener::new(&scale.clone(), "change", move |_| {
        to_scale.send(Msg::Yours(YoursMsg::Edit(Edit::Scale(scale.checked()))));
    }));
    let (form, learn): (Element, _) = (dom::by_id("yours-form")?, sender.clone());
    listeners.push(EventListener::new_with_options(
        &form,
        "submit",
        EventListenerOptions::enable_prevent_default(),
        move |event| {
            event.prevent_default();
            learn.send(Msg::Yours(YoursMsg::Learn));
        },
    ));
    Ok(listeners)
}
