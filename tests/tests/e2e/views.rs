//! Other views of the same stream: principal components, parallel coordinates, the pipeline.

use anyhow::Result;
use eddy_tests::page::{Page, Preferences, Size};
use fantoccini::key::Key;

use crate::support::{SOON, open, shows, text};

/// The whole walk-through, step by step.
async fn walk_through(open: &crate::support::Open) -> Result<()> {
    for step in 0..6 {
        open.demo.insert(step)?;
        open.demo.next_window();
    }
    shows(&open.page, "where-row", "row 310 of 310").await
}

/// What an axis shows.
async fn axis(page: &Page, id: &str) -> Result<String> {
    let shown = format!(
        "const menu = document.getElementById('{id}'); return menu.options[menu.selectedIndex].textContent"
    );
    let shown = page.js(&shown).await?;
    Ok(shown.as_str().unwrap_or_default().to_owned())
}

async fn keep_shots(page: &Page, name: &str) -> Result<()> {
    for dark in [false, true] {
        let reduced_motion = true;
        page.prefer(Preferences {
            dark,
            reduced_motion,
        })
        .await?;
        for (size, of) in [(Size::DESKTOP, ""), (Size::PHONE, "-phone")] {
            page.resize(size).await?;
            let dark = if dark { "-dark" } else { "" };
            page.keep_shot(&format!("{name}{of}{dark}")).await?;
        }
    }
    page.resize(Size::DESKTOP).await?;
    page.prefer(Preferences::default()).await
}

#[tokio::test]
async fn the_stage_is_looked_at_along_principal_components() -> Result<()> {
    let Some(open) = open(142_923, 1_000).await? else {
        return Ok(());
    };
    let page = &open.page;
    walk_through(&open).await?;
    // Curves have the rail's whole height; scores and the confusion table are a click away.
    let seen = "['chart-rows', 'confusion'].map((id) => document.getElementById(id).getClientRects().length > 0).join()";
    page.wait_for(&format!("{seen} === 'true,false'"), SOON)
        .await?;
    page.click("#show-scores").await?;
    page.wait_for(&format!("{seen} === 'false,true'"), SOON)
        .await?;
    page.keep_shot("scores").await?;
    page.click("#show-curves").await?;
    page.wait_for(&format!("{seen} === 'true,false'"), SOON)
        .await?;
    page.click("#axis-x option[value=pc1]").await?;
    // The other axis goes with it, and each says its share.
    page.wait_for(
        "document.getElementById('axis-y').value === 'pc2' &&
         document.getElementById('axis-x').selectedOptions[0].textContent.includes('%')",
        SOON,
    )
    .await?;
    assert_eq!(
        axis(page, "axis-x").await?,
        "principal component 1 · 92% of variance"
    );
    assert_eq!(
        axis(page, "axis-y").await?,
        "principal component 2 · 5% of variance"
    );
    shows(page, "slice", "277 training rows").await?;
    let label = "document.getElementById('plot-marks').getAttribute('aria-label')";
    page.wait_for(
        &format!("{label}.startsWith('Scatter plot of principal component 2 · 5% of variance')"),
        SOON,
    )
    .await?;
    keep_shots(page, "components").await?;
    // A feature again: the one that was beside it comes back.
    page.click("#axis-y option[value=\"1\"]").await?;
    page.wait_for("document.getElementById('axis-x').value === '2'", SOON)
        .await?;
    assert_eq!(axis(page, "axis-y").await?, "sepal_width");
    page.wait_for(
        &format!("{label}.startsWith('Scatter plot of sepal_width over petal_length')"),
        SOON,
    )
    .await?;
    assert!(text(page, "slice").await?.contains("sepal_length"));
    open.page.close().await
}

