//! `eddy schema`.

use std::io::Write;

use anyhow::Result;

/// Print the JSON Schema of lab files
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  eddy schema > lab.schema.json    for an editor that completes and checks lab files")]
pub(crate) struct Args {}

pub(crate) fn run(_: &Args) -> Result<()> {
    let schema = schemars::schema_for!(lab::LabFile);
    let text = serde_json::to_string_pretty(&schema)?;
    writeln!(std::io::stdout(), "{text}")?;
    Ok(())
}
