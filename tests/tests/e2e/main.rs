//! The real program and the real page in a real browser; `cargo xtask test` runs them.

mod access;
mod correct;
mod ecommerce;
mod follow;
mod fork;
mod insert;
mod inspector;
mod job;
mod kept;
mod lanes;
mod lint;
mod made;
mod module;
mod package;
mod recording;
mod regression;
mod relay;
mod share;
mod smoke;
mod support;
mod transport;
mod views;
mod walkthrough;
mod yours;
