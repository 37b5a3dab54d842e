//! A lane that is forked with another decay, looked back at, and its versions' rows.

use anyhow::Result;
use eddy_tests::page::Page;
use fantoccini::key::Key;

use crate::support::{SOON, drop_demo, open, shows, text};

/// Whether the keyboard is in the field for a place.
const AT_PLACE: &str = "document.activeElement.id === 'go-to-place'";

/// Takes what stands in the field that has the focus, and types something else.
async fn retype(page: &Page, text: &str) -> Result<()> {
    page.js("document.activeElement.select(); return 1").await?;
    page.keys(text).await
}

/// What the ledger's newest row says.
async fn newest(page: &Page) -> Result<String> {
    page.text("#ledger-body tr:first-child").await
}

#[tokio::test]
async fn a_fork_with_another_decay_is_a_branch_on_the_timeline() -> Result<()> {
    let Some(open) = open(142_923, 1_000).await? else {
        return Ok(());
    };
    let page = &open.page;
    drop_demo(page, "").await?;
    shows(page, "where-row", "row 310 of 310").await?;
    page.keys("b").await?;
    shows(page, "ledger-count", "9 versions").await?;
    let of_parent = newest(page).await?;

    // Back to version 5: everything is as it was then, and the way back is told.
    page.keys("g").await?;
    page.wait_for(AT_PLACE, SOON).await?;
    page.keys("v5").await?;
    page.keys(&Key::Enter.to_string()).await?;
    shows(page, "where-version", "Version 5").await?;
    shows(page, "m-right", "5 of 11").await?;
    shows(page, "ledger-count", "5 versions").await?;
    shows(page, "predictions-count", "11").await?;
    shows(page, "events-count", "139").await?;
    shows(page, "back-live", "Back to live · 171 records").await?;

    // F opens the form at the decay; what cannot be is said, and does nothing.
    page.keys("f").await?;
    let focused = "document.activeElement.id === 'set-model-decay_factor'";
    page.wait_for(focused, SOON).await?;
    retype(page, "1.5").await?;
    shows(page, "settings-form", "decay factor is 0 to 1. Now: 1.5.").await?;
    let off = "document.getElementById('settings-fork').disabled";
    page.wait_for(off, SOON).await?;
    retype(page, "0.5").await?;
    shows(page, "settings-changed", "Changed: decay factor 0 → 0.5").await?;
    shows(page, "settings-fork", "Fork at v5").await?;
    page.keep_shot("fork-draft").await?;
    page.click("#settings-fork").await?;

    // A second track with primed versions; the fork is shown, and differs.
    page.wait_for(
        "document.querySelectorAll('.timeline-lane').length === 2",
        SOON,
    )
    .await?;
    shows(page, "timeline-lanes", "Fork of v5").await?;
    shows(page, "timeline-lanes", "decay 0.5, shown").await?;
    shows(page, "lane-params", "decay\u{a0}0.5").await?;
    shows(page, "ledger-count", "9 versions").await?;
    let of_fork = newest(page).await?;
    assert_ne!(of_fork, of_parent);
    assert!(of_fork.contains("iris_train 224–255"), "{of_fork}");

    // A click on a bar of the other track shows that version of that lane.
    page.js(
        "const track = document.getElementById('track');
         const box = track.getBoundingClientRect();
         const domain = 340, left = 78;
         const x = left + (100 / domain) * (box.width - 12 - left);
         const at = { clientX: box.left + x, clientY: box.top + 58, bubbles: true, pointerId: 1 };
         for (const kind of ['pointerdown', 'pointerup']) track.dispatchEvent(new PointerEvent(kind, at));
         return 1",
    )
    .await?;
    shows(page, "where-version", "Version 4").await?;
    shows(page, "lane-params", "decay\u{a0}0 ·").await?;

    // Rows of a version are lit, and those alone.
    page.click("#ledger-body tr:first-child td:nth-child(2)")
        .await?;
    shows(
        page,
        "lit-words",
        "32 rows of batch 3, which made v4: iris_train 64–95",
    )
    .await?;
    page.wait_for("document.getElementById('plot').dataset.lit === '32'", SOON)
        .await?;
    page.keep_shot("ledger-lit").await?;
    page.keys(&Key::Escape.to_string()).await?;
    page.wait_for("document.getElementById('plot').dataset.lit === '0'", SOON)
        .await?;
    page.keys(&Key::End.to_string()).await?;
    shows(page, "where-version", "Version 9").await?;
    shows(
        page,
        "batch-next",
        "21 rows wait; the recording has ended: they are not learned",
    )
    .await?;
    compared_with_rows_lit(page).await?;
    open.page.close().await
}

