//! Where it was measured.

use std::fs;
use std::process::Command;
use std::thread;

use anyhow::Result;

use super::prepare::All;
use crate::run;

/// Processor, system and versions, in one sentence each.
pub(crate) fn describe(all: &mut All) -> Result<String> {
    let cores = thread::available_parallelism()?;
    let mut said = vec![
        format!("{}, {cores} cores", processor()),
        system(),
        said_by("rustc", &["--version"]).unwrap_or_default(),
    ];
    said.extend(all.browser.clone());
    if let Some(versions) = all.versions()? {
        let version = |name: &str| versions[name].as_str().unwrap_or("?").to_owned();
        said.push(format!("Python {}", version("python")));
        said.push(format!("scikit-learn {}", version("scikit-learn")));
        said.push(format!("River {}", version("river")));
    }
    Ok(said.join("; "))
}

fn processor() -> String {
    let from_linux = || {
        let text = fs::read_to_string("/proc/cpuinfo").ok()?;
        let line = text.lines().find(|line| line.starts_with("model name"))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    from_linux()
        .or_else(|| said_by("sysctl", &["-n", "machdep.cpu.brand_string"]))
        .unwrap_or_else(|| "an unknown processor".to_owned())
}

fn system() -> String {
    let from_linux = || {
        let text = fs::read_to_string("/etc/os-release").ok()?;
        let name = text
            .lines()
            .find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
        Some(name.trim_matches('"').to_owned())
    };
    from_linux()
        .or_else(|| said_by("uname", &["-sr"]))
        .unwrap_or_else(|| std::env::consts::OS.to_owned())
}

fn said_by(program: &str, args: &[&str]) -> Option<String> {
    let mut command = Command::new(program);
    command.args(args);
    run::text(command).ok()
}
