//! Events looked at closer: as they arrived and how they were read, filtered and gone to; why a row got what it got.

use std::time::Duration;

use anyhow::{Context, Result};
use eddy_tests::browser::Browser;
use eddy_tests::demo::Demo;
use eddy_tests::page::{Page, Preferences, Size};
use eddy_tests::program::Eddy;
use fantoccini::Locator;
use fantoccini::key::Key;
use rusqlite::Connection;
use serde_json::json;

use crate::support::{SOON, live, shows, text};

/// What the browser has in focus.
const ACTIVE: &str = "document.activeElement";

/// The time of day of the event that is shown.
const TIME_HERE: &str =
    "document.getElementById('taken-body').textContent.match(/\\d\\d:\\d\\d:\\d\\d\\.\\d{3}/)?.[0]";

async fn key(page: &Page, key: Key) -> Result<()> {
    page.keys(&key.to_string()).await
}

/// Waits until the inspector shows the event at this place.
async fn inspects(page: &Page, place: &str) -> Result<()> {
    let place = serde_json::to_string(place)?;
    page.wait_for(
        &format!("document.getElementById('inspector-place').textContent === {place}"),
        SOON,
    )
    .await
}

/// The place that an element's row opens.
async fn place_of(page: &Page, element: &str) -> Result<String> {
    let value = page.js(&format!("return {element}.dataset.opens")).await?;
    Ok(value.as_str().context("a row that opens")?.to_owned())
}

/// Chooses what is typed into the filter's field means.
async fn look_for(page: &Page, index: usize) -> Result<()> {
    let select = page.client.find(Locator::Id("filter-mode")).await?;
    Ok(select.select_by_index(index).await?)
}

/// A click of the mouse on the stage, at a place of the canvas.
async fn click_at(page: &Page, (x, y): (f64, f64)) -> Result<()> {
    for kind in ["mousePressed", "mouseReleased"] {
        let event = json!({ "type": kind, "x": x, "y": y, "button": "left", "clickCount": 1 });
        page.devtools("Input.dispatchMouseEvent", event).await?;
    }
    Ok(())
}

/// Where the mark is that the keyboard is on: the tip stands beside it.
async fn marked_place(page: &Page) -> Result<(f64, f64)> {
    let found = "const frame = document.getElementById('plot').getBoundingClientRect();
        const tip = document.getElementById('tip');
        const [x, y] = tip.style.transform.match(/-?[\\d.]+/g).map(Number);
        return [frame.x + x - 18, frame.y + y - 14]";
    Ok(serde_json::from_value(page.js(found).await?)?)
}

async fn served(schemas: bool) -> Result<Option<(Demo, Eddy, Page)>> {
    let Some(browser) = Browser::for_tests()? else {
        return Ok(None);
    };
    let demo = Demo::new(142_923, 1_000)?;
    let mut args = demo.serve_args();
    args.extend(schemas.then(|| "--schemas".to_owned()));
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let eddy = Eddy::serve_at(0, &args)?;
    let page = browser.open().await?;
    page.resize(Size::DESKTOP).await?;
    page.goto(eddy.url()).await?;
    live(&page).await?;
    Ok(Some((demo, eddy, page)))
}