/// Side by side, a fork keeps its branch on the timeline, and the rows of a version are lit in its lane's panel.
async fn compared_with_rows_lit(page: &Page) -> Result<()> {
    page.keys("c").await?;
    page.wait_for(
        "document.querySelectorAll('#panels .lane-panel').length === 3 &&
         document.querySelectorAll('.timeline-lane').length === 3",
        SOON,
    )
    .await?;
    shows(page, "timeline-lanes", "Fork of v5").await?;
    page.keys("b").await?;
    page.wait_for("!document.getElementById('panel-ledger').hidden", SOON)
        .await?;
    page.click("#ledger-body tr:first-child td:nth-child(2)")
        .await?;
    shows(page, "lit-words", "32 rows of batch 8, which made v9").await?;
    page.keep_shot("compare-fork-lit").await?;
    page.keys(&Key::Escape.to_string()).await?;
    page.wait_for("document.getElementById('lit').hidden", SOON)
        .await?;
    page.keys("c").await?;
    page.wait_for(
        "document.getElementById('app').dataset.compare === 'no'",
        SOON,
    )
    .await
}

#[tokio::test]
async fn places_are_found_and_a_lane_starts_again() -> Result<()> {
    let Some(open) = open(142_923, 1_000).await? else {
        return Ok(());
    };
    let page = &open.page;
    drop_demo(page, "").await?;
    shows(page, "where-row", "row 310 of 310").await?;

    page.click("#where").await?;
    for (place, shown) in [
        ("iris_train/0/100", "row 112 of 310"),
        ("lsn 97", "row 97 of 310"),
        ("row 161", "row 161 of 310"),
    ] {
        page.wait_for(AT_PLACE, SOON).await?;
        retype(page, place).await?;
        page.keys(&Key::Enter.to_string()).await?;
        shows(page, "where-row", shown).await?;
        page.keys("g").await?;
    }
    page.wait_for(AT_PLACE, SOON).await?;
    retype(page, "iris_train/0/999").await?;
    page.keys(&Key::Enter.to_string()).await?;
    shows(
        page,
        "go-to-error",
        "No retained record is iris_train/0/999: offsets 0 to 276 are there.",
    )
    .await?;
    page.keys(&Key::Escape.to_string()).await?;
    // Test round by test round.
    page.js("document.activeElement.blur(); return 1").await?;
    page.keys("[").await?;
    shows(page, "where-row", "row 12 of 310").await?;
    page.keys("]").await?;
    shows(page, "where-row", "row 161 of 310").await?;
    page.click("#back-live").await?;
    shows(page, "where-row", "row 310 of 310").await?;

    // Another k takes rows to start from: that is no fork, but the lane can start again.
    page.keys("s").await?;
    page.wait_for("document.getElementById('set-model-k')", SOON)
        .await?;
    page.click("#set-model-k").await?;
    retype(page, "4").await?;
    shows(page, "settings-changed", "k 3 → 4").await?;
    shows(
        page,
        "settings-why",
        "A fork goes on from v9 and keeps k and the initial model: restart to change that.",
    )
    .await?;
    page.keep_shot("settings-k").await?;
    page.click("#settings-restart").await?;
    shows(page, "lane-params", "k\u{a0}4").await?;
    shows(page, "settings-changed", "Nothing is changed").await?;
    assert_eq!(text(page, "settings-error").await?, "");
    open.page.close().await
}
