//! The experiment as a link and as files, the stage as a picture, and what is there again after a reload.

use anyhow::{Context, Result, ensure};
use eddy_tests::browser::Browser;
use eddy_tests::page::{Page, Size};
use fantoccini::key::Key;
use lab::LabFile;
use serde_json::Value;

use crate::support::{SOON, live, open, saved, serve_site, shows, text};

/// Chooses a file in one of the dialog's fields: INPUT, NAME and TEXT are put in.
const CHOOSE: &str = "const data = new DataTransfer();
    data.items.add(new File([TEXT], NAME));
    const input = document.getElementById(INPUT);
    input.files = data.files;
    input.dispatchEvent(new Event('change'));
    return 1";

/// Drops the published demo's recording as gzip packs it, to be played as fast as it goes.
const DROP_PACKED: &str = "const demo = (await fetch('./demo.ndjson')).body;
    const packed = await new Response(demo.pipeThrough(new CompressionStream('gzip'))).blob();
    const data = new DataTransfer();
    data.items.add(new File([packed], 'monday.ndjson.gz'));
    document.getElementById('app').dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
    const speed = document.getElementById('speed');
    speed.value = '0';
    speed.dispatchEvent(new Event('change'));
    return 1";

/// Width, height and number of colours of the PNG that a button saves.
const PNG: &str = "const make = URL.createObjectURL;
    const saved = new Promise((resolve) => {
      URL.createObjectURL = (blob) => { resolve(blob); return make.call(URL, blob); };
    });
    document.getElementById('share-png').click();
    const blob = await saved;
    URL.createObjectURL = make;
    const image = await createImageBitmap(blob);
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    const pixels = new Uint32Array(context.getImageData(0, 0, image.width, image.height).data.buffer);
    return [blob.type, image.width, image.height, new Set(pixels).size]";

const CHOSEN_LANE: &str = "document.querySelector('#lanes [aria-checked=true]')?.textContent";

#[tokio::test]
async fn an_experiment_is_shared_by_link_and_file_and_the_stage_as_a_picture() -> Result<()> {
    let Some(browser) = Browser::for_tests()? else {
        return Ok(());
    };
    let url = serve_site().await?;
    let page = opened(&browser, &url).await?;
    page.js(DROP_PACKED).await?;
    shows(&page, "connection", "Replayed").await?;

    // Another lab file takes the place of the page's own.
    page.click("#share-open").await?;
    choose(&page, "share-lab", "mine.json", "{\"eddy\": 1}").await?;
    shows(
        &page,
        "share-error",
        "mine.json: lab file: missing field `streams`",
    )
    .await?;
    let own = saved(&page, "share-save-lab").await?;
    let mut file = LabFile::parse(&own)?;
    file.lanes[0].batch = Some(lab::config::Batch::Count { rows: 16 });
    choose(
        &page,
        "share-lab",
        "mine.json",
        &serde_json::to_string(&file)?,
    )
    .await?;
    shows(&page, "share-said", "mine.json is in force.").await?;
    params(&page, "batch 16").await?;
    assert_eq!(
        LabFile::parse(&saved(&page, "share-save-lab").await?)?,
        file
    );

    let ledger = saved(&page, "share-ledger").await?;
    assert!(ledger.starts_with("lane,first_version,"), "{ledger:.60}");
    assert!(ledger.contains("\r\nFlink,2,2,16,"), "{ledger}");
    let predictions = saved(&page, "share-predictions").await?;
    assert_eq!(predictions.lines().count(), 1 + 2 * 33);
    check_pictures(&page).await?;
    page.keep_shot("share").await?;

    // The link opens the same experiment with the same view.
    page.keys(&Key::Escape.to_string()).await?;
    page.js("document.querySelectorAll('#lanes button')[1].click(); return 1")
        .await?;
    page.wait_for(&format!("{CHOSEN_LANE} === 'Spark'"), SOON)
        .await?;
    page.click("#share-open").await?;
    page.wait_for(
        "document.getElementById('share-link').textContent.includes('lane=Spark')",
        SOON,
    )
    .await?;
    page.js("document.getElementById('share-copy').click(); return 1")
        .await?;
    let link = text(&page, "share-link").await?;
    let address = page.js("return location.href").await?;
    ensure!(
        address.as_str().is_some_and(|it| it.contains("#lab=")),
        "{address}"
    );
    let other = browser.open().await?;
    other.goto(&link).await?;
    other
        .wait_for(&format!("{CHOSEN_LANE} === 'Spark'"), SOON)
        .await?;
    other
        .js("document.querySelectorAll('#lanes button')[0].click(); return 1")
        .await?;
    params(&other, "batch 16").await?;

    // A link that was cut off is told, in the same tab, too.
    let cut = &link[..link.find("lab=").context("lab=")? + 60];
    other
        .js(&format!("location.href = {}; return 1", Value::from(cut)))
        .await?;
    shows(&other, "notice", "The link is damaged or cut off").await?;
    params(&other, "batch 32").await?;
    other.wait_for("location.hash === ''", SOON).await?;
    other.keep_shot("share-damaged-link").await?;
    other.close().await?;
    page.close().await
}

