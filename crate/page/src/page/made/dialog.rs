//! The dialog of made-up streams.

use generate::{Kind, Settings};
use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsValue;
use web_sys::{Element, HtmlDialogElement, HtmlInputElement, HtmlSelectElement};

use super::MadeMsg;
use super::fields::{self, FIELDS};
use crate::page::app::Sender;
use crate::page::dom::{self, Slot};
use crate::page::msg::Msg;
use crate::page::view::Cx;

/// The dialog.
#[derive(Debug)]
pub struct MadeDialog {
    dialog: HtmlDialogElement,
    error: Slot,
    _listeners: Vec<EventListener>,
}

impl MadeDialog {
    /// The dialog of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender) -> Result<MadeDialog, JsValue> {
        let kind: HtmlSelectElement = dom::by_id("made-kind")?;
        fill(Kind::default());
        let (chosen, close, open) = (kind.clone(), sender.clone(), sender.clone());
        let on_kind = EventListener::new(&kind, "change", move |_| {
            fill(Kind::named(&chosen.value()).unwrap_or_default());
        });
        Ok(MadeDialog {
            dialog: dom::by_id("made-dialog")?,
            error: Slot::by_id("made-error")?,
            _listeners: vec![
                on_kind,
                on_play(sender, kind)?,
                dom::on_click(&dom::by_id::<Element>("made-close")?, move || {
                    close.send(Msg::Close)
                }),
                dom::on_click(&dom::by_id::<Element>("made-open")?, move || {
                    open.send(Msg::Made(MadeMsg::Open))
                }),
            ],
        })
    }

    /// Draws what changed.
    pub fn draw(&mut self, cx: &Cx<'_>) {
        if !self.dialog.open() {
            return;
        }
        let wrong = cx.state.made.error.as_ref();
        for field in &FIELDS {
            let is_wrong = wrong.is_some_and(|(name, _)| *name == field.name);
            if let Ok(input) = dom::by_id::<Element>(&fields::id(field.name)) {
                dom::set_attribute(
                    &input,
                    "aria-invalid",
                    if is_wrong { "true" } else { "false" },
                );
            }
        }
        let said = wrong.map_or_else(String::new, |(name, reason)| said(name, reason));
        self.error.set_or_hide(&said);
    }
}

/// A field by the name that the dialog gives it, and what is wrong with it.
fn said(name: &str, reason: &str) -> String {
    let label = dom::by_id::<Element>(&format!("{}-label", fields::id(name)));
    let label = label.ok().and_then(|label| label.text_content());
    let percent = ["noise", "label_noise", "updates", "deletes"].contains(&name);
    // Settings know shares, the reader typed percent.
    let reason = match percent && reason.ends_with("give 0 to 1") {
        true => "give 0 to 100 %",
        false => reason,
    };
    format!("{}: {reason}.", label.as_deref().unwrap_or(name))
}

/// Shows what fits a kind: its fields, with what is good to look at.
fn fill(kind: Kind) {
    let settings = Settings::of(kind);
    for field in &FIELDS {
        // What the reader chose for one kind may hold for another, but for these.
        let own = matches!(field.name, "drift" | "clusters");
        if let Ok(input) = dom::by_id::<HtmlInputElement>(&fields::id(field.name))
            && (own || input.value().is_empty())
        {
            input.set_value(&fields::shown(&settings, field));
        }
    }
    for name in ["clusters", "label_noise"] {
        if let Ok(row) = dom::by_id::<Element>(&format!("{}-row", fields::id(name))) {
            dom::show(&row, !kind.is_regression());
        }
    }
    for (id, text) in [
        ("made-about", about(kind)),
        (
            "made-drift-unit",
            match kind.is_regression() {
                true => "change of coefficients in 1,000 rows",
                false => "standard deviations in 1,000 rows",
            },
        ),
    ] {
        if let Ok(element) = dom::by_id::<Element>(id) {
            element.set_text_content(Some(text));
        }
    }
}

/// What is to be seen of a kind.
fn about(kind: Kind) -> &'static str {
    match kind {
        Kind::Blobs => {
            "Clusters that wander. Flink’s decay 0 follows them and trembles; Spark’s decay 1 lags behind."
        }
        Kind::Rotating => {
            "Clusters on a circle that turns. A model that forgets too little ends up in the middle."
        }
        Kind::Growing => {
            "Two clusters at first, then more. Whose centroids were placed at the beginning must share them."
        }
        Kind::Plane => {
            "A plane that turns. Least squares that forgets follows it, least squares that keeps all does not."
        }
    }
}

fn on_play(sender: &Sender, kind: HtmlSelectElement) -> Result<EventListener, JsValue> {
    let (form, unwrapped): (Element, HtmlSelectElement) =
        (dom::by_id("made-form")?, dom::by_id("made-shape")?);
    let (options, sender) = (
        EventListenerOptions::enable_prevent_default(),
        sender.clone(),
    );
    Ok(EventListener::new_with_options(
        &form,
        "submit",
        options,
        move |event| {
            event.prevent_default();
            let typed = |name: &str| {
                let input = dom::by_id::<HtmlInputElement>(&fields::id(name));
                input.map(|input| input.value()).unwrap_or_default()
            };
            let settings = fields::read(&kind.value(), unwrapped.value() == "unwrapped", typed);
            sender.send(Msg::Made(MadeMsg::Play(settings.map(Box::new))));
        },
    ))
}
