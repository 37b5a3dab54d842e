//! What the tests of the real pipeline share.

use std::fs::{self, File};
use std::process::{Child, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use eddy_tests::browser::Browser;
use eddy_tests::demo::Demo;
use eddy_tests::page::{Page, Size, saved};
use eddy_tests::program::Eddy;
use eddy_tests::stack::Stack;

/// Long enough for a busy machine; a passing wait takes a fraction.
pub(crate) const SOON: Duration = Duration::from_secs(60);

const LAB: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../www/lab.json");

/// A stack, the published demo's files, and what a browser needs.
pub(crate) struct Pipeline {
    pub(crate) stack: Stack,
    pub(crate) demo: Demo,
    pub(crate) browser: Browser,
    window_ms: u64,
}

/// A bridge on one connector's topics, with its page.
pub(crate) struct Watched {
    pub(crate) connector: &'static str,
    pub(crate) eddy: Option<Eddy>,
    pub(crate) page: Page,
    args: Vec<String>,
}

impl Pipeline {
    /// Starts everything, with the first training row in the database; None where tests may do without.
    pub(crate) fn start(window_ms: u64) -> Result<Option<Pipeline>> {
        let Some(browser) = Browser::for_tests()? else {
            return Ok(None);
        };
        let Some(stack) = Stack::for_tests("postgres,kafka,connect")? else {
            return Ok(None);
        };
        Ok(Some(Pipeline {
            stack,
            demo: Demo::new(142_923, window_ms)?,
            browser,
            window_ms,
        }))
    }

    /// Serves a connector's topics, and opens a page on them that keeps its replay lines.
    pub(crate) async fn watch(&self, connector: &'static str) -> Result<Watched> {
        let lab = self.lab(connector)?;
        let kafka = self.stack.kafka()?;
        let args = [
            "--kafka",
            &kafka,
            "--lab",
            &lab,
            "--allow-publish",
            "iris_predictions",
        ];
        let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
        let eddy = serve(0, &args)?;
        let page = self.browser.open().await?;
        page.resize(Size::DESKTOP).await?;
        page.goto(&format!("{}?keep=lines", eddy.url())).await?;
        live(&page).await?;
        Ok(Watched {
            connector,
            eddy: Some(eddy),
            page,
            args,
        })
    }

    /// The published demo's lab file, on a connector's topics, with windows of this pipeline's length.
    pub(crate) fn lab(&self, connector: &str) -> Result<String> {
        let lab = fs::read_to_string(LAB)?
            .replace("\"flink.public", &format!("\"{connector}.public"))
            .replace("10000", &self.window_ms.to_string());
        let file = self.demo.file(&format!("{connector}.json"));
        fs::write(&file, lab)?;
        Ok(file.display().to_string())
    }

    /// Inserts a file of the demo, as a reader would.
    pub(crate) fn insert(&self, name: &str) -> Result<()> {
        let file = self.demo.file(&format!("{name}.sql"));
        self.stack.psql(&["--file", &file.display().to_string()])?;
        Ok(())
    }

    /// Begins to insert so many training rows one by one, each in a transaction of its own.
    pub(crate) fn insert_slowly(&self, rows: usize, pause_ms: u32) -> Result<Child> {
        let file = self.demo.file("slowly.sql");
        let pause = f64::from(pause_ms) / 1000.0;
        let script: String = (0..rows)
            .map(|row| {
                let [a, b, c, d] = features(row);
                format!(
                    "INSERT INTO iris_train(sepal_length, sepal_width, petal_length, petal_width, iris_class) \
                     VALUES ({a}, {b}, {c}, {d}, 1);\nSELECT pg_sleep({pause});\n"
                )
            })
            .collect();
        fs::write(&file, script)?;
        let mut psql = self.stack.psql_command()?;
        psql.stdin(File::open(&file)?)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("psql does not start")
    }
}

impl Watched {
    /// Kills the bridge, as a crash would, and starts another one in its place.
    pub(crate) fn restart_bridge(&mut self) -> Result<()> {
        let eddy = self.eddy.take().context("a bridge")?;
        let port = eddy.port();
        eddy.kill();
        self.eddy = Some(serve(port, &self.args)?);
        Ok(())
    }

    /// The replay lines of everything that the page has applied.
    pub(crate) async fn lines(&self) -> Result<String> {
        saved(&self.page, "save-lines").await
    }
}

/// Four numbers that are different for each row.
pub(crate) fn features(row: usize) -> [f64; 4] {
    let row = row as f64;
    [
        4.0 + row % 41.0 / 10.0,
        2.0 + row % 23.0 / 10.0,
        1.0 + row % 59.0 / 10.0,
        0.1 + row % 25.0 / 10.0,
    ]
}

/// Waits for a psql that was started before.
pub(crate) fn finish(psql: Child) -> Result<()> {
    let output = psql.wait_with_output()?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "psql: {errors}");
    Ok(())
}

fn serve(port: u16, args: &[String]) -> Result<Eddy> {
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    Eddy::serve_at(port, &args)
}

/// Waits until the page is connected and has read everything.
pub(crate) async fn live(page: &Page) -> Result<()> {
    page.wait_for(
        "document.getElementById('connection').dataset.state === 'live'",
        SOON,
    )
    .await
}

/// Waits until an element shows this text somewhere in it.
pub(crate) async fn shows(page: &Page, id: &str, text: &str) -> Result<()> {
    let text = serde_json::to_string(text)?;
    page.wait_for(
        &format!("document.getElementById('{id}').textContent.includes({text})"),
        SOON,
    )
    .await
}

/// Waits until the page has applied at least so many records.
pub(crate) async fn applied(page: &Page, records: usize) -> Result<()> {
    let shown = "Number(document.getElementById('where-row').textContent.match(/row ([0-9,]+)/)?.[1]?.replaceAll(',', '') ?? 0)";
    page.wait_for(&format!("{shown} >= {records}"), SOON).await
}
