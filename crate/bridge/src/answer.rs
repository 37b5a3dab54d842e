//! Answers that say no.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// A request that is refused: a status, and a sentence that says what to do.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    error: String,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, error: String) -> Self {
        Refusal { status, error }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = self.status.as_u16();
        tracing::debug!(status, error = self.error, "request refused");
        let body = Json(serde_json::json!({ "error": self.error }));
        (self.status, [(header::CACHE_CONTROL, "no-store")], body).into_response()
    }
}
