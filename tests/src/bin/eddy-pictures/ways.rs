//! What the ways to the screens have in common: serving, waiting, typing, cutting out.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use eddy_tests::demo::Demo;
use eddy_tests::page::Page;
use eddy_tests::program::Eddy;
use serde_json::json;

/// Long enough for a window of the demo.
pub(super) const SOON: Duration = Duration::from_secs(60);

/// Writes a picture of one part of the page.
pub(super) async fn clip(page: &Page, part: &str, file: &Path) -> Result<()> {
    let found = format!(
        "const part = document.querySelector('{part}');
         const box = part.getBoundingClientRect();
         const rail = part.closest('.right')?.getBoundingClientRect() ?? box;
         const y = Math.max(box.y, rail.y), bottom = Math.min(box.bottom, rail.bottom, innerHeight);
         return {{ x: box.x, y, width: Math.min(box.width, 696), height: Math.min(bottom - y, 560), scale: 1 }}"
    );
    let clip = page.js(&found).await?;
    let png = page
        .devtools("Page.captureScreenshot", json!({ "clip": clip }))
        .await?;
    let png = png["data"].as_str().context("a picture")?;
    std::fs::write(file, BASE64_STANDARD.decode(png)?)?;
    Ok(())
}

/// Serves a demo at this port, 0 for a free one.
pub(super) fn serve(demo: &Demo, port: u16, more: &[&str]) -> Result<Eddy> {
    let args = demo.serve_args();
    let args: Vec<&str> = args
        .iter()
        .map(String::as_str)
        .chain(more.iter().copied())
        .collect();
    Eddy::serve_at(port, &args)
}

/// Waits until the page is connected and has read everything.
pub(super) async fn live(page: &Page) -> Result<()> {
    let live = "document.getElementById('connection').dataset.state === 'live'";
    page.wait_for(live, SOON).await
}

/// Types another decay into the form.
pub(super) async fn draft(page: &Page, decay: &str) -> Result<()> {
    page.wait_for("document.getElementById('set-model-decay_factor')", SOON)
        .await?;
    page.click("#set-model-decay_factor").await?;
    page.js("document.activeElement.select()").await?;
    page.keys(decay).await?;
    shows(page, "settings-changed", "Changed").await
}

/// Inserts the first rows of a file of the demo.
pub(super) fn insert_some(demo: &Demo, file: &str, rows: usize) -> Result<()> {
    let text = std::fs::read_to_string(demo.file(file))?;
    let some: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("INSERT"))
        .take(rows)
        .collect();
    let file = demo.file("some.sql");
    std::fs::write(&file, some.join("\n"))?;
    demo.insert_file(&file)
}

/// A lab file and a recording of the recorded table's first rows.
pub(super) fn orders(folder: &Path, rows: usize) -> Result<(String, String)> {
    let csv = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/linreg/ecommerce.csv");
    let csv = std::fs::read_to_string(csv)?;
    let mut table = csv.lines();
    let columns: Vec<&str> = table.next().context("a head")?.split(',').collect();
    let mut events = String::new();
    for (offset, line) in table.take(rows).enumerate() {
        let mut row = serde_json::Map::new();
        for (column, value) in columns.iter().zip(line.split(',')) {
            row.insert((*column).to_owned(), serde_json::from_str(value)?);
        }
        let record = json!({
            "topic": "demo.public.orders", "partition": 0, "offset": offset, "timestamp_ms": 1_000 + offset,
            "headers": [], "key": null, "value": serde_json::Value::Object(row).to_string(),
        });
        events.push_str(&format!("{record}\n"));
    }
    let lab = json!({
        "eddy": 1,
        "streams": [{"topic": "demo.public.orders", "role": "both"}],
        "features": ["age", "income", "buy_count"],
        "target": "price",
        "lanes": [{"name": "Linear regression", "model": {"kind": "linear_regression", "solver": "rls"},
                   "scaler": {"kind": "standard"}, "batch": {"by": "count", "rows": 10}}],
    });
    let files = (folder.join("lab.json"), folder.join("events.ndjson"));
    std::fs::write(&files.0, lab.to_string())?;
    std::fs::write(&files.1, events)?;
    Ok((files.0.display().to_string(), files.1.display().to_string()))
}

/// Waits until an element shows this text somewhere in it.
pub(super) async fn shows(page: &Page, id: &str, text: &str) -> Result<()> {
    let text = serde_json::to_string(text)?;
    let expression = format!("document.getElementById('{id}').textContent.includes({text})");
    page.wait_for(&expression, SOON).await
}
