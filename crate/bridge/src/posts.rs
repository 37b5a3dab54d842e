//! What a page may do beside reading: insert rows, and start over.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use crate::answer::Refusal;
use crate::guard;
use crate::shared::Shared;
use crate::{Insert, InsertError, RowSet};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sets {
    sets: Vec<RowSet>,
}

/// Inserts rows: `{"sets":[{"table":..,"rows":[..]}, ..]}`, or the list alone.
pub(crate) async fn insert(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let insert = allowed(&shared, &headers)?;
    let sets = sets(&body).map_err(|error| {
        let form = r#"{"sets":[{"table":"T","rows":[{"COLUMN":1.5}]}]}"#;
        Refusal::new(
            StatusCode::BAD_REQUEST,
            format!("the body is not {form}: {error}"),
        )
    })?;
    let inserted = blocking(move || insert.insert(&sets)).await?;
    tracing::info!(rows = inserted, "rows inserted");
    Ok(Json(json!({ "inserted": inserted })).into_response())
}

/// Empties the tables and the log.
pub(crate) async fn start_over(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let insert = allowed(&shared, &headers)?;
    let log_id = blocking(move || insert.start_over()).await?;
    tracing::info!(log_id, "started over: tables and log were emptied");
    Ok(Json(json!({ "log_id": log_id })).into_response())
}

fn allowed(shared: &Shared, headers: &HeaderMap) -> Result<Arc<dyn Insert>, Refusal> {
    guard::no_silent_browser(headers)?;
    guard::origin(shared, headers)?;
    guard::post_token(shared, headers)?;
    shared.backend.insert.clone().ok_or_else(|| {
        let kind = shared.backend.source.kind();
        Refusal::new(
            StatusCode::NOT_FOUND,
            format!("the {kind} source takes no rows from here; insert them where they come from"),
        )
    })
}

fn sets(body: &[u8]) -> Result<Vec<RowSet>, serde_json::Error> {
    let list = body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
    if list {
        return serde_json::from_slice(body);
    }
    serde_json::from_slice::<Sets>(body).map(|body| body.sets)
}

async fn blocking<T: Send + 'static>(
    call: impl FnOnce() -> Result<T, InsertError> + Send + 'static,
) -> Result<T, Refusal> {
    match tokio::task::spawn_blocking(call).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => {
            let status = match &error {
                InsertError::Refused { .. } => StatusCode::BAD_REQUEST,
                InsertError::Unwritable { .. } => StatusCode::SERVICE_UNAVAILABLE,
            };
            Err(Refusal::new(status, error.to_string()))
        }
        Err(error) => Err(Refusal::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            format!("the source failed: {error}; see the program's log"),
        )),
    }
}
