//! Lines of words with links, and how they are written.

use lab::config::Policy;
use wasm_bindgen::JsValue;
use web_sys::Element;

use crate::page::dom;
use crate::page::rows::Badge;

/// A piece of a line.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// As it is.
    Text(String),
    /// Bold.
    Bold(String),
    /// A cluster: id, colour, name.
    Cluster(u32, usize, String),
    /// What can be pressed.
    Link(String, Go),
}

/// Where a link goes.
#[derive(Clone, Debug, PartialEq)]
pub enum Go {
    /// To the event of a record.
    Record(u64),
    /// To where so many records were applied: a version was made there.
    Seek(u64),
    /// To a centroid's life.
    Centroid(u32),
    /// To another policy for updates and deletes.
    Policy(Policy),
}

/// A line, and a smaller one below it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Block {
    /// The line.
    pub main: Vec<Part>,
    /// Below it.
    pub more: Vec<Part>,
}

impl Go {
    /// As an attribute of the link.
    pub fn word(&self) -> String {
        match self {
            Go::Record(record) => format!("record {record}"),
            Go::Seek(record) => format!("seek {record}"),
            Go::Centroid(cluster) => format!("centroid {cluster}"),
            Go::Policy(policy) => format!("policy {}", policy.word()),
        }
    }
}

/// Writes blocks into an element.
///
/// # Errors
/// The browser refused an element.
pub fn draw(into: &Element, blocks: &[Block]) -> Result<(), JsValue> {
    for block in blocks {
        let outer = dom::child(into, "div", "became", "")?;
        let main = dom::child(&outer, "p", "", "")?;
        parts(&main, &block.main)?;
        if !block.more.is_empty() {
            parts(&dom::child(&outer, "p", "quiet", "")?, &block.more)?;
        }
    }
    Ok(())
}

/// Writes the pieces of a line.
///
/// # Errors
/// The browser refused an element.
pub fn parts(line: &Element, parts: &[Part]) -> Result<(), JsValue> {
    for (i, part) in parts.iter().enumerate() {
        match part {
            Part::Text(text) => drop(dom::child(line, "span", "", text)?),
            Part::Bold(text) => drop(dom::child(line, "b", "", text)?),
            Part::Cluster(id, color, name) => Badge::new(line)?.set(*id, *color, name),
            Part::Link(text, go) => {
                let link = dom::child(line, "button", "link", text)?;
                dom::set_attribute(&link, "type", "button");
                dom::set_attribute(&link, "data-go", &go.word());
            }
        }
        let next = parts.get(i + 1);
        let badge = |part: Option<&Part>| matches!(part, Some(Part::Cluster(..)));
        if badge(Some(part)) || badge(next) || matches!(part, Part::Link(_, Go::Centroid(_))) {
            dom::child(line, "span", "", " ")?;
        }
    }
    Ok(())
}
