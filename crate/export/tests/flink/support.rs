//! What the tests of jobs share.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Compares a text with a file of `tests/snapshots`; with `EDDY_BLESS=1` it is written there.
pub(crate) fn snapshot(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/snapshots")
        .join(name);
    if env::var_os("EDDY_BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        return;
    }
    let before = fs::read_to_string(&path).unwrap_or_default();
    let differs = before.lines().zip(text.lines()).position(|(a, b)| a != b);
    assert!(
        before == text,
        "{name} is another from line {}; look at it, then run again with EDDY_BLESS=1",
        differs.unwrap_or_else(|| before.lines().count().min(text.lines().count())) + 1
    );
}

/// All snapshots of Java in a folder of them.
pub(crate) fn snapshots(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|extension| extension == "java")
            {
                found.push(fs::read_to_string(path).unwrap());
            }
        }
    }
    assert!(!found.is_empty(), "{folder} holds no Java");
    found
}

/// Compiles jobs' classes against Flink's jars, where javac and the jars are here.
pub(crate) fn compile(classes: &[String]) {
    let Some(jars) = flink_jars() else {
        eprintln!(
            "not compiled: Flink's jars are not here (cargo xtask test --engines brings them)"
        );
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let mut javac = Command::new("javac");
    javac
        .args([
            "--release",
            "11",
            "-proc:none",
            "-Xlint:all,-classfile,-path",
            "-Werror",
            "-J-Xmx256m",
            "-cp",
        ])
        .arg(format!("{}/*", jars.display()))
        .arg("-d")
        .arg(folder.path());
    // All at once, each in a package of its own: most of the time goes into Flink's classes.
    for (number, class) in classes.iter().enumerate() {
        let sources = folder.path().join(number.to_string());
        fs::create_dir(&sources).unwrap();
        let source = sources.join("LaneJob.java");
        let class = class.replacen("package eddy;", &format!("package eddy.job{number};"), 1);
        fs::write(&source, class).unwrap();
        javac.arg(source);
    }
    match javac.output() {
        Ok(output) => assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        ),
        Err(error) => eprintln!("not compiled: javac does not start: {error}"),
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots")
}

/// The folder of Flink's jars in the cache of `cargo xtask`.
pub(crate) fn flink_jars() -> Option<PathBuf> {
    let cache = match env::var_os("EDDY_CACHE").filter(|folder| !folder.is_empty()) {
        Some(folder) => PathBuf::from(folder),
        None => env::home_dir()?.join(".cache/eddy"),
    };
    let jars = cache.join(format!("flink-{}", eddy_export::flink::FLINK_VERSION));
    jars.is_dir().then_some(jars)
}
