//! Table rows whose nodes stay: new rows come in, old nodes are reused for them.

use std::collections::VecDeque;

use wasm_bindgen::JsValue;
use web_sys::Element;

use super::dom::{self, Slot};

/// Rows of a table's body or another list.
#[derive(Debug)]
pub struct Rows<R> {
    body: Element,
    rows: VecDeque<(u64, R)>,
}

/// A row's node.
pub trait RowNode: Sized {
    /// What the row shows.
    type Item;

    /// Makes an empty row, not yet in the document.
    ///
    /// # Errors
    /// The browser makes no such element.
    fn new(columns: usize) -> Result<Self, JsValue>;

    /// The row's outermost element.
    fn node(&self) -> &Element;

    /// Shows an item.
    fn set(&mut self, item: &Self::Item);
}

impl<R: RowNode> Rows<R> {
    /// Rows inside this element.
    pub fn new(body: Element) -> Rows<R> {
        Rows {
            body,
            rows: VecDeque::new(),
        }
    }

    /// Shows these items; a key stays with its item, so that rows that were there keep their nodes.
    ///
    /// # Errors
    /// The browser makes no such element.
    pub fn show(&mut self, columns: usize, items: &[(u64, R::Item)]) -> Result<(), JsValue> {
        self.make_room(columns, items);
        for (at, (key, item)) in items.iter().enumerate() {
            if at == self.rows.len() {
                let row = R::new(columns)?;
                self.body.append_child(row.node())?;
                self.rows.push_back((*key, row));
            }
            self.rows[at].0 = *key;
            self.rows[at].1.set(item);
        }
        while self.rows.len() > items.len() {
            if let Some((_, row)) = self.rows.pop_back() {
                row.node().remove();
            }
        }
        Ok(())
    }

    /// Lets go of all rows, where their columns change.
    pub fn clear(&mut self) {
        for (_, row) in self.rows.drain(..) {
            row.node().remove();
        }
    }

    /// Where items came in at the front, moves as many nodes there from the back.
    fn make_room(&mut self, columns: usize, items: &[(u64, R::Item)]) {
        let Some((first, _)) = self.rows.front() else {
            return;
        };
        let Some(new) = items.iter().position(|(key, _)| key == first) else {
            return;
        };
        let spare = (self.rows.len() + new)
            .saturating_sub(items.len())
            .min(new)
            .min(self.rows.len());
        for _ in 0..spare {
            let Some(row) = self.rows.pop_back() else {
                return;
            };
            // The body is an element of the document: it takes its own child back.
            let _ = self
                .body
                .insert_before(row.1.node(), self.body.first_child().as_ref());
            self.rows.push_front(row);
        }
        for _ in spare..new {
            let Ok(row) = R::new(columns) else { return };
            let _ = self
                .body
                .insert_before(row.node(), self.body.first_child().as_ref());
            self.rows.push_front((0, row));
        }
    }
}

/// Plain cells of one row.
#[derive(Debug)]
pub struct Cells {
    /// The row.
    pub row: Element,
    /// Its cells.
    pub cells: Vec<Slot>,
    class: String,
}

impl Cells {
    /// A row with cells of these classes.
    ///
    /// # Errors
    /// The browser makes no such element.
    pub fn new(classes: &[&str]) -> Result<Cells, JsValue> {
        let row = dom::element("tr", "")?;
        let cells: Result<Vec<Slot>, JsValue> = classes
            .iter()
            .map(|class| dom::child(&row, "td", class, "").map(Slot::new))
            .collect();
        Ok(Cells {
            row,
            cells: cells?,
            class: String::new(),
        })
    }

    /// Sets the row's class.
    pub fn set_class(&mut self, class: &str) {
        if self.class != class {
            self.row.set_class_name(class);
            self.class = class.to_owned();
        }
    }
}

/// A cluster's id in its colour, with a name.
#[derive(Debug)]
pub struct Badge {
    id: Slot,
    name: Slot,
    color: usize,
}

impl Badge {
    /// A badge inside this element.
    ///
    /// # Errors
    /// The browser makes no such element.
    pub fn new(parent: &Element) -> Result<Badge, JsValue> {
        let outer = dom::child(parent, "span", "given", "")?;
        let id = Slot::new(dom::child(&outer, "span", "id", "")?);
        let name = Slot::new(dom::child(&outer, "span", "", "")?);
        Ok(Badge {
            id,
            name,
            color: usize::MAX,
        })
    }

    /// Shows a cluster.
    pub fn set(&mut self, id: u32, color: usize, name: &str) {
        self.id.set(&id.to_string());
        self.name.set(name);
        if self.color != color {
            self.id
                .element
                .set_class_name(&format!("id c{}", color % 8));
            self.color = color;
        }
    }
}
