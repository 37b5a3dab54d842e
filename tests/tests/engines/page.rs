//! As a person does it: the walk-through on Kafka, version 5 exported from the page for both engines, the jobs' versions beside the
//! page's own lanes. And how fast a page learns.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use eddy_tests::browser::Browser;
use eddy_tests::page::{Page, Size};
use eddy_tests::program::Eddy;
use fantoccini::key::Key;

use crate::support::Engines;
use crate::{DEMO, flink, spark};

const SOON: Duration = Duration::from_secs(120);

/// What the dialog's button saves, as base64.
const SAVED: &str = "const make = URL.createObjectURL;
    const saved = new Promise((resolve) => {
      URL.createObjectURL = (blob) => { resolve(blob); return make.call(URL, blob); };
    });
    document.getElementById('job-save').click();
    const bytes = new Uint8Array(await (await saved).arrayBuffer());
    URL.createObjectURL = make;
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))";

#[tokio::test]
async fn version_five_runs_on_both_engines_and_its_versions_stand_beside_the_pages() -> Result<()> {
    let Some(engines) = Engines::start()? else {
        return Ok(());
    };
    let browser = Browser::find()?;
    engines.replay_into_topics(DEMO)?;
    let kafka = engines.stack.kafka()?;
    let served = Eddy::serve(&["--kafka", &kafka, "--scenario", "iris"])?;
    let page = browser.open().await?;
    page.resize(Size::DESKTOP).await?;
    page.goto(served.url()).await?;
    shows(&page, "where-row", "row 310 of 310").await?;

    // A version of each lane, for its own engine; a lane follows the job before it runs. In the log all rows are of one
    // moment: Spark's window has them all in version 2.
    let flinks = exported(&engines, &page, "Flink", 5).await?;
    let sparks = exported(&engines, &page, "Spark", 1).await?;
    let mut flinks = flink::start(&engines, &flinks, &flink::package(&flinks)?, &[])?;
    let more = ["--once", "--max-offsets", "40"];
    let sparks = spark::start(&engines, &sparks, &more)?;

    // 277 rows: from version 5 on, Flink makes 4 full batches more.
    page.click("#lanes button:nth-child(3)").await?;
    shows(&page, "where-version", "Version 9").await?;
    shows(&page, "lane-follows-name", "job: the same").await?;
    ensure!(!flinks.ended()?, "the job goes on: {}", flinks.said());
    let numbers = "[...document.querySelectorAll('#ledger-body .of-job.num')].map(cell => cell.textContent).join()";
    page.keys("b").await?;
    let same = "the same,the same,the same,the same,begins";
    page.wait_for(&format!("{numbers} === '{same}'"), SOON)
        .await?;
    page.keep_shot("engines-flink").await?;
    page.click("#lanes button:nth-child(4)").await?;
    sparks.finish(SOON)?;
    shows(&page, "lane-follows-name", "job: the same").await?;
    page.wait_for(
        &format!("{numbers}.endsWith('the same,begins') && !{numbers}.includes('not')"),
        SOON,
    )
    .await?;
    page.keep_shot("engines-spark").await?;
    page.keys("c").await?;
    shows(&page, "why-body", "the same").await?;
    page.keep_shot("engines-compare").await?;
    page.close().await
}

/// Exports a version of a lane for its own engine, lets a lane follow it, and unpacks what was downloaded.
async fn exported(engines: &Engines, page: &Page, lane: &str, version: u64) -> Result<PathBuf> {
    let button = format!(
        "[...document.querySelectorAll('#lanes button')].find(it => it.textContent === '{lane}').click(); return 1"
    );
    page.js(&button).await?;
    page.wait_for(
        &format!("document.querySelector('#lanes [aria-checked=true]')?.textContent === '{lane}'"),
        SOON,
    )
    .await?;
    page.keys("g").await?;
    page.wait_for("document.activeElement.id === 'go-to-place'", SOON)
        .await?;
    page.keys(&format!("v{version}{}", char::from(Key::Enter)))
        .await?;
    shows(page, "where-version", &format!("Version {version}")).await?;
    page.keys("x").await?;
    shows(
        page,
        "job-of",
        &format!("Lane {lane}, from version {version}"),
    )
    .await?;
    shows(page, "job-files", "README.md").await?;
    let archive = page.js(SAVED).await?;
    let archive = BASE64_STANDARD.decode(archive.as_str().context("an archive")?)?;
    let folder = unpacked(engines, lane, &archive)?;
    page.click("#job-follow").await?;
    shows(page, "lanes", &format!("{lane} on {lane}")).await?;
    page.keys(&Key::End.to_string()).await?;
    Ok(folder)
}

/// Unpacks an archive of one folder.
fn unpacked(engines: &Engines, lane: &str, archive: &[u8]) -> Result<PathBuf> {
    let file = engines.path(&format!("{lane}.zip"));
    let into = engines.path(&format!("{lane}-unpacked"));
    fs::write(&file, archive)?;
    let status = Command::new(spark::python()?)
        .args(["-m", "zipfile", "-e"])
        .args([&file, &into])
        .status()?;
    ensure!(status.success(), "{} cannot be unpacked", file.display());
    let mut folders = fs::read_dir(&into)?;
    Ok(folders.next().context("a folder")??.path())
}

/// Rows per second of a page on a topic of so many rows, from the first that it shows to the last.
pub(crate) async fn rows_per_second(engines: &Engines, lab: &Path, rows: u64) -> Result<f64> {
    let browser = Browser::find()?;
    let kafka = engines.stack.kafka()?;
    let lab = lab.display().to_string();
    let served = Eddy::serve(&["--kafka", &kafka, "--lab", &lab])?;
    let page = browser.open().await?;
    page.resize(Size::DESKTOP).await?;
    page.goto(served.url()).await?;
    let read = "Number((document.getElementById('events-count').textContent.match(/^[\\d,]+/) || ['0'])[0].replaceAll(',', ''))";
    let (mut first, end) = (None, Instant::now() + SOON);
    loop {
        let now = page.js(&format!("return {read}")).await?;
        let (now, at) = (now.as_f64().context("a number")?, Instant::now());
        let (begun, began) = *first.get_or_insert((now, at));
        if begun == 0.0 {
            first = None;
        }
        if now >= rows as f64 {
            page.close().await?;
            return Ok((now - begun) / (at - began).as_secs_f64());
        }
        ensure!(at < end, "{now} of {rows} rows after {SOON:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn shows(page: &Page, id: &str, text: &str) -> Result<()> {
    let text = serde_json::to_string(text)?;
    let shown = format!("document.getElementById('{id}').textContent.includes({text})");
    page.wait_for(&shown, SOON).await
}
