//! The header: what is shown, and how the connection stands.

use gloo::events::EventListener;
use wasm_bindgen::JsValue;
use web_sys::{Element, HtmlSelectElement};

use super::app::Sender;
use super::dom::{self, Shown, Slot};
use super::made::MadeMsg;
use super::msg::Msg;
use super::state::State;
use super::view::Cx;
use super::yours::YoursMsg;
use super::{names, numbers, theme};
use crate::protocol::{Connection, Update};

/// The header.
#[derive(Debug)]
pub struct Header {
    connection: Element,
    icon: Element,
    state: Slot,
    detail: Slot,
    theme: Element,
    theme_icon: Element,
    dark: Shown<bool>,
    menu: HtmlSelectElement,
    _listeners: Vec<EventListener>,
}

/// How the connection is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// none, busy, live, paused, failed: the colour.
    pub kind: &'static str,
    /// The icon's symbol.
    pub icon: &'static str,
    /// One word or two.
    pub state: &'static str,
    /// The rest.
    pub detail: String,
}

impl Header {
    /// The header of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender, state: &State) -> Result<Header, JsValue> {
        let button = |id: &str, msg: Msg| {
            let sender = sender.clone();
            Ok::<_, JsValue>(dom::on_click(&dom::by_id::<Element>(id)?, move || {
                sender.send(msg.clone())
            }))
        };
        let mut listeners = vec![button("theme", Msg::Theme)?, button("help", Msg::Help)?];
        let (menu, listener) = scenarios(sender, state)?;
        listeners.push(listener);
        Ok(Header {
            connection: dom::by_id("connection")?,
            icon: dom::by_id("connection-icon")?,
            state: Slot::by_id("connection-state")?,
            detail: Slot::by_id("connection-detail")?,
            theme: dom::by_id("theme")?,
            theme_icon: dom::by_id("theme-icon")?,
            dark: Shown::default(),
            menu,
            _listeners: listeners,
        })
    }

    /// Draws what changed.
    pub fn draw(&mut self, cx: &Cx<'_>) {
        if cx.state.started {
            let said = say(&cx.state.update);
            dom::set_attribute(&self.connection, "data-state", said.kind);
            dom::set_attribute(&self.icon, "href", said.icon);
            self.state.set(said.state);
            self.detail.set(&said.detail);
        }
        self.draw_menu(cx.state);
        let dark = theme::is_dark();
        if self.dark.change(dark) {
            dom::set_attribute(
                &self.theme_icon,
                "href",
                if dark { "#i-sun" } else { "#i-moon" },
            );
            dom::set_attribute(
                &self.theme,
                "aria-label",
                if dark {
                    "Light colours"
                } else {
                    "Dark colours"
                },
            );
        }
    }
}

impl Header {
    /// Shows what is shown, also after another entry was chosen that only opened a dialog.
    fn draw_menu(&self, state: &State) {
        let (value, title) = match shown(state) {
            Ok(name) => (name, String::new()),
            Err(title) => ("", title),
        };
        if let Some(own) = self.menu.first_element_child() {
            dom::show(&own, !title.is_empty());
            if own.text_content().as_ref() != Some(&title) {
                own.set_text_content(Some(&title));
            }
        }
        if self.menu.value() != value {
            self.menu.set_value(value);
        }
    }
}

/// What the menu's last entries lead to.
const MADE: &str = "+made";
const YOURS: &str = "+yours";

/// What is shown: the menu of scenarios, and of streams of other kinds.
fn scenarios(
    sender: &Sender,
    state: &State,
) -> Result<(HtmlSelectElement, EventListener), JsValue> {
    let select: HtmlSelectElement = dom::by_id("scenarios")?;
    // What is shown where it is none of the server's.
    dom::set_attribute(&dom::child(&select, "option", "", "")?, "value", "");
    for entry in &state.menu {
        let option = dom::child(&select, "option", "", &entry.title)?;
        dom::set_attribute(&option, "value", &entry.name);
    }
    dom::child(&select, "hr", "", "")?;
    for (value, text) in [(MADE, "Made-up stream…"), (YOURS, "Your stream…")] {
        let option = dom::child(&select, "option", "", text)?;
        dom::set_attribute(&option, "value", value);
    }
    dom::show(&dom::by_id("scenario-menu")?, true);
    let (sender, chosen) = (sender.clone(), select.clone());
    let listener = EventListener::new(&select, "change", move |_| {
        let value = chosen.value();
        sender.send(match value.as_str() {
            MADE => Msg::Made(MadeMsg::Open),
            YOURS => Msg::Yours(YoursMsg::Open),
            "" => Msg::Redraw,
            _ => Msg::Scenario(value),
        });
    });
    Ok((select, listener))
}

/// The scenario that is shown by its name in the menu, or by its title.
fn shown(state: &State) -> Result<&str, String> {
    let walk = state.walk.as_ref().map(|walk| &walk.entry);
    let listed = walk.filter(|shown| state.menu.iter().any(|entry| entry.name == shown.name));
    match (listed, walk) {
        (Some(entry), _) => Ok(&entry.name),
        (None, Some(entry)) => Err(entry.title.clone()),
        (None, None) => Err(names::scenario(
            &state.scenario.prefix,
            &state.scenario.model,
        )),
    }
}

