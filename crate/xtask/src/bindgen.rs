//! From a compiled module to what JavaScript loads: `NAME.js`, `NAME_bg.wasm` and their types.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context, Result, bail, ensure};

use crate::repo::Repo;
use crate::run;

/// Writes these files to `out` with the built tool, unless they are there already.
///
/// `small` leaves out what only stack traces show.
pub(crate) fn run(
    repo: &Repo,
    tool: &Path,
    wasm: &Path,
    (out, name): (&Path, &str),
    small: bool,
) -> Result<()> {
    let lock = fs::read_to_string(repo.root.join("Cargo.lock"))?;
    let version = checked_version(&lock)?;
    let stamp_file = out.with_extension("stamp");
    let stamp = stamp(wasm, tool, version)?;
    if fs::read_to_string(&stamp_file).is_ok_and(|old| old == stamp)
        && out.join(format!("{name}.js")).is_file()
    {
        return Ok(());
    }
    if out.exists() {
        fs::remove_dir_all(out)?;
    }
    let mut bindgen = Command::new(tool);
    bindgen
        .arg(wasm)
        .arg(out)
        .arg(name)
        .args(small.then_some("small"));
    run::shown(bindgen)?;
    fs::write(&stamp_file, stamp)?;
    Ok(())
}

/// The version of wasm-bindgen, which the page's library and the tool must share.
fn checked_version(lock: &str) -> Result<&str> {
    let library = locked_version(lock, "wasm-bindgen")?;
    let tool = locked_version(lock, "wasm-bindgen-cli-support")?;
    ensure!(
        library == tool,
        "Cargo.lock has wasm-bindgen {library} but wasm-bindgen-cli-support {tool}; they must be equal: run \
         `cargo update -p wasm-bindgen --precise V && cargo update -p wasm-bindgen-cli-support --precise V` \
         with one version for V"
    );
    Ok(library)
}

fn locked_version<'a>(lock: &'a str, package: &str) -> Result<&'a str> {
    let mut lines = lock.lines();
    let head = format!("name = \"{package}\"");
    if lines.any(|line| line == head)
        && let Some(version) = lines
            .next()
            .and_then(|line| line.strip_prefix("version = \""))
    {
        return Ok(version.trim_end_matches('"'));
    }
    bail!("Cargo.lock has no {package}: run `cargo update -p {package}`")
}

/// Changes whenever the compiled module or the tool does.
fn stamp(wasm: &Path, tool: &Path, version: &str) -> Result<String> {
    let mut stamp = format!("wasm-bindgen {version}\n");
    for file in [wasm, tool] {
        let about =
            fs::metadata(file).with_context(|| format!("{} was not built", file.display()))?;
        let modified_ns = about
            .modified()?
            .duration_since(SystemTime::UNIX_EPOCH)?
            .as_nanos();
        stamp += &format!(
            "{}: {} bytes, {modified_ns} ns\n",
            file.display(),
            about.len()
        );
    }
    Ok(stamp)
}

#[cfg(test)]
mod tests {
    use super::checked_version;

    fn lock(library: &str, tool: &str) -> String {
        let package =
            |name, version| format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n\n");
        package("wasm-bindgen", library)
            + &package("wasm-bindgen-backend", "9.9.9")
            + &package("wasm-bindgen-cli-support", tool)
    }

    #[test]
    fn library_and_tool_must_be_of_one_version() {
        let verdict = |lock: &str| {
            checked_version(lock)
                .map(str::to_owned)
                .map_err(|error| error.to_string())
        };
        assert_eq!(
            verdict(&lock("0.2.130", "0.2.130")),
            Ok("0.2.130".to_owned())
        );
        let differ = verdict(&lock("0.2.131", "0.2.130"));
        assert!(
            matches!(&differ, Err(error) if error.contains("0.2.131") && error.contains("cargo update")),
            "{differ:?}"
        );
        let missing = verdict("");
        assert!(
            matches!(&missing, Err(error) if error.contains("no wasm-bindgen")),
            "{missing:?}"
        );
    }
}
