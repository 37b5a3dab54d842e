//! The cells that predictions of every kind have: where the row was, its features, right or wrong.

use wasm_bindgen::JsValue;
use web_sys::Element;

use super::Line;
use crate::page::dom::{self, Slot};
use crate::page::numbers;
use crate::page::row_keys::OPENS;
use crate::page::rows::Cells;

/// Topic, partition, offset; on a phone a short form of them.
#[derive(Debug)]
pub struct Place {
    parts: [Slot; 3],
    short: Slot,
}

impl Place {
    /// In this cell.
    ///
    /// # Errors
    /// The browser makes no such element.
    pub fn new(cell: &Element) -> Result<Place, JsValue> {
        let topic = dom::child(cell, "span", "wide-word", "")?;
        let part = |name: &str| dom::child(&topic, name, "", "").map(Slot::new);
        Ok(Place {
            parts: [part("span")?, part("i")?, part("span")?],
            short: Slot::new(dom::child(cell, "span", "phone-word", "")?),
        })
    }

    /// Writes the place, and the features into the cells behind it.
    pub fn fill(&mut self, cells: &mut Cells, line: &Line) {
        let row = &line.row;
        let texts = [
            row.topic.clone(),
            format!("/{}/", row.partition),
            row.offset.to_string(),
        ];
        for (slot, text) in self.parts.iter_mut().zip(texts) {
            slot.set(&text);
        }
        self.short.set(&line.short);
        for (i, (value, decimals)) in row.features.iter().zip(&line.decimals).enumerate() {
            cells.cells[i + 1].set(&numbers::fixed(*value, *decimals));
        }
    }
}

/// Says what a row opens, and whether the inspector shows that.
pub fn mark(row: &Element, line: &Line) {
    let of = &line.row;
    dom::set_attribute(
        row,
        OPENS,
        &format!("{}/{}/{}", of.topic, of.partition, of.offset),
    );
    dom::set_attribute(
        row,
        "aria-current",
        if line.open { "true" } else { "false" },
    );
}

/// A tick, or a cross with a word.
#[derive(Debug)]
pub struct Verdict {
    outer: Element,
    icon: Element,
    word: Slot,
}

impl Verdict {
    /// In this cell.
    ///
    /// # Errors
    /// The browser makes no such element.
    pub fn new(cell: &Element) -> Result<Verdict, JsValue> {
        let outer = dom::child(cell, "span", "", "")?;
        let icon = dom::icon(&outer, "#i-check", "icon12")?
            .first_element_child()
            .ok_or_else(|| JsValue::from_str("an icon without a shape"))?;
        let word = Slot::new(dom::child(&outer, "span", "", "")?);
        Ok(Verdict { outer, icon, word })
    }

    /// Says whether it was right; nothing where that is not known.
    pub fn set(&mut self, right: Option<bool>) {
        let wrong = right == Some(false);
        let icon = if wrong { "#i-cross" } else { "#i-check" };
        dom::set_attribute(&self.icon, "href", icon);
        self.word.set(if wrong { "wrong" } else { "" });
        dom::show(&self.outer, right.is_some());
        let title = if wrong { "wrong" } else { "right" };
        dom::set_attribute(&self.outer, "title", title);
    }
}
