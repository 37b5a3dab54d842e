//! What the tests of the page share.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Body;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use eddy_tests::browser::Browser;
use eddy_tests::demo::Demo;
pub(crate) use eddy_tests::page::saved;
use eddy_tests::page::{Page, Size};
use eddy_tests::program::Eddy;

/// Long enough for a busy machine; a passing wait takes a fraction.
pub(crate) const SOON: Duration = Duration::from_secs(30);

/// The program on a demo's database, with its page open at 1440x900.
pub(crate) struct Open {
    pub(crate) demo: Demo,
    pub(crate) eddy: Eddy,
    pub(crate) page: Page,
}

/// Serves a demo and opens its page, which keeps its replay lines; None where there is no browser.
pub(crate) async fn open(seed: u32, window_ms: u64) -> Result<Option<Open>> {
    let Some(browser) = Browser::for_tests()? else {
        return Ok(None);
    };
    let demo = Demo::new(seed, window_ms)?;
    let eddy = serve(&demo, 0)?;
    let page = browser.open().await?;
    page.resize(Size::DESKTOP).await?;
    page.goto(&format!("{}?keep=lines", eddy.url())).await?;
    live(&page).await?;
    Ok(Some(Open { demo, eddy, page }))
}

/// Serves a demo at this port, 0 for a free one.
pub(crate) fn serve(demo: &Demo, port: u16) -> Result<Eddy> {
    let args = demo.serve_args();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    Eddy::serve_at(port, &args)
}

/// Waits until the page is connected and has read everything.
pub(crate) async fn live(page: &Page) -> Result<()> {
    page.wait_for(
        "document.getElementById('connection').dataset.state === 'live'",
        SOON,
    )
    .await
}

/// Drops the published demo's recording on the page, with more behind it, and plays it as fast as it goes.
pub(crate) async fn drop_demo(page: &Page, more: &str) -> Result<()> {
    let more = serde_json::to_string(more)?;
    page.js(&format!(
        "const data = new DataTransfer();
        const text = await (await fetch('./demo.ndjson')).text();
        data.items.add(new File([text + {more}], 'dropped.ndjson'));
        const drop = new DragEvent('drop', {{ dataTransfer: data, bubbles: true, cancelable: true }});
        document.getElementById('app').dispatchEvent(drop);
        const speed = document.getElementById('speed');
        speed.value = '0';
        speed.dispatchEvent(new Event('change'));
        return 1"
    ))
    .await
    .map(drop)
}

/// Waits until an element shows this text somewhere in it.
pub(crate) async fn shows(page: &Page, id: &str, text: &str) -> Result<()> {
    let text = serde_json::to_string(text)?;
    page.wait_for(
        &format!("document.getElementById('{id}').textContent.includes({text})"),
        SOON,
    )
    .await
}

/// What an element shows.
pub(crate) async fn text(page: &Page, id: &str) -> Result<String> {
    let value = page
        .js(&format!(
            "return document.getElementById('{id}').textContent"
        ))
        .await?;
    Ok(value.as_str().context("an element's text")?.to_owned())
}

/// The lines of versions that were trained and of predictions: what stays the same while empty windows pass.
pub(crate) fn lasting(lines: &str) -> Vec<&str> {
    lines
        .lines()
        .filter(|line| line.contains("\"prediction\"") || line.contains("\"first\":{"))
        .collect()
}

/// The built page, as any static file server serves it.
pub(crate) async fn serve_site() -> Result<String> {
    let site = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/site"));
    let site = std::env::var_os("EDDY_SITE").map_or(site, PathBuf::from);
    anyhow::ensure!(
        site.join("index.html").is_file(),
        "{} has no page: run `cargo xtask build`",
        site.display()
    );
    serve_folder(site).await
}

/// Any static file server, on a free port.
pub(crate) async fn serve_folder(folder: PathBuf) -> Result<String> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/", listener.local_addr()?);
    let answer = move |uri: Uri| {
        let folder = folder.clone();
        async move { file(&folder, uri.path()) }
    };
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
    Ok(url)
}

fn file(folder: &Path, path: &str) -> Response {
    let path = if path == "/" { "/index.html" } else { path };
    let kind = match path.rsplit('.').next() {
        Some("html") => "text/html",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        Some("svg") => "image/svg+xml",
        Some("wasm") => "application/wasm",
        _ => "application/octet-stream",
    };
    match std::fs::read(folder.join(path.trim_start_matches('/'))) {
        Ok(bytes) => ([(header::CONTENT_TYPE, kind)], Body::from(bytes)).into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}
