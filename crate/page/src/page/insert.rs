//! A row of one's own.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::events::{EventListener, EventListenerOptions};
use serde_json::{Map, Number, Value};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlInputElement, HtmlSelectElement, SubmitEvent};

use super::app::Sender;
use super::copy::CommandLine;
use super::dom::{self, Slot};
use super::msg::Msg;
use super::state::{Errand, RowsFrom, Scenario, State};
use super::view::Cx;
use super::{names, numbers, predictions};

/// The form.
#[derive(Debug)]
pub struct InsertForm {
    buttons: Vec<Element>,
    error: Slot,
    note: Slot,
    said: Slot,
    command: CommandLine,
    _submit: EventListener,
}

#[derive(Debug)]
struct Fields {
    numbers: Vec<NumberField>,
    label: Option<(String, HtmlSelectElement)>,
}

#[derive(Debug)]
struct NumberField {
    name: String,
    input: HtmlInputElement,
    error: RefCell<Slot>,
    /// The table whose rows may do without it.
    not_in: Option<String>,
}

impl InsertForm {
    /// The form of index.html, with a field for each column.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender, state: &State) -> Result<InsertForm, JsValue> {
        let form: Element = dom::by_id("panel-insert")?;
        let fields = Rc::new(Fields::new(&dom::by_id("fields")?, state)?);
        let scenario = &state.scenario;
        let mut buttons = Vec::new();
        for (id, table) in [
            ("insert-train", &scenario.train),
            ("insert-test", &scenario.test),
        ] {
            let button: Element = dom::by_id(id)?;
            dom::show(&button, table.is_some());
            if let Some(table) = table {
                let does = match state.rows_from {
                    RowsFrom::Database => "psql for",
                    RowsFrom::Page | RowsFrom::File => "Insert into",
                };
                let short = names::short_topic(table, &scenario.prefix);
                let predicts = scenario.target.is_some() && Some(table) == scenario.test.as_ref();
                let text = match (predicts, state.rows_from) {
                    (true, RowsFrom::Page) => "Predict".to_owned(),
                    _ => format!("{does} {short}"),
                };
                button.set_text_content(Some(&text));
                dom::set_attribute(&button, "value", table);
                dom::set_attribute(&button, "title", table);
            }
            buttons.push(button);
        }
        Ok(InsertForm {
            buttons,
            error: Slot::by_id("insert-error")?,
            note: Slot::by_id("insert-note")?,
            said: Slot::by_id("insert-said")?,
            command: CommandLine::new(&dom::by_id("insert-command")?)?,
            _submit: on_submit(&form, fields, sender),
        })
    }

    /// Draws what changed.
    pub fn draw(&mut self, cx: &Cx<'_>) {
        let state = cx.state;
        let by_psql = state.rows_from == RowsFrom::Database;
        let off = !(state.can_insert() || by_psql) || state.row == Errand::UnderWay;
        for button in &self.buttons {
            dom::enable(button, !off);
        }
        self.error
            .set_or_hide(if let Errand::Failed(why) = &state.row {
                why
            } else {
                ""
            });
        self.command.set(&state.row_command);
        self.said.set_or_hide(&said(state).unwrap_or_default());
        self.note.set(match &state.row {
            _ if !state.has_stream() => "Nothing is connected. Connect a bridge to insert rows.",
            _ if state.rows_from == RowsFrom::File => {
                "The rows come from a file: none can be inserted."
            }
            _ if by_psql && state.row_command.is_empty() => {
                "This bridge writes to no database: psql inserts the row where the table is."
            }
            _ if by_psql => "Run it in a shell, where psql finds your database: the row appears when it arrives.",
            _ if state.token.is_none() => {
                "No bridge that takes rows served this page: insert them where its tables are."
            }
            Errand::UnderWay => "Inserting …",
            Errand::Done(text) => text,
            Errand::Idle | Errand::Failed(_) if state.scenario.target.is_some() => {
                "A training row fills the batch; what is predicted is a row of the test table."
            }
            Errand::Idle | Errand::Failed(_) => {
                "A training row fills the batch; a test row is classified at once."
            }
        });
    }
}

/// "v33: 440.33": what the shown lane says of the row that was asked for.
fn said(state: &State) -> Option<String> {
    let snapshot = &state.update.snapshot;
    let asked = state.asked.as_ref()?;
    // The newest stands first.
    let mut rows = snapshot.predictions.iter();
    let row = rows.find(|row| row.features == *asked)?;
    let answer = match state.scenario.labels.is_empty() {
        true => numbers::fixed(row.value, 2),
        false => predictions::cluster(snapshot, row.cluster).1,
    };
    Some(format!("v{}: {answer}", row.version))
}

impl Fields {
    fn new(parent: &Element, state: &State) -> Result<Fields, JsValue> {
        let scenario = &state.scenario;
        parent.set_text_content(None);
        let mut numbers = Vec::new();
        for name in &scenario.features {
            let input = NumberField::new(parent, name, numbers.len())?;
            let range = state.walk.as_ref().and_then(|walk| walk.range(name));
            if let Some((least, largest)) = range {
                input
                    .input
                    .set_placeholder(&format!("{least} to {largest}"));
            }
            numbers.push(input);
        }
        let mut label = None;
        if scenario.labels.is_empty() {
            if let Some(name) = &scenario.target {
                let mut target = NumberField::new(parent, name, numbers.len())?;
                target.input.set_placeholder("empty: predict");
                target.not_in.clone_from(&scenario.test);
                numbers.push(target);
            }
        } else if let Some(name) = scenario.label.as_ref().or(scenario.target.as_ref()) {
            label = Some((name.clone(), label_field(parent, name, scenario)?));
        }
        Ok(Fields { numbers, label })
    }

