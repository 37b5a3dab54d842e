//! The dialog of kept versions.

use gloo::events::{EventListener, EventListenerOptions};
use lab::checkpoint::diff::{Amount, Changed};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, File, HtmlDialogElement, HtmlInputElement, HtmlSelectElement};

use super::store::Meta;
use super::{KeptMsg, Work, default_name};
use crate::page::app::Sender;
use crate::page::dom::{self, Shown, Slot};
use crate::page::msg::Msg;
use crate::page::numbers;
use crate::page::view::Cx;

/// Larger files than this are no checkpoints that a page could keep.
const FILE_BYTES_MOST: f64 = 64e6;

/// The dialog.
#[derive(Debug)]
pub struct KeptDialog {
    sender: Sender,
    dialog: HtmlDialogElement,
    name: Element,
    of: Slot,
    go_on: Element,
    said: Slot,
    error: Slot,
    table: Element,
    rows: Element,
    compare: Element,
    from: HtmlSelectElement,
    to: HtmlSelectElement,
    changed_title: Slot,
    changed: Element,
    edition: Shown<u64>,
    list: Shown<Vec<Meta>>,
    row_listeners: Vec<EventListener>,
    _listeners: Vec<EventListener>,
}

impl KeptDialog {
    /// The dialog of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender) -> Result<KeptDialog, JsValue> {
        Ok(KeptDialog {
            sender: sender.clone(),
            dialog: dom::by_id("kept-dialog")?,
            name: dom::by_id("kept-name")?,
            of: Slot::by_id("kept-of")?,
            go_on: dom::by_id("kept-go-on")?,
            said: Slot::by_id("kept-said")?,
            error: Slot::by_id("kept-error")?,
            table: dom::by_id("kept-table")?,
            rows: dom::by_id("kept-rows")?,
            compare: dom::by_id("kept-compare")?,
            from: dom::by_id("kept-from")?,
            to: dom::by_id("kept-to")?,
            changed_title: Slot::by_id("kept-changed-title")?,
            changed: dom::by_id("kept-changed")?,
            edition: Shown::default(),
            list: Shown::default(),
            row_listeners: Vec::new(),
            _listeners: listen(sender)?,
        })
    }

    /// Draws what changed.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, cx: &Cx<'_>) -> Result<(), JsValue> {
        if !self.dialog.open() {
            return Ok(());
        }
        let (state, snapshot) = (cx.state, &cx.state.update.snapshot);
        dom::set_attribute(&self.name, "placeholder", &default_name(state));
        let is_newest = snapshot.version == snapshot.versions;
        self.of.set(&if is_newest {
            format!(
                "As the lab stands now, after {} records, with the rows that wait.",
                numbers::count(snapshot.records)
            )
        } else {
            format!(
                "As it was when version {} of {} was made.",
                snapshot.version, snapshot.versions
            )
        });
        dom::show(&self.go_on, !is_newest);
        let (said, error) = match &state.kept.said {
            Some(Ok(said)) => (said.as_str(), ""),
            Some(Err(why)) => ("", why.as_str()),
            None => ("", ""),
        };
        self.said.set_or_hide(said);
        self.error.set_or_hide(error);
        if self.edition.change(state.kept.edition) {
            if self.list.change(state.kept.list.clone()) {
                self.draw_list(&state.kept.list)?;
            }
            self.draw_changed(state.kept.changed.as_ref())?;
        }
        Ok(())
    }

    fn draw_list(&mut self, list: &[Meta]) -> Result<(), JsValue> {
        self.row_listeners.clear();
        self.rows.set_text_content(None);
        dom::show(&self.table, !list.is_empty());
        dom::show(&self.compare, list.len() > 1);
        for meta in list.iter().rev() {
            let row = dom::child(&self.rows, "tr", "", "")?;
            dom::set_attribute(&dom::child(&row, "th", "", &meta.name)?, "scope", "row");
            dom::child(&row, "td", "wide", &meta.lane)?;
            dom::child(&row, "td", "num", &numbers::count(meta.version))?;
            dom::child(&row, "td", "num", &numbers::count(meta.records))?;
            dom::child(&row, "td", "wide", &when(meta.kept_ms))?;
            let actions = dom::child(&row, "td", "actions", "")?;
            for (label, work) in [
                ("Go on from it", Work::Restore(meta.id)),
                ("Save", Work::Save(meta.id)),
                ("Delete", Work::Delete(meta.id)),
            ] {
                let button = dom::child(&actions, "button", "small", label)?;
                dom::set_attribute(&button, "type", "button");
                dom::set_attribute(&button, "aria-label", &format!("{label}: {}", meta.name));
                let sender = self.sender.clone();
                self.row_listeners.push(dom::on_click(&button, move || {
                    sender.send(Msg::Kept(KeptMsg::Do(work.clone())))
                }));
            }
        }
        for select in [&self.from, &self.to] {
            select.set_text_content(None);
            for meta in list {
                let option = dom::child(select, "option", "", &meta.name)?;
                dom::set_attribute(&option, "value", &meta.id.to_string());
            }
        }
        // From the one before to the newest, which is most often meant.
        self.from.set_selected_index(list.len() as i32 - 2);
        self.to.set_selected_index(list.len() as i32 - 1);
        Ok(())
    }

    fn draw_changed(&mut self, changed: Option<&(String, Vec<Changed>)>) -> Result<(), JsValue> {
        self.changed.set_text_content(None);
        let Some((names, changed)) = changed else {
            self.changed_title.set_or_hide("");
            return Ok(());
        };
        self.changed_title.set_or_hide(&match changed.len() {
            0 => format!("{names}: nothing changed."),
            _ => format!("{names}:"),
        });
        if changed.is_empty() {
            return Ok(());
        }
        let head = dom::child(&self.changed, "thead", "", "")?;
        let row = dom::child(&head, "tr", "", "")?;
        for (name, class) in [("", ""), ("before", "num"), ("after", "num"), ("by", "num")] {
            dom::child(&row, "th", class, name)?;
        }
        let body = dom::child(&self.changed, "tbody", "", "")?;
        let mut lane = &None;
        for one in changed {
            if one.lane != *lane {
                lane = &one.lane;
                let row = dom::child(&body, "tr", "lane", "")?;
                let name = dom::child(&row, "th", "", lane.as_deref().unwrap_or(""))?;
                dom::set_attribute(&name, "colspan", "4");
            }
            let row = dom::child(&body, "tr", "", "")?;
            dom::child(&row, "th", "", &one.what)?;
            for amount in [one.before, one.after, one.by] {
                let text = amount.map_or("–".to_owned(), Amount::text);
                dom::child(&row, "td", "num", &text)?;
            }
        }
        Ok(())
    }
}

