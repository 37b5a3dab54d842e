//! `cargo xtask bench`: how fast Eddy is, in one table, beside what others do with the same rows.
//!
//! - [`args`]: what to measure, and for how long
//! - [`prepare`]: builds and starts those who answer
//! - [`asked`]: a program that answers questions
//! - [`cases`]: what each of them is asked
//! - [`rounds`]: asks them in turn, round after round
//! - [`memory`]: what is allocated, and what stays
//! - [`table`]: what came of it, to read and to paste
//! - [`machine`]: where it was measured

mod args;
mod asked;
mod cases;
mod machine;
mod memory;
mod prepare;
mod rounds;
mod table;

use std::fs;
use std::process::ExitCode;

use anyhow::{Context, Result};
use serde_json::json;

use crate::repo::Repo;

pub(crate) use args::Args;

pub(crate) fn run(repo: &Repo, args: &Args) -> Result<ExitCode> {
    let mut all = prepare::all(repo, args)?;
    let cases = cases::cases(args, &all.points);
    rounds::check(&mut all, &cases)?;
    let mut lines = Vec::new();
    for case in &cases {
        eprintln!("measuring {} …", case.name);
        lines.push(rounds::measure(&mut all, case, args)?);
    }
    lines.extend(memory::lines(&mut all.memory, args)?);
    let machine = machine::describe(&mut all)?;
    println!("{machine}\n\n{}", table::markdown(&lines));
    if let Some(file) = &args.json {
        let lines: Vec<_> = lines.iter().map(table::Line::json).collect();
        let text = format!("{:#}\n", json!({ "machine": machine, "lines": lines }));
        fs::write(file, text).with_context(|| file.display().to_string())?;
    }
    Ok(ExitCode::SUCCESS)
}
