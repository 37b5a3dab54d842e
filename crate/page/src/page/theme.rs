//! Light and dark.

use gloo::storage::{LocalStorage, Storage};
use web_sys::MediaQueryList;

use super::dom;

/// The key that a chosen theme is kept under; `theme.js` reads it before the first paint.
const THEME_KEY: &str = "eddy.theme";

/// Whether dark colours are shown.
pub fn is_dark() -> bool {
    let root = dom::document()
        .ok()
        .and_then(|document| document.document_element());
    root.and_then(|root| root.get_attribute("data-theme"))
        .as_deref()
        == Some("dark")
}

/// Switches to the other colours and keeps the choice; given the system's, follows them unless one was chosen.
pub fn switch(system_dark: Option<bool>) {
    let storage = LocalStorage::raw();
    let chosen = storage.get_item(THEME_KEY).ok().flatten().is_some();
    let dark = match system_dark {
        Some(_) if chosen => return,
        Some(dark) => dark,
        None => !is_dark(),
    };
    let name = if dark { "dark" } else { "light" };
    if system_dark.is_none() {
        // Without storage the choice holds until the page is closed.
        let _ = storage.set_item(THEME_KEY, name);
    }
    if let Some(root) = dom::document()
        .ok()
        .and_then(|document| document.document_element())
    {
        dom::set_attribute(&root, "data-theme", name);
    }
}

/// The system's wish for dark colours.
pub fn system() -> Option<MediaQueryList> {
    query("(prefers-color-scheme: dark)")
}

/// The system's wish for less motion.
pub fn less_motion() -> Option<MediaQueryList> {
    query("(prefers-reduced-motion: reduce)")
}

fn query(query: &str) -> Option<MediaQueryList> {
    dom::window().ok()?.match_media(query).ok()?
}
