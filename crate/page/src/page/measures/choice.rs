//! Curves or scores: the right rail has room for one of them. And where a drift was found, said beside.

use gloo::events::EventListener;
use lab::snapshot::{Mark, MarkKind, Snapshot};
use wasm_bindgen::JsValue;
use web_sys::Element;

use crate::page::app::Sender;
use crate::page::dom::{self, Shown, Slot};
use crate::page::msg::Msg;
use crate::page::numbers;
use crate::page::view::Cx;

/// The choice.
#[derive(Debug)]
pub struct Choice {
    panel: Element,
    curves: Element,
    scores: Element,
    drift: Element,
    drift_words: Slot,
    shown: Shown<bool>,
    _listeners: [EventListener; 2],
}

impl Choice {
    /// The choice of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender) -> Result<Choice, JsValue> {
        let (curves, scores): (Element, Element) =
            (dom::by_id("show-curves")?, dom::by_id("show-scores")?);
        let choose = |button: &Element, scores: bool| {
            let sender = sender.clone();
            dom::on_click(button, move || sender.send(Msg::Scores(scores)))
        };
        Ok(Choice {
            panel: dom::by_id("right-measures")?,
            _listeners: [choose(&curves, false), choose(&scores, true)],
            curves,
            scores,
            drift: dom::by_id("drift-key")?,
            drift_words: Slot::by_id("drift-words")?,
            shown: Shown::default(),
        })
    }

    /// Draws what changed.
    pub fn draw(&mut self, cx: &Cx<'_>) {
        let scores = cx.state.scores;
        if self.shown.change(scores) {
            let pressed = |is: bool| if is { "true" } else { "false" };
            dom::set_attribute(&self.curves, "aria-pressed", pressed(!scores));
            dom::set_attribute(&self.scores, "aria-pressed", pressed(scores));
            let show = if scores { "scores" } else { "curves" };
            dom::set_attribute(&self.panel, "data-show", show);
        }
        let words = drifts(&cx.state.update.snapshot);
        dom::show(&self.drift, !words.is_empty());
        self.drift_words.set(&words);
    }
}

/// The drifts up to the playhead.
pub fn marks(snapshot: &Snapshot) -> impl Iterator<Item = &Mark> {
    let drifts = snapshot.marks.iter();
    drifts.filter(|mark| mark.kind == MarkKind::Drift && mark.record <= snapshot.record)
}

/// "drift at record 412"; empty where there is none.
pub fn drifts(snapshot: &Snapshot) -> String {
    let count = marks(snapshot).count();
    let Some(newest) = marks(snapshot).last() else {
        return String::new();
    };
    let at = numbers::count(newest.record);
    match count {
        1 => format!("drift at record {at}"),
        more => format!("{more} drifts, the last at record {at}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drifts_up_to_the_playhead_are_said() {
        let mark = |record, kind| Mark {
            record,
            kind,
            text: String::new(),
        };
        let mut snapshot = Snapshot {
            record: 3_000,
            marks: vec![
                mark(5, MarkKind::Gap),
                mark(412, MarkKind::Drift),
                mark(2_000, MarkKind::Drift),
                mark(4_000, MarkKind::Drift),
            ],
            ..Snapshot::default()
        };
        assert_eq!(drifts(&snapshot), "2 drifts, the last at record 2,000");
        snapshot.record = 500;
        assert_eq!(drifts(&snapshot), "drift at record 412");
        snapshot.record = 100;
        assert_eq!(drifts(&snapshot), "");
    }
}
