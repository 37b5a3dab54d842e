//! Which rows went where: a line for each label, a column for each cluster or predicted class.

use lab::snapshot::{ClassRow, Snapshot, Task};
use wasm_bindgen::JsValue;
use web_sys::Element;

use crate::page::dom::{self, Shown, Slot};
use crate::page::numbers;

/// Columns that have room; more can be scrolled to.
const ROOM: usize = 4;

/// The table.
#[derive(Debug)]
pub struct Confusion {
    title: Slot,
    table: Element,
    note: Slot,
    head: Element,
    body: Element,
    cells: Vec<Vec<Slot>>,
    shape: Shown<Shape>,
}

/// What the table's form depends on.
#[derive(Clone, Debug, PartialEq)]
struct Shape {
    classes: Vec<(String, Option<usize>)>,
    colors: Vec<usize>,
    is_clusters: bool,
}

impl Confusion {
    /// The table of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new() -> Result<Confusion, JsValue> {
        Ok(Confusion {
            title: Slot::by_id("confusion-title")?,
            table: dom::by_id("confusion")?,
            note: Slot::by_id("confusion-note")?,
            head: dom::by_id("confusion-head")?,
            body: dom::by_id("confusion-body")?,
            cells: Vec::new(),
            shape: Shown::default(),
        })
    }

    /// Draws the table.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, snapshot: &Snapshot) -> Result<(), JsValue> {
        let measures = &snapshot.measures;
        let table = measures.confusion.as_ref();
        let classes = table.map_or(&[][..], |table| &table.classes);
        let is_clusters = snapshot.task == Task::Clustering;
        self.title.set(match snapshot.task {
            Task::Clustering => "Test rows by label and cluster",
            Task::Classification => "Test rows by class and prediction",
            Task::Regression => "",
        });
        let shape = Shape {
            classes: classes
                .iter()
                .map(|class| (class.name.clone(), class.label))
                .collect(),
            colors: snapshot.cluster_labels.clone(),
            is_clusters,
        };
        if self.shape.change(shape.clone()) {
            self.make(&shape, classes)?;
        }
        for (cells, class) in self.cells.iter_mut().zip(classes) {
            for (cell, count) in cells.iter_mut().zip(&class.counts) {
                cell.set(&rows(*count));
            }
        }
        dom::show(&self.table, !classes.is_empty());
        self.note.set_or_hide(match table {
            Some(table) if table.left_out => "the first 16 of each",
            Some(_) => "",
            None if snapshot.task == Task::Regression => "",
            None => &measures.note,
        });
        Ok(())
    }

    fn make(&mut self, shape: &Shape, classes: &[ClassRow]) -> Result<(), JsValue> {
        self.cells.clear();
        self.head.set_text_content(None);
        self.body.set_text_content(None);
        let columns = classes.first().map_or(0, |class| class.counts.len());
        dom::set_attribute(
            &self.table,
            "class",
            if columns > ROOM {
                "confusion wide-table"
            } else {
                "confusion"
            },
        );
        let corner = if shape.is_clusters { "label" } else { "class" };
        let corner = dom::child(&self.head, "th", "", corner)?;
        dom::set_attribute(&corner, "scope", "col");
        for column in 0..columns {
            let color = shape.colors.get(column).copied().unwrap_or(column);
            let head = dom::child(&self.head, "th", "num", "")?;
            dom::set_attribute(&head, "scope", "col");
            dom::child(
                &head,
                "span",
                &format!("id c{}", color % 8),
                &column.to_string(),
            )?;
        }
        for (at, (name, label)) in shape.classes.iter().enumerate() {
            let row = dom::child(&self.body, "tr", "", "")?;
            let head = dom::child(&row, "th", "", name)?;
            dom::set_attribute(&head, "scope", "row");
            dom::set_attribute(&head, "title", name);
            let mut cells = Vec::with_capacity(columns);
            for column in 0..columns {
                // Where the cluster stands for the label, or the class is the predicted one.
                let right = match shape.is_clusters {
                    true => label.is_some() && shape.colors.get(column) == label.as_ref(),
                    false => column == at,
                };
                let class = if right {
                    "num strong right-cell"
                } else {
                    "num"
                };
                cells.push(Slot::new(dom::child(&row, "td", class, "")?));
            }
            self.cells.push(cells);
        }
        Ok(())
    }
}

/// How many rows; with a decimal where the past fades.
fn rows(count: f64) -> String {
    match count.fract() == 0.0 {
        true => numbers::count(count as u64),
        false => numbers::fixed(count, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faded_counts_have_a_decimal() {
        assert_eq!(
            (rows(0.0), rows(1_234.0), rows(9.25)),
            ("0".to_owned(), "1,234".to_owned(), "9.2".to_owned())
        );
    }
}
