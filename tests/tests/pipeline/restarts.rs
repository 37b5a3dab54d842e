//! Broker, bridge and Connect killed in mid-stream.

use std::fmt::Write;

use anyhow::Result;
use eddy_tests::demo::trained_versions;
use eddy_tests::program::eddy;

use crate::support::{Pipeline, Watched, applied, features, finish, shows};

/// Rows that are inserted while things are killed.
const ROWS: usize = 300;

/// The first training row, which is there from the start.
const FIRST: [f64; 4] = [5.8, 2.8, 5.1, 2.4];

#[tokio::test]
async fn a_broker_and_bridges_killed_in_mid_stream_lose_and_repeat_nothing() -> Result<()> {
    let Some(pipeline) = Pipeline::start(2_000)? else {
        return Ok(());
    };
    let mut watched = watch_all(&pipeline).await?;
    let psql = pipeline.insert_slowly(ROWS, 20)?;
    applied(&watched[0].page, 80).await?;
    pipeline.stack.kill("kafka")?;
    pipeline.stack.start_again()?;
    applied(&watched[0].page, 180).await?;
    for one in &mut watched {
        one.restart_bridge()?;
    }
    finish(psql)?;
    for one in &watched {
        shows(&one.page, "where-row", &format!("row {0} of {0}", ROWS + 1)).await?;
        let lines = one.lines().await?;
        assert_eq!(
            trained_versions(&lines, "Flink")?,
            trained_versions(&undisturbed(&pipeline, one.connector)?, "Flink")?,
            "{}",
            one.connector
        );
    }
    close(watched).await
}

#[tokio::test]
async fn a_connect_killed_in_mid_stream_repeats_rows_that_only_envelopes_tell_apart() -> Result<()>
{
    let Some(pipeline) = Pipeline::start(2_000)? else {
        return Ok(());
    };
    let watched = watch_all(&pipeline).await?;
    let psql = pipeline.insert_slowly(ROWS, 10)?;
    applied(&watched[0].page, 100).await?;
    pipeline.stack.kill("connect")?;
    pipeline.stack.start_again()?;
    finish(psql)?;
    for one in &watched {
        applied(&one.page, ROWS + 1).await?;
        shows(&one.page, "where-row", "").await?;
    }
    let envelope = &watched[2];
    let expected = trained_versions(&undisturbed(&pipeline, "envelope")?, "Flink")?;
    assert_eq!(
        trained_versions(&envelope.lines().await?, "Flink")?,
        expected
    );
    for one in &watched[..2] {
        // Nothing is lost: every row of the table is among those that were learned.
        let lines = one.lines().await?;
        let versions = trained_versions(&lines, "Flink")?;
        assert!(
            versions.len() >= expected.len(),
            "{}: {versions:?}",
            one.connector
        );
        shows(&one.page, "lint", "add.fields=op,lsn,source.ts_ms").await?;
    }
    close(watched).await
}

async fn watch_all(pipeline: &Pipeline) -> Result<Vec<Watched>> {
    let mut watched = Vec::new();
    for connector in ["flink", "spark", "envelope"] {
        watched.push(pipeline.watch(connector).await?);
    }
    Ok(watched)
}

async fn close(watched: Vec<Watched>) -> Result<()> {
    for one in watched {
        // A bridge that was away is an error in the console.
        one.page.console().await?;
        one.page.close().await?;
    }
    Ok(())
}

/// The replay of the rows as nothing had been killed.
fn undisturbed(pipeline: &Pipeline, connector: &str) -> Result<String> {
    let mut events = String::new();
    let rows = std::iter::once(FIRST).chain((0..ROWS).map(features));
    for (offset, [a, b, c, d]) in rows.enumerate() {
        let value = format!(
            "{{\\\"sepal_length\\\":{a},\\\"sepal_width\\\":{b},\\\"petal_length\\\":{c},\\\"petal_width\\\":{d}}}"
        );
        writeln!(
            events,
            "{{\"topic\":\"{connector}.public.iris_train\",\"partition\":0,\"offset\":{offset},\"timestamp_ms\":0,\
             \"headers\":[],\"key\":null,\"value\":\"{value}\"}}"
        )?;
    }
    let file = pipeline.demo.file("undisturbed.ndjson");
    std::fs::write(&file, events)?;
    eddy(&[
        "replay",
        &pipeline.lab(connector)?,
        &file.display().to_string(),
    ])
}
