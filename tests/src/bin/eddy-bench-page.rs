//! Answers questions in a page: a line of JSON in, a line of JSON out.
//!
//! The page is empty but for a module of WebAssembly, `eddy`, and a script that answers with it. Nothing else runs there.

use std::fs;
use std::io::{BufRead, Write, stdin, stdout};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use clap::Parser;
use eddy_tests::browser::Browser;
use eddy_tests::page::Page;
use serde_json::{Value, json};

/// Answer questions in a page
#[derive(Parser)]
struct Args {
    /// The folder with eddy.js and eddy_bg.wasm
    #[arg(long)]
    module: PathBuf,
    /// The script that sets `window.answer`
    #[arg(long)]
    script: PathBuf,
}

const LOAD: &str = "
    const [glue, module, script] = arguments;
    return (async () => {
      const eddy = await import(URL.createObjectURL(new Blob([atob(glue)], { type: 'text/javascript' })));
      await eddy.default({ module_or_path: Uint8Array.from(atob(module), (c) => c.charCodeAt(0)) });
      window.eddy = eddy;
      (0, eval)(script);
    })()";

#[tokio::main]
async fn main() -> Result<()> {
    let args = Args::parse();
    let page = Browser::find()?.open().await?;
    page.goto("about:blank").await?;
    load(&page, &args).await?;
    for line in stdin().lock().lines() {
        let question: Value = serde_json::from_str(&line?)?;
        let answer = page
            .js(&format!("return window.answer({question})"))
            .await
            .with_context(|| question.to_string())?;
        let mut out = stdout().lock();
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    page.close().await
}

async fn load(page: &Page, args: &Args) -> Result<()> {
    let glue = encoded(&args.module.join("eddy.js"))?;
    let module = encoded(&args.module.join("eddy_bg.wasm"))?;
    let script =
        fs::read_to_string(&args.script).with_context(|| args.script.display().to_string())?;
    // Not by `Page::js`, whose error would show all of this.
    page.client
        .execute(LOAD, vec![json!(glue), json!(module), json!(script)])
        .await
        .context("the module does not load")?;
    Ok(())
}

fn encoded(file: &Path) -> Result<String> {
    let bytes = fs::read(file).with_context(|| file.display().to_string())?;
    Ok(BASE64_STANDARD.encode(bytes))
}
