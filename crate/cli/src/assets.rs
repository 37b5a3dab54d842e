//! The page's files, inside the program.

use std::sync::Arc;

use rust_embed::RustEmbed;

/// What `cargo xtask build` leaves; nothing where it has not been run.
///
/// A program that is built for development reads the files where they lie.
#[derive(RustEmbed)]
#[folder = "../../target/site"]
#[allow_missing = true]
struct Site;

/// Finds a file of the page.
pub(crate) fn lookup() -> bridge::Assets {
    Arc::new(|path| Site::get(path).map(|file| file.data))
}
