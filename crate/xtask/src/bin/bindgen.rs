//! `bindgen WASM FOLDER [small]`: writes `eddy.js`, `eddy_bg.wasm` and their types for a compiled page.
//!
//! `small` leaves out the names of functions, which only stack traces show.

use std::env;
use std::ffi::OsString;

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let args: Vec<OsString> = env::args_os().skip(1).collect();
    let (wasm, folder, small) = match &args[..] {
        [wasm, folder] => (wasm, folder, false),
        [wasm, folder, option] if option == "small" => (wasm, folder, true),
        _ => bail!("usage: bindgen WASM FOLDER [small]"),
    };
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(wasm)
        .out_name("eddy")
        .typescript(true)
        .remove_name_section(small)
        .remove_producers_section(small)
        // `init()` then finds `eddy_bg.wasm` beside `eddy.js`.
        .omit_default_module_path(false)
        .web(true)?;
    bindgen.generate(folder).context("wasm-bindgen")
}