fn listen(sender: &Sender) -> Result<Vec<EventListener>, JsValue> {
    let send = |msg: KeptMsg| {
        let sender = sender.clone();
        move || sender.send(Msg::Kept(msg.clone()))
    };
    let close = sender.clone();
    let mut listeners = vec![
        dom::on_click(&dom::by_id::<Element>("kept-go-on")?, send(KeptMsg::GoOn)),
        dom::on_click(&dom::by_id::<Element>("kept-close")?, move || {
            close.send(Msg::Close)
        }),
    ];
    let (name, keep): (HtmlInputElement, _) = (dom::by_id("kept-name")?, sender.clone());
    listeners.push(on_submit("kept-form", move || {
        keep.send(Msg::Kept(KeptMsg::Keep(name.value())));
        name.set_value("");
    })?);
    let (from, to): (HtmlSelectElement, HtmlSelectElement) =
        (dom::by_id("kept-from")?, dom::by_id("kept-to")?);
    let compare = sender.clone();
    listeners.push(on_submit("kept-compare", move || {
        if let (Ok(from), Ok(to)) = (from.value().parse(), to.value().parse()) {
            compare.send(Msg::Kept(KeptMsg::Do(Work::Compare(from, to))));
        }
    })?);
    let (button, input): (Element, HtmlInputElement) =
        (dom::by_id("kept-choose")?, dom::by_id("kept-file")?);
    let (to_open, load) = (input.clone(), sender.clone());
    listeners.push(dom::on_click(&button, move || to_open.click()));
    listeners.push(EventListener::new(&input.clone(), "change", move |_| {
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            read(file, load.clone());
        }
        input.set_value("");
    }));
    Ok(listeners)
}

fn on_submit(form: &str, act: impl Fn() + 'static) -> Result<EventListener, JsValue> {
    let options = EventListenerOptions::enable_prevent_default();
    let form: Element = dom::by_id(form)?;
    Ok(EventListener::new_with_options(
        &form,
        "submit",
        options,
        move |event| {
            event.prevent_default();
            act();
        },
    ))
}

fn read(file: File, sender: Sender) {
    let name = file.name();
    if file.size() > FILE_BYTES_MOST {
        let why = format!("{name} is larger than a page could keep. Use eddy replay --from.");
        return sender.send(Msg::Kept(KeptMsg::Said(Err(why))));
    }
    wasm_bindgen_futures::spawn_local(async move {
        let text = JsFuture::from(file.text()).await;
        let msg = match text.ok().and_then(|text| text.as_string()) {
            Some(text) => KeptMsg::Do(Work::Load { name, text }),
            None => KeptMsg::Said(Err(format!("{name} cannot be read."))),
        };
        sender.send(Msg::Kept(msg));
    });
}

/// The local time of day, and the date.
fn when(ms: f64) -> String {
    let date = js_sys::Date::new(&JsValue::from_f64(ms));
    let options = JsValue::UNDEFINED;
    String::from(date.to_locale_string("en-GB", &options))
}
