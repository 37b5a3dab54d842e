//! What keeps people out of the page: nothing, says axe-core.

use anyhow::{Context, Result, ensure};
use eddy_tests::axe::Axe;
use eddy_tests::page::{Page, Preferences, Size};
use fantoccini::key::Key;
use serde_json::json;

use super::support::{SOON, drop_demo, live, open, shows};

/// Checks the page as it is.
async fn check(axe: &Axe, page: &Page, what: &str) -> Result<()> {
    let found = axe.violations(page).await?;
    ensure!(found.is_empty(), "{what}:\n{}", found.join("\n"));
    Ok(())
}

#[tokio::test]
async fn axe_finds_nothing_in_any_state_of_the_page() -> Result<()> {
    let Some(open) = open(142_923, 1_000).await? else {
        return Ok(());
    };
    let Some(axe) = Axe::for_tests()? else {
        return open.page.close().await;
    };
    let page = &open.page;
    check(&axe, page, "before the first row").await?;
    for step in 0..4 {
        open.demo.insert(step)?;
    }
    shows(page, "where-version", "Version 5").await?;
    check(&axe, page, "live").await?;
    page.keys("b").await?;
    page.wait_for("!document.getElementById('panel-ledger').hidden", SOON)
        .await?;
    check(&axe, page, "ledger").await?;
    for (key, dialog) in [
        ("?", "help-sheet"),
        ("k", "kept-dialog"),
        ("l", "pipeline-dialog"),
    ] {
        page.keys(key).await?;
        page.wait_for(&format!("document.getElementById('{dialog}').open"), SOON)
            .await?;
        check(&axe, page, dialog).await?;
        page.keys(&Key::Escape.to_string()).await?;
        page.wait_for(&format!("!document.getElementById('{dialog}').open"), SOON)
            .await?;
    }
    page.click("#share-open").await?;
    page.wait_for("document.getElementById('share-dialog').open", SOON)
        .await?;
    check(&axe, page, "share").await?;
    page.keys(&Key::Escape.to_string()).await?;
    for tab in ["settings", "choose"] {
        page.click(&format!("#tab-right-{tab}")).await?;
        page.wait_for(
            &format!("!document.getElementById('right-{tab}').hidden"),
            SOON,
        )
        .await?;
        check(&axe, page, tab).await?;
    }
    page.keys("c").await?;
    page.wait_for(
        "document.querySelectorAll('#panels .lane-panel').length === 2",
        SOON,
    )
    .await?;
    check(&axe, page, "lanes side by side").await?;
    page.keys("c").await?;
    page.keys("e").await?;
    page.keys(&Key::Enter.to_string()).await?;
    check(&axe, page, "change events").await?;
    page.click("#events-body tr").await?;
    shows(page, "taken-body", "What became of it").await?;
    check(&axe, page, "inspector").await?;
    page.keys(&Key::Escape.to_string()).await?;
    for (opener, menu) in [("view-button", "view-kinds"), ("lane-more", "lane-menu")] {
        page.click(&format!("#{opener}")).await?;
        page.wait_for(
            &format!("document.getElementById('{menu}').offsetHeight > 0"),
            SOON,
        )
        .await?;
        check(&axe, page, menu).await?;
        page.keys(&Key::Escape.to_string()).await?;
    }
    for entry in ["made", "yours"] {
        page.click(&format!("#scenarios option[value='+{entry}']"))
            .await?;
        page.wait_for(
            &format!("document.getElementById('{entry}-dialog').open"),
            SOON,
        )
        .await?;
        check(&axe, page, entry).await?;
        page.keys(&Key::Escape.to_string()).await?;
    }
    for dark in [false, true] {
        page.prefer(Preferences {
            dark,
            ..Preferences::default()
        })
        .await?;
        for width in [1440, 1024, 768, 390] {
            let height = if width == 390 { 844 } else { 900 };
            page.resize(Size { width, height }).await?;
            page.reload().await?;
            live(page).await?;
            let colours = if dark { "dark" } else { "light" };
            check(&axe, page, &format!("{colours} at {width} px")).await?;
            // Something to be told, and a dialog over it.
            page.js("location.hash = '#lab=cut'; return 1").await?;
            shows(page, "notice", "The link is damaged or cut off").await?;
            fits(page, "#notice button").await?;
            page.click("#share-open").await?;
            page.wait_for("document.getElementById('share-dialog').open", SOON)
                .await?;
            check(&axe, page, &format!("share, {colours} at {width} px")).await?;
            fits(page, "#share-dialog button:not([hidden])").await?;
            page.keep_shot(&format!("share-{width}-{colours}")).await?;
            page.keys(&Key::Escape.to_string()).await?;
        }
    }
    open.page.close().await
}

