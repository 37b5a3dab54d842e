//! The dialog's tables: topics, and their columns.

use gloo::events::EventListener;
use lab::config::Role;
use lab::propose::{Proposal, Seen};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement, HtmlInputElement, HtmlSelectElement};

use super::sniff::Topic;
use super::{Edit, Yours, YoursMsg};
use crate::page::app::Sender;
use crate::page::dom;
use crate::page::msg::Msg;
use crate::page::numbers;

/// Topics that are listed; a bridge with more is asked for a pattern.
const TOPICS_MOST: usize = 200;

const ROLES: [(&str, Role, &str); 4] = [
    ("train", Role::Train, "train"),
    ("classify", Role::Classify, "test"),
    ("both", Role::Both, "test, then train"),
    ("ignore", Role::Ignore, "do nothing"),
];

/// The tables.
#[derive(Debug)]
pub struct Tables {
    sender: Sender,
    topics: Element,
    columns: Element,
    columns_table: Element,
    topic_rows: Vec<TopicRow>,
    column_rows: Vec<ColumnRow>,
    no_label: Option<HtmlInputElement>,
    listeners: Vec<EventListener>,
}

#[derive(Debug)]
struct TopicRow {
    name: String,
    is_read: HtmlInputElement,
    role: HtmlSelectElement,
    why: Element,
}

#[derive(Debug)]
struct ColumnRow {
    name: String,
    feature: Option<HtmlInputElement>,
    label: Option<HtmlInputElement>,
}

