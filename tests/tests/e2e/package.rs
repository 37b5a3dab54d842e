//! The npm package: the README's example in Node and in the browser, every recorded case, and the types.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use eddy_tests::browser::Browser;
use eddy_tests::golden::cases;
use eddy_tests::node::{Node, typescript};
use lab::LabFile;
use lab::replay::Replay;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{SOON, serve_folder};

#[tokio::test]
async fn the_readmes_example_prints_what_it_says_in_node_and_in_the_browser() -> Result<()> {
    let readme = fs::read_to_string(package().join("README.md"))?;
    let (example, printed) = (block(&readme, "js")?, block(&readme, "text")?);
    let project = project()?;
    fs::write(project.path().join("example.js"), example)?;
    if let Some(node) = Node::for_tests()? {
        let said = node.run(project.path(), &["example.js".as_ref()])?;
        assert_eq!(said, printed);
    }
    let Some(browser) = Browser::for_tests()? else {
        return Ok(());
    };
    fs::write(
        project.path().join("index.html"),
        include_str!("package/index.html"),
    )?;
    let page = browser.open().await?;
    page.goto(&serve_folder(project.path().to_owned()).await?)
        .await?;
    page.wait_for("window.said.length || window.failed", SOON)
        .await?;
    let lines = printed.lines().count();
    let ended = format!("window.said.length >= {lines} || window.failed");
    page.wait_for(&ended, SOON).await?;
    let said = page
        .js("return [window.said.join('\\n') + '\\n', window.failed]")
        .await?;
    assert_eq!(said, json!([printed, null]));
    page.close().await
}

/// The same events as natively, whichever way the lines go in, and with a checkpoint in the middle.
#[test]
fn every_recorded_case_gives_the_same_events_in_node() -> Result<()> {
    let Some(node) = Node::for_tests()? else {
        return Ok(());
    };
    let (cases, _) = cases()?;
    let cases: Vec<Value> = cases
        .iter()
        .map(|case| match case.refused {
            true => Ok(json!({"name": case.name, "lab": case.lab, "refused": true})),
            false => {
                let events = replayed(&case.lab, &case.events)?;
                Ok(json!({"name": case.name, "lab": case.lab, "lines": case.events, "events": events}))
            }
        })
        .collect::<Result<_>>()?;
    let project = project()?;
    fs::write(
        project.path().join("cases.json"),
        Value::from(cases.clone()).to_string(),
    )?;
    fs::write(
        project.path().join("cases.js"),
        include_str!("package/cases.js"),
    )?;
    let said = node.run(project.path(), &["cases.js".as_ref()])?;
    assert_eq!(said.trim(), format!("{} cases", cases.len()));
    assert!(cases.len() >= 65, "{} cases", cases.len());
    Ok(())
}

/// The example is right by the types, and what they are to find is found.
#[test]
fn the_types_fit_the_example_and_refuse_what_is_wrong() -> Result<()> {
    let (Some(node), Some(tsc)) = (Node::for_tests()?, typescript()) else {
        return Ok(());
    };
    let readme = fs::read_to_string(package().join("README.md"))?;
    let project = project()?;
    fs::write(project.path().join("example.ts"), block(&readme, "js")?)?;
    fs::write(
        project.path().join("wrong.ts"),
        include_str!("package/wrong.ts"),
    )?;
    let args = [
        "--noEmit",
        "--strict",
        "--target",
        "esnext",
        "--module",
        "nodenext",
        "example.ts",
        "wrong.ts",
    ];
    let args: Vec<_> = [tsc.as_os_str()]
        .into_iter()
        .chain(args.map(AsRef::as_ref))
        .collect();
    node.run(project.path(), &args).map(drop)
}

/// A folder in which the package is installed, with exactly the files that it is published with.
fn project() -> Result<TempDir> {
    let project = tempfile::Builder::new().prefix("eddy-package-").tempdir()?;
    fs::write(
        project.path().join("package.json"),
        json!({"type": "module"}).to_string(),
    )?;
    let installed = project.path().join("node_modules/eddy-lab");
    fs::create_dir_all(&installed)?;
    let about: Value = serde_json::from_str(&fs::read_to_string(package().join("package.json"))?)?;
    let files = about["files"].as_array().context("files")?;
    for file in files
        .iter()
        .filter_map(Value::as_str)
        .chain(["package.json"])
    {
        let from = package().join(file);
        ensure!(from.is_file(), "pkg has no {file}: run `cargo xtask build`");
        fs::copy(from, installed.join(file))?;
    }
    Ok(project)
}

fn package() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../pkg")
}

/// The first block of code in this language.
fn block<'a>(markdown: &'a str, language: &str) -> Result<&'a str> {
    let begin = format!("```{language}\n");
    let block = markdown
        .split_once(&begin)
        .and_then(|(_, rest)| rest.split_once("```"));
    block
        .map(|(block, _)| block)
        .with_context(|| format!("no block of {language}"))
}

fn replayed(lab: &str, lines: &str) -> Result<Vec<Value>> {
    let mut out = String::new();
    let mut replay = Replay::new(LabFile::parse(lab)?, &mut out)?;
    for line in lines.lines() {
        replay.line(line, &mut out)?;
    }
    replay.finish(&mut out);
    out.lines()
        .map(|line| Ok(serde_json::from_str(line)?))
        .collect()
}
