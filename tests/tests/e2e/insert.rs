//! A row of one's own, typed into the page; keys, theme, and reading without a mouse.

use anyhow::Result;
use rusqlite::Connection;

use crate::support::{SOON, live, open, shows, text};

#[tokio::test]
async fn a_typed_row_goes_to_the_database_and_comes_back() -> Result<()> {
    let Some(open) = open(142_923, 1_000).await? else {
        return Ok(());
    };
    let page = &open.page;
    page.keys("i").await?;
    page.wait_for("document.activeElement.id === 'field-0'", SOON)
        .await?;
    for (field, value) in ["5.9", "3.0", "n/a", "1.8"].iter().enumerate() {
        page.click(&format!("#field-{field}")).await?;
        page.keys(value).await?;
    }
    // What is no number is said beside its field, and nothing is sent.
    page.click("#insert-train").await?;
    page.wait_for("document.activeElement.id === 'field-2'", SOON)
        .await?;
    shows(page, "field-2-error", "petal_length").await?;
    page.js("document.getElementById('field-2').value = ''; return 1")
        .await?;
    page.keys("5.1").await?;
    page.keep_shot("insert-a-row").await?;
    page.click("#insert-train").await?;
    shows(page, "where-row", "row 1 of 1").await?;
    shows(page, "batch-title", "Batch 1: 1 of 32 rows").await?;
    page.click("#insert-test").await?;
    shows(page, "where-row", "row 2 of 2").await?;
    shows(page, "predictions-count", "1").await?;
    let petal_length: f64 = Connection::open(open.demo.db())?.query_row(
        "SELECT petal_length FROM iris_train",
        [],
        |row| row.get(0),
    )?;
    assert_eq!(petal_length, 5.1);
    // Without the page's token nothing is inserted.
    let without = "const answer = await fetch('./insert', { method: 'POST', headers: { 'content-type': 'application/json' },
                     body: JSON.stringify({ sets: [{ table: 'iris_train', rows: [{ sepal_length: 1 }] }] }) });
                   return answer.status";
    assert!(
        page.js(without)
            .await?
            .as_u64()
            .is_some_and(|status| (400..500).contains(&status))
    );
    // The refused request was logged by the browser.
    page.console().await?;
    open.page.close().await
}

#[tokio::test]
async fn keys_move_through_the_page() -> Result<()> {
    let Some(open) = open(142_923, 1_000).await? else {
        return Ok(());
    };
    let page = &open.page;
    page.keys("b").await?;
    page.wait_for("!document.getElementById('panel-ledger').hidden", SOON)
        .await?;
    page.keys("p").await?;
    page.wait_for("!document.getElementById('panel-predictions').hidden", SOON)
        .await?;
    page.keys("?").await?;
    page.wait_for("document.getElementById('help-sheet').open", SOON)
        .await?;
    page.keep_shot("help").await?;
    page.js("document.getElementById('help-sheet').close(); return 1")
        .await?;
    let before = page
        .js("return getComputedStyle(document.body).backgroundColor")
        .await?;
    page.keys("t").await?;
    page.wait_for(
        &format!("getComputedStyle(document.body).backgroundColor !== {before}"),
        SOON,
    )
    .await?;
    page.reload().await?;
    live(page).await?;
    // The choice is kept.
    assert_ne!(
        page.js("return getComputedStyle(document.body).backgroundColor")
            .await?,
        before
    );
    // A key that is typed into a field acts on nothing else.
    page.keys("i").await?;
    page.wait_for("document.activeElement.id === 'field-0'", SOON)
        .await?;
    page.keys(" ").await?;
    assert!(!text(page, "connection").await?.contains("Paused"));
    open.page.close().await
}