impl Tables {
    /// The tables of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender) -> Result<Tables, JsValue> {
        Ok(Tables {
            sender: sender.clone(),
            topics: dom::by_id("yours-topics")?,
            columns: dom::by_id("yours-columns")?,
            columns_table: dom::by_id("yours-columns-table")?,
            topic_rows: Vec::new(),
            column_rows: Vec::new(),
            no_label: None,
            listeners: Vec::new(),
        })
    }

    /// Makes the rows anew; the keyboard stays where it is.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn make(&mut self, yours: &Yours) -> Result<(), JsValue> {
        let focused = focused_id();
        self.listeners.clear();
        self.topics.set_text_content(None);
        self.columns.set_text_content(None);
        (self.topic_rows, self.column_rows, self.no_label) = (Vec::new(), Vec::new(), None);
        for topic in yours.topics.iter().take(TOPICS_MOST) {
            self.topic(topic)?;
        }
        let columns = yours.proposal.as_ref().map(|proposal| &proposal.columns);
        let columns = columns.map_or(&[][..], Vec::as_slice);
        dom::show(&self.columns_table, !columns.is_empty());
        for seen in columns {
            self.column(seen)?;
        }
        if columns.iter().any(|seen| seen.is_label) {
            self.row_without_label()?;
        }
        if let Some(element) = focused.and_then(|id| dom::by_id::<HtmlElement>(&id).ok()) {
            dom::focus(&element);
        }
        Ok(())
    }

    /// Shows what is chosen.
    pub fn draw(&self, yours: &Yours) {
        for row in &self.topic_rows {
            let is_read = yours.chosen.contains(&row.name);
            check(&row.is_read, is_read);
            let proposal = yours.proposal.as_ref().filter(|_| is_read);
            let topic = proposal
                .and_then(|proposal| proposal.topics.iter().find(|topic| topic.name == row.name));
            dom::enable(&row.role, topic.is_some());
            let role = topic.map_or(Role::Ignore, |topic| topic.role);
            let value = ROLES.iter().find(|(_, of, _)| *of == role);
            let value = value.map_or("", |(value, ..)| value);
            if row.role.value() != value {
                row.role.set_value(value);
            }
            let why = topic.map_or("", |topic| topic.reason.as_str());
            if row.why.text_content().as_deref() != Some(why) {
                row.why.set_text_content(Some(why));
            }
        }
        if let Some(proposal) = &yours.proposal {
            self.draw_columns(proposal);
        }
    }

    fn draw_columns(&self, proposal: &Proposal) {
        for row in &self.column_rows {
            if let Some(feature) = &row.feature {
                check(feature, proposal.features.contains(&row.name));
            }
            if let Some(label) = &row.label {
                check(label, proposal.label.as_ref() == Some(&row.name));
            }
        }
        if let Some(none) = &self.no_label {
            check(none, proposal.label.is_none());
        }
    }

    fn topic(&mut self, topic: &Topic) -> Result<(), JsValue> {
        let number = self.topic_rows.len();
        let row = dom::child(&self.topics, "tr", "", "")?;
        let head = dom::child(&row, "th", "", "")?;
        dom::set_attribute(&head, "scope", "row");
        let label = dom::child(&head, "label", "pick", "")?;
        let is_read = input(&label, "checkbox", &format!("yours-topic-{number}"))?;
        dom::child(&label, "span", "", &topic.name)?;
        let more = if topic.is_more { "+" } else { "" };
        let records = format!("{}{more}", numbers::count(topic.records));
        dom::child(&row, "td", "num wide", &records)?;
        let cell = dom::child(&row, "td", "", "")?;
        let role: HtmlSelectElement = dom::child(&cell, "select", "", "")?.unchecked_into();
        dom::set_attribute(&role, "id", &format!("yours-role-{number}"));
        dom::set_attribute(
            &role,
            "aria-label",
            &format!("What the rows of {} do", topic.name),
        );
        for (value, _, text) in ROLES {
            dom::set_attribute(&dom::child(&role, "option", "", text)?, "value", value);
        }
        let why = dom::child(&row, "td", "wide quiet", "")?;
        let (sender, name, chosen) = (self.sender.clone(), topic.name.clone(), is_read.clone());
        self.listeners
            .push(EventListener::new(&is_read, "change", move |_| {
                let msg = YoursMsg::Choose(name.clone(), chosen.checked());
                sender.send(Msg::Yours(msg));
            }));
        let (sender, name, chosen) = (self.sender.clone(), topic.name.clone(), role.clone());
        self.listeners
            .push(EventListener::new(&role, "change", move |_| {
                let role = ROLES.iter().find(|(value, ..)| *value == chosen.value());
                let role = role.map_or(Role::Train, |(_, role, _)| *role);
                sender.send(Msg::Yours(YoursMsg::Edit(Edit::Role(name.clone(), role))));
            }));
        self.topic_rows.push(TopicRow {
            name: topic.name.clone(),
            is_read,
            role,
            why,
        });
        Ok(())
    }

    fn column(&mut self, seen: &Seen) -> Result<(), JsValue> {
        let number = self.column_rows.len();
        let row = dom::child(&self.columns, "tr", "", "")?;
        let head = dom::child(&row, "th", "", &seen.name)?;
        dom::set_attribute(&head, "scope", "row");
        let cell = dom::child(&row, "td", "pick-cell", "")?;
        let mut feature = None;
        if seen.is_number {
            let input = input(&cell, "checkbox", &format!("yours-feature-{number}"))?;
            dom::set_attribute(&input, "aria-label", &format!("{} is a feature", seen.name));
            let (sender, name, chosen) = (self.sender.clone(), seen.name.clone(), input.clone());
            self.listeners
                .push(EventListener::new(&input, "change", move |_| {
                    let edit = Edit::Feature(name.clone(), chosen.checked());
                    sender.send(Msg::Yours(YoursMsg::Edit(edit)));
                }));
            feature = Some(input);
        }
        let cell = dom::child(&row, "td", "pick-cell", "")?;
        let label = match seen.is_label {
            true => Some(self.label(&cell, number, Some(seen.name.clone()))?),
            false => None,
        };
        dom::child(&row, "td", "wide values", &seen.values.join(", "))?;
        dom::child(&row, "td", "quiet", &seen.reason)?;
        self.column_rows.push(ColumnRow {
            name: seen.name.clone(),
            feature,
            label,
        });
        Ok(())
    }

    fn row_without_label(&mut self) -> Result<(), JsValue> {
        let row = dom::child(&self.columns, "tr", "", "")?;
        dom::set_attribute(&dom::child(&row, "th", "", "no label")?, "scope", "row");
        dom::child(&row, "td", "", "")?;
        let cell = dom::child(&row, "td", "pick-cell", "")?;
        self.no_label = Some(self.label(&cell, self.column_rows.len(), None)?);
        dom::child(&row, "td", "wide", "")?;
        dom::child(&row, "td", "quiet", "right and wrong are not told")?;
        Ok(())
    }

    fn label(
        &mut self,
        cell: &Element,
        number: usize,
        name: Option<String>,
    ) -> Result<HtmlInputElement, JsValue> {
        let input = input(cell, "radio", &format!("yours-label-{number}"))?;
        dom::set_attribute(&input, "name", "yours-label");
        let says = match &name {
            Some(name) => format!("{name} is the label"),
            None => "no label".to_owned(),
        };
        dom::set_attribute(&input, "aria-label", &says);
        let sender = self.sender.clone();
        self.listeners
            .push(EventListener::new(&input, "change", move |_| {
                sender.send(Msg::Yours(YoursMsg::Edit(Edit::Label(name.clone()))));
            }));
        Ok(input)
    }
}

fn input(parent: &Element, kind: &str, id: &str) -> Result<HtmlInputElement, JsValue> {
    let input = dom::child(parent, "input", "", "")?;
    dom::set_attribute(&input, "type", kind);
    dom::set_attribute(&input, "id", id);
    Ok(input.unchecked_into())
}

fn check(input: &HtmlInputElement, checked: bool) {
    if input.checked() != checked {
        input.set_checked(checked);
    }
}

/// The element that has the keyboard.
fn focused_id() -> Option<String> {
    let active = dom::document().ok()?.active_element()?;
    Some(active.id()).filter(|id| !id.is_empty())
}
