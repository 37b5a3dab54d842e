//! Builds and starts those who answer: this machine's program, the page, Python.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::args::Args;
use super::asked::Asked;
use super::cases::SIZES;
use crate::page::{Module, Quality};
use crate::repo::Repo;
use crate::{bindgen, chromium, page, programs, python, run};

/// Those who are asked.
pub(crate) struct All {
    pub(crate) native: Asked,
    pub(crate) memory: Asked,
    /// None where there is no browser.
    pub(crate) page: Option<Asked>,
    /// None where there is no Python, or not what it needs.
    pub(crate) python: Option<Asked>,
    /// The browser's own words for its version.
    pub(crate) browser: Option<String>,
    /// The folder with the rows.
    pub(crate) points: PathBuf,
}

/// What others are measured with; the newest of both when this was written.
const OTHERS: [&str; 2] = ["scikit-learn==1.9.1", "river==0.26.1"];

pub(crate) fn all(repo: &Repo, args: &Args) -> Result<All> {
    eprintln!("building (the first time takes some minutes) …");
    let mut cargo = repo.cargo("build");
    run::hush(&mut cargo).args(["--release", "--package", "eddy-bench", "--bins"]);
    run::shown(cargo)?;
    let mut native = start("the native program", &repo.program("release", "eddy-bench"))?;
    let points = repo.target.join("bench");
    write_points(&mut native, &points)?;
    let with_page = page(repo);
    let (page, browser) = match with_page {
        Ok((page, browser)) => (Some(page), Some(browser)),
        Err(error) => {
            eprintln!("WITHOUT A BROWSER, so nothing is measured in wasm: {error:#}");
            (None, None)
        }
    };
    let wants_others = args.wants("kmeans") || args.wants("regression");
    let python = match wants_others.then(|| others(repo)) {
        None => None,
        Some(Ok(python)) => Some(python),
        Some(Err(error)) => {
            eprintln!("WITHOUT scikit-learn and River: {error:#}");
            None
        }
    };
    Ok(All {
        native,
        memory: start(
            "the counting program",
            &repo.program("release", "eddy-bench-memory"),
        )?,
        page,
        python,
        browser,
        points,
    })
}

fn start(name: &'static str, program: &Path) -> Result<Asked> {
    Asked::start(name, Command::new(program))
}

fn write_points(native: &mut Asked, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    for (k, dim) in SIZES {
        let file = points_file(folder, k, dim);
        native.ask(&json!({ "points": file, "k": k, "dim": dim }))?;
    }
    Ok(())
}

/// Where the rows of a size are.
pub(crate) fn points_file(folder: &Path, k: usize, dim: usize) -> PathBuf {
    folder.join(format!("k{k}-d{dim}.f64"))
}

/// The page with the module, built as it is published.
fn page(repo: &Repo) -> Result<(Asked, String)> {
    let chromium = chromium::find_or_install()?;
    let mut version = Command::new(&chromium.browser);
    version.arg("--version");
    let version = run::text(version)?;
    let wasm = page::compile(repo, &[Module::Bench], Quality::Release)?.join(Module::Bench.file());
    let bound = wasm.with_file_name("bench");
    let tool = programs::bindgen(repo)?;
    bindgen::run(repo, &tool, &wasm, (&bound, "eddy"), true)?;
    let mut cargo = repo.cargo("build");
    run::hush(&mut cargo).args(["--package", "eddy-tests", "--bin", "eddy-bench-page"]);
    run::shown(cargo)?;
    let mut command = Command::new(repo.program("debug", "eddy-bench-page"));
    command
        .arg("--module")
        .arg(bound)
        .arg("--script")
        .arg(repo.root.join("crate/bench/page.js"))
        .env("EDDY_CHROMIUM", &chromium.browser)
        .env("EDDY_CHROMEDRIVER", &chromium.driver);
    let version = version.split(" built on ").next().unwrap_or(&version);
    Ok((Asked::start("the page", command)?, version.to_owned()))
}

fn others(repo: &Repo) -> Result<Asked> {
    let python = python::with(repo, "python-bench", &OTHERS, "import sklearn, river")?;
    let mut command = Command::new(python);
    command.arg(repo.root.join("crate/bench/others.py"));
    for threads in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"] {
        command.env(threads, "1");
    }
    Asked::start("Python", command)
}

impl All {
    /// The versions of Python and of what it runs.
    pub(crate) fn versions(&mut self) -> Result<Option<Value>> {
        let versions = |python: &mut Asked| python.ask(&json!({ "versions": true }));
        self.python
            .as_mut()
            .map(versions)
            .transpose()
            .context("Python")
    }
}
