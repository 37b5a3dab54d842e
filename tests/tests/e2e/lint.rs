//! The linter's chip and list, and the choice of k.

use anyhow::Result;

use crate::support::{SOON, drop_demo, open, shows};

#[tokio::test]
async fn a_finding_is_mended_and_another_k_is_chosen() -> Result<()> {
    let Some(open) = open(142_923, 1_000).await? else {
        return Ok(());
    };
    let page = &open.page;
    drop_demo(page, "").await?;
    shows(page, "where-row", "row 310 of 310").await?;
    let has = |parameters: &str| {
        format!("document.getElementById('lane-params').title.startsWith('{parameters}')")
    };
    page.wait_for(&has("k 3 · decay 0 ·"), SOON).await?;

    // The chip opens the list, which says where it was seen.
    shows(page, "lint-chip", "Decay 0 forgets every earlier batch").await?;
    page.click("#lint-chip").await?;
    page.wait_for("document.activeElement.id === 'lint-title'", SOON)
        .await?;
    shows(page, "lint-counts", "1 warning, 2 notes").await?;
    shows(page, "lint-list", "version 9 rests on the 32 of its batch").await?;
    shows(page, "lint-list", "21 rows not learned. Flink drops them").await?;
    page.keep_shot("lint").await?;

    // Its link changes the lane, and the finding goes.
    page.click("#lint-list .finding.warn button.link").await?;
    page.wait_for(&has("k 3 · decay 0.5 ·"), SOON).await?;
    shows(page, "lint-counts", "2 notes").await?;
    page.wait_for(
        "!document.getElementById('lint-list').textContent.includes('Decay 0')",
        SOON,
    )
    .await?;

    // Eight k's are tried on the same rows.
    page.click("#tab-right-choose").await?;
    let number = |column: u32, from: usize| {
        format!(
            "[...document.querySelectorAll('#choose-rows tr')].slice({from}).every(row => \
             Number.isFinite(Number.parseFloat(row.children[{column}].textContent)))"
        )
    };
    page.wait_for(&number(1, 0), SOON).await?;
    page.wait_for(&number(2, 1), SOON).await?;
    page.wait_for(
        "document.querySelectorAll('#choose-rows tr').length === 8",
        SOON,
    )
    .await?;
    shows(page, "choose-says", "Silhouette is highest at k = 2").await?;
    for canvas in ["chart-elbow-inertia", "chart-elbow-silhouette"] {
        let label = format!("document.getElementById('{canvas}').getAttribute('aria-label')");
        page.wait_for(&format!("/k 1: .* k 8: [0-9.]+$/.test({label})"), SOON)
            .await?;
    }
    page.keep_shot("choose-k").await?;
    page.click("#choose-rows tr:nth-child(2) button").await?;
    page.wait_for(&has("k 2 · decay 0.5 ·"), SOON).await?;
    page.wait_for(
        "document.querySelector('#choose-rows tr:nth-child(2)').textContent.includes('in use')",
        SOON,
    )
    .await?;
    shows(page, "where-row", "row 310 of 310").await?;
    open.page.close().await
}
