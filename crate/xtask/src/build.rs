//! `cargo xtask build`.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::page::Quality;
use crate::repo::Repo;
use crate::{eddy, page, run};

/// Build the page (target/site, pkg) and the program eddy
#[derive(clap::Args)]
pub(crate) struct Args {
    /// One self-contained program, with the page inside
    #[arg(long)]
    release: bool,
}

pub(crate) fn run(repo: &Repo, args: &Args) -> Result<()> {
    let program = if args.release {
        page::build(repo, Quality::Release)?;
        eddy::build_release(repo)?
    } else {
        page::build(repo, Quality::Quick)?;
        eddy::build(repo)?
    };
    let wasm = page::served_wasm(repo);
    println!("{}  {}", program.display(), megabytes(size(&program)?));
    let packed = brotli(&wasm).map_or_else(
        |_| String::new(),
        |bytes| format!(", brotli {}", megabytes(bytes)),
    );
    println!("{}  {}{packed}", wasm.display(), megabytes(size(&wasm)?));
    Ok(())
}

fn size(file: &Path) -> Result<u64> {
    Ok(fs::metadata(file)
        .with_context(|| file.display().to_string())?
        .len())
}

/// Size after `brotli`, in bytes, where that tool is installed.
fn brotli(file: &Path) -> Result<u64> {
    let out = file.with_extension("br.measured");
    let mut command = Command::new("brotli");
    command
        .args(["--best", "--force", "--output"])
        .arg(&out)
        .arg(file);
    run::text(command)?;
    let bytes = size(&out)?;
    fs::remove_file(&out)?;
    Ok(bytes)
}

fn megabytes(bytes: u64) -> String {
    format!("{:.2} MB", bytes as f64 / 1e6)
}
