//! What the Kafka client's C library is built with.

use std::process::Command;

use anyhow::{Context, Result};

use crate::{apt, run};

/// Looks for compiler, tools and OpenSSL's headers; installs them where that is possible.
pub(crate) fn find_or_install() -> Result<()> {
    let programs = ["gcc", "g++", "make", "pkg-config"];
    if programs.iter().all(|name| run::which(name).is_some()) && has_openssl() {
        return Ok(());
    }
    apt::install(&["gcc", "g++", "make", "pkg-config", "libssl-dev"]).context(
        "eddy's Kafka client needs a C and C++ compiler, make, pkg-config and OpenSSL's headers",
    )
}

fn has_openssl() -> bool {
    let mut ask = Command::new("pkg-config");
    ask.args(["--exists", "openssl"]);
    run::text(ask).is_ok()
}
