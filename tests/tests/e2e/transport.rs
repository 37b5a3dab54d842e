//! Pause, step, look back; a bridge that goes away; a page that is reloaded: the model is the same.

use anyhow::Result;
use eddy_tests::demo::{STEPS, predictions, trained_versions};
use eddy_tests::program::eddy;
use fantoccini::key::Key;
use lab::LabFile;
use lab::replay::Replay;

use crate::support::{SOON, lasting, live, open, saved, serve, shows, text};

#[tokio::test]
async fn what_waits_is_applied_step_by_step_to_the_same_versions() -> Result<()> {
    let Some(open) = open(142_923, 1_000).await? else {
        return Ok(());
    };
    let (page, demo) = (&open.page, &open.demo);
    page.keys(" ").await?;
    shows(page, "connection", "Paused").await?;
    let rows: String = std::fs::read_to_string(demo.file("iris_train2.sql"))?;
    let fifty: Vec<&str> = rows
        .lines()
        .filter(|line| line.starts_with("INSERT"))
        .take(50)
        .collect();
    let file = demo.file("fifty.sql");
    std::fs::write(&file, fifty.join("\n"))?;
    demo.insert_file(&file)?;
    shows(page, "connection", "50 records waiting").await?;
    assert_eq!(text(page, "where-version").await?, "Version 1");
    page.keep_shot("paused").await?;
    // A row, a batch, a row: then on, and all of it is there.
    page.keys(&format!("{}{}", Key::Shift, Key::Right)).await?;
    shows(page, "batch-title", "Batch 1: 1 of 32 rows").await?;
    page.keys(&Key::Right.to_string()).await?;
    shows(page, "where-version", "Version 2").await?;
    shows(page, "connection", "18 records waiting").await?;
    page.keys(&Key::Left.to_string()).await?;
    shows(page, "where-version", "Version 1").await?;
    page.keys(" ").await?;
    shows(page, "where-row", "row 50 of 50").await?;
    demo.insert(2)?;
    shows(page, "where-row", "row 188 of 188").await?;
    shows(page, "where-version", "Version 6").await?;

    let stepped = saved(page, "save-lines").await?;
    let recording = demo.file("undisturbed.ndjson").display().to_string();
    eddy(&["record", "--db", &demo.db(), "--out", &recording])?;
    let undisturbed = eddy(&["replay", &lab_file(demo)?, &recording])?;
    assert_eq!(
        trained_versions(&stepped, "Flink")?,
        trained_versions(&undisturbed, "Flink")?
    );
    open.page.close().await
}

#[tokio::test]
async fn page_program_and_native_lab_write_the_same_bytes() -> Result<()> {
    let Some(open) = open(1_489, 1_000).await? else {
        return Ok(());
    };
    let (page, demo) = (&open.page, &open.demo);
    for step in 0..STEPS.len() {
        demo.insert(step)?;
    }
    shows(page, "walk-count", "6 of 6").await?;
    // Windows pass without rows; then time stands still for what is saved.
    demo.next_window();
    demo.next_window();
    page.click("#play").await?;
    shows(page, "connection", "Paused").await?;
    let lines = saved(page, "save-lines").await?;
    let recording = saved(page, "save-recording").await?;
    assert!(
        recording.lines().count() > 310,
        "{} lines",
        recording.lines().count()
    );
    let file = demo.file("recording.ndjson");
    std::fs::write(&file, &recording)?;
    let by_program = eddy(&["replay", &lab_file(demo)?, &file.display().to_string()])?;
    assert_eq!(lines, by_program);

    let mut native = String::new();
    let mut replay = Replay::new(
        LabFile::parse(&std::fs::read_to_string(lab_file(demo)?)?)?,
        &mut native,
    )?;
    for line in recording.lines() {
        replay.line(line, &mut native)?;
    }
    replay.finish(&mut native);
    assert_eq!(lines, native);
    open.page.close().await
}

