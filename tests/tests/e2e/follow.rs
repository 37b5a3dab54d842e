//! A lane that follows a job: its versions come beside the page's own, one that is not the same is marked, and a fork goes on from it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result};
use eddy_tests::browser::Browser;
use eddy_tests::page::{Page, Preferences, Size};
use eddy_tests::program::{Eddy, eddy};
use fantoccini::key::Key;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{SOON, live, shows};

const TRAIN: &str = "flink.public.iris_train";

/// The walk-through's files, and a recording in which a job of lane Flink writes its models beside the rows.
struct Files(TempDir);

impl Files {
    fn new() -> Result<Files> {
        let folder = Files(tempfile::tempdir()?);
        eddy(&["dataset", "iris", "--out", &folder.path("")])?;
        let (lab, events) = (folder.path("lab.json"), folder.path("events.ndjson"));
        let models = models(&eddy(&["replay", &lab, &events])?)?;
        let events = std::fs::read_to_string(events)?;
        std::fs::write(folder.path("both.ndjson"), beside(&events, models)?)?;
        // The bridge publishes nothing here.
        let mut lab: Value = serde_json::from_str(&std::fs::read_to_string(lab)?)?;
        for lane in lab["lanes"].as_array_mut().context("lanes")? {
            lane.as_object_mut().context("a lane")?.remove("publish");
        }
        std::fs::write(folder.path("lab.json"), lab.to_string())?;
        Ok(folder)
    }

    fn path(&self, name: &str) -> String {
        let path: PathBuf = self.0.path().join(name);
        path.display().to_string()
    }
}

/// What a job of lane Flink would have written, by the last offset of each batch; version 5 with a digit that is another.
fn models(replayed: &str) -> Result<BTreeMap<i64, Value>> {
    let mut models = BTreeMap::new();
    for line in replayed.lines() {
        let mut model: Value = serde_json::from_str(line)?;
        if model["event"] != "version" || model["lane"] != "Flink" {
            continue;
        }
        let batch = model["batch"].take();
        let (first, last) = (&batch["first"]["offset"], &batch["last"]["offset"]);
        let fields = model.as_object_mut().context("an object")?;
        fields.remove("batch");
        if let Some(rows) = batch["rows"].as_u64() {
            fields.insert("batch".to_owned(), json!({ "rows": rows }));
            let span = json!({"topic": TRAIN, "partition": 0, "from": first, "to": last});
            fields.insert("offsets".to_owned(), json!([span]));
        }
        if model["version"] == 5 {
            let number = model["centroids"][1][2].as_f64().context("a number")?;
            model["centroids"][1][2] = json!(number * 1.000_000_1);
        }
        models.insert(last.as_i64().unwrap_or(-1), model);
    }
    Ok(models)
}

/// The events with each model behind the last row that it has learned.
fn beside(events: &str, models: BTreeMap<i64, Value>) -> Result<String> {
    let mut text = String::new();
    let mut models = models.into_iter().enumerate().peekable();
    for line in events.lines() {
        let record: Value = serde_json::from_str(line)?;
        let offset = match record["topic"] == TRAIN {
            true => record["offset"].as_i64(),
            false => None,
        };
        text.push_str(line);
        text.push('\n');
        while let Some((i, (_, model))) =
            models.next_if(|(_, (last, _))| offset.is_some_and(|offset| *last <= offset))
        {
            let model = json!({"topic": "Flink_models", "partition": 0, "offset": i,
                "timestamp_ms": record["timestamp_ms"], "key": "Flink", "value": model.to_string()});
            text.push_str(&format!("{model}\n"));
        }
    }
    Ok(text)
}

/// Opens the menu of the shown lane and takes this item.
async fn take(page: &Page, item: &str) -> Result<()> {
    page.click("#lane-more").await?;
    let item = serde_json::to_string(item)?;
    let found = format!(
        "[...document.querySelectorAll('#lane-menu button')].find(item => item.textContent.includes({item}))"
    );
    page.wait_for(&format!("!!{found}"), SOON).await?;
    page.js(&format!("{found}.click(); return 1"))
        .await
        .map(drop)
}

