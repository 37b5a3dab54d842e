//! What keeps people out of the page: nothing, says axe-core.

use anyhow::{Result, ensure};
use eddy_tests::axe::Axe;
use eddy_tests::page::{Page, Preferences, Size};
use fantoccini::key::Key;

use super::support::{SOON, live, open, shows};

/// Checks the page as it is.
async fn check(axe: &Axe, page: &Page, what: &str) -> Result<()> {
    let found = axe.violations(page).await?;
    ensure!(found.is_empty(), "{what}:\n{}", found.join("\n"));
    Ok(())
}

#[tokio::test]
async fn axe_finds_nothing_in_any_state_of_the_page() -> Result<()> {
    let Some(open) = open(142_923, 1_000).await? else {
        return Ok(());
    };
    let Some(axe) = Axe::for_tests()? else {
        return open.page.close().await;
    };
    let page = &open.page;
    check(&axe, page, "before the first row").await?;
    for step in 0..4 {
        open.demo.insert(step)?;
    }
    shows(page, "where-version", "Version 5").await?;
    check(&axe, page, "live").await?;
    page.keys("b").await?;
    page.wait_for("!document.getElementById('panel-ledger').hidden", SOON)
        .await?;
    check(&axe, page, "ledger").await?;
    for (key, dialog) in [
        ("?", "help-sheet"),
        ("k", "kept-dialog"),
        ("l", "pipeline-dialog"),
    ] {
        page.keys(key).await?;
        page.wait_for(&format!("document.getElementById('{dialog}').open"), SOON)
            .await?;
        check(&axe, page, dialog).await?;
        page.keys(&Key::Escape.to_string()).await?;
        page.wait_for(&format!("!document.getElementById('{dialog}').open"), SOON)
            .await?;
    }
    page.click("#share-open").await?;
    page.wait_for("document.getElementById('share-dialog').open", SOON)
        .await?;
    check(&axe, page, "share").await?;
    page.keys(&Key::Escape.to_string()).await?;
    for tab in ["settings", "choose"] {
        page.click(&format!("#tab-right-{tab}")).await?;
        page.wait_for(
            &format!("!document.getElementById('right-{tab}').hidden"),
            SOON,
        )
        .await?;
        check(&axe, page, tab).await?;
    }
    page.keys("c").await?;
    page.wait_for(
        "document.querySelectorAll('#panels .lane-panel').length === 2",
        SOON,
    )
    .await?;
    check(&axe, page, "lanes side by side").await?;
    page.keys("c").await?;
    page.keys("e").await?;
    page.keys(&Key::Enter.to_string()).await?;
    check(&axe, page, "change events").await?;
    for dark in [false, true] {
        page.prefer(Preferences {
            dark,
            ..Preferences::default()
        })
        .await?;
        for width in [1440, 1024, 768, 390] {
            let height = if width == 390 { 844 } else { 900 };
            page.resize(Size { width, height }).await?;
            page.reload().await?;
            live(page).await?;
            let colours = if dark { "dark" } else { "light" };
            check(&axe, page, &format!("{colours} at {width} px")).await?;
        }
    }
    open.page.close().await
}
