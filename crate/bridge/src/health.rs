//! How the bridge is, and how the source and the sink are.
//!
//! Neither answer needs a token, so that monitoring needs none, and neither shows what is in a record; but the names of
//! topics are there, and errors name files and brokers. Where those are secret too, let only monitoring reach these paths.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use wire::TopicEnds;

use crate::shared::Shared;
use crate::state;

#[derive(Serialize)]
struct Health<'a> {
    status: Status,
    log_id: Option<String>,
    bridge: Bridge,
    source: Side<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sink: Option<Side<'a>>,
    topics: Vec<TopicEnds>,
    sessions: usize,
    ring_bytes: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    /// Everything works.
    Ok,
    /// Records flow, and something else does not work.
    Degraded,
    /// No records flow.
    Failed,
}

#[derive(Serialize)]
struct Bridge {
    ok: bool,
    /// What is wrong, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    version: &'static str,
    uptime_ms: u128,
}

/// The source or the sink.
#[derive(Serialize)]
struct Side<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'a str>,
    ok: bool,
    /// What is wrong, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// Since when it is so, by the bridge's clock, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    since_ms: Option<i64>,
    /// What is worth knowing though nothing is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// Answers with the state of everything: 503 where no records flow, or else 200.
pub(crate) async fn health(State(shared): State<Arc<Shared>>) -> Response {
    let look = state::look(&shared).await;
    let (log_id, topics) = look.hello.map_or((None, Vec::new()), |hello| {
        (Some(hello.log_id), hello.topics)
    });
    let mut source = Side::from(look.source);
    source.kind = Some(shared.backend.source.kind());
    let sink = look.sink.map(Side::from);
    let bridge = bridge(&shared);
    let status = if !source.ok {
        Status::Failed
    } else if !bridge.ok || sink.as_ref().is_some_and(|sink| !sink.ok) {
        Status::Degraded
    } else {
        Status::Ok
    };
    let health = Health {
        status,
        log_id,
        bridge,
        source,
        sink,
        topics,
        sessions: shared.sessions(),
        ring_bytes: shared.ring.bytes(),
    };
    let code = match status {
        Status::Ok | Status::Degraded => StatusCode::OK,
        Status::Failed => StatusCode::SERVICE_UNAVAILABLE,
    };
    (code, [(header::CACHE_CONTROL, "no-store")], Json(health)).into_response()
}

/// Answers with 200 as long as the bridge serves, whatever its source does: starting it again would not mend a source.
pub(crate) async fn live(State(shared): State<Arc<Shared>>) -> Response {
    let no_store = [(header::CACHE_CONTROL, "no-store")];
    (no_store, Json(bridge(&shared))).into_response()
}

fn bridge(shared: &Shared) -> Bridge {
    let max = shared.config.max_sessions;
    let full = shared.seats.available_permits() == 0;
    let error =
        full.then(|| format!("all {max} sessions are taken; close a page that is open elsewhere"));
    Bridge {
        ok: error.is_none(),
        error,
        version: env!("CARGO_PKG_VERSION"),
        uptime_ms: shared.metrics.started.elapsed().as_millis(),
    }
}

impl From<state::State> for Side<'_> {
    fn from(state: state::State) -> Self {
        Side {
            kind: None,
            ok: state.error.is_none(),
            error: state.error,
            since_ms: state.since_ms,
            note: state.note,
        }
    }
}
