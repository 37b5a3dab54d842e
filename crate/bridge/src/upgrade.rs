//! From a request to a session.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{ConnectInfo, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use tracing::Instrument;

use crate::answer::Refusal;
use crate::config::MAX_INBOUND_BYTES;
use crate::metrics::{Meter, Protocol};
use crate::shared::Shared;
use crate::{guard, json_session, session};

const V1: HeaderValue = HeaderValue::from_static("eddy.v1");
const JSON: HeaderValue = HeaderValue::from_static("eddy.json");

/// The running number of the next session.
static SESSIONS: AtomicU64 = AtomicU64::new(1);

/// Begins a session of the subprotocol that is asked for.
pub(crate) async fn ws(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Refusal> {
    guard::origin(&shared, &headers)?;
    guard::session_token(&shared, &query)?;
    let mut upgrade = upgrade.map_err(|error| {
        let sentence = format!("/ws is for WebSocket clients: {error}");
        Refusal::new(StatusCode::UPGRADE_REQUIRED, sentence)
    })?;
    let protocol = [V1, JSON]
        .into_iter()
        .find(|known| upgrade.requested_protocols().any(|asked| asked == known))
        .ok_or_else(|| {
            Refusal::new(
                StatusCode::BAD_REQUEST,
                "ask for the subprotocol eddy.json (text, for people and programs) or eddy.v1 (binary, for the page), \
                 such as: websocat --protocol eddy.json 'ws://HOST/ws?topic=T&from=earliest'"
                    .to_owned(),
            )
        })?;
    let seat = shared.seats.clone().try_acquire_owned().map_err(|_| {
        shared.metrics.sessions.refused.add(1);
        let max = shared.config.max_sessions;
        let sentence = format!("all {max} sessions are taken; close a page that is open elsewhere");
        Refusal::new(StatusCode::SERVICE_UNAVAILABLE, sentence)
    })?;
    upgrade.set_selected_protocol(protocol.clone());
    let upgrade = upgrade
        .max_message_size(MAX_INBOUND_BYTES)
        .max_frame_size(MAX_INBOUND_BYTES);
    let protocol = if protocol == V1 {
        Protocol::V1
    } else {
        Protocol::Json
    };
    let session = async move |socket| {
        let _seat = seat;
        let meter = Meter::begin(&shared, protocol);
        match protocol {
            Protocol::V1 => session::run(shared, socket, &meter).await,
            Protocol::Json => json_session::run(shared, socket, query, &meter).await,
        }
    };
    // What is logged of a session says which one it is.
    let id = SESSIONS.fetch_add(1, Ordering::Relaxed);
    let span = tracing::warn_span!("session", session = id, %peer, protocol = protocol.name());
    Ok(upgrade.on_upgrade(|socket| session(socket).instrument(span)))
}
