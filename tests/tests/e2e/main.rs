//! The real program and the real page in a real browser; `cargo xtask test` runs them.

mod ecommerce;
mod insert;
mod inspector;
mod kept;
mod module;
mod recording;
mod regression;
mod relay;
mod smoke;
mod support;
mod transport;
mod walkthrough;
