//! The header: what is shown, and how the connection stands.

use gloo::events::EventListener;
use wasm_bindgen::JsValue;
use web_sys::Element;

use super::app::Sender;
use super::dom::{self, Shown, Slot};
use super::msg::Msg;
use super::state::State;
use super::view::Cx;
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
    _listeners: [EventListener; 2],
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
        Slot::by_id("scenario")?.set(&names::scenario(&state.scenario.prefix));
        let button = |id: &str, msg: Msg| {
            let sender = sender.clone();
            Ok::<_, JsValue>(dom::on_click(&dom::by_id::<Element>(id)?, move || {
                sender.send(msg.clone())
            }))
        };
        Ok(Header {
            connection: dom::by_id("connection")?,
            icon: dom::by_id("connection-icon")?,
            state: Slot::by_id("connection-state")?,
            detail: Slot::by_id("connection-detail")?,
            theme: dom::by_id("theme")?,
            theme_icon: dom::by_id("theme-icon")?,
            dark: Shown::default(),
            _listeners: [button("theme", Msg::Theme)?, button("help", Msg::Help)?],
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
