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

/// What is compiled for JavaScript.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Module {
    /// The page.
    Page,
    /// The npm package.
    Package,
    /// The work that `cargo xtask bench` times.
    Bench,
}

impl Module {
    fn crate_name(self) -> &'static str {
        match self {
            Module::Page => "eddy-page",
            Module::Package => "eddy-js",
            Module::Bench => "eddy-bench",
        }
    }

    /// The file that the compiler leaves.
    pub(crate) fn file(self) -> String {
        format!("{}.wasm", self.crate_name().replace('-', "_"))
    }
}

/// What of the npm package is written by hand.
const BY_HAND: [&str; 3] = ["package.json", "README.md", "node.js"];

/// Builds the page, `pkg/` (the npm package) and `target/site` (what is served), and the programs.
pub(crate) fn build(repo: &Repo, quality: Quality, sources: Sources) -> Result<Programs> {
    let (compiled, programs) = thread::scope(|scope| {
        // At once, because each has stretches that keep only one core busy.
        let compiled = scope.spawn(|| compile(repo, &[Module::Page, Module::Package], quality));
        let programs = programs::build(repo, sources);
        (
            compiled
                .join()
                .unwrap_or_else(|_| Err(anyhow!("building the page panicked"))),
            programs,
        )
    });
    let (compiled, programs) = (compiled?, programs?);
    let bind = |module: Module, folder: &str, name: &str| {
        let (wasm, bound) = (compiled.join(module.file()), compiled.join(folder));
        let small = quality == Quality::Release;
        bindgen::run(repo, &programs.bindgen, &wasm, (&bound, name), small)?;
        anyhow::Ok(bound)
    };
    let page = bind(Module::Page, "bound", "eddy")?;
    let package = bind(Module::Package, "package", "eddy_lab")?;
    site::mirror(&repo.root.join("pkg"), &[(&package, "")], &BY_HAND)?;
    site::mirror(
        &repo.site(),
        &[(&repo.root.join("www"), ""), (&page, "pkg")],
        &[],
    )?;
    Ok(programs)
}

/// The WebAssembly files: the page's as it is served, and the npm package's.
pub(crate) fn wasm(repo: &Repo) -> [PathBuf; 2] {
    [
        repo.site().join("pkg/eddy_bg.wasm"),
        repo.root.join("pkg/eddy_lab_bg.wasm"),
    ]
}

/// Compiles modules for JavaScript, into the folder that is returned; `bindgen` makes them loadable.
pub(crate) fn compile(repo: &Repo, modules: &[Module], quality: Quality) -> Result<PathBuf> {
    let profile = match quality {
        Quality::Quick => "page-quick",
        Quality::Release => "page",
    };
    // Two compilers may be at work here, so the page does not share the programs' target folder.
    let target = repo.target.join("page");
    let mut cargo = wasm::toolchain()?.cargo_build(repo);
    run::hush(&mut cargo)
        .args(["--lib", "--profile", profile, "--target-dir"])
        .arg(&target);
    for module in modules {
        cargo.args(["--package", module.crate_name()]);
    }
    run::shown(cargo)?;
    Ok(target.join(wasm::TARGET).join(profile))
}
