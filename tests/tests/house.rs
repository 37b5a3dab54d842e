//! Who may import whom.
//!
//! ARCHITECTURE.md says what each crate must not know; this holds it, from what Cargo knows.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// Each crate, and which siblings it may import.
const MAY_IMPORT: [(&str, &[&str]); 13] = [
    ("eddy-learn", &[]),
    ("eddy-change", &[]),
    ("eddy-wire", &[]),
    ("eddy-lab", &["eddy-learn", "eddy-change", "eddy-wire"]),
    // The lab only in its tests.
    ("eddy-generate", &["eddy-learn", "eddy-wire", "eddy-lab"]),
    // The record line only in its tests.
    ("eddy-export", &["eddy-lab", "eddy-learn", "eddy-wire"]),
    // Neither change nor learn nor lab: it relays bytes it does not read.
    ("eddy-bridge", &["eddy-wire"]),
    ("eddy-js", &["eddy-lab", "eddy-wire"]),
    (
        "eddy-page",
        &["eddy-lab", "eddy-export", "eddy-generate", "eddy-wire"],
    ),
    (
        "eddy",
        &[
            "eddy-bridge",
            "eddy-lab",
            "eddy-change",
            "eddy-export",
            "eddy-generate",
            "eddy-wire",
        ],
    ),
    // What it measures, and nothing that has sockets or a DOM.
    (
        "eddy-bench",
        &["eddy-learn", "eddy-change", "eddy-wire", "eddy-lab"],
    ),
    ("xtask", &[]),
    (
        "eddy-tests",
        &[
            "eddy-learn",
            "eddy-change",
            "eddy-wire",
            "eddy-lab",
            "eddy-bridge",
            "eddy-page",
        ],
    ),
];

/// A crate, its target, and what must not be anywhere in its tree, with the reason.
const MUST_NOT_NEED: [(&str, &str, &[&str], &str); 8] = [
    (
        "eddy-learn",
        "wasm32-unknown-unknown",
        BROWSER_AND_IO,
        "it runs natively and in the page, bit for bit",
    ),
    (
        "eddy-change",
        "wasm32-unknown-unknown",
        BROWSER_AND_IO,
        "it runs natively and in the page",
    ),
    (
        "eddy-wire",
        "wasm32-unknown-unknown",
        BROWSER_AND_IO,
        "it runs natively and in the page",
    ),
    (
        "eddy-generate",
        "wasm32-unknown-unknown",
        BROWSER_AND_IO,
        "it makes the same rows natively and in the page",
    ),
    (
        "eddy-lab",
        "wasm32-unknown-unknown",
        BROWSER_AND_IO,
        "it has no clock, no threads, no I/O",
    ),
    (
        "eddy-page",
        "wasm32-unknown-unknown",
        &["tokio", "rdkafka", "rusqlite"],
        "a browser has none of these",
    ),
    (
        "eddy-js",
        "wasm32-unknown-unknown",
        &[
            "web-sys", "gloo", "plotters", "tokio", "rdkafka", "rusqlite",
        ],
        "it runs where there is no DOM, and draws nothing",
    ),
    (
        "eddy-bridge",
        "",
        &["web-sys", "eddy-change", "eddy-learn", "eddy-lab"],
        "it relays bytes it does not read",
    ),
];

const BROWSER_AND_IO: &[&str] = &[
    "web-sys",
    "js-sys",
    "wasm-bindgen",
    "gloo",
    "tokio",
    "rdkafka",
    "rusqlite",
];

#[test]
fn crates_import_only_the_siblings_they_may() -> Result<()> {
    let allowed: BTreeMap<&str, &[&str]> = MAY_IMPORT.into_iter().collect();
    let packages = packages()?;
    let members: BTreeSet<&str> = packages
        .iter()
        .filter_map(|package| package["name"].as_str())
        .collect();
    let mut wrong = Vec::new();
    for package in &packages {
        let name = package["name"]
            .as_str()
            .context("a package without a name")?;
        let Some(may) = allowed.get(name) else {
            wrong.push(format!(
                "{name} is new: say in this table what it may import"
            ));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let imported = dependency["name"].as_str().unwrap_or_default();
            if members.contains(imported) && !may.contains(&imported) {
                wrong.push(format!("{name} imports {imported}"));
            }
        }
    }
    for name in allowed.keys().filter(|name| !members.contains(*name)) {
        wrong.push(format!("{name} is gone: take it out of this table"));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    Ok(())
}

#[test]
fn trees_are_free_of_what_does_not_belong() -> Result<()> {
    let mut wrong = Vec::new();
    for (package, target, forbidden, reason) in MUST_NOT_NEED {
        let tree = tree(package, target)?;
        assert!(
            tree.contains(package),
            "cargo tree of {package} does not name it: {tree:?}"
        );
        let found = forbidden.iter().filter(|name| tree.contains(**name));
        wrong.extend(found.map(|name| format!("{package} needs {name}, but {reason}")));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    Ok(())
}

/// The Kafka client stays behind one door of the bridge.
#[test]
fn rdkafka_is_named_only_by_the_kafka_source_and_sink() -> Result<()> {
    let mut files = Vec::new();
    rust_files(&root().join("crate"), &mut files)?;
    assert!(
        files.len() > 9,
        "these are not all of the sources: {files:?}"
    );
    let mut wrong = Vec::new();
    for file in files {
        let path = file
            .strip_prefix(root())?
            .display()
            .to_string()
            .replace('\\', "/");
        let door = ["crate/bridge/src/kafka/", "crate/bridge/tests/kafka/"];
        if fs::read_to_string(&file)?.contains("rdkafka::")
            && !door.iter().any(|door| path.starts_with(door))
        {
            wrong.push(path);
        }
    }
    assert!(
        wrong.is_empty(),
        "rdkafka is used outside the Kafka source and sink: {wrong:#?}"
    );
    Ok(())
}

fn packages() -> Result<Vec<Value>> {
    let mut metadata: Value =
        serde_json::from_str(&cargo(&["metadata", "--no-deps", "--format-version", "1"])?)?;
    match metadata["packages"].take() {
        Value::Array(packages) => Ok(packages),
        other => bail!("cargo metadata says packages are {other}"),
    }
}

/// Names of all crates that end up in a package.
fn tree(package: &str, target: &str) -> Result<BTreeSet<String>> {
    let mut args = vec![
        "tree",
        "--package",
        package,
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--all-features",
    ];
    if !target.is_empty() {
        args.extend(["--target", target]);
    }
    let tree = cargo(&args)?;
    Ok(tree
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect())
}

fn cargo(args: &[&str]) -> Result<String> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(args)
        .current_dir(root())
        .output()?;
    if !output.status.success() {
        bail!(
            "cargo {}: {}",
            args.join(" "),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(String::from_utf8(output.stdout)?)
}

fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            rust_files(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    Ok(())
}