#[tokio::test]
async fn a_bridge_that_was_killed_is_found_again_at_the_next_offset() -> Result<()> {
    let Some(open) = open(142_923, 1_000).await? else {
        return Ok(());
    };
    let page = &open.page;
    for step in 0..3 {
        open.demo.insert(step)?;
    }
    shows(page, "where-row", "row 150 of 150").await?;
    let port = open.eddy.port();
    open.eddy.kill();
    shows(page, "connection", "Reconnecting").await?;
    shows(page, "banners", "No answer").await?;
    page.keep_shot("reconnecting").await?;
    // While nobody listens.
    open.demo.insert(3)?;
    open.demo.insert(4)?;
    let _eddy = serve(&open.demo, port)?;
    live(page).await?;
    shows(page, "where-row", "row 299 of 299").await?;
    assert_eq!(text(page, "banners").await?, "");
    open.demo.insert(5)?;
    shows(page, "walk-verdict", "9 of 11 right").await?;
    let lines = saved(page, "save-lines").await?;
    assert_eq!(
        predictions(&lines, "Flink")?,
        eddy_tests::demo::Tables::read()?.flink
    );
    // The broken connections were logged by the browser.
    page.console().await?;
    open.page.close().await
}

#[tokio::test]
async fn a_reload_applies_everything_in_the_same_order() -> Result<()> {
    let Some(open) = open(142_923, 1_000).await? else {
        return Ok(());
    };
    let (page, demo) = (&open.page, &open.demo);
    for step in 0..4 {
        demo.insert(step)?;
    }
    shows(page, "where-row", "row 161 of 161").await?;
    demo.next_window();
    demo.next_window();
    // The order is kept now and then.
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let before = saved(page, "save-lines").await?;
    page.reload().await?;
    live(page).await?;
    shows(page, "where-row", "row 161 of 161").await?;
    page.wait_for(
        "document.getElementById('walk-count').textContent === '4 of 6'",
        SOON,
    )
    .await?;
    let after = saved(page, "save-lines").await?;
    assert_eq!(lasting(&after), lasting(&before));
    assert_eq!(lasting(&before).len(), 22 + 22 + 4 + 2);
    open.page.close().await
}

#[tokio::test]
async fn a_log_made_anew_is_noticed_and_said() -> Result<()> {
    let Some(open) = open(142_923, 1_000).await? else {
        return Ok(());
    };
    let page = &open.page;
    open.demo.insert(0)?;
    shows(page, "where-row", "row 1 of 1").await?;
    // As another page would.
    let over = "const token = document.querySelector('meta[name=eddy-token]').content;
                const answer = await fetch('./start-over', { method: 'POST', headers: { 'x-eddy-token': token } });
                return answer.status";
    assert_eq!(page.js(over).await?, 200);
    shows(page, "banners", "The log was made anew").await?;
    shows(page, "where-row", "row 1 of 1").await?;
    page.js("[...document.querySelectorAll('#banners button')].find((b) => b.textContent.includes('Start over')).click(); return 1").await?;
    shows(page, "where-row", "no rows yet").await?;
    live(page).await?;
    open.demo.insert(0)?;
    shows(page, "where-row", "row 1 of 1").await?;
    open.page.close().await
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_skipped_counted_and_shown() -> Result<()> {
    let Some(open) = open(142_923, 1_000).await? else {
        return Ok(());
    };
    let page = &open.page;
    eddy(&[
        "insert",
        "--db",
        &open.demo.db(),
        "iris_train",
        "sepal_length=7.4",
        "sepal_width=2.8",
        "petal_length=6.1",
        "petal_width=n/a",
    ])?;
    shows(page, "connection", "1 row skipped").await?;
    shows(page, "events-body", "petal_width is \"n/a\", not a number").await?;
    // Its row says what it has, and what is wrong where it is wrong.
    let cells = "[...document.querySelectorAll('#events-body tr.bad td.num')].map((cell) => cell.textContent).join()";
    page.wait_for(&format!("{cells} === '7.4,2.8,6.1,n/a'"), SOON)
        .await?;
    open.demo.insert(0)?;
    shows(page, "batch-title", "Batch 1: 1 of 32 rows").await?;
    page.keep_shot("rejected").await?;
    open.page.close().await
}

/// The lab file that the page was served, in a file.
fn lab_file(demo: &eddy_tests::demo::Demo) -> Result<String> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../www/lab.json"))?;
    let file = demo.file("lab.json");
    std::fs::write(&file, text.replace("10000", "1000"))?;
    Ok(file.display().to_string())
}
