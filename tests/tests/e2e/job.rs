//! A version of a lane as a job for an engine: what it does not do is read first, then its files are taken.

use anyhow::Result;
use eddy_tests::browser::Browser;
use eddy_tests::page::{Preferences, Size};
use fantoccini::key::Key;

use crate::support::{SOON, drop_demo, saved, serve_site, shows, text};

#[tokio::test]
async fn a_version_of_the_timeline_becomes_a_job_for_either_engine() -> Result<()> {
    let Some(browser) = Browser::for_tests()? else {
        return Ok(());
    };
    let page = browser.open().await?;
    page.resize(Size::DESKTOP).await?;
    page.goto(&serve_site().await?).await?;
    page.wait_for("!document.getElementById('welcome').hidden", SOON)
        .await?;
    drop_demo(&page, "").await?;
    shows(&page, "connection", "Replayed").await?;

    // Version 5, by keyboard alone.
    page.keys("g").await?;
    page.wait_for("document.activeElement.id === 'go-to-place'", SOON)
        .await?;
    page.keys(&format!("v5{}", char::from(Key::Enter))).await?;
    shows(&page, "where-version", "Version 5").await?;
    page.keys("x").await?;
    shows(&page, "job-of", "Lane Flink, from version 5").await?;
    let flink = "document.getElementById('job-flink').getAttribute('aria-pressed') === 'true'";
    page.wait_for(flink, SOON).await?;
    // 128 rows of the training topic are learned; 10 wait and come again.
    let places = "flink.public.iris_train/0 at 128, flink.public.iris_test/0 at 11";
    shows(&page, "job-from", places).await?;
    shows(
        &page,
        "job-left-out",
        "counts events that Debezium sends again once",
    )
    .await?;
    shows(&page, "job-files", "pom.xml").await?;
    page.keep_shot("job-flink").await?;
    let archive = saved(&page, "job-save").await?;
    assert!(archive.starts_with("PK"), "{archive:.20}");
    for inside in [
        "flink-job/pom.xml",
        "setInitialModelData",
        "iris_predictions",
    ] {
        assert!(archive.contains(inside), "{inside}");
    }

    // The same version for the other engine.
    page.click("#job-spark").await?;
    shows(&page, "job-files", "requirements.txt").await?;
    shows(&page, "job-topic", "Flink_models").await?;
    page.js("document.querySelector('.job-file').open = true; return 1")
        .await?;
    for (dark, size, name) in [
        (false, Size::DESKTOP, "job-spark"),
        (true, Size::DESKTOP, "job-spark-dark"),
        (false, Size::PHONE, "job-spark-phone"),
    ] {
        page.prefer(Preferences {
            dark,
            reduced_motion: false,
        })
        .await?;
        page.resize(size).await?;
        page.keep_shot(name).await?;
    }
    page.resize(Size::DESKTOP).await?;
    let archive = saved(&page, "job-save").await?;
    for inside in ["startingOffsets", "StreamingKMeansModel", "\"0\": 128"] {
        assert!(archive.contains(inside), "{inside}");
    }
    page.keys(&Key::Escape.to_string()).await?;
    page.wait_for("!document.getElementById('job-dialog').open", SOON)
        .await?;

    // The other lane, from its menu: its own engine, its own version at the playhead.
    page.click("#lanes button:nth-child(2)").await?;
    let chosen = "document.querySelector('#lanes [aria-checked=true]')?.textContent === 'Spark'";
    page.wait_for(chosen, SOON).await?;
    let version = text(&page, "where-version").await?;
    page.click("#lane-more").await?;
    page.js("[...document.querySelectorAll('#lane-menu button')].find(it => it.textContent === 'Export as a job').click(); return 1").await?;
    let of = format!("Lane Spark, from {}", version.to_lowercase());
    shows(&page, "job-of", &of).await?;
    let spark = "document.getElementById('job-spark').getAttribute('aria-pressed') === 'true'";
    page.wait_for(spark, SOON).await?;
    page.close().await
}
