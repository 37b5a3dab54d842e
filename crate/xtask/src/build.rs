//! `cargo xtask build`.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};
use lexopt::Arg;

use crate::page::Quality;
use crate::programs::Sources;
use crate::repo::Repo;
use crate::{kafka_client, page, programs, run, unexpected};

/// What to build.
pub(crate) struct Args {
    release: bool,
}

impl Args {
    pub(crate) fn parse(mut args: lexopt::Parser) -> Result<Args> {
        let mut parsed = Args { release: false };
        while let Some(arg) = args.next()? {
            match arg {
                Arg::Long("release") => parsed.release = true,
                other => return Err(unexpected(other)),
            }
        }
        Ok(parsed)
    }
}

pub(crate) fn run(repo: &Repo, args: &Args) -> Result<ExitCode> {
    let quality = if args.release {
        kafka_client::find_or_install()?;
        Quality::Release
    } else {
        Quality::Quick
    };
    let mut program = page::build(repo, quality, Sources::WithoutKafka)?.eddy;
    if args.release {
        program = programs::build_release(repo)?;
    }
    println!("{}  {}", program.display(), megabytes(size(&program)?));
    for wasm in page::wasm(repo) {
        let packed = match brotli(repo, &wasm)? {
            Some(bytes) => format!(", brotli {}", megabytes(bytes)),
            None => String::new(),
        };
        println!("{}  {}{packed}", wasm.display(), megabytes(size(&wasm)?));
    }
    Ok(ExitCode::SUCCESS)
}

fn size(file: &Path) -> Result<u64> {
    Ok(fs::metadata(file)
        .with_context(|| file.display().to_string())?
        .len())
}

/// Size after `brotli`, in bytes, where that tool is installed.
fn brotli(repo: &Repo, file: &Path) -> Result<Option<u64>> {
    let Some(program) = run::which("brotli") else {
        return Ok(None);
    };
    let out = repo.target.join("measured.br");
    let mut command = Command::new(program);
    command.args(["-q", "11", "-f", "-o"]).arg(&out).arg(file);
    run::text(command)?;
    size(&out).map(Some)
}

fn megabytes(bytes: u64) -> String {
    format!("{:.2} MB", bytes as f64 / 1e6)
}
