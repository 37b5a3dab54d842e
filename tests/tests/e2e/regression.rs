//! The page of a regression shows what the lab made: coefficients, errors, and which lane learns.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use eddy_tests::browser::Browser;
use eddy_tests::page::{Page, Size};
use eddy_tests::program::{Eddy, eddy};
use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::support::{SOON, live, shows};

/// Rows of the recorded table, as the one stream of a lane that predicts each row and then learns it.
const ROWS: usize = 64;

/// The stream.
const TOPIC: &str = "shop.public.orders";

/// The cells of a table's rows.
const CELLS: &str = "(selector) => [...document.querySelectorAll(selector)]
    .map((row) => [...row.children].map((cell) => cell.textContent))";

#[tokio::test]
async fn a_regression_shows_the_replays_coefficients_and_errors() -> Result<()> {
    let Some(browser) = Browser::for_tests()? else {
        return Ok(());
    };
    let folder = tempfile::tempdir()?;
    let (lab, events) = write(folder.path())?;
    let served = ["--file", &events, "--speed", "max", "--lab", &lab];
    let eddy_program = Eddy::serve(&served)?;
    let page = browser.open().await?;
    page.resize(Size::DESKTOP).await?;
    page.goto(eddy_program.url()).await?;
    live(&page).await?;
    shows(&page, "where-row", &format!("row {ROWS} of {ROWS}")).await?;
    shows(&page, "batch-title", "Batch 7: 4 of 10 rows").await?;

    let replayed = lines(&eddy(&["replay", &lab, &events])?)?;
    let of = |event: &str| -> Vec<&Value> {
        let wanted = |line: &&Value| line["event"] == event && line["lane"] == "RLS";
        replayed.iter().filter(wanted).collect()
    };
    let last = *of("version").last().context("a version")?;
    assert_eq!(last["version"], 7);
    let coefficients = last["coefficients"].as_array().context("coefficients")?;
    let expected: Vec<f64> = [&last["intercept"]]
        .into_iter()
        .chain(coefficients)
        .map(|value| value.as_f64().context("a number"))
        .collect::<Result<_>>()?;
    let shown = cells(&page, "#fit-body tr").await?;
    assert_eq!(shown[3][0], "buy_count");
    assert_eq!(shown.len(), expected.len());
    for (row, expected) in shown.iter().zip(&expected) {
        // Six digits are shown.
        let off = (number(&row[1])? - expected).abs();
        assert!(off <= expected.abs() * 1e-5, "{row:?}: {expected}");
    }

    let predictions = of("prediction");
    assert_eq!(predictions.len(), ROWS);
    // The table may be drawn a frame after the rest.
    let drawn = format!("document.querySelectorAll('#predictions-body tr').length === {ROWS}");
    page.wait_for(&drawn, SOON).await?;
    let rows = cells(&page, "#predictions-body tr").await?;
    // Newest first; topic, three features, predicted, price, error, model, bar.
    for (row, line) in rows.iter().zip(predictions.iter().rev()) {
        let value = |name: &str| line[name].as_f64().context("a number");
        for (cell, value) in [
            (4, value("prediction")?),
            (5, value("target")?),
            (6, value("error")?),
        ] {
            assert!((number(&row[cell])? - value).abs() < 0.005_001, "{row:?}");
        }
        let sign = if value("error")? < 0.0 {
            '\u{2212}'
        } else {
            '+'
        };
        assert!(row[6].starts_with(sign), "{row:?}");
        assert_eq!(row[7], format!("v{}", line["version"]));
    }

    let sum = rows_say_why(&page, "age").await?;
    let predicted = number(&rows[1][4])?;
    // Four digits of the sum are shown.
    assert!(
        predicted > 100.0 && (sum - predicted).abs() <= predicted * 1e-3,
        "{sum}"
    );

    page.click("#filter-worst").await?;
    let worst = predictions
        .iter()
        .filter_map(|line| line["error"].as_f64())
        .fold(0.0, |most: f64, error| most.max(error.abs()));
    let first = format!(
        "Math.abs({worst} - Math.abs(Number(document.querySelector('#predictions-body tr').children[6]\
         .textContent.replace('\u{2212}', '-').replace(',', '')))) < 0.006"
    );
    page.wait_for(&first, SOON).await?;
    page.keep_shot("regression").await?;

    another_kind_and_lane(&page).await?;
    page.close().await
}

