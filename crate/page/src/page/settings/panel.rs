//! The form as elements, and what can be done with the draft.

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event, HtmlElement, HtmlInputElement};

use super::SettingsMsg;
use super::form::{self, Input, Row};
use super::inputs;
use crate::page::app::Sender;
use crate::page::dom::{self, Shown, Slot};
use crate::page::msg::Msg;
use crate::page::numbers;
use crate::page::state::{RightTab, State};
use crate::page::view::Cx;

/// The panel.
#[derive(Debug)]
pub struct Panel {
    form: Element,
    rows: Vec<RowNode>,
    shape: Shown<Vec<Row>>,
    lane: Shown<usize>,
    changed: Slot,
    refused: Slot,
    why: Slot,
    name: HtmlInputElement,
    fork: Slot,
    buttons: [Element; 3],
    stamp: Shown<Stamp>,
    _listeners: Vec<EventListener>,
}

type Stamp = (u64, usize, u64, u64, Option<(u64, u64)>, String);

#[derive(Debug)]
struct RowNode {
    root: Element,
    error: Slot,
    note: Slot,
}

/// The field that one who wants a fork changes first.
pub fn first_field(state: &State) -> &'static str {
    match state.draft() {
        Some(draft) if draft.kind().is_kmeans() => "set-model-decay_factor",
        _ => "set-engine",
    }
}

impl Panel {
    /// The panel of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender) -> Result<Panel, JsValue> {
        let form: Element = dom::by_id("settings-form")?;
        let name: HtmlInputElement = dom::by_id("settings-name")?;
        let buttons = [
            dom::by_id("settings-fork")?,
            dom::by_id("settings-restart")?,
            dom::by_id("settings-undo")?,
        ];
        let msgs = [SettingsMsg::Fork, SettingsMsg::Restart, SettingsMsg::Undo];
        let mut listeners = listen(&form, &name, sender);
        for (button, msg) in buttons.iter().zip(msgs) {
            let sender = sender.clone();
            listeners.push(dom::on_click(button, move || {
                sender.send(Msg::Settings(msg.clone()))
            }));
        }
        let sender = sender.clone();
        listeners.push(dom::on_click(&dom::by_id("fork-open")?, move || {
            sender.send(Msg::Settings(SettingsMsg::Open))
        }));
        Ok(Panel {
            form,
            rows: Vec::new(),
            shape: Shown::default(),
            lane: Shown::default(),
            changed: Slot::by_id("settings-changed")?,
            refused: Slot::by_id("settings-error")?,
            why: Slot::by_id("settings-why")?,
            name,
            fork: Slot::by_id("settings-fork-words")?,
            buttons,
            stamp: Shown::default(),
            _listeners: listeners,
        })
    }

    /// Draws what changed.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, cx: &Cx<'_>) -> Result<(), JsValue> {
        let (state, update) = (cx.state, &cx.state.update);
        let stamp = (
            state.settings.edition,
            update.snapshot.lane,
            update.snapshot.version,
            state.experiment,
            update.rebuilding.map(|way| (way.done, way.of)),
            state.change_refused.clone(),
        );
        if state.right != RightTab::Settings || !self.stamp.change(stamp) {
            return Ok(());
        }
        let Some(draft) = state.draft() else {
            return Ok(());
        };
        let mut rows = form::rows(draft, &state.settings.columns);
        for row in rows.iter_mut().filter(|row| row.label == "Label") {
            row.note = form::map_of_labels(&update.snapshot);
        }
        let other_lane = self.lane.change(update.snapshot.lane);
        let other_shape = self.shape.change(rows.iter().map(shape).collect());
        if other_shape {
            self.make(&rows)?;
        }
        self.fill(&rows, state, other_lane || other_shape);
        self.draw_foot(state);
        Ok(())
    }

    /// Makes the rows anew; the keyboard stays where it was.
    fn make(&mut self, rows: &[Row]) -> Result<(), JsValue> {
        let focused = dom::document()?
            .active_element()
            .map(|element| element.id());
        self.form.set_text_content(None);
        self.rows.clear();
        for row in rows {
            let root = dom::child(&self.form, "div", "setting", "")?;
            dom::child(&root, "span", "setting-name", &row.label)?;
            let controls = dom::child(&root, "div", "setting-inputs", "")?;
            for input in &row.controls {
                inputs::make(&controls, input)?;
            }
            let error = Slot::new(dom::child(&root, "p", "note error", "")?);
            dom::set_attribute(&error.element, "role", "alert");
            if let Some(first) = row.controls.first() {
                error.element.set_id(&error_id(first));
            }
            let note = Slot::new(dom::child(&root, "p", "note", "")?);
            self.rows.push(RowNode { root, error, note });
        }
        let focused = focused.filter(|id| id.starts_with("set-"));
        if let Some(element) = focused.and_then(|id| dom::by_id::<HtmlElement>(&id).ok()) {
            dom::focus(&element);
        }
        Ok(())
    }

    fn fill(&mut self, rows: &[Row], state: &State, fresh: bool) {
        let wrong = state.settings.verdict.wrong.as_ref();
        let is_here = |row: &Row, path: &str| row.controls.iter().any(|input| input.path == path);
        // What no field shows is said below the first.
        let at = wrong.map(|(path, _)| rows.iter().position(|row| is_here(row, path)).unwrap_or(0));
        for (i, (node, row)) in self.rows.iter_mut().zip(rows).enumerate() {
            let here = wrong.filter(|_| at == Some(i));
            let said = row.controls.first().map(error_id).unwrap_or_default();
            for input in &row.controls {
                let bad = here.is_some_and(|(path, _)| *path == input.path);
                inputs::fill(&node.root, input, bad.then_some(said.as_str()), fresh);
            }
            node.note.set_or_hide(&row.note);
            node.error
                .set_or_hide(here.map_or("", |(_, why)| why.as_str()));
        }
    }

    fn draw_foot(&mut self, state: &State) {
        let settings = &state.settings;
        self.changed.set(&changed(state));
        self.refused.set_or_hide(&state.change_refused);
        let verdict = &settings.verdict;
        let (is_changed, is_right) = (!verdict.changed.is_empty(), verdict.wrong.is_none());
        let rebuilding = state.update.rebuilding.is_some();
        self.why.set_or_hide(match is_changed {
            true => &verdict.no_fork,
            false => "",
        });
        // What a job learned may go on here as it is.
        let follows = state
            .draft()
            .is_some_and(|draft| draft.lane()["follow"].is_object());
        let can_fork =
            (is_changed || follows) && is_right && verdict.no_fork.is_empty() && !rebuilding;
        let enabled = [
            can_fork,
            is_changed && is_right && !rebuilding,
            is_changed || has_typed(state),
        ];
        for (button, enabled) in self.buttons.iter().zip(enabled) {
            dom::enable(button, enabled);
        }
        let version = numbers::count(state.update.snapshot.version.max(1));
        self.fork.set(&format!("Fork at v{version}"));
        if self.name.value().trim() != settings.name.trim() {
            self.name.set_value(&settings.name);
        }
        self.name.set_placeholder(&state.fork_name());
    }
}

