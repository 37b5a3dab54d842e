//! The tip beside a mark.

use wasm_bindgen::JsValue;
use web_sys::HtmlElement;

use super::says::Line;
use crate::page::chart::pen::At;
use crate::page::dom::{self, Shown};
use crate::page::rows::Badge;

/// The tip.
#[derive(Debug)]
pub struct Tip {
    element: HtmlElement,
    shown: Shown<String>,
    at: Shown<(i64, i64)>,
}

impl Tip {
    /// The tip that is this element.
    pub fn new(element: HtmlElement) -> Tip {
        Tip {
            element,
            shown: Shown::default(),
            at: Shown::default(),
        }
    }

    /// Hides it.
    pub fn hide(&mut self) {
        dom::show(&self.element, false);
        self.shown = Shown::default();
    }

    /// Shows these lines beside a place, inside of these corners.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn show(&mut self, lines: &[Line], at: At, corners: (At, At)) -> Result<(), JsValue> {
        if self.shown.change_text(&lines) {
            self.fill(lines)?;
        }
        dom::show(&self.element, !lines.is_empty());
        self.put(at, corners);
        Ok(())
    }

    /// Says what it shows to those who do not see it.
    pub fn say(&self) {
        let rows = self.element.child_nodes();
        let words = (0..rows.length()).filter_map(|i| rows.get(i)?.text_content());
        let words: Vec<String> = words.collect();
        if let Ok(polite) = dom::by_id::<web_sys::Element>("polite") {
            polite.set_text_content(Some(&words.join(", ")));
        }
    }

    fn fill(&self, lines: &[Line]) -> Result<(), JsValue> {
        self.element.set_text_content(None);
        for line in lines {
            let row = dom::child(&self.element, "p", "", "")?;
            match line {
                Line::Title(title, rest) => {
                    let cell = dom::child(&row, "span", "", "")?;
                    dom::child(&cell, "b", "", title)?;
                    dom::child(&cell, "span", "", rest)?;
                }
                Line::Text(name, value) => {
                    dom::child(&row, "span", "", name)?;
                    dom::child(&row, "span", "", value)?;
                }
                Line::Cluster(name, id, color, label, value) => {
                    dom::child(&row, "span", "", name)?;
                    Badge::new(&row)?.set(*id, *color, label);
                    dom::child(&row, "span", "", value)?;
                }
            }
        }
        Ok(())
    }

    fn put(&mut self, at: At, (from, to): (At, At)) {
        let (width, height) = (
            f64::from(self.element.offset_width()),
            f64::from(self.element.offset_height()),
        );
        let right = at.0 + 18.0;
        let x = if right + width > to.0 {
            (at.0 - 18.0 - width).max(4.0)
        } else {
            right
        };
        let y = (at.1 + 14.0).min(to.1 - height).max(from.1);
        if self.at.change((x.round() as i64, y.round() as i64)) {
            // A length of this program's own making.
            let _ = self.element.style().set_property(
                "transform",
                &format!("translate({}px,{}px)", x.round(), y.round()),
            );
        }
    }
}
