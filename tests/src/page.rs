//! One browser window: scripts, waits, sizes, screenshots, console.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use fantoccini::Client;
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::error::CmdError;
use fantoccini::key::Key;
use fantoccini::wd::WebDriverCompatibleCommand;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::browser::{Driver, delete_session};

/// A window with a profile of its own; dropped, it is closed.
pub struct Page {
    /// The WebDriver session: elements, keys, clicks.
    pub client: Client,
    session: String,
    driver: Driver,
}

/// A size of the viewport, in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Width in px.
    pub width: u32,
    /// Height in px.
    pub height: u32,
}

/// The two sizes that the page is designed at.
impl Size {
    /// A laptop.
    pub const DESKTOP: Size = Size {
        width: 1440,
        height: 900,
    };
    /// A phone.
    pub const PHONE: Size = Size {
        width: 390,
        height: 844,
    };
}

/// What the reader's system prefers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Preferences {
    /// Dark colours.
    pub dark: bool,
    /// Little motion.
    pub reduced_motion: bool,
}

const POLL: Duration = Duration::from_millis(20);

impl Page {
    pub(crate) async fn new(client: Client, driver: Driver) -> Result<Page> {
        let session = client
            .session_id()
            .await?
            .context("the driver opened no session")?;
        let page = Page {
            client,
            session,
            driver,
        };
        page.resize(Size::DESKTOP).await?;
        Ok(page)
    }

    /// Goes to an address and waits until it has loaded.
    ///
    /// # Errors
    ///
    /// If the address cannot be opened.
    pub async fn goto(&self, url: &str) -> Result<()> {
        self.client
            .goto(url)
            .await
            .with_context(|| format!("{url} does not open"))
    }

    /// Loads the page anew.
    ///
    /// # Errors
    ///
    /// If the browser is gone.
    pub async fn reload(&self) -> Result<()> {
        Ok(self.client.refresh().await?)
    }

    /// Runs the body of an async function in the page; its value comes back.
    ///
    /// # Errors
    ///
    /// If it throws.
    pub async fn js(&self, body: &str) -> Result<Value> {
        let script = format!("return (async () => {{ {body} }})()");
        self.client
            .execute(&script, vec![])
            .await
            .with_context(|| format!("in the page: {body}"))
    }

    /// Waits until an expression is true in the page.
    ///
    /// # Errors
    ///
    /// If it is still not after `limit`; the error shows the console, and `EDDY_SHOTS` gets a picture.
    pub async fn wait_for(&self, expression: &str, limit: Duration) -> Result<()> {
        let end = Instant::now() + limit;
        loop {
            if self.js(&format!("return Boolean({expression})")).await? == Value::Bool(true) {
                return Ok(());
            }
            if Instant::now() >= end {
                break;
            }
            sleep(POLL).await;
        }
        let shown = self.keep_shot("failed-wait").await?;
        let console = self.console().await?.join("\n");
        bail!("not true within {limit:?}: {expression}\nconsole: {console}\npicture: {shown:?}")
    }

    /// Clicks the first element that a CSS selector finds.
    ///
    /// One that is drawn anew between the look and the click is looked for again, as a person would.
    ///
    /// # Errors
    ///
    /// If there is none, or something lies over it.
    pub async fn click(&self, selector: &str) -> Result<()> {
        const TRIES: usize = 20;
        for _ in 1..TRIES {
            match self.click_once(selector).await {
                Err(error) if is_stale(&error) => sleep(POLL).await,
                done => return done,
            }
        }
        self.click_once(selector).await
    }

    async fn click_once(&self, selector: &str) -> Result<()> {
        let found = self.client.find(fantoccini::Locator::Css(selector)).await;
        let element = found.with_context(|| format!("no element {selector}"))?;
        element
            .click()
            .await
            .with_context(|| format!("{selector} cannot be clicked"))
    }

