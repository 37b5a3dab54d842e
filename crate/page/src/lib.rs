//! Eddy's page, compiled to WebAssembly: one module that is loaded twice.
//!
//! - [`page`]: the page thread, which owns DOM and charts
//! - [`worker`]: the worker, which owns socket, decoding and lab
//! - [`protocol`]: what the two say to each other
//! - [`mod@replay`]: the lab without page and worker
//!
//! `main.js` calls [`start_page`], `worker.js` calls [`start_worker`].

use wasm_bindgen::prelude::wasm_bindgen;

pub mod page;
pub mod protocol;
pub mod replay;
pub mod worker;

/// Starts the page thread with its worker.
///
/// # Errors
/// index.html lacks an element, or the lab file cannot be fetched.
#[wasm_bindgen]
pub async fn start_page(worker: web_sys::Worker) -> Result<(), wasm_bindgen::JsValue> {
    page::app::start(worker).await
}

/// Starts the worker: from now on it listens.
#[wasm_bindgen]
pub fn start_worker() {
    worker::run::run();
}
