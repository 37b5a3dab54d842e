//! The second published case: a linear regression that learns from rows, with the page's own buttons.

use anyhow::{Context, Result};
use eddy_tests::browser::Browser;
use eddy_tests::page::Size;
use eddy_tests::program::Eddy;
use rusqlite::Connection;
use serde_json::Value;

use crate::support::{SOON, live, saved, shows, text};

/// What presses the step that is offered.
const PRESS: &str = "[...document.querySelectorAll('#steps button')].some((button) => {
    const offered = button.offsetParent && !button.disabled;
    if (offered) button.click();
    return offered;
})";

#[tokio::test]
async fn the_published_case_ends_with_scikit_learns_errors() -> Result<()> {
    let Some(browser) = Browser::for_tests()? else {
        return Ok(());
    };
    let folder = tempfile::tempdir()?;
    let db = folder.path().join("eddy.db").display().to_string();
    let scenarios = ["--scenario", "iris", "--scenario", "ecommerce"];
    let eddy = Eddy::serve(&[&scenarios[..], &["--db", &db, "--window", "1s"]].concat())?;
    let page = browser.open().await?;
    page.resize(Size::DESKTOP).await?;
    page.goto(&format!("{}?keep=lines", eddy.url())).await?;
    live(&page).await?;

    // From one scenario to the other, as a reader does it.
    page.js("const menu = document.getElementById('scenarios');
         menu.value = 'ecommerce';
         menu.dispatchEvent(new Event('change'));
         return 1")
        .await?;
    shows(&page, "walk-title", "The published case").await?;
    live(&page).await?;
    for step in 1..=4 {
        page.wait_for(PRESS, SOON).await?;
        shows(&page, "walk-count", &format!("{step} of 4")).await?;
    }
    shows(&page, "predictions-count", "400").await?;
    page.keep_shot("ecommerce").await?;
    let lines = saved(&page, "save-lines").await?;
    let errors = test_errors(&lines)?;
    assert_eq!(errors.len(), 400);
    let mse = |errors: &[f64]| errors.iter().map(|e| e * e).sum::<f64>() / errors.len() as f64;
    let (first, last) = (mse(&errors[..200]), mse(&errors[200..]));
    assert!(first > 2_000.0, "after ten rows: {first}");
    let recorded = recorded_mse()?;
    assert!((last - recorded).abs() < 1e-9 * recorded, "{last}");

    shows(&page, "steps", "R² 0.811").await?;
    shows(&page, "walk-verdict", "R² 0.910, MSE 1,545.76, MAE 30.81").await?;
    let csv = saved(&page, "csv").await?;
    // Spark's last round is there when its window has ended.
    let rls: Vec<&str> = csv
        .lines()
        .filter(|line| line.starts_with("RLS,"))
        .collect();
    assert_eq!(rls.len(), 400);
    let first = rls[200];
    assert!(
        first.starts_with("RLS,81,flink.public.ecommerce_test,0,200,38,108182,16,551.01"),
        "{first}"
    );

    insert_by_hand(&page, &db).await?;
    page.close().await
}

/// A row without a price is predicted, and one for training needs its price.
async fn insert_by_hand(page: &eddy_tests::page::Page, db: &str) -> Result<()> {
    page.keys("i").await?;
    page.wait_for("document.activeElement.id === 'field-0'", SOON)
        .await?;
    for (field, value) in ["35", "82000", "12"].iter().enumerate() {
        page.click(&format!("#field-{field}")).await?;
        page.keys(value).await?;
    }
    page.click("#insert-train").await?;
    shows(page, "field-3-error", "price is empty").await?;
    page.click("#insert-test").await?;
    shows(page, "predictions-count", "401").await?;
    shows(page, "insert-said", "v81: 437.29").await?;
    assert_eq!(text(page, "field-3-error").await?, "");
    let end = std::time::Instant::now() + SOON;
    let published = || -> rusqlite::Result<Option<String>> {
        Connection::open(db)?.query_row(
            "SELECT max(value) FROM ecommerce_predictions WHERE headers LIKE '%:\"RLS\"%' AND value LIKE '[35.0,%'",
            [],
            |row| row.get(0),
        )
    };
    while published()?.is_none() && std::time::Instant::now() < end {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let said = published()?.context("a published prediction")?;
    let start = "[35.0, 82000.0, 12.0] is predicted as ";
    let number = said.strip_prefix(start).context(said.clone())?;
    // scikit-learn's coefficients: 21.573 + 35 * 2.46828 + 82000 * 0.00299591 + 12 * 6.97155.
    assert!((number.parse::<f64>()? - 437.286).abs() < 0.01, "{number}");
    Ok(())
}

/// The errors of the lane that learns as scikit-learn does, in order.
fn test_errors(lines: &str) -> Result<Vec<f64>> {
    let mut errors = Vec::new();
    for line in lines.lines() {
        let line: Value = serde_json::from_str(line)?;
        if line["event"] == "prediction" && line["lane"] == "RLS" {
            errors.push(line["error"].as_f64().context("an error")?);
        }
    }
    Ok(errors)
}

fn recorded_mse() -> Result<f64> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/linreg/sklearn.json");
    let recorded: Value = serde_json::from_str(&std::fs::read_to_string(path)?)?;
    recorded["test_mse"].as_f64().context("test_mse")
}
