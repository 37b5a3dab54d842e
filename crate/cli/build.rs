//! Makes the folder that the page is embedded from.
//!
//! A program that was compiled without that folder would not find the page that is built later.

use std::fs;
use std::io;

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    fs::create_dir_all("../../target/site")
}
