//! The published demo in the page, with rows that another process inserts, and with the page's own buttons.

use anyhow::{Context, Result};
use eddy_tests::demo::{STEPS, Tables, predictions};
use rusqlite::Connection;

use crate::support::{Open, SOON, live, open, saved, shows, text};

/// What the batch strip says when each test begins.
const WAITING: [(usize, &str); 3] = [
    (0, "Batch 1: 1 of 32 rows"),
    (2, "Batch 5: 11 of 32 rows"),
    (4, "Batch 9: 21 of 32 rows"),
];

#[tokio::test]
async fn rows_of_another_process_give_the_six_tables() -> Result<()> {
    for seed in [142_923, 1_489] {
        let Some(open) = open(seed, 2_000).await? else {
            return Ok(());
        };
        play(&open).await?;
        let lines = saved(&open.page, "save-lines").await?;
        let tables = Tables::read()?;
        assert_eq!(predictions(&lines, "Flink")?, tables.flink, "order {seed}");
        assert_eq!(predictions(&lines, "Spark")?, tables.spark, "order {seed}");
        for right in ["5 of 11 right", "7 of 11 right", "9 of 11 right"] {
            shows(&open.page, "steps", right).await?;
        }
        shows(&open.page, "walk-verdict", "9 of 11 right").await?;
        shows(&open.page, "m-right", "9 of 11").await?;
        published_once(&open, &tables).await?;
        open.page.keep_shot(&format!("walkthrough-{seed}")).await?;
        open.page.close().await?;
    }
    Ok(())
}

async fn play(open: &Open) -> Result<()> {
    let Open { demo, page, .. } = open;
    let mut rows = 0;
    for (step, (_, count)) in STEPS.iter().enumerate() {
        demo.insert(step)?;
        rows += count;
        shows(page, "where-row", &format!("row {rows} of {rows}")).await?;
        if let Some((_, waiting)) = WAITING.iter().find(|(at, _)| *at == step) {
            shows(page, "batch-title", waiting).await?;
        }
        shows(page, "walk-count", &format!("{} of 6", step + 1)).await?;
    }
    Ok(())
}

/// Both lanes' predictions stand in the table, each once, though the page is reloaded and a second one opened.
async fn published_once(open: &Open, tables: &Tables) -> Result<()> {
    let published = || -> Result<Vec<(String, String)>> {
        let db = Connection::open(open.demo.db())?;
        let mut select = db.prepare(
            "SELECT key, value FROM iris_predictions WHERE headers LIKE '%:\"Flink\"%' ORDER BY id",
        )?;
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    };
    let count = || -> Result<i64> {
        Ok(Connection::open(open.demo.db())?.query_row(
            "SELECT count(*) FROM iris_predictions",
            [],
            |row| row.get(0),
        )?)
    };
    let end = std::time::Instant::now() + SOON;
    while count()? < 66 && std::time::Instant::now() < end {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let flink = published()?;
    assert_eq!(flink.first().context("a prediction")?.0, "{\"id\":1}");
    assert_eq!(flink[0].1, "[5.4, 3.7, 1.5, 0.2] is classified as 0");
    assert_eq!(flink[2].1, "[7.6, 3.0, 6.6, 2.1] is classified as 2");
    let classes: Vec<i64> = flink
        .iter()
        .map(|(_, value)| i64::from(value.as_bytes()[value.len() - 1] - b'0'))
        .collect();
    assert_eq!(classes, tables.flink.concat());
    open.page.reload().await?;
    live(&open.page).await?;
    shows(&open.page, "walk-count", "6 of 6").await?;
    open.page.js("window.open(location.href); return 1").await?;
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    assert_eq!(count()?, 66);
    Ok(())
}

#[tokio::test]
async fn the_pages_own_buttons_play_it_and_start_it_over() -> Result<()> {
    let Some(open) = open(142_923, 1_000).await? else {
        return Ok(());
    };
    let page = &open.page;
    for step in 1..=STEPS.len() {
        // A step is offered when every lane is ready for it; then its button can be pressed.
        let press = "[...document.querySelectorAll('#steps button')].some((button) => {
            const offered = button.offsetParent && !button.disabled;
            if (offered) button.click();
            return offered;
        })";
        page.wait_for(press, SOON).await?;
        shows(page, "walk-count", &format!("{step} of 6")).await?;
    }
    shows(page, "walk-verdict", "9 of 11 right").await?;
    let lines = saved(page, "save-lines").await?;
    let tables = Tables::read()?;
    assert_eq!(predictions(&lines, "Flink")?, tables.flink);
    // Spark's last round is there when its window has ended.
    page.js("[...document.querySelectorAll('#lanes [role=radio], #lanes input, #lanes button')].at(-1).click(); return 1").await?;
    shows(page, "lane-title", "Spark").await?;
    shows(page, "m-right", "11 of 11").await?;
    let lines = saved(page, "save-lines").await?;
    assert_eq!(predictions(&lines, "Spark")?, tables.spark);
    page.keep_shot("spark-lane").await?;

    page.click("#walk-over").await?;
    page.wait_for("document.getElementById('over-dialog').open", SOON)
        .await?;
    page.click("#over-yes").await?;
    shows(page, "walk-count", "0 of 6").await?;
    shows(page, "where-version", "Version 1").await?;
    let rows: i64 = Connection::open(open.demo.db())?.query_row(
        "SELECT (SELECT count(*) FROM iris_train) + (SELECT count(*) FROM iris_test) + (SELECT count(*) FROM iris_predictions)",
        [],
        |row| row.get(0),
    )?;
    assert_eq!(rows, 0);
    assert_eq!(text(page, "banners").await?, "");
    open.page.close().await
}
