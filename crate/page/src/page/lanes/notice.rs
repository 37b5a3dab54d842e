//! What happens to lanes, in the caption's place: a rebuild under way, what was done, what was refused.

use gloo::events::EventListener;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement};

use super::{LanesMsg, edit};
use crate::page::app::Sender;
use crate::page::dom::{self, Shown, Slot};
use crate::page::msg::Msg;
use crate::page::numbers;
use crate::page::state::State;
use crate::page::view::Cx;
use crate::protocol::Rebuilding;

/// The notice.
#[derive(Debug)]
pub struct Notice {
    root: Element,
    bar: HtmlElement,
    said: Slot,
    undo: Element,
    close: Element,
    percent: Shown<u64>,
    _listeners: [EventListener; 2],
}

impl Notice {
    /// The notice of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender) -> Result<Notice, JsValue> {
        let (undo, close): (Element, Element) =
            (dom::by_id("lane-undo")?, dom::by_id("lane-said-close")?);
        let on = |element: &Element, msg: LanesMsg| {
            let sender = sender.clone();
            dom::on_click(element, move || sender.send(Msg::Lanes(msg.clone())))
        };
        let bar: Element = dom::by_id("rebuilding-bar")?;
        Ok(Notice {
            root: dom::by_id("lane-notice")?,
            bar: bar.unchecked_into(),
            said: Slot::by_id("lane-said")?,
            _listeners: [on(&undo, LanesMsg::Undo), on(&close, LanesMsg::Close)],
            undo,
            close,
            percent: Shown::default(),
        })
    }

    /// Draws what changed.
    pub fn draw(&mut self, cx: &Cx<'_>) {
        let state = cx.state;
        let rebuilding = state.update.rebuilding;
        let percent = rebuilding.map_or(100, |rebuilding| {
            (rebuilding.done * 100)
                .checked_div(rebuilding.of)
                .unwrap_or(0)
        });
        if self.percent.change(percent) {
            // A length of this program's own making.
            let _ = self
                .bar
                .style()
                .set_property("width", &format!("{percent}%"));
        }
        let text = says(state);
        self.said.set(&text);
        dom::show(&self.root, !text.is_empty());
        let refused = !state.change_refused.is_empty();
        dom::set_attribute(
            &self.root,
            "data-kind",
            match (rebuilding, refused) {
                (Some(_), _) => "rebuilding",
                (None, true) => "refused",
                (None, false) => "done",
            },
        );
        dom::show(
            &self.undo,
            rebuilding.is_none() && !refused && can_undo(state),
        );
        dom::show(&self.close, rebuilding.is_none());
    }
}

/// What there is to say; nothing most of the time.
fn says(state: &State) -> String {
    if let Some(Rebuilding { done, of }) = state.update.rebuilding {
        return format!(
            "Rebuilding: {} of {}",
            numbers::count(done),
            numbers::counted(of, "record")
        );
    }
    if !state.change_refused.is_empty() {
        return format!("Nothing was changed. {}", state.change_refused);
    }
    match &state.lanes.removed {
        Some((_, lane)) => format!("{} is removed.", lane.name),
        None => String::new(),
    }
}

fn can_undo(state: &State) -> bool {
    let room = || {
        state
            .file()
            .is_ok_and(|file| edit::no_room(&file).is_none())
    };
    state.lanes.removed.is_some() && room()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rebuild_is_told_before_all_else() {
        let mut state = State::default();
        assert_eq!(says(&state), "");
        state.change_refused = "lab file: lanes: has no lane".to_owned();
        assert_eq!(
            says(&state),
            "Nothing was changed. lab file: lanes: has no lane"
        );
        state.update.rebuilding = Some(Rebuilding {
            done: 12_400,
            of: 200_000,
        });
        assert_eq!(says(&state), "Rebuilding: 12,400 of 200,000 records");
    }
}
