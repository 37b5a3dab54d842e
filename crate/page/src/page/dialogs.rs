//! The help sheet, and the question before starting over.

use gloo::events::EventListener;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlDialogElement, MouseEvent};

use super::app::Sender;
use super::dom::{self, Slot};
use super::msg::{Dialog, Msg};
use super::state::Errand;
use super::view::Cx;
use crate::protocol::Command;

/// The dialogs.
#[derive(Debug)]
pub struct Dialogs {
    over_text: Slot,
    over_error: Slot,
    over_yes: Element,
    _listeners: Vec<EventListener>,
}

impl Dialogs {
    /// The dialogs of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender) -> Result<Dialogs, JsValue> {
        let mut listeners = Vec::new();
        for (id, msg) in [
            ("help-close", Msg::Close),
            ("over-no", Msg::Close),
            ("over-yes", Msg::StartOver),
        ] {
            let sender = sender.clone();
            listeners.push(dom::on_click(&dom::by_id::<Element>(id)?, move || {
                sender.send(msg.clone())
            }));
        }
        for (id, command) in [
            ("save-recording", Command::Recording),
            ("save-lines", Command::Lines),
        ] {
            let (sender, button) = (sender.clone(), dom::by_id::<Element>(id)?);
            listeners.push(dom::on_click(&button, move || {
                sender.send(Msg::Send(command.clone()))
            }));
        }
        // Replay lines are kept only where the address asks for them: they grow without bound.
        dom::show(
            &dom::by_id::<Element>("save-lines")?,
            dom::window()?.location().search()?.contains("keep=lines"),
        );
        for dialog in ALL {
            listeners.push(on_outside(&dom::by_id(id(dialog))?));
        }
        Ok(Dialogs {
            over_text: Slot::by_id("over-text")?,
            over_error: Slot::by_id("over-error")?,
            over_yes: dom::by_id("over-yes")?,
            _listeners: listeners,
        })
    }

    /// Draws what changed.
    pub fn draw(&mut self, cx: &Cx<'_>) {
        let scenario = &cx.state.scenario;
        let own = [&scenario.train, &scenario.test];
        let mut tables: Vec<&str> = own.into_iter().flatten().map(String::as_str).collect();
        // The bridge has one log for all scenarios.
        let others = cx.state.menu.iter().flat_map(|entry| &entry.tables);
        tables.extend(
            others
                .map(String::as_str)
                .filter(|it| !own.iter().any(|own| own.as_deref() == Some(*it))),
        );
        self.over_text.set(&format!(
            "This empties {} and the predictions in the bridge’s database, for every page that is connected. The model goes back to version 1.",
            tables.join(", ")
        ));
        self.over_error
            .set_or_hide(if let Errand::Failed(why) = &cx.state.over {
                why
            } else {
                ""
            });
        dom::enable(&self.over_yes, cx.state.over != Errand::UnderWay);
    }
}

/// All of them.
const ALL: [Dialog; 9] = [
    Dialog::Help,
    Dialog::Over,
    Dialog::Kept,
    Dialog::Share,
    Dialog::Made,
    Dialog::Yours,
    Dialog::Lane,
    Dialog::Pipeline,
    Dialog::Job,
];

/// Opens a dialog.
pub fn open(dialog: Dialog) {
    if let Ok(element) = dom::by_id::<HtmlDialogElement>(id(dialog))
        && !element.open()
    {
        // It is in the document and closed: it opens.
        let _ = element.show_modal();
    }
}

/// Closes all dialogs.
pub fn close() {
    for dialog in ALL {
        if let Ok(element) = dom::by_id::<HtmlDialogElement>(id(dialog)) {
            element.close();
        }
    }
}

/// A click beside a dialog closes it.
fn on_outside(dialog: &HtmlDialogElement) -> EventListener {
    let inner = dialog.clone();
    EventListener::new(dialog, "click", move |event| {
        let Some(event) = event.dyn_ref::<MouseEvent>() else {
            return;
        };
        // A list that a field opens may reach beyond the dialog.
        let target = event.target();
        if !target.is_some_and(|target| target.has_type::<HtmlDialogElement>()) {
            return;
        }
        let frame = inner.get_bounding_client_rect();
        let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
        let inside =
            x >= frame.left() && x <= frame.right() && y >= frame.top() && y <= frame.bottom();
        // A click by keyboard has no place.
        if !inside && event.detail() > 0 {
            inner.close();
        }
    })
}

fn id(dialog: Dialog) -> &'static str {
    match dialog {
        Dialog::Help => "help-sheet",
        Dialog::Over => "over-dialog",
        Dialog::Kept => "kept-dialog",
        Dialog::Pipeline => "pipeline-dialog",
        Dialog::Share => "share-dialog",
        Dialog::Job => "job-dialog",
        Dialog::Made => "made-dialog",
        Dialog::Yours => "yours-dialog",
        Dialog::Lane => "lane-dialog",
    }
}
