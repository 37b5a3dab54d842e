//! The way to each screen, as a person goes it.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use eddy_tests::browser::Browser;
use eddy_tests::demo::Demo;
use eddy_tests::page::{Page, Preferences, Size};
use eddy_tests::program::{Eddy, eddy};
use fantoccini::key::Key;
use serde_json::json;

use crate::beside;
use crate::ways::{SOON, clip, draft, insert_some, live, orders, serve, shows};

/// The published demo's windows.
const WINDOW_MS: u64 = 10_000;

/// A window that has just been opened, with pictures without motion.
struct Shots<'a> {
    browser: &'a Browser,
    out: &'a Path,
}

/// Takes those of these numbers, all if none is given.
pub(crate) async fn take(browser: &Browser, out: &Path, only: &[u8]) -> Result<()> {
    let shots = Shots { browser, out };
    let wanted = |number: u8| only.is_empty() || only.contains(&number);
    if wanted(5) {
        shots.first_open().await?;
    }
    if wanted(2) {
        shots.paused().await?;
    }
    if [1, 3, 4, 7].into_iter().any(wanted) {
        shots.played().await?;
    }
    if wanted(6) {
        shots.regression().await?;
        shots.orders().await?;
    }
    if wanted(8) {
        shots.errors().await?;
    }
    if wanted(9) {
        shots.components().await?;
    }
    Ok(())
}