#[tokio::test]
async fn a_job_stands_beside_the_lane_that_it_was_made_of() -> Result<()> {
    let Some(browser) = Browser::for_tests()? else {
        return Ok(());
    };
    let files = Files::new()?;
    let (events, lab) = (files.path("both.ndjson"), files.path("lab.json"));
    let served = Eddy::serve(&["--file", &events, "--speed", "max", "--lab", &lab])?;
    let page = browser.open().await?;
    page.resize(Size::DESKTOP).await?;
    page.goto(served.url()).await?;
    live(&page).await?;
    shows(&page, "where-row", "row 310 of 310").await?;

    // A topic whose rows are used is none of models; the job's own is proposed.
    take(&page, "Follow a model topic").await?;
    shows(&page, "lane-dialog-title", "Follow a job of Flink").await?;
    let typed = "document.getElementById('lane-name').value === 'Flink_models'";
    page.wait_for(typed, SOON).await?;
    let offered = "[...document.querySelectorAll('#lane-topics option')].some(o => o.textContent === 'Flink_models')";
    page.wait_for(offered, SOON).await?;
    page.js(&format!(
        "const field = document.getElementById('lane-name'); field.value = '{TRAIN}';
         document.getElementById('lane-form').requestSubmit(); return 1"
    ))
    .await?;
    shows(&page, "lane-error", "is a stream whose rows are used").await?;
    page.js(
        "const field = document.getElementById('lane-name'); field.value = 'Flink_models';
         document.getElementById('lane-form').requestSubmit(); return 1",
    )
    .await?;

    // Its versions come, each is compared, and the one that is not the same is marked.
    shows(&page, "where-row", "row 319 of 319").await?;
    shows(&page, "lanes", "Flink job").await?;
    page.js("document.querySelectorAll('#lanes button')[2].click(); return 1")
        .await?;
    shows(&page, "lane-follows-name", "job: differs at v5").await?;
    shows(
        &page,
        "lane-follows-says",
        "writes them to Flink_models, for lane Flink",
    )
    .await?;
    shows(&page, "lane-follows-says", "Its newest version is 9.").await?;
    page.keys("b").await?;
    shows(&page, "ledger-count", "9 versions").await?;
    let against = "return [...document.querySelectorAll('#ledger-body .of-job.num')].map(cell => cell.textContent).join()";
    let same = "the same,the same,the same,the same,1.0e-7,the same,the same,the same,begins";
    page.wait_for(&format!("(() => {{ {against} }})() === '{same}'"), SOON)
        .await?;
    shows(&page, "ledger-body", "largest in centroid 1, petal_length").await?;
    let marked = "document.querySelectorAll('#ledger-body tr.apart').length === 1";
    page.wait_for(marked, SOON).await?;
    page.keep_shot("follow").await?;

    // Side by side it is one more column.
    page.keys("c").await?;
    shows(&page, "why-body", "as the job ends it").await?;
    shows(&page, "why-body", "differs at v5").await?;
    page.prefer(Preferences {
        dark: true,
        reduced_motion: true,
    })
    .await?;
    page.keep_shot("follow-compare-dark").await?;
    page.prefer(Preferences {
        dark: false,
        reduced_motion: true,
    })
    .await?;
    page.keys("c").await?;

    // A fork goes on from the job's version 5 by the lane's rules, with the rows behind that version.
    page.keys("g").await?;
    page.wait_for("document.activeElement.id === 'go-to-place'", SOON)
        .await?;
    page.keys(&format!("v5{}", char::from(Key::Enter))).await?;
    shows(&page, "where-version", "Version 5").await?;
    page.keys("f").await?;
    shows(
        &page,
        "settings-form",
        "The versions come from Flink_models",
    )
    .await?;
    shows(&page, "settings-fork", "Fork at v5").await?;
    page.click("#settings-fork").await?;
    shows(&page, "lanes", "Fork of v5").await?;
    shows(&page, "lane-params", "batch\u{a0}32").await?;
    shows(&page, "ledger-count", "9 versions").await?;
    shows(&page, "ledger-body", "iris_train 224–255").await?;
    page.resize(Size::PHONE).await?;
    page.keep_shot("follow-fork-phone").await?;
    served.stop()?;
    Ok(())
}
