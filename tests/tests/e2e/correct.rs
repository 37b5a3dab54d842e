//! Rows that are updated and deleted in the database are taken out of the batches that held them.

use std::fs;

use anyhow::{Context, Result};
use eddy_tests::browser::Browser;
use eddy_tests::page::{Page, Size};
use eddy_tests::program::{Eddy, eddy};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::{SOON, live, saved, shows};

/// Ten rows in batches of four: versions 2 and 3, and two rows that wait.
const INSERT: &str = "INSERT INTO points (x, y) VALUES (0.5, 1), (1, 1.5), (5, 4), (4.5, 5), (0, 0.5), (6, 5), (1, 0), (5.5, 4.5),
    (0.5, 0.5), (5, 5)";

#[tokio::test]
async fn updates_and_deletes_rewrite_versions() -> Result<()> {
    let Some(browser) = Browser::for_tests()? else {
        return Ok(());
    };
    let folder = tempfile::tempdir()?;
    let place = |name: &str| folder.path().join(name).display().to_string();
    let (db, lab) = (place("points.db"), place("lab.json"));
    let database = Connection::open(&db)?;
    database.execute_batch("CREATE TABLE points (id INTEGER PRIMARY KEY, x REAL, y REAL); CREATE TABLE log (x REAL, y REAL)")?;
    fs::write(&lab, lab_file().to_string())?;
    let tables = ["--table", "points", "--table", "log"];
    let program = Eddy::serve(&[&["--db", &db, "--lab", &lab], &tables[..]].concat())?;
    let page = browser.open().await?;
    page.resize(Size::DESKTOP).await?;
    page.goto(&format!("{}?keep=lines", program.url())).await?;
    live(&page).await?;
    database.execute_batch(INSERT)?;
    shows(&page, "batch-title", "Batch 3: 2 of 4 rows").await?;
    page.keys("b").await?;
    ledger(&page, &[("v3", "4"), ("v2", "4"), ("v1", "0")]).await?;

    // A row of the first batch goes, one of the second is moved, in one transaction.
    database.execute_batch(
        "BEGIN; DELETE FROM points WHERE id = 2; UPDATE points SET x = 6.5 WHERE id = 6; COMMIT",
    )?;
    ledger(&page, &[("v3 rev 1", "3"), ("v2 rev 1", "3"), ("v1", "0")]).await?;
    shows(
        &page,
        "events-body",
        "corrected: the row of offset 1 was taken out of version 2",
    )
    .await?;
    shows(
        &page,
        "events-body",
        "corrected: the row of offset 5 was taken out of version 3",
    )
    .await?;
    // The update's new image waits with the others: the cut stays.
    shows(&page, "batch-title", "Batch 3: 3 of 4 rows").await?;
    page.keep_shot("correct").await?;

    database.execute("INSERT INTO points (x, y) VALUES (0.25, 0.75)", [])?;
    ledger(
        &page,
        &[
            ("v4", "4"),
            ("v3 rev 1", "3"),
            ("v2 rev 1", "3"),
            ("v1", "0"),
        ],
    )
    .await?;
    // The same update once more is of a row that is in version 4 now.
    database.execute("UPDATE points SET x = 7 WHERE id = 6", [])?;
    shows(&page, "events-body", "was taken out of version 4").await?;
    ledger(
        &page,
        &[
            ("v4 rev 1", "3"),
            ("v3 rev 1", "3"),
            ("v2 rev 1", "3"),
            ("v1", "0"),
        ],
    )
    .await?;

    // What was kept says the same without the page, line for line.
    let recording = place("recording.ndjson");
    fs::write(&recording, saved(&page, "save-recording").await?)?;
    let lines = saved(&page, "save-lines").await?;
    let replayed = eddy(&["replay", &lab, &recording])?;
    assert_eq!(lines.trim_end(), replayed.trim_end());
    let revised = |line: &&str| line.contains("\"event\":\"revised\"");
    assert_eq!(lines.lines().filter(revised).count(), 3);
    let end: Value = serde_json::from_str(lines.lines().last().context("a summary")?)?;
    assert_eq!(
        (&end["rows"], &end["corrected"], &end["waiting"]),
        (&json!(13), &json!(3), &json!(1))
    );
    page.close().await
}

fn lab_file() -> Value {
    json!({
        "eddy": 1, "features": ["x", "y"],
        "streams": [{"topic": "flink.public.points", "role": "train"}],
        "lanes": [{
            "name": "Corrected", "batch": {"by": "count", "rows": 4},
            "model": {"kind": "kmeans", "engine": "flink", "k": 2, "decay_factor": 1,
                      "initial": {"centroids": [[0, 0], [4, 4]], "weights": [1, 1]}},
            "changes": {"update": "correct", "delete": "correct"},
        }],
    })
}

/// Waits until the ledger shows these versions and rows, newest first.
async fn ledger(page: &Page, wanted: &[(&str, &str)]) -> Result<()> {
    let wanted = serde_json::to_string(wanted)?;
    let shown = "JSON.stringify([...document.querySelectorAll('#ledger-body tr')]
        .map((row) => [...row.children].slice(0, 2).map((cell) => cell.textContent)))";
    page.wait_for(&format!("{shown} === JSON.stringify({wanted})"), SOON)
        .await
}