    /// The row for this table, or None where a field is wrong; the first wrong one gets the keyboard.
    fn read(&self, table: &str) -> Option<Map<String, Value>> {
        let mut row = Map::new();
        let mut wrong = None;
        for field in &self.numbers {
            match field.read(table) {
                Ok(value) => drop(row.insert(field.name.clone(), value)),
                Err(()) => wrong = wrong.or(Some(&field.input)),
            }
        }
        if let Some(input) = wrong {
            dom::focus(input);
            return None;
        }
        if let Some((name, select)) = &self.label {
            row.insert(name.clone(), label(&select.value()));
        }
        Some(row)
    }
}

impl NumberField {
    fn new(parent: &Element, name: &str, i: usize) -> Result<NumberField, JsValue> {
        let (row, id) = field(parent, name, i)?;
        let input: HtmlInputElement = dom::child(&row, "input", "", "")?.unchecked_into();
        input.set_id(&id);
        dom::set_attribute(&input, "inputmode", "decimal");
        dom::set_attribute(&input, "aria-describedby", &format!("{id}-error"));
        let error = dom::child(&row, "p", "note error", "")?;
        error.set_id(&format!("{id}-error"));
        dom::show(&error, false);
        Ok(NumberField {
            name: name.to_owned(),
            input,
            error: RefCell::new(Slot::new(error)),
            not_in: None,
        })
    }

    /// The number; what is wrong is said beside the field.
    fn read(&self, table: &str) -> Result<Value, ()> {
        let text = self.input.value();
        let left_out = text.trim().is_empty() && self.not_in.as_deref() == Some(table);
        let read = match left_out {
            true => Ok(Value::Null),
            false => number(&self.name, &text),
        };
        let why = read.as_ref().err().map_or("", String::as_str);
        self.error.borrow_mut().set_or_hide(why);
        let is_wrong = if read.is_err() { "true" } else { "false" };
        dom::set_attribute(&self.input, "aria-invalid", is_wrong);
        read.map_err(drop)
    }
}

fn on_submit(form: &Element, fields: Rc<Fields>, sender: &Sender) -> EventListener {
    let sender = sender.clone();
    EventListener::new_with_options(
        form,
        "submit",
        EventListenerOptions::enable_prevent_default(),
        move |event| {
            event.prevent_default();
            let submitter = event
                .dyn_ref::<SubmitEvent>()
                .and_then(SubmitEvent::submitter);
            let table = submitter
                .and_then(|button| button.get_attribute("value"))
                .unwrap_or_default();
            match fields.read(&table) {
                Some(row) => sender.send(Msg::InsertRow { table, row }),
                None => sender.send(Msg::RowRefused(String::new())),
            }
        },
    )
}

fn field(parent: &Element, name: &str, i: usize) -> Result<(Element, String), JsValue> {
    let row = dom::child(parent, "div", "field", "")?;
    let id = format!("field-{i}");
    let label = dom::child(&row, "label", "", name)?;
    dom::set_attribute(&label, "for", &id);
    dom::set_attribute(&label, "title", name);
    Ok((row, id))
}

fn label_field(
    parent: &Element,
    name: &str,
    scenario: &Scenario,
) -> Result<HtmlSelectElement, JsValue> {
    let (row, id) = field(parent, name, scenario.features.len())?;
    let select: HtmlSelectElement = dom::child(&row, "select", "", "")?.unchecked_into();
    select.set_id(&id);
    for (value, name) in &scenario.labels {
        let option = dom::child(&select, "option", "", name)?;
        dom::set_attribute(&option, "value", value);
    }
    Ok(select)
}

/// A number as it was typed; a decimal comma is understood.
fn number(name: &str, text: &str) -> Result<Value, String> {
    let typed = text.trim();
    if typed.is_empty() {
        return Err(format!("{name} is empty. Give a number."));
    }
    let read = typed
        .replace('\u{2212}', "-")
        .replace(',', ".")
        .parse::<f64>()
        .ok()
        .and_then(Number::from_f64);
    read.map(Value::Number)
        .ok_or_else(|| format!("{name} is \"{typed}\", not a number."))
}

/// A label as the column holds it.
fn label(text: &str) -> Value {
    text.parse::<i64>()
        .map_or_else(|_| Value::from(text), Value::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_and_refused_by_name() {
        assert_eq!(number("petal_width", " 1,5 "), Ok(Value::from(1.5)));
        assert_eq!(number("petal_width", "−2"), Ok(Value::from(-2.0)));
        assert_eq!(
            number("petal_width", "n/a"),
            Err("petal_width is \"n/a\", not a number.".to_owned())
        );
        assert_eq!(
            number("petal_width", ""),
            Err("petal_width is empty. Give a number.".to_owned())
        );
        assert!(number("petal_width", "NaN").is_err());
        assert_eq!(label("2"), Value::from(2));
        assert_eq!(label("setosa"), Value::from("setosa"));
    }
}