#[tokio::test]
async fn events_are_opened_filtered_and_gone_to() -> Result<()> {
    let Some((demo, _eddy, page)) = served(true).await? else {
        return Ok(());
    };
    for step in 0..4 {
        demo.insert(step)?;
    }
    shows(&page, "where-row", "row 161 of 161").await?;

    // By click: raw beside read, what was used is marked, the schema is folded.
    page.click("#events-body tr:nth-child(12)").await?;
    inspects(&page, "flink.public.iris_train/0/138").await?;
    shows(&page, "taken-body", "Features, from after").await?;
    shows(&page, "taken-body", "Batch 5, row 11 of 32").await?;
    let used =
        "[...document.querySelectorAll('.json-line.used')].map(line => line.textContent).join()";
    for column in ["petal_width", "iris_class", "\"op\"", "\"lsn\""] {
        let wanted = serde_json::to_string(column)?;
        page.wait_for(&format!("{used}.includes({wanted})"), SOON)
            .await?;
    }
    let lines = "document.querySelectorAll('#arrived-json .json-line').length";
    let folded = page.js(&format!("return {lines}")).await?;
    let folded = folded.as_u64().context("a number of lines")?;
    page.click("#arrived-json [data-go=\"fold\"]").await?;
    page.wait_for(&format!("{lines} > {folded} + 50"), SOON)
        .await?;
    shows(&page, "arrived-json", "\"fields\": [").await?;
    page.keep_shot("inspector-schema").await?;
    page.click("#arrived-json [data-go=\"fold\"]").await?;
    page.wait_for(&format!("{lines} === {folded}"), SOON)
        .await?;

    // The next one by button and by arrow; Esc closes, and the keyboard is in the list again.
    page.click("#inspector-older").await?;
    inspects(&page, "flink.public.iris_train/0/137").await?;
    page.wait_for(&format!("{ACTIVE}.id === 'inspector-older'"), SOON)
        .await?;
    key(&page, Key::Down).await?;
    inspects(&page, "flink.public.iris_train/0/136").await?;
    key(&page, Key::Escape).await?;
    page.wait_for("document.getElementById('inspector').hidden", SOON)
        .await?;
    page.wait_for(
        &format!("document.getElementById('events').contains({ACTIVE})"),
        SOON,
    )
    .await?;

    // By keyboard alone.
    page.keys("e").await?;
    for _ in 0..3 {
        key(&page, Key::Down).await?;
    }
    let third = place_of(&page, ACTIVE).await?;
    assert_eq!(third, "flink.public.iris_test/0/19");
    key(&page, Key::Enter).await?;
    inspects(&page, &third).await?;
    shows(&page, "taken-body", "role: classify").await?;
    key(&page, Key::Escape).await?;
    page.wait_for(&format!("{ACTIVE}.dataset.opens === '{third}'"), SOON)
        .await?;

    // An update, a delete, and a row that cannot be used.
    Connection::open(demo.db())?.execute_batch(
        "UPDATE iris_train SET petal_width = 1.3 WHERE id = 100;
         DELETE FROM iris_train WHERE id = 3;
         INSERT INTO iris_train (sepal_length, sepal_width, petal_length, iris_class) VALUES (5, 3.5, 1.25, 0);",
    )?;
    shows(&page, "filter-chips", "rejected 1").await?;
    shows(&page, "filter-chips", "u, d 2").await?;
    let chip = "[...document.querySelectorAll('#filter-chips button')].find(chip => chip.textContent.startsWith('rejected')).click()";
    page.js(chip).await?;
    shows(&page, "filter-says", "1 found").await?;
    page.wait_for(
        "document.querySelectorAll('#events-body tr').length === 1",
        SOON,
    )
    .await?;
    page.click("#events-body tr").await?;
    shows(&page, "taken-body", "is null").await?;
    shows(&page, "taken-body", "Rejected: nothing is learned from it.").await?;
    page.keep_shot("inspector-rejected").await?;
    key(&page, Key::Escape).await?;

    // A text anywhere in the bytes, together with the chip for changes; then an offset, and a time.
    page.js("document.querySelector('#filter-chips button').click()")
        .await?;
    page.keys("/").await?;
    page.keys("\"id\":100,").await?;
    shows(&page, "filter-says", "2 found").await?;
    page.click("#events-body tr").await?;
    shows(&page, "taken-body", "u, an update").await?;
    shows(&page, "taken-body", "was").await?;
    shows(&page, "taken-body", "Its first form, offset 99, is in v5").await?;
    for (dark, size, name) in [
        (false, Size::DESKTOP, "inspector"),
        (true, Size::DESKTOP, "inspector-dark"),
        (
            false,
            Size {
                width: 1024,
                height: 768,
            },
            "inspector-1024",
        ),
        (
            false,
            Size {
                width: 768,
                height: 900,
            },
            "inspector-768",
        ),
        (false, Size::PHONE, "inspector-phone"),
    ] {
        page.prefer(Preferences {
            dark,
            reduced_motion: false,
        })
        .await?;
        page.resize(size).await?;
        page.keep_shot(name).await?;
    }
    page.resize(Size::DESKTOP).await?;
    let link = "document.querySelector('#taken-body [data-go^=\"record\"]').click()";
    page.js(link).await?;
    inspects(&page, "flink.public.iris_train/0/99").await?;
    page.keys("/").await?;
    look_for(&page, 4).await?;
    key(&page, Key::Enter).await?;
    shows(&page, "filter-missing", "Type an offset").await?;
    page.js("document.getElementById('filter-text').select()")
        .await?;
    page.keys(&format!("test 5{}", char::from(Key::Enter)))
        .await?;
    inspects(&page, "flink.public.iris_test/0/5").await?;
    page.keys("/").await?;
    page.js("document.getElementById('filter-text').select()")
        .await?;
    page.keys(&format!("999{}", char::from(Key::Enter))).await?;
    shows(&page, "filter-missing", "No event has the offset 999.").await?;
    // The second that the test rows were inserted in, as the inspector showed it.
    page.js("document.getElementById('filter-text').select()")
        .await?;
    page.keys(&format!("test 5{}", char::from(Key::Enter)))
        .await?;
    inspects(&page, "flink.public.iris_test/0/5").await?;
    let time = page.js(&format!("return {TIME_HERE}")).await?;
    let time = time.as_str().context("a time of day")?;
    page.keys("/").await?;
    look_for(&page, 4).await?;
    page.js("document.getElementById('filter-text').select()")
        .await?;
    page.keys(&format!("train 0{}", char::from(Key::Enter)))
        .await?;
    inspects(&page, "flink.public.iris_train/0/0").await?;
    page.keys("/").await?;
    look_for(&page, 5).await?;
    page.js("document.getElementById('filter-text').select()")
        .await?;
    page.keys(&format!("{time}{}", char::from(Key::Enter)))
        .await?;
    let there = format!("{TIME_HERE} === '{time}'");
    page.wait_for(&there, SOON).await?;
    key(&page, Key::Escape).await?;
    page.wait_for("document.getElementById('filter-field').hidden", SOON)
        .await?;
    page.close().await
}

