//! Who may ask: names, origins, tokens.
//!
//! A page of another site can make a reader's browser send requests to a bridge on the reader's own machine. Browsers
//! say where a request comes from (Origin) and whom it is addressed to (Host): the first is checked against the second,
//! and the second against the names of this machine, so that another site's name that was made to point here is refused.

use axum::http::{HeaderMap, StatusCode, header};

use crate::answer::Refusal;
use crate::shared::Shared;

/// The header that POST requests bring the token in.
const TOKEN: &str = "x-eddy-token";

/// Refuses requests that are addressed to another name than this machine's.
pub(crate) fn host(shared: &Shared, headers: &HeaderMap) -> Result<(), Refusal> {
    let Some(hosts) = &shared.hosts else {
        return Ok(());
    };
    let host = text(headers, header::HOST.as_str()).unwrap_or_default();
    if hosts
        .iter()
        .any(|allowed| allowed.eq_ignore_ascii_case(host))
    {
        return Ok(());
    }
    Err(Refusal::new(
        StatusCode::FORBIDDEN,
        format!("requests to {host:?} are refused; allow that host where the bridge is started"),
    ))
}

/// Refuses requests of foreign pages; a missing Origin is no browser's.
pub(crate) fn origin(shared: &Shared, headers: &HeaderMap) -> Result<(), Refusal> {
    let Some(origin) = text(headers, header::ORIGIN.as_str()) else {
        return match headers.get(header::ORIGIN) {
            None => Ok(()),
            Some(_) => Err(foreign("that is not text")),
        };
    };
    let host = text(headers, header::HOST.as_str()).unwrap_or_default();
    let own = ["http://", "https://"]
        .iter()
        .filter_map(|scheme| origin.strip_prefix(scheme))
        .any(|name| !name.is_empty() && name.eq_ignore_ascii_case(host));
    let allowed = &shared.config.allow_origins;
    if own
        || allowed
            .iter()
            .any(|allowed| allowed.trim_end_matches('/').eq_ignore_ascii_case(origin))
    {
        return Ok(());
    }
    Err(foreign(origin))
}

/// Refuses requests of browsers that do not say where they come from.
pub(crate) fn no_silent_browser(headers: &HeaderMap) -> Result<(), Refusal> {
    let browser = headers.contains_key("sec-fetch-site") || headers.contains_key("sec-fetch-mode");
    if browser && !headers.contains_key(header::ORIGIN) {
        return Err(foreign("that the browser does not name"));
    }
    Ok(())
}

/// Refuses POST requests without the page's token.
pub(crate) fn post_token(shared: &Shared, headers: &HeaderMap) -> Result<(), Refusal> {
    match text(headers, TOKEN) {
        Some(token) if same(token, &shared.token) => Ok(()),
        _ => Err(Refusal::new(
            StatusCode::FORBIDDEN,
            format!(
                "the header {TOKEN} does not hold the token that the page was served with; load the page again"
            ),
        )),
    }
}

/// Refuses sessions without the token, where the bridge wants one.
pub(crate) fn session_token(shared: &Shared, query: &[(String, String)]) -> Result<(), Refusal> {
    if knows_token(shared, query) {
        return Ok(());
    }
    Err(Refusal::new(
        StatusCode::FORBIDDEN,
        "this bridge wants its token: /ws?token=..".to_owned(),
    ))
}

/// Refuses events without the token, where one is wanted: `Authorization: Bearer ..`, or `?token=..`.
pub(crate) fn ingest_token(
    wanted: Option<&String>,
    headers: &HeaderMap,
    query: &[(String, String)],
) -> Result<(), Refusal> {
    let Some(wanted) = wanted else {
        return Ok(());
    };
    let bearer = text(headers, header::AUTHORIZATION.as_str())
        .and_then(|value| value.split_once(' '))
        .is_some_and(|(scheme, token)| {
            scheme.eq_ignore_ascii_case("bearer") && same(token.trim(), wanted)
        });
    let in_address = || {
        query
            .iter()
            .any(|(name, token)| name == "token" && same(token, wanted))
    };
    if bearer || in_address() {
        return Ok(());
    }
    Err(Refusal::new(
        StatusCode::UNAUTHORIZED,
        "this bridge wants a token with events: debezium.sink.http.url=http://HOST:PORT/debezium?token=.."
            .to_owned(),
    ))
}

/// Whether the address holds the token, where the bridge wants one.
pub(crate) fn knows_token(shared: &Shared, query: &[(String, String)]) -> bool {
    let Some(wanted) = &shared.config.token else {
        return true;
    };
    query
        .iter()
        .any(|(name, token)| name == "token" && same(token, wanted))
}

fn foreign(origin: &str) -> Refusal {
    Refusal::new(
        StatusCode::FORBIDDEN,
        format!(
            "the origin {origin} is foreign; allow it where the bridge is started (--allow-origin)"
        ),
    )
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Compares without telling by its time how much is right.
fn same(a: &str, b: &str) -> bool {
    let differ = a
        .bytes()
        .zip(b.bytes())
        .fold(0, |differ, (a, b)| differ | (a ^ b));
    a.len() == b.len() && differ == 0
}
