//! From a committed insert to the pixels: the time until a page's frame shows the row.
//!
//! Inserts rows into the file of a running `eddy serve` as another process, 20 a second, with the page open in
//! headless Chromium, and prints the distribution in milliseconds.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use eddy_tests::browser::Browser;
use eddy_tests::demo::Demo;
use eddy_tests::page::Size;
use eddy_tests::program::Eddy;
use rusqlite::Connection;

/// Measure the time from a committed insert to the frame that shows it
#[derive(Parser)]
struct Args {
    /// Rows to insert
    #[arg(long, default_value_t = 200)]
    rows: u32,
}

/// Notes when each number of records was on the screen: the text of the row counter is set in the frame in which the
/// canvases are drawn, and a message posted then arrives when that frame is done.
const WATCH: &str = "
    window.shown = {};
    const row = document.getElementById('where-row');
    const channel = new MessageChannel();
    channel.port1.onmessage = (event) => { window.shown[event.data] ??= performance.timeOrigin + performance.now(); };
    new MutationObserver(() => {
      const records = row.textContent.match(/row ([0-9,]+)/);
      if (records) channel.port2.postMessage(Number(records[1].replaceAll(',', '')));
    }).observe(row, { childList: true, characterData: true, subtree: true });
    return 1";

#[tokio::main]
async fn main() -> Result<()> {
    let args = Args::parse();
    let demo = Demo::new(142_923, 10_000)?;
    let serve_args = demo.serve_args();
    let serve_args: Vec<&str> = serve_args.iter().map(String::as_str).collect();
    let eddy = Eddy::serve(&serve_args)?;
    let page = Browser::find()?.open().await?;
    page.resize(Size::DESKTOP).await?;
    page.goto(eddy.url()).await?;
    let soon = Duration::from_secs(30);
    page.wait_for(
        "document.getElementById('connection').dataset.state === 'live'",
        soon,
    )
    .await?;
    page.js(WATCH).await?;

    let db = Connection::open(demo.db())?;
    db.busy_timeout(Duration::from_secs(5))?;
    let mut committed = Vec::new();
    for i in 0..args.rows {
        let x = f64::from(i % 50) / 10.0;
        db.execute(
            "INSERT INTO iris_train(sepal_length, sepal_width, petal_length, petal_width, iris_class) VALUES (?1, 3.0, ?2, ?3, 1)",
            (5.0 + x / 3.0, 1.0 + x, x / 2.0),
        )?;
        committed.push(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs_f64() * 1000.0);
        // Not in step with the screen's frames.
        tokio::time::sleep(Duration::from_millis(45 + u64::from(i * 7 % 11))).await;
    }
    page.wait_for(&format!("window.shown[{}]", args.rows), soon)
        .await?;
    let shown = page.js("return window.shown").await?;
    let mut latencies_ms = Vec::new();
    for (i, committed_ms) in committed.iter().enumerate() {
        // A row that was drawn in one frame with later ones was on the screen when they were.
        let later =
            (i + 1..=committed.len()).find_map(|records| shown[records.to_string()].as_f64());
        latencies_ms.push(later.context("every row is shown")? - committed_ms);
    }
    latencies_ms.sort_by(f64::total_cmp);
    ensure!(!latencies_ms.is_empty(), "give at least one row");
    let at = |share: f64| latencies_ms[((latencies_ms.len() - 1) as f64 * share).round() as usize];
    println!(
        "insert to pixels, {} rows at 20/s: p50 {:.1} ms, p90 {:.1} ms, p99 {:.1} ms, max {:.1} ms",
        latencies_ms.len(),
        at(0.5),
        at(0.9),
        at(0.99),
        at(1.0)
    );
    page.close().await
}
