//! The page opens.

use std::time::Duration;

use anyhow::Result;
use eddy_tests::browser::Browser;
use eddy_tests::page::{Preferences, Size};
use eddy_tests::program::Eddy;

const LIVE: &str = "document.querySelector('#connection[data-state=live]')";

#[tokio::test]
async fn the_page_opens_without_an_error() -> Result<()> {
    let Some(browser) = Browser::for_tests()? else {
        return Ok(());
    };
    let folder = tempfile::tempdir()?;
    let db = folder.path().join("eddy.db").display().to_string();
    let eddy = Eddy::serve(&["--scenario", "iris", "--db", &db])?;

    let page = browser.open().await?;
    page.goto(eddy.url()).await?;
    assert_eq!(page.client.title().await?, "Eddy");
    page.wait_for(LIVE, Duration::from_secs(20)).await?;
    for (size, dark) in [
        (Size::DESKTOP, false),
        (Size::DESKTOP, true),
        (Size::PHONE, false),
        (Size::PHONE, true),
    ] {
        page.resize(size).await?;
        page.prefer(Preferences {
            dark,
            reduced_motion: true,
        })
        .await?;
        let width = page
            .js("return document.documentElement.scrollWidth")
            .await?;
        assert_eq!(
            width, size.width,
            "the page must not scroll sideways at {size:?}"
        );
        page.keep_shot(&format!(
            "smoke-{}{}",
            size.width,
            if dark { "-dark" } else { "" }
        ))
        .await?;
    }
    page.close().await
}
