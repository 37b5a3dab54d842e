//! Streams that are made up in the page.

use anyhow::Result;
use eddy_tests::browser::Browser;
use eddy_tests::page::{Page, Size};
use eddy_tests::program::{Eddy, eddy};
use fantoccini::key::Key;

use crate::support::{SOON, lasting, live, saved, shows};

/// Types a number into a field, in place of what stands there.
async fn fill(page: &Page, field: &str, text: &str) -> Result<()> {
    page.click(&format!("#{field}")).await?;
    page.js(&format!("document.getElementById('{field}').select()"))
        .await?;
    page.keys(text).await
}

#[tokio::test]
async fn a_made_up_stream_drifts_and_is_what_the_program_makes() -> Result<()> {
    let Some(browser) = Browser::for_tests()? else {
        return Ok(());
    };
    let folder = tempfile::tempdir()?;
    let db = folder.path().join("eddy.db").display().to_string();
    let serve = Eddy::serve(&["--scenario", "iris", "--db", &db])?;
    let page = browser.open().await?;
    page.resize(Size::DESKTOP).await?;
    page.goto(&format!("{}?keep=lines", serve.url())).await?;
    live(&page).await?;

    page.click("#scenarios option[value='+made']").await?;
    page.wait_for("document.getElementById('made-dialog').open", SOON)
        .await?;
    // The menu goes on showing what is shown.
    page.wait_for(
        "document.getElementById('scenarios').value === 'iris'",
        SOON,
    )
    .await?;
    fill(&page, "made-rows", "400").await?;
    fill(&page, "made-noise", "150").await?;
    page.click("#made-play").await?;
    shows(&page, "made-error", "Noise: give 0 to 100 %.").await?;
    page.wait_for(
        "document.getElementById('made-noise').getAttribute('aria-invalid') === 'true'",
        SOON,
    )
    .await?;
    fill(&page, "made-noise", "5").await?;
    fill(&page, "made-drift", "60").await?;
    fill(&page, "made-label-noise", "20").await?;
    fill(&page, "made-updates", "10").await?;
    page.keys(&Key::Enter.to_string()).await?;
    shows(&page, "connection", "Replaying").await?;
    page.click("#speed option[value='0']").await?;
    shows(&page, "connection", "400 rows").await?;
    page.wait_for(
        "document.getElementById('scenarios').selectedOptions[0].textContent === 'Blobs k-means'",
        SOON,
    )
    .await?;
    // 320 training rows are ten batches; test rows are compared with the cluster that they come from.
    shows(&page, "where-version", "Version 11").await?;
    shows(&page, "m-right", " of ").await?;
    let wrong = "[...document.querySelectorAll('#predictions-body tr.wrong')].length > 0";
    page.wait_for(wrong, SOON).await?;
    page.click("#filter-wrong").await?;
    page.keep_shot("made").await?;

    // Bit for bit what the program makes of the same settings.
    let lines = saved(&page, "save-lines").await?;
    let out = folder.path().join("made").display().to_string();
    let settings = [
        "--rows",
        "400",
        "--noise",
        "0.05",
        "--drift",
        "60",
        "--label-noise",
        "0.2",
        "--updates",
        "0.1",
    ];
    eddy(&[&["generate", "blobs", "--out", &out], &settings[..]].concat())?;
    let native = eddy(&[
        "replay",
        &format!("{out}/lab.json"),
        &format!("{out}/events.ndjson"),
    ])?;
    let (lines, native) = (lasting(&lines), lasting(&native));
    for (line, native) in lines.iter().zip(&native) {
        assert_eq!(line, native);
    }
    assert_eq!(lines.len(), native.len());
    assert!(lines.len() > 100);

    // Another kind has its own fields.
    page.click("#scenarios option[value='+made']").await?;
    page.wait_for("document.getElementById('made-dialog').open", SOON)
        .await?;
    page.click("#made-kind option[value='plane']").await?;
    page.wait_for("document.getElementById('made-clusters-row').hidden", SOON)
        .await?;
    page.click("#made-play").await?;
    shows(&page, "connection", "400 rows").await?;
    shows(&page, "lanes", "Forgets").await?;
    page.keep_shot("made-plane").await?;
    page.close().await
}