/// What is changed, or how far a rebuild has come.
fn changed(state: &State) -> String {
    if let Some(way) = state.update.rebuilding {
        let (done, of) = (numbers::count(way.done), numbers::count(way.of));
        return format!("Training from the retained records: {done} of {of}");
    }
    match state.settings.verdict.changed.as_slice() {
        [] => "Nothing is changed. A fork or a restart takes what you set here.".to_owned(),
        changed => format!("Changed: {}", changed.join(", ")),
    }
}

fn has_typed(state: &State) -> bool {
    state.draft().is_some_and(|draft| !draft.typed.is_empty())
}

/// The id of the element that says what is wrong in a row, by its first input.
fn error_id(first: &Input) -> String {
    format!("wrong-{}", inputs::id(&first.path))
}

/// A row without its values: where this is the same, elements stay.
fn shape(row: &Row) -> Row {
    let bare = |input: &Input| Input {
        value: String::new(),
        ..input.clone()
    };
    Row {
        label: row.label.clone(),
        controls: row.controls.iter().map(bare).collect(),
        note: String::new(),
    }
}

fn listen(form: &Element, name: &HtmlInputElement, sender: &Sender) -> Vec<EventListener> {
    let set = sender.clone();
    let act = move |event: &Event| {
        let target = event.target().and_then(|target| target.dyn_into().ok());
        if let Some((path, text)) = target.and_then(|element: Element| inputs::read(&element)) {
            set.send(Msg::Settings(SettingsMsg::Set { path, text }));
        }
    };
    let click = act.clone();
    let (named, field) = (sender.clone(), name.clone());
    vec![
        EventListener::new(form, "input", move |event| act(event)),
        EventListener::new(form, "click", move |event| {
            let target = event.target().and_then(|target| target.dyn_into().ok());
            if target.is_some_and(|element: Element| element.has_attribute("aria-checked")) {
                click(event);
            }
        }),
        // Enter in a field would load the page anew.
        EventListener::new_with_options(
            form,
            "submit",
            EventListenerOptions::enable_prevent_default(),
            |event| event.prevent_default(),
        ),
        EventListener::new(name, "input", move |_| {
            named.send(Msg::Settings(SettingsMsg::Name(field.value())));
        }),
    ]
}
