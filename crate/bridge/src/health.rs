//! How the bridge is.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use wire::TopicEnds;

use crate::shared::Shared;

/// How long the source may take to say how it is.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Serialize)]
struct Health<'a> {
    status: &'a str,
    log_id: Option<String>,
    source: Source<'a>,
    topics: Vec<TopicEnds>,
    sessions: usize,
    ring_bytes: usize,
}

#[derive(Serialize)]
struct Source<'a> {
    kind: &'a str,
    ok: bool,
    /// What is wrong, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Answers with the bridge's state: 200, or 503 where the source is in trouble.
pub(crate) async fn health(State(shared): State<Arc<Shared>>) -> Response {
    let asked = tokio::time::timeout(PATIENCE, shared.hello()).await;
    let (hello, error) = match asked {
        Ok(Ok(hello)) => (Some(hello), shared.trouble.borrow().clone()),
        Ok(Err(error)) => (None, Some(error.to_string())),
        Err(_) => {
            let seconds = PATIENCE.as_secs();
            let error =
                format!("the source has not answered for {seconds} s; see whether it is running");
            (None, Some(error))
        }
    };
    let ok = error.is_none();
    let (log_id, topics) = hello.map_or((None, Vec::new()), |hello| {
        (Some(hello.log_id), hello.topics)
    });
    let health = Health {
        status: if ok { "ok" } else { "failed" },
        log_id,
        source: Source {
            kind: shared.backend.source.kind(),
            ok,
            error,
        },
        topics,
        sessions: shared.sessions(),
        ring_bytes: shared.ring.bytes(),
    };
    let status = if ok {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, [(header::CACHE_CONTROL, "no-store")], Json(health)).into_response()
}
