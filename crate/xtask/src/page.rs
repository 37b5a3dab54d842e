//! The page, from Rust to a folder that any file server can serve.

use std::path::PathBuf;
use std::thread;

use anyhow::{Result, anyhow};

use crate::programs::{self, Programs, Sources};
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

/// What is compiled for a browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Module {
    /// The page.
    Page,
    /// The work that `cargo xtask bench` times.
    Bench,
}

/// Builds the page, `pkg/` (the npm package) and `target/site` (what is served), and the programs.
pub(crate) fn build(repo: &Repo, quality: Quality, sources: Sources) -> Result<Programs> {
    let (module, programs) = thread::scope(|scope| {
        // At once, because each has stretches that keep only one core busy.
        let module = scope.spawn(|| compile(repo, Module::Page, quality));
        let programs = programs::build(repo, sources);
        (
            module
                .join()
                .unwrap_or_else(|_| Err(anyhow!("building the page panicked"))),
            programs,
        )
    });
    let (module, programs) = (module?, programs?);
    let bound = module.with_file_name("bound");
    bindgen::run(
        repo,
        &programs.bindgen,
        &module,
        &bound,
        quality == Quality::Release,
    )?;
    site::mirror(
        &repo.root.join("pkg"),
        &[(&bound, "")],
        &["package.json", "README.md"],
    )?;
    site::mirror(
        &repo.site(),
        &[(&repo.root.join("www"), ""), (&bound, "pkg")],
        &[],
    )?;
    Ok(programs)
}

/// The WebAssembly file as it is served.
pub(crate) fn served_wasm(repo: &Repo) -> PathBuf {
    repo.site().join("pkg/eddy_bg.wasm")
}

/// Compiles a module for a browser; `bindgen` makes it loadable.
pub(crate) fn compile(repo: &Repo, module: Module, quality: Quality) -> Result<PathBuf> {
    let (package, file) = match module {
        Module::Page => ("eddy-page", "eddy_page.wasm"),
        Module::Bench => ("eddy-bench", "eddy_bench.wasm"),
    };
    let profile = match quality {
        Quality::Quick => "page-quick",
        Quality::Release => "page",
    };
    // Two compilers may be at work here, so the page does not share the programs' target folder.
    let target = repo.target.join("page");
    let mut cargo = wasm::toolchain()?.cargo_build(repo);
    run::hush(&mut cargo)
        .args([
            "--package",
            package,
            "--lib",
            "--profile",
            profile,
            "--target-dir",
        ])
        .arg(&target);
    run::shown(cargo)?;
    Ok(target.join(wasm::TARGET).join(profile).join(file))
}
