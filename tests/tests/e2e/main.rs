//! The real program and the real page in a real browser; `cargo xtask test` runs them.

mod relay;
mod smoke;
