//! The published demo on its own pipeline.

use anyhow::Result;
use eddy_tests::demo::{STEPS, Tables, predictions};

use crate::support::{Pipeline, live, shows};

/// What the batch strip says when each test begins.
const WAITING: [(usize, &str); 2] = [(2, "Batch 5: 11 of 32 rows"), (4, "Batch 9: 21 of 32 rows")];

#[tokio::test]
async fn rows_inserted_with_psql_give_the_six_tables_and_predictions_in_kafka() -> Result<()> {
    let Some(pipeline) = Pipeline::start(2_000)? else {
        return Ok(());
    };
    let watched = pipeline.watch("flink").await?;
    let page = &watched.page;
    shows(page, "batch-title", "Batch 1: 1 of 32 rows").await?;
    let mut rows = STEPS[0].1;
    for (step, (name, count)) in STEPS.iter().enumerate().skip(1) {
        pipeline.demo.next_window();
        pipeline.insert(name)?;
        rows += count;
        shows(page, "where-row", &format!("row {rows} of {rows}")).await?;
        if let Some((_, waiting)) = WAITING.iter().find(|(at, _)| *at == step) {
            shows(page, "batch-title", waiting).await?;
        }
    }
    // Spark's last round is there when its window has ended.
    pipeline.demo.next_window();
    shows(page, "m-right", "9 of 11").await?;
    let lines = watched.lines().await?;
    let tables = Tables::read()?;
    assert_eq!(predictions(&lines, "Flink")?, tables.flink);
    assert_eq!(predictions(&lines, "Spark")?, tables.spark);
    page.keep_shot("pipeline").await?;

    // A page that is loaded anew, and a second one, publish nothing twice.
    page.reload().await?;
    live(page).await?;
    let second = pipeline.browser.open().await?;
    second
        .goto(watched.eddy.as_ref().map_or("", |eddy| eddy.url()))
        .await?;
    live(&second).await?;
    shows(&second, "where-row", &format!("row {rows} of {rows}")).await?;

    let read = pipeline.stack.consume("iris_predictions", 100)?;
    assert_eq!(read.len(), 66, "{read:#?}");
    let flink: Vec<&String> = read
        .iter()
        .filter(|line| line.contains("eddy.lane:Flink"))
        .collect();
    assert!(
        flink[0].ends_with("[5.4, 3.7, 1.5, 0.2] is classified as 0"),
        "{}",
        flink[0]
    );
    let classes: Vec<i64> = flink
        .iter()
        .map(|line| i64::from(line.as_bytes()[line.len() - 1] - b'0'))
        .collect();
    assert_eq!(classes, tables.flink.concat());
    second.close().await?;
    watched.page.close().await
}
