//! `bindgen WASM FOLDER NAME [small]`: writes `NAME.js`, `NAME_bg.wasm` and their types for a compiled module.
//!
//! `small` leaves out the names of functions, which only stack traces show.

use std::env;
use std::ffi::OsString;

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let args: Vec<OsString> = env::args_os().skip(1).collect();
    let (wasm, folder, name, small) = match &args[..] {
        [wasm, folder, name] => (wasm, folder, name, false),
        [wasm, folder, name, option] if option == "small" => (wasm, folder, name, true),
        _ => bail!("usage: bindgen WASM FOLDER NAME [small]"),
    };
    let name = name.to_str().context("NAME is not UTF-8")?;
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(wasm)
        .out_name(name)
        .typescript(true)
        .remove_name_section(small)
        .remove_producers_section(small)
        // `init()` then finds `NAME_bg.wasm` beside `NAME.js`.
        .omit_default_module_path(false)
        .web(true)?;
    bindgen.generate(folder).context("wasm-bindgen")
}
