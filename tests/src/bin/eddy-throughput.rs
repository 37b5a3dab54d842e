//! How fast a page takes in what a stream holds already: from opening it to the last of so many records.

use std::time::{Duration, Instant};

use anyhow::Result;
use clap::Parser;
use eddy_tests::browser::Browser;
use eddy_tests::page::Size;

/// Measure how many records a second a page takes in
#[derive(Parser)]
struct Args {
    /// The page of a running `eddy serve`
    #[arg(long)]
    url: String,
    /// The records that the lab's topics hold
    #[arg(long)]
    records: u64,
    /// How long it may take, s
    #[arg(long, default_value_t = 300)]
    limit_s: u64,
}

/// The number of records that the page has applied.
const APPLIED: &str = "Number(document.getElementById('where-row')?.textContent.match(/row ([0-9,]+)/)?.[1]?.replaceAll(',', '') ?? 0)";

#[tokio::main]
async fn main() -> Result<()> {
    let args = Args::parse();
    let page = Browser::find()?.open().await?;
    page.resize(Size::DESKTOP).await?;
    let start = Instant::now();
    page.goto(&args.url).await?;
    let loaded_s = start.elapsed().as_secs_f64();
    let enough = format!("{APPLIED} >= {}", args.records);
    page.wait_for(&enough, Duration::from_secs(args.limit_s))
        .await?;
    let all_s = start.elapsed().as_secs_f64();
    println!(
        "{} records in {all_s:.2} s, {loaded_s:.2} s of it to load the page: {:.0} records/s",
        args.records,
        args.records as f64 / (all_s - loaded_s)
    );
    page.close().await
}