/// A row that is clicked and the one below, by the keyboard, say what they are the sum of; the second's sum.
async fn rows_say_why(page: &Page, first_feature: &str) -> Result<f64> {
    let opens = "(row) => document.querySelectorAll('#predictions-body tr')[row].dataset.opens";
    let inspects = |row: usize| {
        format!("document.getElementById('inspector-place').textContent === ({opens})({row})")
    };
    page.click("#predictions-body tr").await?;
    page.wait_for(&inspects(0), SOON).await?;
    shows(page, "taken-body", "by version").await?;
    page.keys(&Key::Escape.to_string()).await?;
    page.wait_for("document.getElementById('inspector').hidden", SOON)
        .await?;
    page.js("document.getElementById('panel-predictions').focus()")
        .await?;
    for key in [Key::Down, Key::Down, Key::Enter] {
        page.keys(&key.to_string()).await?;
    }
    page.wait_for(&inspects(1), SOON).await?;
    page.wait_for("document.querySelector('.products tr.strong')", SOON)
        .await?;
    let products = cells(page, ".products tr").await?;
    assert_eq!(products[0][0], first_feature);
    assert_eq!(products[products.len() - 2][0], "intercept");
    let last = |row: &Vec<String>| number(row.last().context("a number")?);
    let parts: Result<f64> = products[..products.len() - 1].iter().map(last).sum();
    let sum = last(products.last().context("a sum")?)?;
    let (parts, least) = (parts?, products.len() as f64);
    let rounded = products.iter().map(last).collect::<Result<Vec<f64>>>()?;
    let rounded: f64 = rounded.iter().map(|part| part.abs() * 1e-3).sum();
    assert!(
        (parts - sum).abs() <= rounded + least * 1e-3,
        "{products:?}"
    );
    page.keep_shot(&format!("inspector-of-{first_feature}"))
        .await?;
    page.keys(&Key::Escape.to_string()).await?;
    page.wait_for("document.getElementById('inspector').hidden", SOON)
        .await?;
    Ok(sum)
}

