//! Harness of the end-to-end tests: the real program, the real page, a real browser.
//!
//! - [`golden`]: the recorded k-means cases, as lab file and recording
//! - [`process`]: a child process that does not outlive its owner
//! - [`program`]: the `eddy` program, started on a free port
//! - [`browser`]: finds Chromium and its driver, and starts them
//! - [`demo`]: the published demo, as a second process plays it
//! - [`stack`]: PostgreSQL, Kafka and Connect with Debezium, as `cargo xtask stack` starts them
//! - [`axe`]: what keeps people out of a page
//! - [`node`]: Node and TypeScript, for the npm package
//! - [`page`]: one browser window: scripts, waits, sizes, screenshots, console
//!
//! The tests themselves are in `tests/e2e`. They run with `cargo xtask test`, which builds page and
//! program, finds or installs the browser, and names them in `EDDY_BIN`, `EDDY_CHROMIUM` and
//! `EDDY_CHROMEDRIVER`. To run one by hand: `cargo xtask build`, then
//! `cargo test -p eddy-tests --test e2e -- NAME`. Without a browser they then say so and pass;
//! with `EDDY_REQUIRE_BROWSER=1`, which `cargo xtask test` sets, they fail.
//!
//! `EDDY_SHOTS=DIR` keeps screenshots, also one of every wait that failed.

pub mod axe;
pub mod browser;
pub mod demo;
pub mod golden;
pub mod node;
pub mod page;
pub mod process;
pub mod program;
pub mod stack;
