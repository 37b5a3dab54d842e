//! What holds for a stream as a whole, over the change events: calm, folded, and it stays.

use lab::snapshot::StreamNote;
use wasm_bindgen::JsValue;
use web_sys::Element;

use super::dom::{self, Shown, Slot};
use super::{names, numbers};

/// The notes.
#[derive(Debug)]
pub struct Notes {
    place: Element,
    head: Slot,
    list: Element,
    shown: Shown<Vec<StreamNote>>,
}

impl Notes {
    /// The place for them in index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new() -> Result<Notes, JsValue> {
        Ok(Notes {
            place: dom::by_id("notes")?,
            head: Slot::by_id("notes-head")?,
            list: dom::by_id("notes-list")?,
            shown: Shown::default(),
        })
    }

    /// Draws what changed; `prefix` is what all topics begin with.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, notes: &[StreamNote], prefix: &str) -> Result<(), JsValue> {
        if !self.shown.change(notes.to_vec()) {
            return Ok(());
        }
        dom::show(&self.place, !notes.is_empty());
        self.head.set(&heading(notes));
        self.list.set_text_content(None);
        for note in notes {
            let item = dom::child(&self.list, "li", "", "")?;
            let topic = names::short_topic(&note.topic, prefix);
            dom::child(&item, "b", "", &format!("{topic} "))?;
            dom::child(&item, "span", "", &note.text)?;
            let place = format!("{}/{}/{}", note.topic, note.partition, note.offset);
            dom::set_attribute(&item, "title", &format!("first seen at {place}"));
        }
        Ok(())
    }
}

fn heading(notes: &[StreamNote]) -> String {
    format!(
        "{} on the streams",
        numbers::counted(notes.len() as u64, "note")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heading_counts() {
        let note = StreamNote::default();
        assert_eq!(
            heading(std::slice::from_ref(&note)),
            "1 note on the streams"
        );
        assert_eq!(heading(&[note.clone(), note]), "2 notes on the streams");
    }
}
