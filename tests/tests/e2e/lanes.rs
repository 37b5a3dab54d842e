//! Lanes side by side: where they disagree, and a lane that is added, renamed and removed.

use anyhow::{Context, Result, ensure};
use eddy_tests::page::{Page, Size};
use fantoccini::key::Key;

use crate::support::{SOON, live, open, shows};

/// Waits until the heads of the lanes' columns are these.
async fn compared(page: &Page, wanted: &str) -> Result<()> {
    let names =
        "[...document.querySelectorAll('#why-head th')].slice(1).map(head => head.textContent)";
    page.wait_for(&format!("{names}.join(', ') === '{wanted}'"), SOON)
        .await
}

/// What the table says of each lane in the row of this name.
async fn why(page: &Page, row: &str) -> Result<String> {
    let find = format!(
        "const rows = [...document.querySelectorAll('#why-body tr')];
         const row = rows.find(row => row.firstElementChild.textContent === '{row}');
         return row && [...row.children].slice(1).map(cell => cell.textContent).join(' | ')"
    );
    let value = page.js(&find).await?;
    Ok(value
        .as_str()
        .with_context(|| format!("a row {row}"))?
        .to_owned())
}

/// Goes down the open menu to an item, by keyboard, and presses it.
async fn choose(page: &Page, item: &str) -> Result<()> {
    page.wait_for(
        "document.activeElement.closest('#lane-menu') !== null",
        SOON,
    )
    .await?;
    for _ in 0..12 {
        let on = page
            .js("return document.activeElement.firstElementChild.textContent")
            .await?;
        if on.as_str() == Some(item) {
            return page.keys(&Key::Enter.to_string()).await;
        }
        page.keys(&Key::Down.to_string()).await?;
    }
    anyhow::bail!("the menu has no {item:?}")
}

