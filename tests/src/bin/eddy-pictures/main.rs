//! Takes the pictures of the docs: every screen of the target, from the real program with real rows.
//!
//! `screens` is what a person does to get to each, `ways` what they share; `beside` puts one next to its target; `site`
//! serves the page without a program. Build page and program first.

mod beside;
mod screens;
mod site;
mod ways;

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;
use eddy_tests::browser::Browser;

/// Take the pictures of the docs
#[derive(Parser)]
struct Args {
    /// Where the pictures go
    #[arg(long)]
    out: PathBuf,
    /// The folder with the target's pictures, to stand beside ours
    #[arg(long)]
    target: Option<PathBuf>,
    /// Only screens whose number this is: 1 to 9
    #[arg(long, value_delimiter = ',')]
    only: Vec<u8>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let args = Args::parse();
    std::fs::create_dir_all(&args.out)?;
    let browser = Browser::find()?;
    screens::take(&browser, &args.out, &args.only).await?;
    if let Some(target) = &args.target {
        beside::put(&browser, target, &args.out).await?;
    }
    Ok(())
}
