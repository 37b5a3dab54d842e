//! Takes a screenshot of a page: `cargo xtask shot --help`.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Parser;
use eddy_tests::browser::Browser;
use eddy_tests::page::{Preferences, Size};
use serde_json::Value;

/// Take a screenshot of a page, and print what its console says.
#[derive(Parser)]
#[command(bin_name = "cargo xtask shot")]
struct Args {
    /// The page
    #[arg(long)]
    url: String,
    /// The PNG file to write
    #[arg(long)]
    out: PathBuf,
    /// Viewport in px; below 600 wide it is a phone's
    #[arg(long, default_value = "1440x900", value_parser = size)]
    size: Size,
    /// Prefer dark colours
    #[arg(long)]
    dark: bool,
    /// Prefer little motion
    #[arg(long)]
    reduced_motion: bool,
    /// Body of an async function to run in the page first; its value is printed
    #[arg(long)]
    js: Option<String>,
    /// Wait this long after loading, and again after the script, ms
    #[arg(long, default_value_t = 500)]
    wait: u64,
}

#[tokio::main]
async fn main() -> Result<()> {
    let args = Args::parse();
    let page = Browser::find()?.open().await?;
    let pause = Duration::from_millis(args.wait);
    page.resize(args.size).await?;
    page.prefer(Preferences {
        dark: args.dark,
        reduced_motion: args.reduced_motion,
    })
    .await?;
    page.goto(&args.url).await?;
    tokio::time::sleep(pause).await;
    if let Some(script) = &args.js {
        let value = page.js(script).await?;
        if value != Value::Null {
            println!("{value:#}");
        }
        tokio::time::sleep(pause).await;
    }
    page.shot(&args.out).await?;
    for line in page.console().await? {
        eprintln!("{line}");
    }
    println!("{}", args.out.display());
    Ok(())
}

fn size(text: &str) -> Result<Size> {
    let (width, height) = text.split_once('x').context("write it as 1440x900")?;
    Ok(Size {
        width: width.parse()?,
        height: height.parse()?,
    })
}