impl Shots<'_> {
    async fn page(&self, url: &str) -> Result<Page> {
        let page = self.browser.open().await?;
        page.prefer(Preferences {
            dark: false,
            reduced_motion: true,
        })
        .await?;
        page.goto(url).await?;
        Ok(page)
    }

    async fn shot(&self, page: &Page, name: &str) -> Result<()> {
        // The pointer leaves what it was on, and what was drawn last is on the screen.
        let away = json!({ "type": "mouseMoved", "x": 700, "y": 1 });
        page.devtools("Input.dispatchMouseEvent", away).await?;
        page.js(
            "await new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(seen)))",
        )
        .await?;
        tokio::time::sleep(Duration::from_millis(300)).await;
        page.shot(&self.out.join(format!("{name}.png"))).await
    }

    async fn first_open(&self) -> Result<()> {
        let site = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/site");
        let page = self.page(&crate::site::serve(site)?).await?;
        page.wait_for("!document.getElementById('welcome').hidden", SOON)
            .await?;
        self.shot(&page, "05-first-open-1440").await?;
        page.close().await
    }

    /// A fork at an older version, and a draft of another.
    async fn paused(&self) -> Result<()> {
        let (demo, _eddy, page) = self.demo().await?;
        for step in 0..4 {
            demo.insert(step)?;
        }
        shows(&page, "where-row", "row 161 of 161").await?;
        page.keys(" ").await?;
        insert_some(&demo, "iris_train2.sql", 31)?;
        shows(&page, "connection", "31 records waiting").await?;
        // To the start of version 5, to version 4, to version 3.
        for _ in 0..3 {
            page.keys(&Key::Left.to_string()).await?;
        }
        shows(&page, "where-version", "Version 3").await?;
        page.keys("f").await?;
        draft(&page, "0.5").await?;
        page.click("#settings-fork").await?;
        shows(&page, "timeline-lanes", "Fork of v3").await?;
        // The parent again, at the newest record read.
        page.keys("1").await?;
        page.keys(&Key::End.to_string()).await?;
        shows(&page, "where-version", "Version 5").await?;
        page.keys("b").await?;
        page.keys("s").await?;
        draft(&page, "0.5").await?;
        page.prefer(Preferences {
            dark: true,
            reduced_motion: true,
        })
        .await?;
        self.shot(&page, "02-paused-step-dark-1440").await?;
        page.close().await
    }

    /// The whole walk-through: live, side by side, the inspector, a phone.
    async fn played(&self) -> Result<()> {
        let (demo, _eddy, page) = self.demo().await?;
        for step in 0..6 {
            demo.insert(step)?;
        }
        demo.next_window();
        shows(&page, "where-row", "row 310 of 310").await?;
        shows(&page, "m-right", "9 of 11").await?;
        self.shot(&page, "01-live-light-1440").await?;
        page.resize(Size::PHONE).await?;
        self.shot(&page, "07-mobile-390x844").await?;
        page.resize(Size::DESKTOP).await?;
        page.keys("c").await?;
        shows(&page, "differences-count", "2 of 11").await?;
        page.click("#differences-body tr:last-child button").await?;
        self.shot(&page, "03-compare-lanes-light-1440").await?;
        page.keys("c").await?;
        rusqlite::Connection::open(demo.db())?.execute_batch(
            "UPDATE iris_train SET petal_width = petal_width + 0.2 WHERE id = 134;
             DELETE FROM iris_train WHERE id = 135;",
        )?;
        shows(&page, "where-row", "row 313 of 313").await?;
        page.click("#events-body tr:nth-child(3)").await?;
        shows(&page, "taken-body", "u, an update").await?;
        self.shot(&page, "04-inspector-light-1440").await?;
        page.close().await
    }

    /// A stream of orders, each predicted first and learned then.
    async fn regression(&self) -> Result<()> {
        let folder = tempfile::tempdir()?;
        let (lab, events) = orders(folder.path(), 324)?;
        let eddy = Eddy::serve(&["--file", &events, "--speed", "max", "--lab", &lab])?;
        let page = self.page(eddy.url()).await?;
        shows(&page, "where-row", "row 324 of 324").await?;
        page.keys("i").await?;
        self.shot(&page, "06-regression-light-1440").await?;
        page.close().await
    }

    /// The second published case after its last step.
    async fn orders(&self) -> Result<()> {
        let folder = tempfile::tempdir()?;
        let db = folder.path().join("eddy.db").display().to_string();
        let eddy = Eddy::serve(&["--scenario", "ecommerce", "--db", &db, "--window", "1s"])?;
        let page = self.page(eddy.url()).await?;
        live(&page).await?;
        let press = "[...document.querySelectorAll('#steps button')].some((button) => {
            const offered = button.offsetParent && !button.disabled;
            if (offered) button.click();
            return offered;
        })";
        for step in 1..=4 {
            page.wait_for(press, SOON).await?;
            shows(&page, "walk-count", &format!("{step} of 4")).await?;
        }
        shows(&page, "walk-verdict", "MSE").await?;
        self.shot(&page, "regression").await?;
        page.close().await
    }

    /// A row that cannot be read; the bridge is away; records that are gone; another column.
    async fn errors(&self) -> Result<()> {
        let demo = Demo::new(142_923, 1_000)?;
        let keep = ["--retention-rows", "100"];
        let program = serve(&demo, 0, &keep)?;
        let port = program.port();
        let page = self.page(program.url()).await?;
        live(&page).await?;
        for step in 0..3 {
            demo.insert(step)?;
        }
        shows(&page, "where-row", "row 150 of 150").await?;
        let db = demo.db();
        let insert = ["insert", "--db", &db, "iris_train"];
        let row = [
            "sepal_length=7.4",
            "sepal_width=2.8",
            "petal_length=6.1",
            "petal_width=n/a",
        ];
        eddy(&[&insert[..], &row[..]].concat())?;
        shows(&page, "connection", "1 row skipped").await?;
        page.click("#events-body tr").await?;
        shows(&page, "taken-body", "Rejected").await?;
        self.shot(&page, "08-rejected").await?;
        page.keys(&Key::Escape.to_string()).await?;
        program.kill();
        shows(&page, "banners", "No answer").await?;
        shows(&page, "connection", "try 2").await?;
        self.shot(&page, "08-reconnecting").await?;
        for step in [3, 4, 4] {
            demo.insert(step)?;
        }
        // While no page reads, what is over the retention is deleted.
        let meanwhile = serve(&demo, 0, &keep)?;
        tokio::time::sleep(Duration::from_secs(5)).await;
        drop(meanwhile);
        let program = serve(&demo, port, &keep)?;
        shows(&page, "banners", "are gone").await?;
        live(&page).await?;
        page.keys("b").await?;
        self.shot(&page, "08-gap").await?;
        rusqlite::Connection::open(&db)?
            .execute_batch("ALTER TABLE iris_train RENAME COLUMN petal_width TO petal_w")?;
        // The program looks for changed tables now and then.
        tokio::time::sleep(Duration::from_secs(3)).await;
        eddy(&[&insert[..], &row[..3], &["petal_w=1.9"]].concat())?;
        shows(&page, "connection", "2 rows skipped").await?;
        page.click("#events-body tr").await?;
        shows(&page, "taken-body", "Rejected").await?;
        self.shot(&page, "08-renamed").await?;
        drop(program);
        // The broken connections were logged by the browser.
        page.console().await?;
        page.close().await?;
        let parts = ["reconnecting", "rejected", "gap", "renamed"];
        let parts = parts.map(|part| self.out.join(format!("08-{part}.png")));
        beside::sheet(
            self.browser,
            &parts,
            2,
            &self.out.join("08-error-states.png"),
        )
        .await
    }

    /// Menus, dialogs, a tip, a field that refuses: light and dark.
    async fn components(&self) -> Result<()> {
        let (demo, _eddy, page) = self.demo().await?;
        for step in 0..4 {
            demo.insert(step)?;
        }
        shows(&page, "where-row", "row 161 of 161").await?;
        let mut parts = Vec::new();
        for dark in [false, true] {
            page.prefer(Preferences {
                dark,
                reduced_motion: true,
            })
            .await?;
            for (name, open, part) in COMPONENTS {
                page.js(open).await?;
                let file = format!("09-{name}{}.png", if dark { "-dark" } else { "" });
                let file = self.out.join(file);
                tokio::time::sleep(Duration::from_millis(400)).await;
                clip(&page, part, &file).await?;
                parts.push(file);
                page.keys(&Key::Escape.to_string()).await?;
            }
        }
        page.close().await?;
        beside::halves(self.browser, &parts, &self.out.join("09-components.png")).await
    }

    /// The program on the published demo's tables, and its page.
    async fn demo(&self) -> Result<(Demo, Eddy, Page)> {
        let demo = Demo::new(142_923, WINDOW_MS)?;
        let eddy = serve(&demo, 0, &[])?;
        let page = self.page(eddy.url()).await?;
        live(&page).await?;
        Ok((demo, eddy, page))
    }
}

/// What is shown of the components: a name, what opens it, and the part of the page that it is.
const COMPONENTS: [(&str, &str, &str); 8] = [
    (
        "buttons",
        "document.getElementById('tab-right-measures').click()",
        ".transport .buttons",
    ),
    ("steps", "", "#panel-walk"),
    (
        "fields",
        "document.getElementById('tab-right-settings').click();
         await new Promise((drawn) => setTimeout(drawn, 300));
         const field = document.getElementById('set-model-decay_factor');
         field.value = '1.5';
         field.dispatchEvent(new Event('input', { bubbles: true }))",
        "#right-settings",
    ),
    (
        "notes",
        "document.getElementById('lint-chip').click();
         await new Promise((drawn) => setTimeout(drawn, 300))",
        "#right-settings",
    ),
    (
        "table",
        "document.getElementById('tab-predictions').click()",
        "#results",
    ),
    (
        "lane-menu",
        "document.getElementById('lane-more').click()",
        "#lane-menu",
    ),
    (
        "view-menu",
        "document.getElementById('view-button').click()",
        ".view-sheet",
    ),
    (
        "share",
        "document.getElementById('share-open').click()",
        "#share-dialog",
    ),
];
