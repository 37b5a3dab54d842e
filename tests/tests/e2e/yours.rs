//! Topics that the lab file does not name: looked at, proposed for, learned from.

use anyhow::Result;
use eddy_tests::browser::Browser;
use eddy_tests::page::{Page, Size};
use eddy_tests::program::{Eddy, eddy};

use crate::support::{SOON, live, shows};

/// Drops the published demo's recording under other topics.
const DROP: &str = "const data = new DataTransfer();
    const text = await (await fetch('./demo.ndjson')).text();
    data.items.add(new File([text.replaceAll('flink.public.iris', 'shop.public.flowers')], 'flowers.ndjson'));
    const drop = new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true });
    document.getElementById('app').dispatchEvent(drop);
    return 1";

/// Clicks a topic's name, which chooses it, or no more.
async fn choose(page: &Page, topic: &str) -> Result<()> {
    let row = format!(
        "[...document.querySelectorAll('#yours-topics tr')].find(row => row.textContent.includes('{topic}'))"
    );
    page.wait_for(&row, SOON).await?;
    page.js(&format!("{row}.querySelector('label').click()"))
        .await
        .map(drop)
}

/// Waits until a column's row says this.
async fn says(page: &Page, column: &str, text: &str) -> Result<()> {
    let rows = "[...document.querySelectorAll('#yours-columns tr')]";
    let found = format!(
        "{rows}.some(row => row.firstChild.textContent === '{column}' && row.textContent.includes('{text}'))"
    );
    page.wait_for(&found, SOON).await
}

#[tokio::test]
async fn a_table_that_no_lab_file_names_is_learned_from() -> Result<()> {
    let Some(browser) = Browser::for_tests()? else {
        return Ok(());
    };
    let folder = tempfile::tempdir()?;
    let db = folder.path().join("eddy.db").display().to_string();
    let serve = Eddy::serve(&["--scenario", "iris", "--table", "*", "--db", &db])?;
    let page = browser.open().await?;
    page.resize(Size::DESKTOP).await?;
    page.goto(serve.url()).await?;
    live(&page).await?;
    let insert = |rows: &str, seed: &str| {
        let made = ["insert", "--generate", "blobs", "--drift", "8", "--db", &db];
        eddy(&[&made[..], &["--rows", rows, "--seed", seed]].concat())
    };
    insert("400", "7")?;

    page.click("#scenarios option[value='+yours']").await?;
    page.wait_for("document.getElementById('yours-dialog').open", SOON)
        .await?;
    shows(&page, "yours-state", "No rows yet").await?;
    for topic in ["iris_train", "iris_test", "blobs_train", "blobs_test"] {
        choose(&page, topic).await?;
    }
    let both = "document.querySelectorAll('#yours-topics select:enabled').length === 2 && \
                document.querySelectorAll('#yours-topics input:checked').length === 2";
    page.wait_for(both, SOON).await?;
    says(&page, "id", "the key, left out").await?;
    says(&page, "x1", "number, ").await?;
    says(&page, "cluster", "3 different values: the label").await?;
    shows(&page, "yours-k-reason", "cluster has 3 different values").await?;
    page.keep_shot("yours").await?;
    page.click("#yours-learn").await?;
    live(&page).await?;
    shows(&page, "where-row", "row 400 of 400").await?;
    // 320 training rows, batches of 32, and the rows of k-means++.
    shows(&page, "where-version", "Version 11").await?;
    shows(&page, "m-right", "10 of 10").await?;
    page.wait_for(
        "document.getElementById('scenarios').selectedOptions[0].textContent === 'Blobs k-means'",
        SOON,
    )
    .await?;

    // It goes on live.
    insert("50", "7")?;
    shows(&page, "where-row", "row 450 of 450").await?;
    shows(&page, "where-version", "Version 12").await?;

    // The same dialog changes it: rebuilt from what was applied.
    page.click("#scenarios option[value='+yours']").await?;
    says(&page, "cluster", "the label").await?;
    page.click("#yours-k").await?;
    page.js("document.getElementById('yours-k').select()")
        .await?;
    page.keys("4").await?;
    shows(&page, "yours-k-reason", "your choice").await?;
    page.click("#yours-learn").await?;
    shows(&page, "lane-params", "k\u{a0}4").await?;
    shows(&page, "where-row", "row 450 of 450").await?;

    // A recording of other topics is not played unread.
    page.js(DROP).await?;
    shows(
        &page,
        "yours-about",
        "flowers.ndjson has none of the topics",
    )
    .await?;
    says(&page, "iris_class", "3 different values: the label").await?;
    shows(&page, "lane-params", "k\u{a0}4").await?;
    page.click("#yours-learn").await?;
    shows(&page, "connection", "Replaying").await?;
    page.click("#speed option[value='0']").await?;
    shows(&page, "connection", "310 rows").await?;
    shows(&page, "m-right", " of 11").await?;
    page.keep_shot("yours-recording").await?;
    page.close().await
}
