//! The corrections that the shown lane refused, under the linter's list: where each stands, and why.

use gloo::events::EventListener;
use lab::snapshot::RefusedRow;
use wasm_bindgen::JsValue;
use web_sys::Element;

use crate::page::app::Sender;
use crate::page::dom::{self, Shown, Slot};
use crate::page::inspector::InspectMsg;
use crate::page::msg::Msg;
use crate::page::numbers;
use crate::page::view::Cx;
use crate::protocol::Look;

/// The list.
#[derive(Debug)]
pub struct Refused {
    sender: Sender,
    root: Element,
    count: Slot,
    list: Element,
    shown: Shown<(u64, Vec<RefusedRow>)>,
    links: Vec<EventListener>,
}

impl Refused {
    /// The places of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender) -> Result<Refused, JsValue> {
        Ok(Refused {
            sender: sender.clone(),
            root: dom::by_id("refused")?,
            count: Slot::by_id("refused-count")?,
            list: dom::by_id("refused-list")?,
            shown: Shown::default(),
            links: Vec::new(),
        })
    }

    /// Draws what changed.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, cx: &Cx<'_>) -> Result<(), JsValue> {
        let snapshot = &cx.state.update.snapshot;
        let lane = snapshot.lanes.get(snapshot.lane);
        let count = lane.map_or(0, |lane| lane.corrections_refused);
        if !self.shown.change((count, snapshot.refused.clone())) {
            return Ok(());
        }
        dom::show(&self.root, count > 0);
        self.count.set(&counted(count, snapshot.refused.len()));
        self.links.clear();
        self.list.set_text_content(None);
        for row in &snapshot.refused {
            self.add(row)?;
        }
        Ok(())
    }

    fn add(&mut self, row: &RefusedRow) -> Result<(), JsValue> {
        let item = dom::child(&self.list, "li", "finding", "")?;
        dom::icon(&item, "#i-info", "icon14")?;
        let line = dom::child(&item, "p", "", "")?;
        let place = format!("{}/{}/{}", row.topic, row.partition, row.offset);
        let look = Look::Event {
            topic: row.topic.clone(),
            partition: row.partition,
            offset: row.offset,
        };
        let sender = self.sender.clone();
        let open = move || sender.send(Msg::Inspect(InspectMsg::Event(look.clone())));
        self.links.push(dom::button(&line, "link", &place, open)?);
        dom::child(&line, "span", "", &format!(": {}", row.reason))?;
        Ok(())
    }
}

/// "2", or "1,200, the newest 100 listed"
fn counted(count: u64, listed: usize) -> String {
    let all = numbers::count(count);
    match count > listed as u64 {
        true => format!("{all}, the newest {listed} listed"),
        false => all,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_listed_is_counted() {
        assert_eq!(counted(2, 2), "2");
        assert_eq!(counted(1_200, 100), "1,200, the newest 100 listed");
    }
}
