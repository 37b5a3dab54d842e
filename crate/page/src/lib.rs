//! Eddy's page, compiled to WebAssembly: one module that is loaded twice.
//!
//! - [`page`]: the page thread, which owns DOM and charts; `main.js` calls [`page::start_page`]
//! - [`worker`]: the worker, which owns socket, decoding and lab; `worker.js` calls its `start_worker`
//! - [`protocol`]: what the two say to each other

pub mod page;
pub mod protocol;
pub mod worker;