/// Checks that nothing of these lies beyond the window's sides.
async fn fits(page: &Page, selector: &str) -> Result<()> {
    let beyond = format!(
        "return [...document.querySelectorAll('{selector}')].filter((part) => {{
           const box = part.getBoundingClientRect();
           return box.width > 0 && (box.left < 0 || box.right > innerWidth);
         }}).map((part) => part.outerHTML)"
    );
    ensure!(
        page.js(&beyond).await? == json!([]),
        "{selector} reaches out of the window"
    );
    Ok(())
}

/// What has the focus after each of so many presses of Tab shows it: the elements that do not.
const WITHOUT_FOCUS: &str = "const at = document.activeElement;
    const ring = (of) => of && getComputedStyle(of).outlineStyle !== 'none' && parseFloat(getComputedStyle(of).outlineWidth) >= 1.5;
    const around = at.closest('.timeline');
    return at === document.body || ring(at) || ring(around) ? '' : at.outerHTML.slice(0, 120)";

/// Of what only a ground tells: the grounds of a chosen and another lane, of a full and an empty cell, and of a canvas.
const GROUNDS: &str = "const ground = (selector) => getComputedStyle(document.querySelector(selector)).backgroundColor;
    return [['#lanes [aria-checked=true]', '#lanes [aria-checked=false]'],
            ['#cells i[class*=c]', '#cells i:not([class*=c])'],
            ['#plot-ground', '#chart-right']].map((pair) => pair.map(ground))";

/// The text and the ground of the chosen lane.
const CHOSEN: &str =
    "const style = getComputedStyle(document.querySelector('#lanes [aria-checked=true]'));
    return [style.color, style.backgroundColor]";

#[tokio::test]
async fn with_forced_colours_marks_and_focus_stay_visible() -> Result<()> {
    let Some(open) = open(142_923, 1_000).await? else {
        return Ok(());
    };
    let page = &open.page;
    drop_demo(page, "").await?;
    shows(page, "where-row", "row 310 of 310").await?;
    for dark in [false, true] {
        page.force_colors(dark).await?;
        page.wait_for(
            &format!("(document.documentElement.dataset.theme === 'dark') === {dark}"),
            SOON,
        )
        .await?;
        let grounds: Vec<[String; 2]> = serde_json::from_value(page.js(GROUNDS).await?)?;
        let none = "rgba(0, 0, 0, 0)";
        for pair in &grounds[..2] {
            ensure!(pair[0] != pair[1] && pair[0] != none, "{pair:?} look alike");
        }
        let text = page.js(CHOSEN).await?;
        ensure!(text[0] != text[1], "text on its own colour: {text}");
        ensure!(
            grounds[2].iter().all(|ground| ground != none),
            "a canvas has no ground of its own: {grounds:?}"
        );
        page.js("document.activeElement.blur(); return 1").await?;
        for _ in 0..30 {
            page.keys(&Key::Tab.to_string()).await?;
            let without = page.js(WITHOUT_FOCUS).await?;
            ensure!(without == "", "no ring around {without}");
        }
        page.keep_shot(if dark { "forced-dark" } else { "forced-light" })
            .await?;
    }
    open.page.close().await
}

/// How many pictures of the stage's marks there are while another version comes: the two, and what is drawn between them.
const PICTURES: &str = "const canvas = document.getElementById('plot-marks');
    const seen = new Set([canvas.toDataURL()]);
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
    const end = performance.now() + 700;
    while (performance.now() < end) {
      await new Promise(requestAnimationFrame);
      seen.add(canvas.toDataURL());
    }
    return seen.size";

#[tokio::test]
async fn little_motion_is_none_of_centroids() -> Result<()> {
    let Some(open) = open(142_923, 1_000).await? else {
        return Ok(());
    };
    let page = &open.page;
    drop_demo(page, "").await?;
    shows(page, "where-row", "row 310 of 310").await?;
    page.keys(&Key::Home.to_string()).await?;
    shows(page, "where-version", "Version 1").await?;
    // A busy browser may draw none between: one of some steps is enough.
    let mut most = 0;
    for _ in 0..5 {
        most = most.max(pictures(page).await?);
    }
    ensure!(most > 4, "only {most} pictures of a way");
    page.prefer(Preferences {
        reduced_motion: true,
        ..Preferences::default()
    })
    .await?;
    for _ in 0..2 {
        let few = pictures(page).await?;
        // One more where what stands around the stage came later, and took room.
        ensure!(few <= 3, "{few} pictures with little motion");
    }
    open.page.close().await
}

async fn pictures(page: &Page) -> Result<u64> {
    let pictures = page.js(PICTURES).await?;
    pictures.as_u64().context("a number")
}
