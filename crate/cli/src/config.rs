//! `--config FILE`: every long flag under its name, in TOML.
//!
//! ```toml
//! port = 9000                          # --port 9000
//! allow-host = ["eddy.example.org"]    # a flag that may be repeated: a list
//! schemas = true                       # a switch
//! ```
//!
//! The file's settings become arguments before the command line's own ([`mod@file`]), so that one parser judges both. What
//! the command line or the environment gives as well, the file does not: neither adds to the other's list. Paths are
//! relative to the folder that the program runs in, as on the command line.

mod file;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::exit;

use anyhow::Result;
use clap::builder::ValueParser;
use clap::error::{ContextKind, ContextValue};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};

use file::{File, Setting};

/// The flag's own name.
const FLAG: &str = "config";

/// The commands that take their settings from a file. One file may serve all of them: each takes what it knows.
const COMMANDS: [&str; 2] = ["serve", "record"];

/// Reads the command line, and the file that it names; ends the program where clap would.
pub(crate) fn matches(command: Command, arguments: Vec<OsString>) -> Result<ArgMatches> {
    let mut command = COMMANDS.into_iter().fold(command, |command, name| {
        command.mut_subcommand(name, |command| command.arg(flag(name)))
    });
    let settings = settings(&command, &arguments)?;
    let mut all = arguments;
    if !settings.is_empty() {
        // Behind the program's and the command's name.
        let of_file = settings
            .iter()
            .flat_map(|setting| setting.arguments.clone());
        all.splice(2..2, of_file);
    }
    command.try_get_matches_from_mut(all).map_err(|error| {
        // Where it cannot be printed, nothing can be said.
        let _ = error.print();
        for setting in settings
            .iter()
            .filter(|setting| is_meant(&error, &setting.name))
        {
            eprintln!(
                "\n{}: this is where --{} is set",
                setting.place, setting.name
            );
        }
        exit(error.exit_code())
    })
}

fn flag(command: &str) -> Arg {
    let flag = Arg::new(FLAG)
        .long(FLAG)
        .value_name("FILE")
        .value_parser(ValueParser::path_buf())
        .help("A TOML file with settings, each long flag under its name; the command line and the environment go before it");
    match command {
        "serve" => flag.env("EDDY_CONFIG"),
        // A recording says what it reads; a variable that was set for a bridge must not.
        _ => flag,
    }
}

/// What the file sets and nothing else does; none where no file is named.
fn settings(command: &Command, arguments: &[OsString]) -> Result<Vec<Setting>> {
    // Errors are for the parser to tell, which sees everything.
    let lenient = command.clone().ignore_errors(true);
    let Ok(matches) = lenient.try_get_matches_from(arguments) else {
        return Ok(Vec::new());
    };
    let Some((name, matches)) = matches.subcommand() else {
        return Ok(Vec::new());
    };
    let path = COMMANDS
        .contains(&name)
        .then(|| matches.get_one::<PathBuf>(FLAG));
    let (Some(Some(path)), Some(known)) = (path, command.find_subcommand(name)) else {
        return Ok(Vec::new());
    };
    let others = COMMANDS
        .iter()
        .filter_map(|name| command.find_subcommand(name));
    let others: Vec<&Command> = others.collect();
    let file = File {
        path,
        command: known,
        others: &others,
    };
    let mut settings = file.read()?;
    settings.retain(|setting| !is_given(matches, &setting.id));
    Ok(settings)
}

fn is_given(matches: &ArgMatches, id: &str) -> bool {
    matches!(
        matches.value_source(id),
        Some(ValueSource::CommandLine | ValueSource::EnvVariable)
    )
}

/// Whether the error names this flag.
fn is_meant(error: &clap::Error, name: &str) -> bool {
    let names = |text: &String| {
        let rest = text
            .strip_prefix("--")
            .and_then(|text| text.strip_prefix(name));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '=']))
    };
    error.context().any(|(kind, value)| {
        let flags = matches!(kind, ContextKind::InvalidArg | ContextKind::PriorArg);
        flags
            && match value {
                ContextValue::String(text) => names(text),
                ContextValue::Strings(texts) => texts.iter().any(names),
                _ => false,
            }
    })
}
