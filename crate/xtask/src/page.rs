//! The page, from Rust to a folder that any file server can serve.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;

use crate::repo::Repo;
use crate::{bindgen, run, site, wasm};

/// What the compiler takes its time for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quality {
    /// Quick to build, fast enough to use.
    Quick,
    /// Small and fast, as it is published.
    Release,
}

impl Quality {
    fn profile(self) -> &'static str {
        match self {
            Quality::Quick => "page-quick",
            Quality::Release => "page",
        }
    }
}

/// Builds the page: `pkg/` (the npm package) and `target/site` (what is served).
pub(crate) fn build(repo: &Repo, quality: Quality) -> Result<()> {
    let profile = quality.profile();
    // Two compilers may be at work here, so the page does not share the program's target folder.
    let target = repo.target.join("page");
    let mut cargo = wasm::toolchain()?.cargo_build(repo);
    cargo
        .args([
            "--package",
            "eddy-page",
            "--lib",
            "--profile",
            profile,
            "--target-dir",
        ])
        .arg(&target);
    run::shown(cargo)?;

    let wasm = target
        .join(wasm::TARGET)
        .join(profile)
        .join("eddy_page.wasm");
    let bound = target.join("bindgen");
    bindgen::run(repo, &wasm, &bound)?;
    site::mirror(
        &repo.root.join("pkg"),
        &[(&bound, "")],
        &["package.json", "README.md"],
    )?;
    let served = repo.site();
    fs::create_dir_all(&served)?;
    site::mirror(
        &served,
        &[(&repo.root.join("www"), ""), (&bound, "pkg")],
        &[],
    )
}

/// The WebAssembly file as it is served.
pub(crate) fn served_wasm(repo: &Repo) -> PathBuf {
    repo.site().join("pkg/eddy_bg.wasm")
}