/// The right panel shows errors, and the other lane says which defect of its engine it has.
async fn another_kind_and_lane(page: &Page) -> Result<()> {
    page.js("const kind = document.getElementById('against-kind');
         kind.selectedIndex = 1;
         kind.dispatchEvent(new Event('change'));
         document.querySelectorAll('#lanes button')[1].click();
         return 1")
        .await?;
    shows(page, "lane-title", "Spark StreamingLinearRegressionWithSGD").await?;
    shows(page, "lint-chip", "A defect of Spark shows in this lane").await?;
    shows(page, "lane-scaler-name", "scaled: standard").await?;
    // By the keyboard alone.
    page.js("document.getElementById('lint-chip').focus(); return 1")
        .await?;
    page.keys("\u{e007}").await?;
    page.wait_for(
        "document.getElementById('lint-list').offsetHeight > 0",
        SOON,
    )
    .await?;
    shows(page, "lint-list", "intercept").await?;
    page.click("#tab-right-choose").await?;
    shows(page, "choose-says", "is a regression: it has no clusters").await
}

#[tokio::test]
async fn a_logistic_lane_shows_its_decision_line_once_it_has_learned() -> Result<()> {
    let Some(browser) = Browser::for_tests()? else {
        return Ok(());
    };
    let folder = tempfile::tempdir()?;
    let lab = json!({
        "eddy": 1,
        "streams": [{"topic": TOPIC, "role": "both"}],
        "features": ["length", "width"],
        "target": "ripe",
        "label_names": {"0": "green", "1": "ripe"},
        "lanes": [{"name": "Flink", "model": {"kind": "logistic_regression", "engine": "flink"},
                   "engine_defects": false, "batch": {"by": "count", "rows": 8}}],
    });
    let rows = (0..20).map(|i| {
        let ripe = i % 2;
        let across = f64::from(i) / 10.0;
        let length = if ripe == 1 { 4.0 } else { 1.0 };
        json!({"length": length + across, "width": 3.0 - length / 2.0 + across, "ripe": ripe})
    });
    let (lab, events) = save(folder.path(), &lab, rows)?;
    let eddy = Eddy::serve(&["--file", &events, "--speed", "max", "--lab", &lab])?;
    let page = browser.open().await?;
    page.resize(Size::DESKTOP).await?;
    page.goto(eddy.url()).await?;
    live(&page).await?;
    shows(&page, "where-row", "row 20 of 20").await?;
    shows(&page, "slice", "Line: p = 0.5").await?;
    let rows = cells(&page, "#predictions-body tr").await?;
    assert_eq!(rows.len(), 20);
    // Newest first: topic, two features, given, probability, target, verdict, model.
    assert_eq!(
        (rows[0][5].as_str(), rows[1][5].as_str()),
        ("ripe", "green")
    );
    assert!(number(&rows[0][4])? >= 0.5, "{:?}", rows[0]);
    page.keep_shot("logistic").await?;
    let log_odds = rows_say_why(&page, "length").await?;
    // What is told is the probability of the class that was given.
    #[allow(clippy::disallowed_methods)] // Its last digits do not matter here.
    let probability = 1.0 / (1.0 + (-log_odds.abs()).exp());
    assert!(
        (probability - number(&rows[1][4])?).abs() < 2e-3,
        "{probability}"
    );
    page.click("#first").await?;
    shows(
        &page,
        "slice",
        "No decision line yet: all coefficients are 0",
    )
    .await?;
    page.close().await
}

/// A lab file and a recording of the recorded table's first rows.
fn write(folder: &Path) -> Result<(String, String)> {
    let csv = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/linreg/ecommerce.csv");
    let csv = fs::read_to_string(csv)?;
    let mut table = csv.lines();
    let columns: Vec<&str> = table.next().context("a head")?.split(',').collect();
    let mut rows = Vec::new();
    for line in table.take(ROWS) {
        let mut row = serde_json::Map::new();
        for (column, value) in columns.iter().zip(line.split(',')) {
            row.insert((*column).to_owned(), serde_json::from_str(value)?);
        }
        rows.push(Value::Object(row));
    }
    let lab = json!({
        "eddy": 1,
        "streams": [{"topic": TOPIC, "role": "both"}],
        "features": ["age", "income", "buy_count"],
        "target": "price",
        "lanes": [
            {"name": "RLS", "model": {"kind": "linear_regression", "solver": "rls"},
             "batch": {"by": "count", "rows": 10}},
            {"name": "Spark", "model": {"kind": "linear_regression", "engine": "spark", "intercept": true},
             "scaler": {"kind": "standard"}, "batch": {"by": "count", "rows": 10}},
        ],
    });
    save(folder, &lab, rows.into_iter())
}

/// Writes a lab file, and rows as events of its stream.
fn save(folder: &Path, lab: &Value, rows: impl Iterator<Item = Value>) -> Result<(String, String)> {
    let event = |(offset, row): (usize, Value)| {
        let record = json!({
            "topic": TOPIC, "partition": 0, "offset": offset, "timestamp_ms": 1_000 + offset,
            "headers": [], "key": null, "value": row.to_string(),
        });
        format!("{record}\n")
    };
    let paths = (folder.join("lab.json"), folder.join("events.ndjson"));
    fs::write(&paths.0, lab.to_string())?;
    fs::write(&paths.1, rows.enumerate().map(event).collect::<String>())?;
    Ok((paths.0.display().to_string(), paths.1.display().to_string()))
}

fn lines(text: &str) -> Result<Vec<Value>> {
    let line = |line: &str| serde_json::from_str(line).context(line.to_owned());
    text.lines().map(line).collect()
}

async fn cells(page: &Page, selector: &str) -> Result<Vec<Vec<String>>> {
    let found = page.js(&format!("return ({CELLS})('{selector}')")).await?;
    Ok(serde_json::from_value(found)?)
}

/// A number as the page writes it.
fn number(text: &str) -> Result<f64> {
    let plain = text.replace('\u{2212}', "-").replace([',', '+'], "");
    plain.parse().with_context(|| text.to_owned())
}