/// How the connection stands, in the page's words.
pub fn say(update: &Update) -> Said {
    let said = |kind, icon, state, detail| Said {
        kind,
        icon,
        state,
        detail,
    };
    let skipped = match update.snapshot.rejected {
        0 => String::new(),
        n => format!(", {} skipped", numbers::counted(n, "row")),
    };
    let snapshot = &update.snapshot;
    let lane = snapshot.lanes.get(snapshot.lane);
    let skipped = match lane.map_or(0, |lane| lane.corrections_refused) {
        0 => skipped,
        n => format!("{skipped}, {} refused", numbers::counted(n, "correction")),
    };
    match (&update.status.connection, update.status.paused) {
        (
            Connection::Live { .. } | Connection::Behind { .. } | Connection::Replaying { .. },
            true,
        ) => said(
            "paused",
            "#i-pause",
            "Paused",
            format!(
                "{} waiting{skipped}",
                numbers::counted(update.waiting_total, "record")
            ),
        ),
        (Connection::NoBridge, _) => said(
            "none",
            "#i-none",
            "No bridge",
            "nothing connected".to_owned(),
        ),
        (Connection::Connecting { address }, _) => {
            said("busy", "#i-busy", "Connecting", address.clone())
        }
        (Connection::Live { address, topics }, _) => said(
            "live",
            "#i-live",
            "Live",
            format!(
                "{address}, {}{skipped}",
                match update.status.missing {
                    0 => numbers::counted(*topics as u64, "topic"),
                    missing => format!("{topics} of {} topics", topics + missing),
                }
            ),
        ),
        (Connection::Behind { records, .. }, _) => said(
            "busy",
            "#i-behind",
            "Behind",
            format!("{}{skipped}", numbers::counted(*records, "record")),
        ),
        (Connection::Replaying { row, of, .. }, _) if row >= of => said(
            "replay",
            "#i-check",
            "Replayed",
            format!("{}{skipped}", numbers::counted(*of, "row")),
        ),
        (Connection::Replaying { row, of, .. }, _) => {
            let detail = format!(
                "row {} of {}{skipped}",
                numbers::count(*row),
                numbers::count(*of)
            );
            said("replay", "#i-play", "Replaying", detail)
        }
        (
            Connection::Reconnecting {
                attempt, next_ms, ..
            },
            _,
        ) => {
            let detail = format!(
                "try {attempt}, next in {}",
                numbers::left(i64::from(*next_ms))
            );
            said("busy", "#i-busy", "Reconnecting", detail)
        }
        (Connection::Failed { reason }, _) => said("failed", "#i-failed", "Failed", reason.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Status;

    #[test]
    fn topics_that_are_not_there_yet_are_counted() {
        let connection = Connection::Live {
            address: "127.0.0.1:8080".to_owned(),
            topics: 1,
        };
        let status = Status {
            connection,
            missing: 1,
            ..Status::default()
        };
        let said = say(&Update {
            status,
            ..Update::default()
        });
        assert_eq!(said.detail, "127.0.0.1:8080, 1 of 2 topics");
    }

    #[test]
    fn every_state_is_said_in_the_pages_words() {
        let address = || "127.0.0.1:8080".to_owned();
        let rows = [
            (Connection::NoBridge, false, "No bridge · nothing connected"),
            (
                Connection::Connecting { address: address() },
                false,
                "Connecting · 127.0.0.1:8080",
            ),
            (
                Connection::Live {
                    address: address(),
                    topics: 2,
                },
                false,
                "Live · 127.0.0.1:8080, 2 topics",
            ),
            (
                Connection::Live {
                    address: address(),
                    topics: 2,
                },
                true,
                "Paused · 31 records waiting",
            ),
            (
                Connection::Behind {
                    address: address(),
                    records: 12_400,
                },
                false,
                "Behind · 12,400 records",
            ),
            (
                Connection::Replaying {
                    row: 161,
                    of: 310,
                    name: "demo".to_owned(),
                },
                false,
                "Replaying · row 161 of 310",
            ),
            (
                Connection::Replaying {
                    row: 310,
                    of: 310,
                    name: "demo".to_owned(),
                },
                false,
                "Replayed · 310 rows",
            ),
            (
                Connection::Reconnecting {
                    address: address(),
                    attempt: 3,
                    next_ms: 3_200,
                },
                false,
                "Reconnecting · try 3, next in 4 s",
            ),
            (
                Connection::Failed {
                    reason: "topic not allowed".to_owned(),
                },
                true,
                "Failed · topic not allowed",
            ),
        ];
        for (connection, paused, text) in rows {
            let status = Status {
                connection,
                paused,
                ..Status::default()
            };
            let said = say(&Update {
                status,
                waiting_total: 31,
                ..Update::default()
            });
            assert_eq!(format!("{} · {}", said.state, said.detail), text);
        }
    }
}
