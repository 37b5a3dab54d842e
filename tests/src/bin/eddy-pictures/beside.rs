//! The target's pictures and ours, one beside the other.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use eddy_tests::browser::Browser;
use eddy_tests::page::Size;
use serde_json::Value;

/// What is between the two, and around a name, in px.
const GAP: u32 = 16;

/// Writes `NAME-beside.png` for each target of which there is a picture of ours: the target left, ours right.
pub(crate) async fn put(browser: &Browser, targets: &Path, out: &Path) -> Result<()> {
    for target in fs::read_dir(targets)? {
        let target = target?.path();
        let Some(name) = target.file_stem().and_then(|name| name.to_str()) else {
            continue;
        };
        let ours = out.join(format!("{name}.png"));
        if target.extension().is_none_or(|kind| kind != "png") || !ours.is_file() {
            continue;
        }
        // Four screens in one stand below the target's four: beside them nothing could be read.
        let (columns, width) = match name {
            _ if name.contains("390") => (2, 390),
            _ if name.starts_with("08") => (1, 1440),
            _ => (2, 960),
        };
        let both = [target.clone(), ours];
        write(
            browser,
            &both,
            columns,
            width,
            &out.join(format!("{name}-beside.png")),
        )
        .await?;
    }
    Ok(())
}

/// Writes one picture of several, in so many columns.
pub(crate) async fn sheet(
    browser: &Browser,
    parts: &[PathBuf],
    columns: u32,
    file: &Path,
) -> Result<()> {
    write(browser, parts, columns, 712, file).await
}

/// Writes one picture of small parts: the first half of them left, on light, the others right, on dark.
pub(crate) async fn halves(browser: &Browser, parts: &[PathBuf], file: &Path) -> Result<()> {
    let mut html = "<style>body { margin: 0; display: grid; grid-template-columns: 1fr 1fr }
        div { display: flex; flex-wrap: wrap; gap: 20px; padding: 20px; align-items: start; align-content: start; background: #F6F6F5 }
        div + div { background: #0F1113 }</style>"
        .to_owned();
    for half in parts.chunks(parts.len().div_ceil(2).max(1)) {
        html.push_str("<div>");
        for part in half {
            html.push_str(&format!("<img src='{}'>", address(part)?));
        }
        html.push_str("</div>");
    }
    photograph(browser, html, 1_480, file).await
}

async fn write(
    browser: &Browser,
    parts: &[PathBuf],
    columns: u32,
    width: u32,
    file: &Path,
) -> Result<()> {
    let mut html = format!(
        "<style>body {{ margin: 0; display: grid; grid-template-columns: repeat({columns}, {width}px); \
         gap: {GAP}px; align-items: start; background: #85898E }} img {{ max-width: 100%; display: block }}</style>"
    );
    for part in parts {
        html.push_str(&format!("<img src='{}'>", address(part)?));
    }
    photograph(browser, html, columns * width + (columns - 1) * GAP, file).await
}

/// Writes a picture of a whole document of this width.
async fn photograph(browser: &Browser, html: String, width: u32, file: &Path) -> Result<()> {
    let page = browser.open().await?;
    page.goto("about:blank").await?;
    let set = "document.open(); document.write(HTML); document.close();
        await Promise.all([...document.images].map((image) => image.decode()));
        return Math.ceil(Math.max(...[...document.images].map((image) => image.getBoundingClientRect().bottom)))";
    let set = set.replace("HTML", &Value::from(html).to_string());
    // The width first: heights come of it.
    for height in [None, Some(())] {
        let tall = match height {
            None => 900,
            Some(()) => page.js(&set).await?.as_u64().unwrap_or(900),
        };
        let height = u32::try_from(tall)?;
        page.resize(Size { width, height }).await?;
    }
    page.shot(file).await?;
    page.close().await
}

/// A picture as an address that holds it.
fn address(file: &Path) -> Result<String> {
    Ok(format!(
        "data:image/png;base64,{}",
        BASE64_STANDARD.encode(fs::read(file)?)
    ))
}
