//! What is inside of the page: the page itself, and its lanes.

use lab::snapshot::LaneHead;

use super::figures::{bytes, counted, flow, share};
use super::{Part, Tone, is_replay};
use crate::page::numbers;
use crate::page::state::State;
use crate::protocol::{Connection, LaneFlow, Pipeline};

pub(super) fn page(state: &State, pipeline: &Pipeline) -> Part {
    let update = &state.update;
    let mut part = Part {
        kind: "Page",
        name: "this one".to_owned(),
        ..Part::default()
    };
    (part.tone, part.state) = match (&update.status.connection, update.status.paused) {
        (Connection::Failed { .. }, _) => (Tone::Bad, "stopped".to_owned()),
        (Connection::NoBridge, _) => (Tone::Calm, "nothing to read".to_owned()),
        (_, true) => (Tone::Slow, "paused".to_owned()),
        (Connection::Replaying { row, of, .. }, _) if row >= of => {
            (Tone::Well, "at the end".to_owned())
        }
        (Connection::Replaying { .. }, _) => (Tone::Well, "playing".to_owned()),
        (Connection::Behind { records, .. }, _) => (
            Tone::Slow,
            format!("behind by {}", numbers::count(*records)),
        ),
        (Connection::Live { .. }, _) => (Tone::Well, "caught up".to_owned()),
        (Connection::Connecting { .. } | Connection::Reconnecting { .. }, _) => {
            (Tone::Slow, "waits for the bridge".to_owned())
        }
    };
    let replays = is_replay(state);
    if !replays {
        part.rows.push(("in", flow(pipeline.received)));
    }
    part.rows.extend([
        ("out, applied", flow(pipeline.applied)),
        ("waiting", counted(pipeline.waiting)),
    ]);
    if !replays {
        let ahead = (pipeline.ahead_bytes, pipeline.ahead_most_bytes);
        part.rows.extend([
            ("behind the log", counted(pipeline.behind)),
            ("credit in use", bytes(ahead)),
        ]);
        // What is left would not take another frame: the bridge waits.
        if pipeline.ahead_bytes * 10 >= pipeline.ahead_most_bytes * 9 && pipeline.ahead_bytes > 0 {
            part.note = "Backpressured: the bridge waits for credit.".to_owned();
        }
    }
    part.rows.push(("busy", share(pipeline.busy)));
    if update.rebuilding.is_some() {
        part.note = "A changed experiment is being rebuilt.".to_owned();
    }
    part
}

pub(super) fn lanes(state: &State, pipeline: &Pipeline) -> Vec<Part> {
    let heads = state.update.snapshot.lanes.iter();
    let flows = pipeline.lanes.iter().cloned().map(Some);
    let flows = flows.chain(std::iter::repeat(None));
    heads
        .zip(flows)
        .map(|(head, flow)| lane(head, &flow.unwrap_or_default()))
        .collect()
}

fn lane(head: &LaneHead, of: &LaneFlow) -> Part {
    let (tone, state) = match of {
        _ if of.rows.per_s > 0.0 => (Tone::Well, "learning"),
        _ if of.predictions.per_s > 0.0 => (Tone::Well, "predicting"),
        _ if of.held > 0 => (Tone::Slow, "holds test rows"),
        _ if of.open > 0 => (Tone::Calm, "waits for rows"),
        _ => (Tone::Calm, "idle"),
    };
    let title = format!("{} {}", head.engine, head.algorithm);
    let title = title.trim().to_owned();
    let mut rows = vec![
        ("in, training", flow(of.rows)),
        ("open batch", numbers::counted(of.open, "row")),
        ("versions", flow(of.versions)),
        ("predictions", flow(of.predictions)),
    ];
    if of.held > 0 {
        rows.insert(2, ("test rows held", numbers::count(of.held)));
    }
    Part {
        kind: "Lane",
        name: head.name.clone(),
        tone,
        state: state.to_owned(),
        rows,
        note: format!("{title}: {}", head.parameters),
    }
}
