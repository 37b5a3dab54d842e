//! `cargo xtask stack stop`.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;

use super::folder::Stack;
use super::part::PARTS;

/// How long a part may take to end in order.
const LIMIT: Duration = Duration::from_secs(20);

/// Stops the stack's own processes, the last started first.
pub(super) fn run(stack: &Stack) -> Result<ExitCode> {
    let mut any = false;
    for part in PARTS.into_iter().rev() {
        if let Some(process) = stack.process(part) {
            process.stop(part.stop_signal(), LIMIT)?;
            stack.set_process(part, None)?;
            println!("{} stopped", part.title());
            any = true;
        }
    }
    if any {
        Ok(ExitCode::SUCCESS)
    } else {
        nothing(&stack.dir)
    }
}

/// Says that there is nothing to stop, which is as well.
pub(super) fn nothing(dir: &Path) -> Result<ExitCode> {
    println!("nothing runs in {}", dir.display());
    Ok(ExitCode::SUCCESS)
}