#[tokio::test]
async fn lanes_are_compared_and_one_is_added_renamed_and_removed() -> Result<()> {
    let Some(open) = open(142_923, 1_000).await? else {
        return Ok(());
    };
    let (page, demo) = (&open.page, &open.demo);
    for step in 0..6 {
        demo.insert(step)?;
        demo.next_window();
    }
    shows(page, "where-row", "row 310 of 310").await?;
    shows(page, "m-right", "9 of 11").await?;

    // Side by side by keyboard, and the rows of the published demo on which the engines disagree.
    page.keys("c").await?;
    page.wait_for(
        "document.querySelectorAll('#panels .lane-panel').length === 2",
        SOON,
    )
    .await?;
    shows(page, "differences-count", "2 of 11").await?;
    let rows = "[...document.querySelectorAll('#differences-body tr')]";
    let offsets = format!(
        "{rows}.map(row => row.querySelector('button').lastElementChild.textContent).join()"
    );
    page.wait_for(&format!("{offsets} === '28,26'"), SOON)
        .await?;
    let first = page.js(&format!("return {rows}[0].textContent")).await?;
    let first = first.as_str().context("a row")?;
    for part in [
        "versicolor",
        "2virginicawrong",
        "0versicolorright",
        "0.74 / 1.12",
    ] {
        ensure!(first.contains(part), "{part} in {first}");
    }
    page.wait_for(
        "document.getElementById('both-rounds').ariaLabel === 'Test rows right of 11: Flink 9, Spark 11'",
        SOON,
    )
    .await?;
    assert_eq!(why(page, "A batch ends").await?, "at 32 rows | every 1 s");
    assert_eq!(why(page, "Rows left over").await?, "21 kept | none");
    assert_eq!(why(page, "Decay").await?, "0: forgets | 1: keeps all");
    assert_eq!(
        why(page, "Weights now").await?.split(" | ").next(),
        Some("9, 17, 6")
    );
    // All rounds, by the filter.
    page.click("#filter-round").await?;
    shows(page, "differences-count", "of 33").await?;
    page.click("#filter-round").await?;
    page.click("#differences-body button").await?;
    page.wait_for(
        "document.querySelector('#differences-body tr').className === 'here'",
        SOON,
    )
    .await?;
    for (name, size) in [("lanes", Size::DESKTOP), ("lanes-phone", Size::PHONE)] {
        page.resize(size).await?;
        page.keep_shot(name).await?;
    }
    page.resize(Size::DESKTOP).await?;

    // A copy is trained from what was applied, and is its twin's equal.
    page.click("#panels .lane-panel:first-child .lane-menu")
        .await?;
    choose(page, "Copy").await?;
    compared(page, "Flink, Spark, Flink 2").await?;
    for row in ["Versions", "Weights now", "Rows left over"] {
        let cells = why(page, row).await?;
        let cells: Vec<&str> = cells.split(" | ").collect();
        assert_eq!(cells[0], cells[2], "{row}");
    }
    shows(page, "differences-count", "2 of 11").await?;

    // A name that is taken is refused where it is typed.
    page.click("#panels .lane-panel:nth-child(3) .lane-menu")
        .await?;
    choose(page, "Rename").await?;
    page.wait_for(
        "document.activeElement.id === 'lane-name' && document.activeElement.value === 'Flink 2'",
        SOON,
    )
    .await?;
    page.keys(&format!("Spark{}", Key::Enter)).await?;
    shows(page, "lane-error", "There is a lane Spark already").await?;
    page.js("document.getElementById('lane-name').select()")
        .await?;
    page.keys(&format!("Twin{}", Key::Enter)).await?;
    compared(page, "Flink, Spark, Twin").await?;

    // It follows live, as its twin does.
    demo.insert(0)?;
    let twins =
        "[0, 2].map(i => document.querySelectorAll('#panels .batch b')[i].textContent).join()";
    page.wait_for(
        &format!("{twins} === 'Batch 9: 22 of 32 rows,Batch 9: 22 of 32 rows'"),
        SOON,
    )
    .await?;
    // All else is about the third lane.
    page.keys("3").await?;
    page.wait_for(
        "document.querySelectorAll('.lane-panel')[2].dataset.focus === 'yes'",
        SOON,
    )
    .await?;

    // Hidden from the panels, it is a lane still, and any lane's menu shows it again.
    page.click("#panels .lane-panel:nth-child(3) .lane-menu")
        .await?;
    choose(page, "Hide").await?;
    compared(page, "Flink, Spark").await?;
    page.wait_for(
        "document.querySelectorAll('#panels .lane-panel:not([hidden])').length === 2",
        SOON,
    )
    .await?;
    page.click("#panels .lane-panel:nth-child(1) .lane-menu")
        .await?;
    choose(page, "Show Twin").await?;
    compared(page, "Flink, Spark, Twin").await?;
    // The sliders of a panel lead to the settings of its lane.
    page.click("#panels .lane-panel:nth-child(2) .lane-settings")
        .await?;
    page.wait_for(
        "document.querySelectorAll('.lane-panel')[1].dataset.focus === 'yes' &&
         document.getElementById('right-settings').offsetHeight > 0",
        SOON,
    )
    .await?;
    shows(page, "settings-form", "StreamingKMeans").await?;
    page.keys("m").await?;

    // Removed, back again, removed; then one large lane.
    for back in [true, false] {
        page.click("#panels .lane-panel:nth-child(3) .lane-menu")
            .await?;
        choose(page, "Remove").await?;
        compared(page, "Flink, Spark").await?;
        shows(page, "lane-said", "Twin is removed.").await?;
        if back {
            page.click("#lane-undo").await?;
            compared(page, "Flink, Spark, Twin").await?;
        }
    }
    page.click("#lane-said-close").await?;
    page.click("#panels .lane-panel:nth-child(2) .lane-menu")
        .await?;
    choose(page, "Make large").await?;
    page.wait_for(
        "document.getElementById('app').dataset.compare === 'no'",
        SOON,
    )
    .await?;
    shows(page, "lane-title", "Spark StreamingKMeans").await?;
    live(page).await?;
    open.page.close().await
}

/// Keeps whatever is said of a rebuild, however short it stands.
const LISTEN: &str = "window.said = [];
    new MutationObserver(() => window.said.push(document.getElementById('lane-said').textContent))
        .observe(document.getElementById('lane-said'), { childList: true, characterData: true, subtree: true });
    return 1";

#[tokio::test]
async fn a_lane_that_is_added_says_how_far_it_is() -> Result<()> {
    let Some(open) = open(142_923, 1_000).await? else {
        return Ok(());
    };
    let page = &open.page;
    page.click("#scenarios option[value='+made']").await?;
    page.wait_for("document.getElementById('made-dialog').open", SOON)
        .await?;
    page.click("#made-rows").await?;
    page.js("document.getElementById('made-rows').select()")
        .await?;
    page.keys(&format!("20000{}", Key::Enter)).await?;
    shows(page, "connection", "Replaying").await?;
    page.click("#speed option[value='0']").await?;
    shows(page, "connection", "20,000 rows").await?;
    page.js(LISTEN).await?;
    page.click("#lane-more").await?;
    choose(page, "Copy").await?;
    shows(page, "lanes", " 2").await?;
    let counted = r"window.said.some((said) => /^Rebuilding: [\d,]+ of [\d,]+ records/.test(said))";
    page.wait_for(counted, SOON).await?;
    open.page.close().await
}
