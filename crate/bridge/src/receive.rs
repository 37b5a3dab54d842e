//! Events that Debezium Server posts: `POST /debezium`.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;

use crate::answer::Refusal;
use crate::guard;
use crate::ingest::{Ingest, IngestError, Ingestion, Posted, Taken};
use crate::shared::Shared;

/// The largest body that is kept whole, in bytes.
const MAX_BODY_BYTES: usize = 64 << 20;

/// What is kept of a larger one, in bytes.
const BEGINNING_BYTES: usize = 64 << 10;

/// How many bodies are held in memory at a time; Debezium Server sends one after the other.
pub(crate) const MAX_BODIES: usize = 4;

/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(60);

/// Types of content that a page can send without asking first; Debezium Server sends none of them.
const FORMS: [&str; 3] = [
    "text/plain",
    "multipart/form-data",
    "application/x-www-form-urlencoded",
];

/// Keeps the events of a request.
pub(crate) async fn post(
    State(shared): State<Arc<Shared>>,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let ingestion = allowed(&shared, &headers, &query)?;
    content(&headers)?;
    // Held until the events are kept, so that memory is bounded.
    let Ok(_seat) = shared.bodies.acquire().await else {
        return Err(cut_off());
    };
    let posted = tokio::time::timeout(PATIENCE, read(&headers, body)).await;
    let posted = posted.map_err(|_| {
        let sentence = format!("the body did not arrive within {} s", PATIENCE.as_secs());
        Refusal::new(StatusCode::REQUEST_TIMEOUT, sentence)
    })??;
    answer(ingestion.log, move |log| log.take(&posted)).await
}

/// How many events were taken so far.
pub(crate) async fn state(
    State(shared): State<Arc<Shared>>,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let ingestion = allowed(&shared, &headers, &query)?;
    answer(ingestion.log, |log| log.taken()).await
}

fn allowed(
    shared: &Shared,
    headers: &HeaderMap,
    query: &[(String, String)],
) -> Result<Ingestion, Refusal> {
    guard::no_silent_browser(headers)?;
    guard::origin(shared, headers)?;
    let Some(ingestion) = shared.config.ingest.clone() else {
        return Err(Refusal::new(
            StatusCode::NOT_FOUND,
            "this bridge takes no events of Debezium Server; start it with --debezium-server"
                .to_owned(),
        ));
    };
    let wanted = ingestion.token.as_ref().or(shared.config.token.as_ref());
    guard::ingest_token(wanted, headers, query)?;
    Ok(ingestion)
}

/// Refuses what a form of another site could send; what else cannot be read is kept.
fn content(headers: &HeaderMap) -> Result<(), Refusal> {
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if kind.is_empty() || FORMS.iter().any(|form| form.eq_ignore_ascii_case(kind)) {
        return Err(Refusal::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            format!(
                "events come as application/json or application/cloudevents+json, not as {kind:?}; \
                 set debezium.format.value to json or cloudevents"
            ),
        ));
    }
    Ok(())
}

async fn read(headers: &HeaderMap, body: Body) -> Result<Posted, Refusal> {
    let mut stream = body.into_data_stream();
    let mut kept = Vec::new();
    let mut bytes = 0_u64;
    while let Some(part) = stream.next().await {
        let part = part.map_err(|_| cut_off())?;
        bytes += part.len() as u64;
        // What is too long is read to its end all the same: the server would send it again and again.
        if bytes <= MAX_BODY_BYTES as u64 {
            kept.extend_from_slice(&part);
        } else if kept.len() > BEGINNING_BYTES {
            kept.truncate(BEGINNING_BYTES);
            kept.shrink_to_fit();
        }
    }
    let names = headers.iter();
    Ok(Posted {
        headers: names
            .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
            .collect(),
        body: kept,
        cut_from_bytes: (bytes > MAX_BODY_BYTES as u64).then_some(bytes),
    })
}

fn cut_off() -> Refusal {
    Refusal::new(
        StatusCode::BAD_REQUEST,
        "the body did not arrive whole; send it again".to_owned(),
    )
}

async fn answer(
    log: Arc<dyn Ingest>,
    call: impl FnOnce(&dyn Ingest) -> Result<Taken, IngestError> + Send + 'static,
) -> Result<Response, Refusal> {
    let unavailable = |sentence: String| {
        tracing::error!("events could not be kept: {sentence}");
        Refusal::new(StatusCode::SERVICE_UNAVAILABLE, sentence)
    };
    match tokio::task::spawn_blocking(move || call(&*log)).await {
        Ok(Ok(taken)) => Ok(([(header::CACHE_CONTROL, "no-store")], Json(taken)).into_response()),
        Ok(Err(error)) => Err(unavailable(error.to_string())),
        Err(error) => Err(unavailable(format!(
            "the log failed: {error}; see the program's log"
        ))),
    }
}
