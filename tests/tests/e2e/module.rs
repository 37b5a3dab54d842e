//! The module in the browser: the same bytes as natively, for every recorded case; and the page without a bridge.

use anyhow::{Context, Result};
use eddy_tests::browser::Browser;
use eddy_tests::golden::cases;
use eddy_tests::page::Size;
use lab::LabFile;
use lab::replay::Replay;

use crate::support::{SOON, serve_site, shows};

#[tokio::test]
async fn every_recorded_case_gives_the_same_bytes_in_the_browser() -> Result<()> {
    let Some(browser) = Browser::for_tests()? else {
        return Ok(());
    };
    let url = serve_site().await?;
    let page = browser.open().await?;
    page.goto(&url).await?;
    let load = "window.eddy = await import('./pkg/eddy.js');
                await window.eddy.default({ module_or_path: './pkg/eddy_bg.wasm' }); return typeof window.eddy.replay";
    assert_eq!(page.js(load).await?, "function");
    let (cases, _) = cases()?;
    for case in cases.iter().filter(|case| !case.refused) {
        let mut native = String::new();
        let mut replay = Replay::new(LabFile::parse(&case.lab)?, &mut native)?;
        for line in case.events.lines() {
            replay.line(line, &mut native)?;
        }
        replay.finish(&mut native);
        let (lab, events) = (
            serde_json::to_string(&case.lab)?,
            serde_json::to_string(&case.events)?,
        );
        let lines = page
            .js(&format!("return window.eddy.replay({lab}, {events})"))
            .await?;
        assert_eq!(lines.as_str().context("lines")?, native, "{}", case.name);
    }
    assert!(cases.len() >= 65, "{} cases", cases.len());
    page.close().await
}

#[tokio::test]
async fn without_a_bridge_the_page_says_so_and_plays_the_recorded_demo() -> Result<()> {
    let Some(browser) = Browser::for_tests()? else {
        return Ok(());
    };
    let url = serve_site().await?;
    let page = browser.open().await?;
    page.resize(Size::DESKTOP).await?;
    page.goto(&url).await?;
    shows(&page, "connection", "No bridge").await?;
    page.wait_for("!document.getElementById('welcome').hidden", SOON)
        .await?;
    page.keep_shot("first-open").await?;
    page.click("#play-demo").await?;
    shows(&page, "connection", "Replaying").await?;
    page.js("const speed = document.getElementById('speed'); speed.value = '0'; speed.dispatchEvent(new Event('change', { bubbles: true })); return 1").await?;
    shows(&page, "walk-verdict", "9 of 11 right").await?;
    shows(&page, "where-version", "Version 9").await?;
    page.keep_shot("recorded-demo").await?;
    page.resize(Size::PHONE).await?;
    page.keep_shot("recorded-demo-phone").await?;
    page.close().await
}
