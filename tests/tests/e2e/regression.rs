//! The page of a regression shows what the lab made: coefficients, errors, and which lane learns.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use eddy_tests::browser::Browser;
use eddy_tests::page::{Page, Size};
use eddy_tests::program::{Eddy, eddy};
use serde_json::{Value, json};

use crate::support::{SOON, live, shows};

/// Rows of the recorded table, as the one stream of a lane that predicts each row and then learns it.
const ROWS: usize = 64;

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
    let (lab, events) = (lab.display().to_string(), events.display().to_string());
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
    let rows = cells(&page, "#predictions-body tr").await?;
    assert_eq!(rows.len(), ROWS);
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

/// The right panel shows errors, and the other lane says which defect of its engine it has.
async fn another_kind_and_lane(page: &Page) -> Result<()> {
    page.js("const kind = document.getElementById('against-kind');
         kind.selectedIndex = 1;
         kind.dispatchEvent(new Event('change'));
         document.querySelectorAll('#lanes button')[1].click();
         return 1")
        .await?;
    shows(page, "lane-title", "Spark StreamingLinearRegressionWithSGD").await?;
    shows(page, "lane-defects-name", "as the engine: 1 defect").await?;
    shows(page, "lane-scaler-name", "scaled: standard").await?;
    // By the keyboard alone.
    page.js("document.querySelector('#lane-defects summary').focus(); return 1")
        .await?;
    page.keys("\u{e007}").await?;
    page.wait_for(
        "document.getElementById('lane-defects-says').offsetHeight > 0",
        SOON,
    )
    .await?;
    shows(page, "lane-defects-says", "intercept").await
}

/// A lab file and a recording of the recorded table's first rows.
fn write(folder: &Path) -> Result<(PathBuf, PathBuf)> {
    let topic = "shop.public.orders";
    let csv = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/linreg/ecommerce.csv");
    let csv = fs::read_to_string(csv)?;
    let mut table = csv.lines();
    let columns: Vec<&str> = table.next().context("a head")?.split(',').collect();
    let mut events = String::new();
    for (offset, line) in table.take(ROWS).enumerate() {
        let mut row = serde_json::Map::new();
        for (column, value) in columns.iter().zip(line.split(',')) {
            row.insert((*column).to_owned(), serde_json::from_str(value)?);
        }
        let record = json!({
            "topic": topic, "partition": 0, "offset": offset, "timestamp_ms": 1_000 + offset,
            "headers": [], "key": null, "value": Value::Object(row).to_string(),
        });
        events.push_str(&format!("{record}\n"));
    }
    let lab = json!({
        "eddy": 1,
        "streams": [{"topic": topic, "role": "both"}],
        "features": ["age", "income", "buy_count"],
        "target": "price",
        "lanes": [
            {"name": "RLS", "model": {"kind": "linear_regression", "solver": "rls"},
             "batch": {"by": "count", "rows": 10}},
            {"name": "Spark", "model": {"kind": "linear_regression", "engine": "spark", "intercept": true},
             "scaler": {"kind": "standard"}, "batch": {"by": "count", "rows": 10}},
        ],
    });
    let paths = (folder.join("lab.json"), folder.join("orders.ndjson"));
    fs::write(&paths.0, lab.to_string())?;
    fs::write(&paths.1, events)?;
    Ok(paths)
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
