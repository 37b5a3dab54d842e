//! Play, pause, step, and where one is.

use gloo::events::EventListener;
use wasm_bindgen::JsValue;
use web_sys::{Element, HtmlSelectElement};

use super::app::Sender;
use super::dom::{self, Shown, Slot};
use super::msg::Msg;
use super::numbers;
use super::view::Cx;
use crate::protocol::{Command, Connection};

/// The transport.
#[derive(Debug)]
pub struct Transport {
    play: Element,
    play_icon: Element,
    steps: [Element; 3],
    version: Slot,
    row: Slot,
    speed_field: Element,
    speed: HtmlSelectElement,
    factor: Shown<u64>,
    _listeners: Vec<EventListener>,
}

impl Transport {
    /// The transport of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender) -> Result<Transport, JsValue> {
        let speed: HtmlSelectElement = dom::by_id("speed")?;
        let mut listeners = Vec::new();
        for (id, msg) in [
            ("first", Msg::Send(Command::First)),
            ("play", Msg::PlayPause),
            ("step-row", Msg::Send(Command::StepRow)),
            ("step-batch", Msg::Send(Command::StepBatch)),
        ] {
            let sender = sender.clone();
            listeners.push(dom::on_click(&dom::by_id::<Element>(id)?, move || {
                sender.send(msg.clone())
            }));
        }
        let (sender, select) = (sender.clone(), speed.clone());
        listeners.push(EventListener::new(&speed, "change", move |_| {
            let factor = select.value().parse().unwrap_or(1.0);
            sender.send(Msg::Send(Command::Speed { factor }));
        }));
        Ok(Transport {
            play: dom::by_id("play")?,
            play_icon: dom::by_id("play-icon")?,
            steps: [
                dom::by_id("first")?,
                dom::by_id("step-row")?,
                dom::by_id("step-batch")?,
            ],
            version: Slot::by_id("where-version")?,
            row: Slot::by_id("where-row")?,
            speed_field: dom::by_id("speed-field")?,
            speed,
            factor: Shown::default(),
            _listeners: listeners,
        })
    }

    /// Draws what changed.
    pub fn draw(&mut self, cx: &Cx<'_>) {
        let state = cx.state;
        let playing = state.is_playing();
        dom::set_attribute(
            &self.play_icon,
            "href",
            if playing { "#i-pause" } else { "#i-play" },
        );
        let (label, title) = match (playing, state.has_ended()) {
            (true, _) => ("Pause", "Pause (Space)"),
            (_, true) => ("Play again", "Play again from the start (Space)"),
            _ => ("Play", "Play (Space)"),
        };
        dom::set_attribute(&self.play, "aria-label", label);
        dom::set_attribute(&self.play, "title", title);
        dom::enable(&self.play, state.started);
        for step in &self.steps {
            dom::enable(step, state.started && !state.is_first_open());
        }
        let (version, row) = place(cx);
        self.version.set(&version);
        self.row.set(&row);
        // Only a recording has a pace that is ours to set.
        let replaying = matches!(state.update.status.connection, Connection::Replaying { .. });
        dom::set_attribute(
            &self.speed_field,
            "data-off",
            if replaying { "no" } else { "yes" },
        );
        let factor = state.update.status.speed;
        if self.factor.change(factor.to_bits()) {
            self.speed.set_value(&format!("{factor}"));
        }
    }
}

/// "Version 9", "row 310 of 310"
fn place(cx: &Cx<'_>) -> (String, String) {
    let update = &cx.state.update;
    let snapshot = &update.snapshot;
    let version = format!("Version {}", numbers::count(snapshot.version.max(1)));
    let all = match update.status.connection {
        Connection::Replaying { of, .. } => of.max(snapshot.records),
        _ => snapshot.records + update.waiting_total,
    };
    let row = if all == 0 {
        "no rows yet".to_owned()
    } else {
        format!(
            "row {} of {}",
            numbers::count(snapshot.record),
            numbers::count(all)
        )
    };
    (version, row)
}