#[tokio::test]
async fn a_prediction_a_point_and_a_centroid_say_why() -> Result<()> {
    let Some((demo, _eddy, page)) = served(false).await? else {
        return Ok(());
    };
    // Of an empty stage the marks are the centroids: the keyboard finds one, the mouse clicks it.
    shows(&page, "where-row", "no rows yet").await?;
    key(&page, Key::Tab).await?;
    page.js("document.getElementById('plot-marks').focus()")
        .await?;
    shows(&page, "polite", "centroid").await?;
    let at = marked_place(&page).await?;
    click_at(&page, at).await?;
    shows(&page, "inspector-title", "The life of centroid 2").await?;
    shows(&page, "life", "the initial model").await?;
    for step in 0..4 {
        demo.insert(step)?;
    }
    shows(&page, "life", "5 versions in Flink").await?;
    page.wait_for(
        "document.querySelectorAll('.life tbody tr').length === 5",
        SOON,
    )
    .await?;
    page.keep_shot("inspector-life").await?;
    page.js("[...document.querySelectorAll('.life tbody button')].find(link => link.textContent === 'v3').click()")
        .await?;
    shows(&page, "where-version", "Version 3").await?;
    shows(&page, "life", "3 versions in Flink").await?;
    key(&page, Key::End).await?;
    key(&page, Key::Escape).await?;

    // A prediction of the first round: by the version of its time, with the way to it.
    shows(&page, "predictions-count", "22").await?;
    page.js("document.querySelector('#predictions-body tr:last-child').click()")
        .await?;
    inspects(&page, "flink.public.iris_test/0/0").await?;
    shows(&page, "taken-body", "by version 1").await?;
    let distances = "document.querySelectorAll('.distances tr').length === 3";
    page.wait_for(distances, SOON).await?;
    shows(&page, "taken-body", "no batch had moved it").await?;
    page.js("document.querySelector('#predictions-body tr').click()")
        .await?;
    inspects(&page, "flink.public.iris_test/0/21").await?;
    shows(&page, "taken-body", "by version 5").await?;
    shows(&page, "taken-body", "last moved by batch 4").await?;
    page.keep_shot("why-prediction").await?;
    page.js("[...document.querySelectorAll('#taken-body .became')].at(-1).querySelector('[data-go^=\"seek\"]').click()")
        .await?;
    shows(&page, "where-version", "Version 5").await?;
    key(&page, Key::End).await?;
    key(&page, Key::Escape).await?;
    page.wait_for("document.getElementById('inspector').hidden", SOON)
        .await?;

    // A point by keyboard.
    page.js("document.getElementById('plot-marks').focus()")
        .await?;
    key(&page, Key::Left).await?;
    key(&page, Key::Down).await?;
    key(&page, Key::Enter).await?;
    page.wait_for("!document.getElementById('inspector').hidden", SOON)
        .await?;
    shows(&page, "taken-body", "What became of it").await?;
    page.wait_for(
        "document.getElementById('inspector-place').textContent.includes('/0/')",
        SOON,
    )
    .await?;
    // Still where it was: arrows on a point are no steps in time.
    shows(&page, "where-version", "Version 5").await?;

    // What the lane does with an update, and that it can do otherwise.
    Connection::open(demo.db())?
        .execute("UPDATE iris_train SET petal_width = 1.3 WHERE id = 100", [])?;
    shows(&page, "where-row", "row 162 of 162").await?;
    page.click("#events-body tr").await?;
    shows(&page, "taken-body", "as one more row").await?;
    page.js("document.querySelector('[data-go=\"policy inserts_only\"]').click()")
        .await?;
    let limit = Duration::from_secs(60);
    let left_out =
        "document.getElementById('taken-body').textContent.includes('Flink takes inserts only')";
    page.wait_for(left_out, limit).await?;
    assert_eq!(
        text(&page, "inspector-place").await?,
        "flink.public.iris_train/0/139"
    );
    page.close().await
}
