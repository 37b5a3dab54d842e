//! `bindgen WASM FOLDER`: writes `eddy.js`, `eddy_bg.wasm` and their types for a compiled page.

use std::env;

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let [wasm, folder] = &env::args_os().skip(1).collect::<Vec<_>>()[..] else {
        bail!("usage: bindgen WASM FOLDER");
    };
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(wasm)
        .out_name("eddy")
        .typescript(true)
        // `init()` then finds `eddy_bg.wasm` beside `eddy.js`.
        .omit_default_module_path(false)
        .web(true)?;
    bindgen.generate(folder).context("wasm-bindgen")
}
