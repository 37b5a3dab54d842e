//! A recording dropped on the page.

use anyhow::Result;
use eddy_tests::browser::Browser;
use eddy_tests::page::Size;
use eddy_tests::program::Eddy;

use crate::support::{SOON, drop_demo, live, open, shows};

#[tokio::test]
async fn a_dropped_recording_is_played_and_can_be_played_again() -> Result<()> {
    let Some(open) = open(142_923, 1_000).await? else {
        return Ok(());
    };
    let page = &open.page;
    drop_demo(page, "{").await?;
    shows(page, "connection", "Replayed").await?;
    shows(page, "banners", "A line was skipped").await?;
    shows(page, "m-right", "9 of 11").await?;
    let again = "document.getElementById('play').getAttribute('aria-label') === 'Play again'";
    page.wait_for(again, SOON).await?;
    // Looked at from its first version it still begins anew, and ends the same.
    page.click("#first").await?;
    shows(page, "where-row", "row 0 of 310").await?;
    page.click("#play").await?;
    shows(page, "where-row", "row 310 of 310").await?;
    page.wait_for(again, SOON).await?;
    shows(page, "m-right", "9 of 11").await?;
    page.wait_for(
        "document.getElementById('banners').textContent === ''",
        SOON,
    )
    .await?;
    open.page.close().await
}

/// Plays the scenario's own recording, as fast as possible.
const PLAY: &str = "document.getElementById('play-demo').click();
    const speed = document.getElementById('speed');
    speed.value = '0';
    speed.dispatchEvent(new Event('change'));
    return 1";

#[tokio::test]
async fn each_scenario_has_its_own_recording() -> Result<()> {
    let Some(browser) = Browser::for_tests()? else {
        return Ok(());
    };
    let folder = tempfile::tempdir()?;
    let db = folder.path().join("eddy.db").display().to_string();
    let scenarios = ["--scenario", "virginica", "--scenario", "ecommerce"];
    let eddy = Eddy::serve(&[&scenarios[..], &["--db", &db]].concat())?;
    let page = browser.open().await?;
    page.resize(Size::DESKTOP).await?;
    for (query, rows, result) in [
        ("", "120 rows", "18 of 20 right"),
        (
            "?scenario=ecommerce",
            "1,200 rows",
            "R² 0.910, MSE 1,545.76",
        ),
    ] {
        page.goto(&format!("{}{query}", eddy.url())).await?;
        live(&page).await?;
        page.js(PLAY).await?;
        shows(&page, "connection", rows).await?;
        shows(&page, "walk-verdict", result).await?;
    }
    page.keep_shot("ecommerce-recording").await?;
    page.close().await
}
