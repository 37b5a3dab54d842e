//! The chip in the lane's head, and the list.

use gloo::events::EventListener;
use lab::lint::Finding;
use wasm_bindgen::JsValue;
use web_sys::Element;

use super::LintMsg;
use super::words::{Chip, chip, counts, look, rest};
use crate::page::app::Sender;
use crate::page::dom::{self, Shown, Slot};
use crate::page::msg::Msg;
use crate::page::state::RightTab;
use crate::page::view::Cx;

/// Both.
#[derive(Debug)]
pub struct LintView {
    sender: Sender,
    chip: Element,
    chip_icon: Element,
    chip_says: Slot,
    chip_more: Slot,
    chip_short: Slot,
    counts: Slot,
    nothing: Element,
    list: Element,
    items: Vec<(u64, Item)>,
    shown: Shown<(u64, usize, u64)>,
    _open: EventListener,
}

/// A finding in the list.
#[derive(Debug)]
struct Item {
    root: Element,
    icon: Element,
    title: Slot,
    says: Slot,
    fix: Slot,
    means: Slot,
    seen: Slot,
    todo: Slot,
    _click: EventListener,
}

impl LintView {
    /// The places of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender) -> Result<LintView, JsValue> {
        let chip: Element = dom::by_id("lint-chip")?;
        let to_list = sender.clone();
        Ok(LintView {
            _open: dom::on_click(&chip, move || {
                to_list.send(Msg::Right(RightTab::Settings));
                to_list.send(Msg::Lint(LintMsg::Open));
            }),
            sender: sender.clone(),
            chip,
            chip_icon: dom::by_id("lint-chip-icon")?,
            chip_says: Slot::by_id("lint-chip-says")?,
            chip_more: Slot::by_id("lint-chip-more")?,
            chip_short: Slot::by_id("lint-chip-short")?,
            counts: Slot::by_id("lint-counts")?,
            nothing: dom::by_id("lint-nothing")?,
            list: dom::by_id("lint-list")?,
            items: Vec::new(),
            shown: Shown::default(),
        })
    }

    /// Draws what changed.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, cx: &Cx<'_>) -> Result<(), JsValue> {
        let (state, snapshot) = (cx.state, &cx.state.update.snapshot);
        let Some(lane) = snapshot.lanes.get(snapshot.lane) else {
            return Ok(());
        };
        let drawn = (state.lint.edition, snapshot.lane, state.experiment);
        if !self.shown.change(drawn) {
            return Ok(());
        }
        let all = state.lint.found.iter();
        let found: Vec<&Finding> = all.filter(|finding| finding.concerns(&lane.name)).collect();
        self.draw_chip(chip(&found).as_ref(), found.len());
        self.counts.set(&counts(&found));
        dom::show(&self.nothing, found.is_empty());
        self.draw_list(&found)
    }

    fn draw_chip(&mut self, chip: Option<&Chip>, count: usize) {
        dom::show(&self.chip, chip.is_some());
        let Some(chip) = chip else { return };
        let (class, icon) = look(chip.severity);
        self.chip.set_class_name(&format!("chip lint-chip {class}"));
        dom::set_attribute(&self.chip_icon, "href", icon);
        self.chip_says.set(&chip.says);
        self.chip_more.set_or_hide(&chip.more);
        self.chip_short.set(&count.to_string());
        // Where there is little room only the count is to be seen, so the name has it.
        let name = format!("{}; {count} in all", chip.label);
        dom::set_attribute(&self.chip, "aria-label", &name);
        dom::set_attribute(&self.chip, "title", &chip.label);
    }

    /// What stays in the list keeps its element, and so what of it is open and where the keyboard is.
    fn draw_list(&mut self, found: &[&Finding]) -> Result<(), JsValue> {
        let ids: Vec<u64> = found.iter().map(|finding| finding.id()).collect();
        if ids != self.items.iter().map(|(id, _)| *id).collect::<Vec<_>>() {
            let mut old = std::mem::take(&mut self.items);
            for id in ids {
                let item = match old.iter().position(|(known, _)| *known == id) {
                    Some(at) => old.swap_remove(at),
                    None => (id, Item::new(&self.sender, id)?),
                };
                self.items.push(item);
            }
            old.iter().for_each(|(_, item)| item.root.remove());
            for (at, (_, item)) in self.items.iter().enumerate() {
                let there = self.list.child_nodes().item(at as u32);
                if !item.root.is_same_node(there.as_ref()) {
                    self.list.insert_before(&item.root, there.as_ref())?;
                }
            }
        }
        for ((_, item), finding) in self.items.iter_mut().zip(found) {
            item.set(finding);
        }
        Ok(())
    }
}

impl Item {
    fn new(sender: &Sender, id: u64) -> Result<Item, JsValue> {
        let root = dom::element("li", "finding")?;
        let svg = dom::icon(&root, "#i-info", "icon14")?;
        let icon = svg
            .first_element_child()
            .ok_or_else(|| JsValue::from_str("an icon has no shape"))?;
        let body = dom::child(&root, "div", "", "")?;
        let line = dom::child(&body, "p", "", "")?;
        let title = dom::child(&line, "b", "", "")?;
        let says = dom::child(&line, "span", "", "")?;
        let fix = dom::child(&line, "button", "link", "")?;
        dom::set_attribute(&fix, "type", "button");
        let sender = sender.clone();
        let click = dom::on_click(&fix, move || sender.send(Msg::Lint(LintMsg::Fix(id))));
        let more = dom::child(&body, "details", "", "")?;
        dom::child(&more, "summary", "", "What it means")?;
        let paragraph = || Ok::<_, JsValue>(Slot::new(dom::child(&more, "p", "", "")?));
        Ok(Item {
            icon,
            title: Slot::new(title),
            says: Slot::new(says),
            fix: Slot::new(fix),
            means: paragraph()?,
            seen: paragraph()?,
            todo: paragraph()?,
            root,
            _click: click,
        })
    }

    fn set(&mut self, finding: &Finding) {
        let (class, icon) = look(finding.severity);
        dom::set_attribute(&self.root, "class", &format!("finding {class}"));
        dom::set_attribute(&self.icon, "href", icon);
        self.title.set(&finding.title);
        self.says.set(&rest(finding));
        let fix = finding.fix.as_ref();
        self.fix.set_or_hide(fix.map_or("", |fix| &fix.words));
        self.means.set_or_hide(&finding.means);
        self.seen.set_or_hide(&finding.seen);
        self.todo.set_or_hide(&finding.todo);
    }
}
