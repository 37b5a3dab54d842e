//! The `eddy` program.
//!
//! - [`serve`]: the bridge and the page; [`scenario`]: its tables and lab file, [`assets`]: the page's files
//! - [`kafka`]: a Kafka cluster, for every command that reads from one
//! - [`insert`]: rows into a database, as any other process would put them there; [`rows`]: their values
//! - [`dataset`]: the rows of the walk-throughs, as SQL and as change events
//! - [`generate`]: made-up streams, as files and into a database
//! - [`record`]: records into a file; [`recording`]: the file, [`live`]: from a bridge
//! - [`replay`]: an experiment without bridge and page; [`lines`]: its input; [`lab_file`]: its lab file
//! - [`checkpoint`]: what changed between two checkpoints; what a replay keeps and starts from
//! - [`inspect`]: how each record is read; [`columns`]: what a lab file declares of columns
//! - [`query`]: values in addresses; [`progress`]: how far a long command is
//! - [`mod@lint`]: what to know before a lane is deployed
//! - [`verify`]: what a job learned, learned again
//! - [`mod@export`]: a lane as a job for an engine
//! - [`schema`]: the lab file's JSON Schema
//! - [`config`]: settings from a file; [`log`]: what is logged, and how; [`stop`]: signals

mod assets;
mod checkpoint;
mod columns;
mod config;
mod dataset;
mod export;
mod generate;
mod insert;
mod inspect;
mod kafka;
mod lab_file;
mod lines;
mod lint;
mod live;
mod log;
mod progress;
mod query;
mod record;
mod recording;
mod replay;
mod rows;
mod scenario;
mod schema;
mod serve;
mod stop;
mod verify;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

/// Online machine learning on change-data-capture streams, before your eyes
#[derive(Parser)]
#[command(name = "eddy", version, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  eddy serve                                  the Iris walk-through at http://127.0.0.1:8080/
  eddy dataset iris --out iris                its rows as SQL and as change events
  eddy insert --file iris/iris_train1.sql     put the first of them into eddy.db
  eddy COMMAND --help                         more examples";

#[derive(Subcommand)]
enum Command {
    // Boxed, as it has many flags.
    Serve(Box<serve::Args>),
    Insert(insert::Args),
    Dataset(dataset::Args),
    Generate(generate::Args),
    Record(record::Args),
    Replay(replay::Args),
    Checkpoint(checkpoint::Args),
    Inspect(inspect::Args),
    Lint(lint::Args),
    Verify(verify::Args),
    Export(export::Args),
    Schema(schema::Args),
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("eddy: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let matches = config::matches(Cli::command(), std::env::args_os().collect())?;
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    match cli.command {
        Command::Serve(args) => serve::run(&args),
        Command::Insert(args) => insert::run(&args),
        Command::Dataset(args) => dataset::run(&args),
        Command::Generate(args) => generate::run(&args),
        Command::Record(args) => record::run(&args),
        Command::Replay(args) => replay::run(&args),
        Command::Checkpoint(args) => checkpoint::run(&args),
        Command::Inspect(args) => inspect::run(&args),
        Command::Lint(args) => lint::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Schema(args) => schema::run(&args),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn no_two_flags_are_called_alike() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_stream_has_one_source() {
        let refused =
            |args: &[&str]| Cli::try_parse_from([&["eddy", "serve"], args].concat()).is_err();
        assert!(!refused(&[
            "--kafka", "h:1", "--topic", "t", "--topic", "u"
        ]));
        assert!(refused(&["--kafka", "h:1", "--db", "eddy.db"]));
        assert!(refused(&["--kafka-config", "f", "--table", "t"]));
        assert!(refused(&["--kafka-set", "a=b", "--allow-insert", "t"]));
    }
}
