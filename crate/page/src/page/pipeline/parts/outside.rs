//! What is outside of the page: source, bridge and sink.

use super::figures::{bytes, counted, flow, of_which};
use super::{Part, Tone, is_replay};
use crate::page::numbers;
use crate::page::pipeline::address;
use crate::page::pipeline::bridge::{Asked, Bridge};
use crate::page::state::State;
use crate::protocol::{Connection, Pipeline};

pub(super) fn source(state: &State, said: Option<&Bridge>) -> Part {
    let mut part = Part {
        kind: "Source",
        ..Part::default()
    };
    if let Connection::Replaying { row, of, name } = &state.update.status.connection {
        part.name = format!("recording: {name}");
        (part.tone, part.state) = (Tone::Well, "in this page".to_owned());
        part.rows = vec![("records", of_which(*row, *of))];
        return part;
    }
    let Some(bridge) = said else {
        (part.name, part.state) = ("behind the bridge".to_owned(), "not asked".to_owned());
        part.note = unasked(state);
        return part;
    };
    part.name = match bridge.source.as_str() {
        "embedded" => "SQLite, captured by triggers".to_owned(),
        "kafka" => "Kafka".to_owned(),
        "debezium-server" => "Debezium Server’s posts".to_owned(),
        "file" => "a recording, played by the bridge".to_owned(),
        other => other.to_owned(),
    };
    let growth = &state.pipeline.growth;
    (part.tone, part.state) = match bridge.source_error.is_empty() {
        true => (Tone::Well, "running".to_owned()),
        false => (Tone::Bad, "failed".to_owned()),
    };
    part.rows = vec![("out", flow(growth.records()))];
    if let Some([kept, unreadable, repeats]) = bridge.posted {
        part.rows.extend([
            ("posted, kept", numbers::count(kept)),
            ("unreadable", numbers::count(unreadable)),
            ("came again", numbers::count(repeats)),
        ]);
    }
    part.rows
        .push(("failures", numbers::count(bridge.failures)));
    if bridge.gone > 0 {
        part.rows
            .push(("offsets gone", numbers::count(bridge.gone)));
    }
    part.note = match bridge.source_error.is_empty() {
        true => bridge.source_note.clone(),
        false => bridge.source_error.clone(),
    };
    part
}

pub(super) fn bridge(state: &State, said: Option<&Bridge>) -> Part {
    let connection = &state.update.status.connection;
    let mut part = Part {
        kind: "Bridge",
        name: address(connection).unwrap_or("none").to_owned(),
        ..Part::default()
    };
    (part.tone, part.state) = match connection {
        Connection::Live { .. } | Connection::Behind { .. } => (Tone::Well, "connected".to_owned()),
        Connection::Connecting { .. } => (Tone::Slow, "connecting".to_owned()),
        Connection::Reconnecting { attempt, .. } => {
            (Tone::Bad, format!("not reached, try {attempt}"))
        }
        Connection::Failed { reason } => (Tone::Bad, format!("failed: {reason}")),
        Connection::NoBridge => (Tone::Calm, "none connected".to_owned()),
        Connection::Replaying { .. } => (Tone::Calm, "not connected".to_owned()),
    };
    if is_replay(state) {
        part.note = "The page plays a recording by itself.".to_owned();
        return part;
    }
    let Some(bridge) = said else {
        part.note = unasked(state);
        return part;
    };
    if !bridge.error.is_empty() {
        (part.tone, part.state) = (Tone::Bad, "in trouble".to_owned());
        part.note.clone_from(&bridge.error);
    }
    let growth = &state.pipeline.growth;
    part.rows = vec![
        ("out, all sessions", flow(growth.sent())),
        ("largest lag", counted(bridge.lag)),
        ("sessions", of_which(bridge.sessions.0, bridge.sessions.1)),
        ("ring", bytes(bridge.ring_bytes)),
        ("version", bridge.version.clone()),
    ];
    part
}

/// Why there are no numbers of the bridge.
fn unasked(state: &State) -> String {
    match &state.pipeline.bridge {
        Asked::Waiting => "Asked; no answer yet.".to_owned(),
        Asked::NotServed => {
            "No bridge served this page, so it cannot ask one. A bridge’s own /health and /metrics tell.".to_owned()
        }
        Asked::Silent(why) => why.clone(),
        Asked::Said(_) => String::new(),
    }
}

pub(super) fn sink(state: &State, said: Option<&Bridge>, pipeline: &Pipeline) -> Part {
    let mut part = Part {
        kind: "Sink",
        name: "predictions".to_owned(),
        ..Part::default()
    };
    if is_replay(state) || matches!(state.update.status.connection, Connection::NoBridge) {
        part.state = "none".to_owned();
        part.note = match is_replay(state) {
            true => "Of a recording nothing is published.".to_owned(),
            false => "Without a bridge nothing is published.".to_owned(),
        };
        return part;
    }
    let error = said.and_then(|bridge| bridge.sink_error.clone());
    let has_none = said.is_some_and(|bridge| bridge.sink_error.is_none());
    (part.tone, part.state) = match &error {
        _ if pipeline.sink_away => (Tone::Bad, "away, tried again".to_owned()),
        Some(error) if !error.is_empty() => (Tone::Bad, "in trouble".to_owned()),
        _ if has_none => (Tone::Calm, "the bridge has none".to_owned()),
        _ if pipeline.unpublished > 0 => (Tone::Slow, "publishing".to_owned()),
        _ => (Tone::Well, "all published".to_owned()),
    };
    part.rows = vec![
        ("to be published", numbers::count(pipeline.unpublished)),
        ("published", flow(pipeline.published)),
    ];
    if let Some(bridge) = said.filter(|_| !has_none) {
        part.rows
            .push(("by all pages", numbers::count(bridge.published)));
        if bridge.rejected > 0 {
            part.rows
                .push(("not published", numbers::count(bridge.rejected)));
        }
    }
    for (name, count) in [("refused", pipeline.refused), ("let go", pipeline.let_go)] {
        if count > 0 {
            part.rows.push((name, numbers::count(count)));
        }
    }
    part.note = error.unwrap_or_default();
    part
}
