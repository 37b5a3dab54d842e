//! The pipeline: source, bridge, page, lanes, sink, with what flows between them and what waits where.
//!
//! - [`bridge`]: what the bridge says of itself
//! - [`parts`]: the boxes, in words
//! - [`dialog`]: what is seen of it

pub mod bridge;
pub mod dialog;
pub mod parts;

use self::bridge::{Asked, Bridge, Growth};
use super::msg::{Dialog, Effect};
use super::state::State;
use crate::protocol::{Command, Connection};

/// What is known of the pipeline.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PipelineState {
    /// Whether it is looked at.
    pub open: bool,
    /// What the bridge says.
    pub bridge: Asked,
    /// How fast the bridge's counts grow.
    pub growth: Growth,
}

/// Something happened to it.
#[derive(Clone, Debug, PartialEq)]
pub enum PipelineMsg {
    /// The dialog was asked for.
    Open,
    /// The dialog was closed.
    Closed,
    /// It is time to ask the bridge.
    Ask,
    /// The bridge answered with its health and its metrics; or why it was not asked.
    Answered(Result<(String, String), String>),
}

/// One step: something happened to the pipeline.
pub fn update(state: &mut State, msg: PipelineMsg, now_ms: f64, out: &mut Vec<Effect>) {
    match msg {
        PipelineMsg::Open => {
            state.pipeline.open = true;
            out.extend([
                Effect::Send(Command::Pipeline { on: true }),
                Effect::Open(Dialog::Pipeline),
            ]);
            ask(state, out);
        }
        PipelineMsg::Closed => {
            state.pipeline = PipelineState::default();
            out.push(Effect::Send(Command::Pipeline { on: false }));
        }
        PipelineMsg::Ask => ask(state, out),
        PipelineMsg::Answered(answer) => {
            let pipeline = &mut state.pipeline;
            let read = answer.and_then(|(health, metrics)| Bridge::read(&health, &metrics));
            pipeline.bridge = match read {
                Ok(bridge) => {
                    pipeline.growth.take(now_ms, &bridge);
                    Asked::Said(Box::new(bridge))
                }
                Err(why) => Asked::Silent(why),
            };
        }
    }
}

/// Asks the bridge that served the page, where that is the one whose records the page shows.
fn ask(state: &mut State, out: &mut Vec<Effect>) {
    if !state.pipeline.open {
        return;
    }
    if state.token.is_none() {
        state.pipeline.bridge = Asked::NotServed;
        return;
    }
    let connection = &state.update.status.connection;
    out.push(Effect::AskBridge(address(connection).map(str::to_owned)));
}

/// Host and port that the page is connected to.
pub fn address(connection: &Connection) -> Option<&str> {
    match connection {
        Connection::Connecting { address }
        | Connection::Live { address, .. }
        | Connection::Behind { address, .. }
        | Connection::Reconnecting { address, .. } => Some(address),
        Connection::NoBridge | Connection::Replaying { .. } | Connection::Failed { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(state: &mut State, msg: PipelineMsg) -> Vec<Effect> {
        let mut out = Vec::new();
        update(state, msg, 0.0, &mut out);
        out
    }

    #[test]
    fn the_bridge_is_asked_only_while_somebody_looks_and_only_where_it_served_the_page() {
        let mut state = State::default();
        assert_eq!(after(&mut state, PipelineMsg::Ask), []);
        let opened = after(&mut state, PipelineMsg::Open);
        assert_eq!(
            opened,
            [
                Effect::Send(Command::Pipeline { on: true }),
                Effect::Open(Dialog::Pipeline)
            ]
        );
        assert_eq!(state.pipeline.bridge, Asked::NotServed);
        state.token = Some("t".to_owned());
        assert_eq!(
            after(&mut state, PipelineMsg::Ask),
            [Effect::AskBridge(None)]
        );
        let why = Err("The bridge does not answer.".to_owned());
        after(&mut state, PipelineMsg::Answered(why));
        assert!(matches!(&state.pipeline.bridge, Asked::Silent(why) if why.contains("not answer")));
        let closed = after(&mut state, PipelineMsg::Closed);
        assert_eq!(closed, [Effect::Send(Command::Pipeline { on: false })]);
        assert_eq!(state.pipeline, PipelineState::default());
    }
}
