//! The boxes of the pipeline, in words.
//!
//! - `outside`: source, bridge and sink; `inside`: page and lanes
//! - `figures`: counts and rates in few letters

mod figures;
mod inside;
mod outside;

use self::figures::rate;
use self::inside::{lanes, page};
use self::outside::{bridge, sink, source};
use super::bridge::Asked;
use crate::page::state::State;
use crate::protocol::{Connection, Flow};

/// A box.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Part {
    /// "Source", "Bridge", "Page", "Lane", "Sink".
    pub kind: &'static str,
    /// What it is called.
    pub name: String,
    /// How it is.
    pub tone: Tone,
    /// The same in words.
    pub state: String,
    /// Names and values.
    pub rows: Vec<(&'static str, String)>,
    /// What else there is to say.
    pub note: String,
}

/// How a part is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Nothing to say.
    #[default]
    Calm,
    /// It works.
    Well,
    /// It waits, or holds others up.
    Slow,
    /// It does not work.
    Bad,
}

/// A column of the pipeline, and what flows into it from the one before.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// "12 records/s"; empty where that is not known.
    pub inflow: String,
    /// The boxes, one below the other.
    pub parts: Vec<Part>,
}

/// The whole pipeline, from the source to the sink.
pub fn columns(state: &State) -> Vec<Column> {
    let pipeline = state.update.pipeline.clone().unwrap_or_default();
    let said = match &state.pipeline.bridge {
        Asked::Said(bridge) => Some(bridge.as_ref()),
        _ => None,
    };
    let replays = is_replay(state);
    let column = |inflow: String, parts: Vec<Part>| Column { inflow, parts };
    let records = |flow: Flow| format!("{} records/s", rate(flow.per_s));
    let from_bridge = match replays {
        true => String::new(),
        false => records(pipeline.received),
    };
    let from_source = said.map_or_else(String::new, |_| records(state.pipeline.growth.records()));
    let predictions = pipeline.lanes.iter().map(|lane| lane.predictions.per_s);
    let predicted = format!("{} predictions/s", rate(predictions.sum()));
    vec![
        column(String::new(), vec![source(state, said)]),
        column(from_source, vec![bridge(state, said)]),
        column(from_bridge, vec![page(state, &pipeline)]),
        column(records(pipeline.applied), lanes(state, &pipeline)),
        column(predicted, vec![sink(state, said, &pipeline)]),
    ]
}

fn is_replay(state: &State) -> bool {
    matches!(state.update.status.connection, Connection::Replaying { .. })
}

#[cfg(test)]
mod tests {
    use lab::snapshot::LaneHead;

    use super::super::bridge::tests::bridge as of_bridge;
    use super::*;
    use crate::protocol::{LaneFlow, Pipeline};

    fn state(connection: Connection) -> State {
        let mut state = State::default();
        state.update.status.connection = connection;
        state.update.snapshot.lanes = vec![LaneHead {
            name: "Flink".to_owned(),
            engine: "Flink".to_owned(),
            algorithm: "OnlineKMeans".to_owned(),
            parameters: "k 3".to_owned(),
            ..LaneHead::default()
        }];
        state.update.pipeline = Some(Pipeline {
            lanes: vec![LaneFlow {
                open: 21,
                ..LaneFlow::default()
            }],
            ahead_most_bytes: 4 << 20,
            ..Pipeline::default()
        });
        state
    }

    fn live() -> State {
        state(Connection::Live {
            address: "127.0.0.1:8080".to_owned(),
            topics: 2,
        })
    }

    fn kinds(state: &State) -> Vec<(&'static str, String)> {
        let columns = columns(state).into_iter();
        let parts = columns.flat_map(|column| column.parts);
        parts.map(|part| (part.kind, part.state)).collect()
    }

    #[test]
    fn a_live_page_that_was_served_by_its_bridge_shows_all_parts() {
        let mut state = live();
        state.pipeline.bridge = Asked::Said(Box::new(of_bridge()));
        let said = [
            ("Source", "running"),
            ("Bridge", "connected"),
            ("Page", "caught up"),
            ("Lane", "waits for rows"),
            ("Sink", "in trouble"),
        ];
        let kinds = kinds(&state);
        let kinds: Vec<_> = kinds
            .iter()
            .map(|(kind, said)| (*kind, said.as_str()))
            .collect();
        assert_eq!(kinds, said);
        let columns = columns(&state);
        assert_eq!(columns[0].parts[0].name, "SQLite, captured by triggers");
        assert_eq!(columns[4].parts[0].note, "the database is locked");
        assert_eq!(columns[3].parts[0].note, "Flink OnlineKMeans: k 3");
        assert_eq!(columns[2].inflow, "0 records/s");
    }

    #[test]
    fn a_source_that_cannot_be_asked_says_so() {
        let mut state = live();
        state.pipeline.bridge = Asked::NotServed;
        let columns = columns(&state);
        for column in &columns[..2] {
            assert!(column.parts[0].note.contains("cannot ask"), "{column:?}");
        }
        assert_eq!(columns[1].inflow, "");
        // No box is blank, whatever the connection.
        let address = || "a:1".to_owned();
        for connection in [
            Connection::NoBridge,
            Connection::Connecting { address: address() },
            Connection::Behind {
                address: address(),
                records: 7,
            },
            Connection::Replaying {
                row: 3,
                of: 310,
                name: "demo".to_owned(),
            },
            Connection::Reconnecting {
                address: address(),
                attempt: 2,
                next_ms: 5,
            },
            Connection::Failed {
                reason: "no".to_owned(),
            },
        ] {
            let state = self::state(connection);
            for part in super::columns(&state)
                .iter()
                .flat_map(|column| &column.parts)
            {
                let is_told = !part.rows.is_empty() || !part.note.is_empty();
                assert!(
                    is_told && !part.state.is_empty() && !part.name.is_empty(),
                    "{part:?}"
                );
            }
        }
    }

    #[test]
    fn a_paused_page_with_no_credit_left_holds_the_bridge_up() {
        let mut state = live();
        state.update.status.paused = true;
        if let Some(pipeline) = &mut state.update.pipeline {
            pipeline.ahead_bytes = 4 << 20;
            pipeline.waiting = 12_400;
        }
        let page = &columns(&state)[2].parts[0];
        assert_eq!((page.tone, page.state.as_str()), (Tone::Slow, "paused"));
        assert!(page.note.starts_with("Backpressured"));
        let waiting = ("waiting", "12,400 records".to_owned());
        assert!(page.rows.contains(&waiting), "{page:?}");
    }
}