/// A picture of the stage has what the stage has.
async fn check_pictures(page: &Page) -> Result<()> {
    let svg = saved(page, "share-svg").await?;
    for part in [
        ">petal_length<",
        ">petal_width<",
        ">versicolor<",
        "<circle",
        "<polygon",
        "batch 16",
    ] {
        ensure!(svg.contains(part), "no {part} in {svg:.2000}");
    }
    let parsed = format!(
        "const svg = new DOMParser().parseFromString({}, 'image/svg+xml').documentElement;
         return [svg.nodeName, svg.querySelectorAll('circle').length > 200]",
        Value::from(svg)
    );
    assert_eq!(page.js(&parsed).await?, serde_json::json!(["svg", true]));
    let png = page.js(PNG).await?;
    let stage = page
        .js("const plot = document.getElementById('plot').getBoundingClientRect(); return [plot.width * 2, plot.height * 2 + 88]")
        .await?;
    assert_eq!((&png[0], &png[1]), (&Value::from("image/png"), &stage[0]));
    assert_eq!(png[2], stage[1]);
    ensure!(png[3].as_u64() > Some(50), "{png}");
    Ok(())
}

#[tokio::test]
async fn a_recording_and_the_view_are_there_again_after_a_reload() -> Result<()> {
    let Some(browser) = Browser::for_tests()? else {
        return Ok(());
    };
    let page = opened(&browser, &serve_site().await?).await?;
    page.js(DROP_PACKED).await?;
    shows(&page, "connection", "Replayed").await?;
    page.js("document.querySelectorAll('#lanes button')[1].click(); return 1")
        .await?;
    page.wait_for(&format!("{CHOSEN_LANE} === 'Spark'"), SOON)
        .await?;
    page.keys("b").await?;
    page.keys(&Key::Left.to_string()).await?;
    page.keys(&Key::Left.to_string()).await?;
    page.wait_for(
        "JSON.parse(sessionStorage.getItem('eddy.session')).recording?.key",
        SOON,
    )
    .await?;
    page.wait_for(
        "JSON.parse(sessionStorage.getItem('eddy.session')).recording.at",
        SOON,
    )
    .await?;
    let seen = what_is_seen(&page).await?;
    page.reload().await?;
    shows(&page, "notice", "monday.ndjson, 310 rows, as before").await?;
    page.wait_for(&format!("{CHOSEN_LANE} === 'Spark'"), SOON)
        .await?;
    shows(&page, "where-row", "of 310").await?;
    assert_eq!(what_is_seen(&page).await?, seen);
    page.keep_shot("restored").await?;

    // Paused half-way, it is paused there again.
    page.js("const speed = document.getElementById('speed'); speed.value = '1'; speed.dispatchEvent(new Event('change')); return 1")
        .await?;
    page.click("#play").await?;
    page.wait_for(
        "/row [2-9]\\d of/.test(document.getElementById('where-row').textContent)",
        SOON,
    )
    .await?;
    page.click("#play").await?;
    shows(&page, "connection", "Paused").await?;
    let row = text(&page, "where-row").await?;
    page.wait_for(
        "JSON.parse(sessionStorage.getItem('eddy.session')).recording.paused",
        SOON,
    )
    .await?;
    page.reload().await?;
    shows(&page, "connection", "Paused").await?;
    shows(&page, "where-row", &row).await?;

    page.js("[...document.querySelectorAll('#notice button')].find(it => it.textContent === 'Start fresh').click(); return 1")
        .await?;
    page.wait_for(
        "document.getElementById('welcome') && !document.getElementById('welcome').hidden",
        SOON,
    )
    .await?;
    assert_eq!(text(&page, "notice").await?, "");
    page.close().await
}

#[tokio::test]
async fn with_a_bridge_the_log_is_read_again_by_the_changed_experiment() -> Result<()> {
    let Some(open) = open(142_923, 1_000).await? else {
        return Ok(());
    };
    let (page, demo) = (&open.page, &open.demo);
    for step in 0..3 {
        demo.insert(step)?;
        demo.next_window();
    }
    shows(page, "where-row", "row 150 of 150").await?;
    let mut file = LabFile::parse(&saved(page, "share-save-lab").await?)?;
    file.lanes[0].batch = Some(lab::config::Batch::Count { rows: 16 });
    page.click("#share-open").await?;
    choose(
        page,
        "share-lab",
        "mine.json",
        &serde_json::to_string(&file)?,
    )
    .await?;
    shows(page, "share-said", "mine.json is in force.").await?;
    params(page, "batch 16").await?;
    let version = text(page, "where-version").await?;
    page.reload().await?;
    live(page).await?;
    params(page, "batch 16").await?;
    shows(page, "where-row", "row 150 of 150").await?;
    shows(page, "where-version", &version).await?;
    shows(page, "notice", "The changed experiment, as before").await?;
    open.page.close().await
}

/// Version, row, tab and whether the tables are open.
async fn what_is_seen(page: &Page) -> Result<Value> {
    page.js("const app = document.getElementById('app');
         const text = (id) => document.getElementById(id).textContent;
         return [text('where-version'), text('where-row'), app.dataset.tab, app.dataset.drawer]")
        .await
}

async fn opened(browser: &Browser, url: &str) -> Result<Page> {
    let page = browser.open().await?;
    page.resize(Size::DESKTOP).await?;
    page.goto(url).await?;
    page.wait_for("!document.getElementById('welcome').hidden", SOON)
        .await?;
    Ok(page)
}

async fn choose(page: &Page, input: &str, name: &str, text: &str) -> Result<()> {
    let script = CHOOSE
        .replace("TEXT", &Value::from(text).to_string())
        .replace("NAME", &Value::from(name).to_string())
        .replace("INPUT", &Value::from(input).to_string());
    page.js(&script).await.map(drop)
}

/// Waits until the shown lane's parameters are these.
async fn params(page: &Page, part: &str) -> Result<()> {
    let title = "document.getElementById('lane-params').title";
    page.wait_for(&format!("{title}.includes('{part}')"), SOON)
        .await
}