    /// The text that the first element of a CSS selector shows.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub async fn text(&self, selector: &str) -> Result<String> {
        let found = self.client.find(fantoccini::Locator::Css(selector)).await;
        Ok(found
            .with_context(|| format!("no element {selector}"))?
            .text()
            .await?)
    }

    /// Types on the keyboard, into whatever has the focus; `fantoccini::key::Key` names the special keys.
    ///
    /// `Key::Shift` is held from where it stands to the end.
    ///
    /// # Errors
    ///
    /// If the browser is gone.
    pub async fn keys(&self, keys: &str) -> Result<()> {
        // Not `send_keys` of the active element: that asks whether the element can take keys, and while a
        // dialog closes or a page has just loaded the answer is no, though a keyboard would work.
        let shift = char::from(Key::Shift);
        let mut actions = KeyActions::new("keyboard".to_owned());
        for value in keys.chars() {
            actions = actions.then(KeyAction::Down { value });
            if value != shift {
                actions = actions.then(KeyAction::Up { value });
            }
        }
        if keys.contains(shift) {
            actions = actions.then(KeyAction::Up { value: shift });
        }
        Ok(self.client.perform_actions(actions).await?)
    }

    /// Gives the viewport exactly this size; below 600 px wide it is a phone's.
    ///
    /// # Errors
    ///
    /// If the browser is gone.
    pub async fn resize(&self, size: Size) -> Result<()> {
        let Size { width, height } = size;
        let mobile = width < 600;
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics)
            .await?;
        self.devtools(
            "Emulation.setTouchEmulationEnabled",
            json!({ "enabled": mobile }),
        )
        .await?;
        Ok(())
    }

    /// Sets what the reader's system prefers.
    ///
    /// # Errors
    ///
    /// If the browser is gone.
    pub async fn prefer(&self, preferences: Preferences) -> Result<()> {
        let scheme = if preferences.dark { "dark" } else { "light" };
        let motion = if preferences.reduced_motion {
            "reduce"
        } else {
            "no-preference"
        };
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": motion },
        ]);
        self.devtools(
            "Emulation.setEmulatedMedia",
            json!({ "features": features }),
        )
        .await?;
        Ok(())
    }

    /// Has the system choose the colours, as high-contrast themes do, and little motion; [`Page::prefer`] ends it.
    ///
    /// # Errors
    ///
    /// If the browser is gone.
    pub async fn force_colors(&self, dark: bool) -> Result<()> {
        let scheme = if dark { "dark" } else { "light" };
        let features = json!([
            { "name": "forced-colors", "value": "active" },
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.devtools(
            "Emulation.setEmulatedMedia",
            json!({ "features": features }),
        )
        .await?;
        Ok(())
    }

    /// Writes a PNG of the viewport.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub async fn shot(&self, file: &Path) -> Result<()> {
        let png = self.client.screenshot().await?;
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(file, png).with_context(|| format!("{} cannot be written", file.display()))
    }

    /// Writes `NAME.png` to the folder `EDDY_SHOTS`, if that is set.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub async fn keep_shot(&self, name: &str) -> Result<Option<PathBuf>> {
        let Some(folder) = std::env::var_os("EDDY_SHOTS") else {
            return Ok(None);
        };
        let file = PathBuf::from(folder).join(format!("{name}.png"));
        self.shot(&file).await?;
        Ok(Some(file))
    }

    /// What the console says since the last call, as `LEVEL message`.
    ///
    /// # Errors
    ///
    /// If the browser is gone.
    pub async fn console(&self) -> Result<Vec<String>> {
        let entries = self.command("se/log", json!({ "type": "browser" })).await?;
        let entries: Vec<Value> = serde_json::from_value(entries)?;
        let line = |entry: &Value| {
            format!(
                "{} {}",
                entry["level"].as_str().unwrap_or("?"),
                entry["message"].as_str().unwrap_or("?")
            )
        };
        Ok(entries.iter().map(line).collect())
    }

    /// Closes the window, which must not have logged an error.
    ///
    /// # Errors
    ///
    /// If the console shows an error that was not read with [`Page::console`] before.
    pub async fn close(self) -> Result<()> {
        let console = self.console().await?;
        let errors: Vec<&String> = console
            .iter()
            .filter(|line| line.starts_with("SEVERE"))
            .collect();
        ensure!(errors.is_empty(), "errors in the console: {errors:#?}");
        Ok(())
    }

    /// Sends a command of the Chrome DevTools protocol.
    ///
    /// # Errors
    ///
    /// If the browser refuses it.
    pub async fn devtools(&self, command: &str, params: Value) -> Result<Value> {
        self.command(
            "goog/cdp/execute",
            json!({ "cmd": command, "params": params }),
        )
        .await
    }

    async fn command(&self, path: &'static str, body: Value) -> Result<Value> {
        let shown = format!("{path}: {body}");
        self.client
            .issue_cmd(Post { path, body })
            .await
            .context(shown)
    }
}

/// The file that a button saves, by the button's id.
///
/// # Errors
///
/// If there is no such button, or it saves no text.
pub async fn saved(page: &Page, button: &str) -> Result<String> {
    let script = format!(
        "const make = URL.createObjectURL;
         const text = new Promise((resolve) => {{
           URL.createObjectURL = (blob) => {{ resolve(blob.text()); return make.call(URL, blob); }};
         }});
         document.getElementById('{button}').click();
         const saved = await text;
         URL.createObjectURL = make;
         return saved;"
    );
    Ok(page
        .js(&script)
        .await?
        .as_str()
        .context("a saved text")?
        .to_owned())
}

impl Drop for Page {
    fn drop(&mut self) {
        // The driver ends in any case; only its browser would be left, and that only if the driver hangs.
        let _ = delete_session(self.driver.port, &self.session);
    }
}

/// A command that the WebDriver standard does not have.
#[derive(Debug)]
struct Post {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Post {
    fn endpoint(
        &self,
        base_url: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base_url.join(&format!(
            "session/{}/{}",
            session.unwrap_or_default(),
            self.path
        ))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}

/// Whether an element was drawn anew before it was acted on.
fn is_stale(error: &anyhow::Error) -> bool {
    let error = error.downcast_ref::<CmdError>();
    error.is_some_and(CmdError::is_stale_element_reference)
}
