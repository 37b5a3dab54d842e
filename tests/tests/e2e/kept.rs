//! Versions that are kept, gone on from, and compared.

use anyhow::Result;
use eddy_tests::demo::{predictions, trained_versions};
use eddy_tests::page::{Page, Preferences, Size};
use fantoccini::key::Key;

use crate::support::{SOON, drop_demo, lasting, live, open, saved, shows, text};

/// Presses the button of the first row of the list.
async fn press(page: &Page, label: &str) -> Result<()> {
    let find = "[...document.querySelectorAll('#kept-rows tr:first-child button')]";
    let found = format!("{find}.some(button => button.textContent === '{label}')");
    page.wait_for(&found, SOON).await?;
    let click = format!("{find}.find(button => button.textContent === '{label}').click()");
    page.js(&click).await.map(drop)
}

/// The lines of a lane from a version on, as far as they last.
fn since(lines: &str, version: u64) -> Result<Vec<(u64, u64, String)>> {
    let mut all = trained_versions(lines, "Flink")?;
    all.retain(|(made, ..)| *made > version);
    Ok(all)
}

#[tokio::test]
async fn a_live_page_goes_on_from_a_kept_version() -> Result<()> {
    let Some(open) = open(142_923, 1_000).await? else {
        return Ok(());
    };
    let (page, demo) = (&open.page, &open.demo);
    for step in 0..3 {
        demo.insert(step)?;
        demo.next_window();
    }
    shows(page, "where-row", "row 150 of 150").await?;
    shows(page, "where-version", "Version 5").await?;
    page.keys("k").await?;
    page.wait_for("document.getElementById('kept-dialog').open", SOON)
        .await?;
    page.wait_for(
        "document.getElementById('kept-name').placeholder === 'Flink v5'",
        SOON,
    )
    .await?;
    page.keys(&Key::Enter.to_string()).await?;
    shows(
        page,
        "kept-said",
        "Flink v5 is kept: Flink version 5, after 150 records.",
    )
    .await?;
    page.keys(&Key::Escape.to_string()).await?;
    for step in 3..6 {
        demo.insert(step)?;
        demo.next_window();
    }
    shows(page, "where-row", "row 310 of 310").await?;
    shows(page, "m-right", "9 of 11").await?;
    let undisturbed = saved(page, "save-lines").await?;
    let version = text(page, "where-version").await?;

    // From the list: what follows is read again, and comes out the same.
    page.keys("k").await?;
    press(page, "Go on from it").await?;
    shows(page, "banners", "The page goes on from Flink v5.").await?;
    live(page).await?;
    shows(page, "where-row", "row 310 of 310").await?;
    assert_eq!(text(page, "where-version").await?, version);
    let resumed = saved(page, "save-lines").await?;
    assert_eq!(since(&resumed, 1)?, since(&undisturbed, 5)?);
    assert!(!since(&resumed, 1)?.is_empty());
    for lane in ["Flink", "Spark"] {
        let whole: Vec<i64> = predictions(&undisturbed, lane)?.concat();
        let rest: Vec<i64> = predictions(&resumed, lane)?.concat();
        assert!(
            whole.ends_with(&rest) && rest.len() == 22,
            "{lane}: {rest:?}"
        );
    }

    // A version that lies behind: it is made again of what was applied since.
    page.keys(&Key::Left.to_string()).await?;
    page.keys(&Key::Left.to_string()).await?;
    shows(page, "where-version", "Version 8").await?;
    page.keys("k").await?;
    shows(page, "kept-of", "As it was when version 8 of").await?;
    page.click("#kept-go-on").await?;
    shows(page, "banners", "The page goes on from version 8.").await?;
    live(page).await?;
    shows(page, "where-row", "row 310 of 310").await?;
    assert_eq!(text(page, "where-version").await?, version);
    let again = saved(page, "save-lines").await?;
    assert_eq!(since(&again, 1)?, since(&undisturbed, 8)?);
    open.page.close().await
}

#[tokio::test]
async fn a_recording_goes_on_from_a_version_and_two_are_compared() -> Result<()> {
    let Some(open) = open(142_923, 1_000).await? else {
        return Ok(());
    };
    let page = &open.page;
    drop_demo(page, "").await?;
    shows(page, "connection", "Replayed").await?;
    let whole = saved(page, "save-lines").await?;
    page.keys("k").await?;
    shows(page, "kept-of", "As the lab stands now").await?;
    page.keys(&Key::Enter.to_string()).await?;
    shows(page, "kept-rows", "Flink v9").await?;
    page.keys(&Key::Escape.to_string()).await?;
    // First to where version 9 was made.
    for _ in 0..5 {
        page.keys(&Key::Left.to_string()).await?;
    }
    shows(page, "where-version", "Version 5").await?;
    page.keys("k").await?;
    page.keys("the fifth").await?;
    page.keys(&Key::Enter.to_string()).await?;
    shows(page, "kept-rows", "the fifth").await?;
    page.js("document.querySelector('#kept-compare button').click()")
        .await?;
    shows(page, "kept-changed", "centroid 0 sepal_length").await?;
    shows(page, "kept-changed-title", "Flink v9 to the fifth").await?;
    for dark in [false, true] {
        page.prefer(Preferences {
            dark,
            reduced_motion: false,
        })
        .await?;
        for (name, size) in [("kept", Size::DESKTOP), ("kept-phone", Size::PHONE)] {
            page.resize(size).await?;
            let name = format!("{name}{}", if dark { "-dark" } else { "" });
            page.keep_shot(&name).await?;
        }
    }
    page.resize(Size::DESKTOP).await?;
    press(page, "Go on from it").await?;
    shows(page, "banners", "The page goes on from the fifth.").await?;
    shows(page, "where-version", "Version 5").await?;
    page.keep_shot("kept-gone-on").await?;
    page.click("#play").await?;
    shows(page, "connection", "Replayed").await?;
    shows(page, "where-row", "row 310 of 310").await?;
    let rest = saved(page, "save-lines").await?;
    let (whole, rest) = (lasting(&whole), lasting(&rest));
    assert!(whole.ends_with(&rest) && !rest.is_empty(), "{rest:#?}");

    // What is kept is there after a reload; what cannot be kept is said.
    page.reload().await?;
    live(page).await?;
    page.keys("k").await?;
    shows(page, "kept-rows", "Flink v9").await?;
    let load = "const data = new DataTransfer();
        data.items.add(new File(['{\"a\":1}'], 'other.json'));
        const input = document.getElementById('kept-file');
        input.files = data.files;
        input.dispatchEvent(new Event('change'));
        return 1";
    page.js(load).await?;
    shows(
        page,
        "kept-error",
        "other.json: checkpoint: has no field eddy_checkpoint",
    )
    .await?;
    press(page, "Delete").await?;
    page.wait_for(
        "document.querySelectorAll('#kept-rows tr').length === 1",
        SOON,
    )
    .await?;
    open.page.close().await
}
