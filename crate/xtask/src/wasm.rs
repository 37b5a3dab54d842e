//! A compiler for wasm32, found or installed.
//!
//! Rust's own builds come with the target as a component. Where that cannot be fetched (a machine
//! that reaches a distribution's mirror but not rust-lang.org), Debian's Rust and its sources build
//! the target's standard library along with the page.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::repo::Repo;
use crate::{apt, run, rustup};

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// How wasm32 is compiled on this machine.
pub(crate) enum Toolchain {
    /// The Rust in use has the target.
    Plain,
    /// Debian's Rust builds the target's standard library too.
    Debian {
        /// A linker for wasm, which Debian's Rust comes without.
        linker: PathBuf,
    },
}

/// Debian's Rust that keeps up with the browsers, and the sources of its standard library.
const PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_SOURCES: &str = "/usr/lib/rustlib/src/rust/library/Cargo.lock";

/// Finds a compiler for wasm32, or installs one.
pub(crate) fn toolchain() -> Result<Toolchain> {
    if has_target() {
        return Ok(Toolchain::Plain);
    }
    if let Ok(debian) = debian() {
        return Ok(debian);
    }
    let added = rustup::add("target", TARGET);
    if added.is_ok() && has_target() {
        return Ok(Toolchain::Plain);
    }
    let debian = apt::install(&PACKAGES).and_then(|()| debian());
    debian.map_err(|debian| {
        let rustup = added.err().map_or_else(String::new, |error| format!("\nrustup: {error:#}"));
        anyhow::anyhow!(
            "The page needs a compiler for WebAssembly. Run `rustup target add {TARGET}`, or on Debian \
             `sudo apt-get install {}`.{rustup}\nDebian: {debian:#}",
            PACKAGES.join(" ")
        )
    })
}

impl Toolchain {
    /// A `cargo build` for wasm32 with this compiler.
    pub(crate) fn cargo_build(&self, repo: &Repo) -> Command {
        let mut command = repo.cargo("build");
        if let Toolchain::Debian { linker } = self {
            command = Command::new(DEBIAN_CARGO);
            command
                .current_dir(&repo.root)
                // Without features: they bring backtraces, which wasm32 does not have, and what reads them.
                .args([
                    "build",
                    "-Zbuild-std=std,panic_abort",
                    "-Zbuild-std-features=",
                ])
                .env("RUSTC", DEBIAN_RUSTC)
                // -Zbuild-std is for a nightly Rust, which Debian does not have.
                .env("RUSTC_BOOTSTRAP", "1")
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker)
                // Those of the Rust that runs this xtask, which are not for another one.
                .env_remove("CARGO")
                .env_remove("RUSTUP_TOOLCHAIN")
                .env_remove("LD_LIBRARY_PATH");
        }
        command.args(["--target", TARGET]);
        command
    }
}

fn has_target() -> bool {
    let mut rustc = rustc();
    rustc.args(["--print", "target-libdir", "--target", TARGET]);
    let Ok(folder) = run::text(rustc) else {
        return false;
    };
    let Ok(files) = fs::read_dir(folder) else {
        return false;
    };
    files
        .flatten()
        .any(|file| file.file_name().to_string_lossy().starts_with("libcore-"))
}

fn debian() -> Result<Toolchain> {
    for file in [DEBIAN_RUSTC, DEBIAN_CARGO, DEBIAN_SOURCES] {
        ensure!(Path::new(file).is_file(), "{file} is missing");
    }
    let mut version = Command::new(DEBIAN_RUSTC);
    version.arg("--version").env_remove("LD_LIBRARY_PATH");
    let version = run::text(version)?;
    let oldest = env!("CARGO_PKG_RUST_VERSION");
    ensure!(
        minor(&version) >= minor(oldest),
        "its {version} is older than {oldest}, which Eddy needs"
    );
    Ok(Toolchain::Debian { linker: linker()? })
}

/// A linker for wasm: the one that Rust brings along, or the distribution's.
fn linker() -> Result<PathBuf> {
    let own = sysroot_tools()
        .map(|folder| folder.join("rust-lld"))
        .ok()
        .filter(|file| file.is_file());
    own.or_else(|| run::which("rust-lld"))
        .or_else(|| run::which("wasm-ld"))
        .context("a linker for WebAssembly is missing: run `sudo apt-get install lld`")
}

fn sysroot_tools() -> Result<PathBuf> {
    let mut sysroot = rustc();
    sysroot.args(["--print", "sysroot"]);
    let mut host = rustc();
    host.args(["--print", "host-tuple"]);
    Ok(PathBuf::from(run::text(sysroot)?)
        .join("lib/rustlib")
        .join(run::text(host)?)
        .join("bin"))
}

fn rustc() -> Command {
    Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
}

/// 89 of "1.89" and of "rustc 1.89.0 (…)".
fn minor(version: &str) -> u32 {
    version
        .split('.')
        .nth(1)
        .and_then(|minor| minor.parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::minor;

    #[test]
    fn versions_compare_by_their_minor_number() {
        assert_eq!(
            minor("rustc 1.96.0 (ac68faa20 2026-05-25) (built from a source tarball)"),
            96
        );
        assert_eq!(minor("1.89"), 89);
        assert_eq!(minor("rustc 1.101.1 (…)"), 101);
        assert_eq!(minor(""), 0);
    }
}
