//! What the page asks the server that it came from.

use gloo::net::http::{Request, Response};
use serde_json::{Map, Value, json};
use wasm_bindgen::JsValue;
use web_sys::{HtmlMetaElement, UrlSearchParams};

use super::state::RowsFrom;
use super::{dom, gzip, numbers};

/// What the page's address names the scenario under.
const SCENARIO: &str = "scenario";

/// The token that inserts are sent with; None where no bridge served the page.
pub fn token() -> Option<String> {
    meta("eddy-token")
}

/// How rows get into the stream of the bridge that served the page.
pub fn rows_from() -> RowsFrom {
    match (meta("eddy-insert"), meta("eddy-source").as_deref()) {
        (None, Some("file")) => RowsFrom::File,
        (None, Some(_)) => RowsFrom::Database,
        _ => RowsFrom::Page,
    }
}

/// What the bridge wrote into index.html under this name.
fn meta(name: &str) -> Option<String> {
    let selector = format!("meta[name={name}]");
    let meta = dom::document().ok()?.query_selector(&selector).ok()??;
    let content = wasm_bindgen::JsCast::dyn_into::<HtmlMetaElement>(meta)
        .ok()?
        .content();
    Some(content).filter(|content| !content.is_empty())
}

/// The WebSocket of the bridge that served the page.
///
/// # Errors
/// This is not the page thread.
pub fn bridge_address() -> Result<String, JsValue> {
    let location = dom::window()?.location();
    let scheme = if location.protocol()? == "https:" {
        "wss"
    } else {
        "ws"
    };
    let path = location.pathname()?;
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    // A bridge that wants a token was given it in the page's own address.
    let query = location.search()?;
    let query = if query.contains("token=") {
        query.as_str()
    } else {
        ""
    };
    Ok(format!("{scheme}://{}{folder}/ws{query}", location.host()?))
}

/// The scenario that the page's address asks for.
pub fn scenario() -> Option<String> {
    let search = dom::window().ok()?.location().search().ok()?;
    UrlSearchParams::new_with_str(&search).ok()?.get(SCENARIO)
}

/// Opens the page anew, with another scenario and its own experiment.
///
/// # Errors
/// This is not the page thread.
pub fn go_to(scenario: &str) -> Result<(), JsValue> {
    let location = dom::window()?.location();
    let query = UrlSearchParams::new_with_str(&location.search()?)?;
    query.set(SCENARIO, scenario);
    // Without what stands behind it: an experiment is one of its scenario.
    let query = String::from(query.to_string());
    location.assign(&format!("{}?{query}", location.pathname()?))
}

/// A recording, compressed or not.
///
/// # Errors
/// What is wrong, and what to do.
pub async fn recording(file: &str) -> Result<String, String> {
    let bytes = fetch(file).await?.binary().await;
    let bytes = bytes.map_err(|error| format!("{file} cannot be read: {error}"))?;
    // Some servers say of such a file that it is compressed on its way; then it is not any more.
    if gzip::is_packed(&bytes) {
        let text = gzip::unpack(&bytes).await;
        return text.map_err(|_| format!("{file} is damaged. Build the page anew."));
    }
    String::from_utf8(bytes).map_err(|error| format!("{file} is no text: {error}"))
}

/// A text file.
///
/// # Errors
/// What is wrong, and what to do.
pub async fn text(file: &str) -> Result<String, String> {
    let text = fetch(file).await?.text().await;
    text.map_err(|error| format!("{file} cannot be read: {error}"))
}

async fn fetch(file: &str) -> Result<Response, String> {
    let response = Request::get(&format!("./{file}"))
        .send()
        .await
        .map_err(|_| format!("{file} cannot be fetched. Is the server still there?"))?;
    if response.ok() {
        return Ok(response);
    }
    let status = response.status();
    Err(format!(
        "{file} is not on this server ({status}). Build the page anew."
    ))
}

/// What the bridge that served the page says at /health and /metrics; `address` is the host and port of the one that the
/// page is connected to.
///
/// # Errors
/// It does not answer, or it is not the one that is meant.
pub async fn bridge(address: Option<&str>) -> Result<(String, String), String> {
    let host = dom::window().and_then(|window| window.location().host());
    let host = host.unwrap_or_default();
    if let Some(address) = address.filter(|address| *address != host) {
        return Err(format!(
            "This page was served by {host}, so it cannot ask {address}. That bridge’s own /health and /metrics tell."
        ));
    }
    // A bridge in trouble answers 503, and says what is wrong.
    Ok((answer("./health").await?, answer("./metrics").await?))
}

async fn answer(url: &str) -> Result<String, String> {
    let silent = |_| "The bridge does not answer. Is it still running?".to_owned();
    let response = Request::get(url).send().await.map_err(silent)?;
    response.text().await.map_err(silent)
}

/// Inserts rows into a table.
///
/// # Errors
/// What the server answered.
pub async fn insert(
    token: Option<&str>,
    table: &str,
    rows: Vec<Map<String, Value>>,
) -> Result<String, String> {
    let body = json!({"sets": [{"table": table, "rows": rows}]});
    let answer = post("./insert", token, &body).await?;
    let inserted = answer["inserted"].as_u64().unwrap_or(0);
    Ok(format!(
        "{} inserted into {table}.",
        numbers::counted(inserted, "row")
    ))
}

/// Empties the demo's tables.
///
/// # Errors
/// What the server answered.
pub async fn start_over(token: Option<&str>) -> Result<String, String> {
    post("./start-over", token, &json!({}))
        .await
        .map(|_| String::new())
}

async fn post(url: &str, token: Option<&str>, body: &Value) -> Result<Value, String> {
    let request = Request::post(url)
        .header("x-eddy-token", token.unwrap_or_default())
        .json(body);
    let request = request.map_err(|error| error.to_string())?;
    let response = request
        .send()
        .await
        .map_err(|_| "The bridge does not answer. Is it still running?".to_owned())?;
    let text = response.text().await.unwrap_or_default();
    if response.ok() {
        Ok(serde_json::from_str(&text).unwrap_or_default())
    } else {
        Err(refusal(&response, &text))
    }
}

/// What a refusal says: the server's own words where it has some.
fn refusal(response: &Response, text: &str) -> String {
    let said: Value = serde_json::from_str(text).unwrap_or_default();
    let said = said["error"].as_str().unwrap_or(text).trim().to_owned();
    if said.is_empty() {
        format!(
            "The bridge refused: {} {}",
            response.status(),
            response.status_text()
        )
    } else {
        said
    }
}
