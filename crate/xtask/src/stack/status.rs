//! `cargo xtask stack status` and `cargo xtask stack logs`.

use std::fs;
use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};

use super::connect::{self, CONNECTORS, Task};
use super::folder::Stack;
use super::part::{PARTS, Part};

/// Says what runs. Fails if something that was started and not stopped is down.
pub(super) fn run(stack: &Stack) -> Result<ExitCode> {
    let mut all_well = true;
    for part in PARTS {
        let Some(entry) = stack.entry(part) else {
            continue;
        };
        let state = match entry.process {
            None => "stopped".to_owned(),
            Some(process) if process.runs() => format!("runs, process {}", process.pid),
            Some(process) => {
                all_well = false;
                format!(
                    "DOWN: process {} has ended; its log is {}",
                    process.pid,
                    stack.log(part).display()
                )
            }
        };
        println!("{:<26}127.0.0.1:{:<7}{state}", part.title(), entry.port);
        if part == Part::Connect && stack.runs(part) {
            all_well &= connectors(entry.port);
        }
    }
    Ok(if all_well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Says what each connector does, and whether that is well.
fn connectors(port: u16) -> bool {
    let mut all_well = true;
    for (name, _) in CONNECTORS {
        let state = match connect::task(port, name) {
            Ok(Task::Running) => "runs".to_owned(),
            other => {
                all_well = false;
                match other {
                    Ok(Task::Failed(reason)) => format!("FAILED: {reason}"),
                    Ok(Task::Other(state)) => format!("WAITS: {state}"),
                    Ok(Task::Running) => String::new(),
                    Err(error) => format!("DOES NOT ANSWER: {error:#}"),
                }
            }
        };
        println!("  connector {name:<14}{state}");
    }
    all_well
}

/// Prints what a part has logged, or all parts.
pub(super) fn logs(stack: &Stack, part: Option<Part>) -> Result<ExitCode> {
    let mut out = io::stdout().lock();
    for one in PARTS {
        let log = stack.log(one);
        if part.is_some_and(|part| part != one) || (part.is_none() && !log.exists()) {
            continue;
        }
        ensure!(
            log.exists(),
            "{} was never started in {}",
            one.title(),
            stack.dir.display()
        );
        let text = fs::read(&log).with_context(|| log.display().to_string())?;
        if part.is_none() {
            writeln!(out, "── {}: {}", one.title(), log.display())?;
        }
        out.write_all(&text)?;
    }
    Ok(ExitCode::SUCCESS)
}
