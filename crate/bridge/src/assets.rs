//! The page's files.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use crate::answer::Refusal;
use crate::guard;
use crate::shared::Shared;

/// Answers with the page itself; the token, the source's kind, and whether it takes rows are filled in.
pub(crate) async fn index(
    State(shared): State<Arc<Shared>>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, Refusal> {
    let Some(html) = (shared.config.assets)("index.html") else {
        return Err(Refusal::new(
            StatusCode::NOT_FOUND,
            "this program was built without the page; build it with `cargo xtask build`, or use /ws".to_owned(),
        ));
    };
    let html = String::from_utf8_lossy(&html);
    // A page that was opened without the token that sessions need learns no token either.
    let html = if guard::knows_token(&shared, &query) {
        let takes_rows = shared.backend.insert.is_some();
        let html = filled(&html, "eddy-token", &shared.token);
        let html = filled(&html, "eddy-source", shared.backend.source.kind());
        filled(&html, "eddy-insert", if takes_rows { "yes" } else { "" })
    } else {
        html.into_owned()
    };
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    Ok((headers, html).into_response())
}

/// Answers with the lab file that the bridge was started with, or else the page's own.
pub(crate) async fn lab(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    match &shared.config.lab_json {
        Some(lab) => Ok(file(&headers, "lab.json", lab.clone().into())),
        None => find(&shared, &headers, "lab.json"),
    }
}

/// Answers with a file.
pub(crate) async fn asset(
    State(shared): State<Arc<Shared>>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    find(&shared, &headers, uri.path().trim_start_matches('/'))
}

fn find(shared: &Shared, headers: &HeaderMap, path: &str) -> Result<Response, Refusal> {
    match (shared.config.assets)(path) {
        Some(Cow::Borrowed(bytes)) => Ok(file(headers, path, Bytes::from_static(bytes))),
        Some(Cow::Owned(bytes)) => Ok(file(headers, path, bytes.into())),
        None => Err(Refusal::new(
            StatusCode::NOT_FOUND,
            format!(
                "there is no {path:?} here; the page is at /, the streams at /ws, the bridge's state at /health, its numbers at /metrics"
            ),
        )),
    }
}

fn file(headers: &HeaderMap, path: &str, bytes: Bytes) -> Response {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    let tag = format!("\"{:016x}\"", hasher.finish());
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|tags| tags.to_str().ok())
        .is_some_and(|tags| {
            tags.split(',')
                .any(|known| known.trim().trim_start_matches("W/") == tag)
        });
    let (status, body) = if known {
        (StatusCode::NOT_MODIFIED, Body::empty())
    } else {
        (StatusCode::OK, Body::from(bytes))
    };
    let headers = [
        (header::CONTENT_TYPE, mime(path)),
        (header::CACHE_CONTROL, "no-cache"),
        (header::ETAG, &tag),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, headers, body).into_response()
}

fn mime(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json",
        "ndjson" => "application/x-ndjson",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "webmanifest" => "application/manifest+json",
        "txt" | "ts" | "md" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// The page with what it looks for under this name.
fn filled(html: &str, name: &str, content: &str) -> String {
    let place = format!(r#"<meta name="{name}" content="">"#);
    let filled = format!(r#"<meta name="{name}" content="{}">"#, attribute(content));
    html.replacen(&place, &filled, 1)
}

/// A text as it may stand in an attribute: a token may be any that a user chose.
fn attribute(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
}
