//! What the program tells whoever runs it, on standard error.
//!
//! Never what is in a record, and never a token.

use anyhow::{Context, Result};
use clap::ValueEnum;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

#[derive(clap::Args)]
// Its group would have the name of every other struct that is called so.
#[group(skip)]
pub(crate) struct Args {
    /// What is logged, on standard error: off, error, warn, info, debug, trace, or a filter such as
    /// `warn,eddy_bridge=debug`; where it is left out, RUST_LOG, or else warn
    #[arg(long, value_name = "LEVEL", env = "EDDY_LOG", value_parser = filter)]
    log: Option<String>,
    /// How it is logged: lines for people, or one JSON object a line
    #[arg(
        long,
        value_name = "FORMAT",
        env = "EDDY_LOG_FORMAT",
        default_value = "text"
    )]
    log_format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// Logs from here on.
pub(crate) fn start(args: &Args) -> Result<()> {
    let environment = || std::env::var(EnvFilter::DEFAULT_ENV).ok();
    let given = args.log.clone().or_else(environment);
    let filter = given.as_deref().filter(|given| !given.trim().is_empty());
    let filter = EnvFilter::builder()
        .parse(filter.unwrap_or("warn"))
        .with_context(|| format!("{} is not a filter", EnvFilter::DEFAULT_ENV))?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // Fails only where a log is set up already.
    let _ = match args.log_format {
        Format::Text => log.try_init(),
        Format::Json => log
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .try_init(),
    };
    Ok(())
}

/// Checks a filter: a word alone that is no level would be taken for the name of a part of the program.
fn filter(text: &str) -> Result<String, String> {
    let word = !text.contains(['=', ',', '[']);
    if word && text.parse::<LevelFilter>().is_err() {
        return Err(
            "none of off, error, warn, info, debug, trace, and no filter such as warn,eddy_bridge=debug"
                .to_owned(),
        );
    }
    match EnvFilter::builder().parse(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(format!(
            "{error}; write a filter such as warn,eddy_bridge=debug"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_and_filters_are_told_from_slips() {
        for good in [
            "off",
            "INFO",
            "warn,eddy_bridge=debug",
            "eddy_bridge::embedded=trace",
        ] {
            assert_eq!(filter(good).as_deref(), Ok(good));
        }
        for bad in ["inof", "eddy_bridge=loud"] {
            assert!(filter(bad).is_err(), "{bad}");
        }
    }
}