#[tokio::test]
async fn rows_are_shown_across_all_features() -> Result<()> {
    let Some(open) = open(142_923, 1_000).await? else {
        return Ok(());
    };
    let page = &open.page;
    walk_through(&open).await?;
    let label = "document.getElementById('plot-many').getAttribute('aria-label')";
    // By keyboard: the menu opens at what is chosen, an arrow chooses the next one.
    page.keys("v").await?;
    page.wait_for("document.activeElement.id === 'view-scatter'", SOON)
        .await?;
    page.keep_shot("view-menu").await?;
    page.keys(&Key::Down.to_string()).await?;
    page.wait_for(
        &format!(
            "{label}.startsWith('Parallel coordinates of sepal_length, sepal_width, petal_length, petal_width: 277 training rows, 11 test rows, 2 of them wrong; 3 centroids')"
        ),
        SOON,
    )
    .await?;
    page.keys(&Key::Escape.to_string()).await?;
    page.wait_for(
        "!document.getElementById('view-menu').open && document.activeElement.id === 'view-button'",
        SOON,
    )
    .await?;
    // Something is drawn, and the scatter plot with its axes is away.
    let drawn = "const canvas = document.getElementById('plot-many');
        const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        return pixels.some((value) => value !== 0) && !document.getElementById('axis-x').offsetParent";
    assert_eq!(page.js(drawn).await?, true);
    keep_shots(page, "parallel").await?;
    page.click("#view-button").await?;
    page.click("#view-matrix").await?;
    page.wait_for(&format!("{label}.startsWith('Scatter matrix of')"), SOON)
        .await?;
    page.click("#lane-title").await?;
    page.wait_for("!document.getElementById('view-menu').open", SOON)
        .await?;
    keep_shots(page, "matrix").await?;
    // Back, without tints and paths.
    page.click("#view-button").await?;
    page.click("#view-scatter").await?;
    let at = "const canvas = document.getElementById('plot-ground');
        const ratio = canvas.width / canvas.clientWidth;
        const place = canvas.getContext('2d').getImageData(80 * ratio, 200 * ratio, 1, 1).data;
        return place[3]";
    page.wait_for(
        "document.getElementById('axis-x').offsetParent !== null",
        SOON,
    )
    .await?;
    assert_eq!(page.js(at).await?, 255);
    page.click("#view-regions").await?;
    page.click("#view-paths").await?;
    page.wait_for("document.getElementById('slice').textContent === '' && document.getElementById('key-path').hidden", SOON)
        .await?;
    assert_eq!(page.js(at).await?, 0);
    open.page.close().await
}

/// What a box of the pipeline says of something.
fn says(kind: &str, name: &str) -> String {
    format!(
        "[...[...document.querySelectorAll('.pipe-part')].find(part => part.querySelector('h3 span').textContent === '{kind}')
            .querySelectorAll('dt')].find(name => name.textContent === '{name}').nextElementSibling.textContent"
    )
}

#[tokio::test]
async fn the_pipeline_shows_what_flows() -> Result<()> {
    let Some(open) = open(142_923, 1_000).await? else {
        return Ok(());
    };
    let page = &open.page;
    page.click("#pipeline-open").await?;
    page.wait_for(
        "document.querySelectorAll('.pipe-part[data-tone=well]').length >= 4",
        SOON,
    )
    .await?;
    shows(page, "pipeline-parts", "SQLite, captured by triggers").await?;
    shows(page, "pipeline-parts", "caught up").await?;
    page.wait_for(
        &format!("{} === '0 · 0/s'", says("Page", "out, applied")),
        SOON,
    )
    .await?;
    // Rows that others insert are seen to pass, at both ends.
    for step in 0..3 {
        open.demo.insert(step)?;
        open.demo.next_window();
    }
    for (kind, name, text) in [
        ("Source", "out", "150 · "),
        ("Page", "in", "150 · "),
        ("Page", "out, applied", "150 · "),
        ("Lane", "in, training", "139 · "),
        ("Lane", "open batch", "11 rows"),
        ("Lane", "versions", "5 · "),
        ("Lane", "predictions", "11 · "),
        ("Sink", "published", "22 · "),
        ("Sink", "to be published", "0"),
    ] {
        page.wait_for(&format!("{}.startsWith('{text}')", says(kind, name)), SOON)
            .await?;
    }
    // Over five seconds there is a rate; then there is none any more.
    page.wait_for(
        "[...document.querySelectorAll('.pipe-arrow span')].every((flow) => / (records|predictions)\\/s$/.test(flow.textContent))",
        SOON,
    )
    .await?;
    keep_shots(page, "pipeline").await?;
    page.keys(&Key::Escape.to_string()).await?;
    page.wait_for("!document.getElementById('pipeline-dialog').open", SOON)
        .await?;
    // Paused by the reader, records wait in the page, and it says so; by its key this time.
    page.click("#play").await?;
    shows(page, "connection", "Paused").await?;
    open.demo.insert(3)?;
    page.keys("l").await?;
    page.wait_for(
        &format!("{} === '11 records'", says("Page", "waiting")),
        SOON,
    )
    .await?;
    shows(page, "pipeline-parts", "paused").await?;
    open.page.close().await
}
