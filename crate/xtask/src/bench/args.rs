//! What to measure, and for how long.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use lexopt::{Arg, ValueExt};

use crate::unexpected;

/// What `--only` takes.
const PARTS: [&str; 4] = ["kmeans", "regression", "decode", "lab"];

pub(crate) struct Args {
    parts: Vec<String>,
    /// How often each is asked.
    pub(crate) rounds: usize,
    /// How long each works each time.
    pub(crate) ms: u64,
    /// Where the numbers go, too.
    pub(crate) json: Option<PathBuf>,
}

impl Args {
    pub(crate) fn parse(mut args: lexopt::Parser) -> Result<Args> {
        let mut parsed = Args {
            parts: PARTS.map(str::to_owned).to_vec(),
            rounds: 51,
            ms: 20,
            json: None,
        };
        while let Some(arg) = args.next()? {
            match arg {
                Arg::Long("only") => parsed.parts = parts(&args.value()?.string()?)?,
                Arg::Long("quick") => parsed.rounds = 3,
                Arg::Long("json") => parsed.json = Some(args.value()?.into()),
                other => return Err(unexpected(other)),
            }
        }
        Ok(parsed)
    }

    pub(crate) fn wants(&self, part: &str) -> bool {
        self.parts.iter().any(|wanted| wanted == part)
    }
}

fn parts(names: &str) -> Result<Vec<String>> {
    let names: Vec<String> = names.split(',').map(str::to_owned).collect();
    for name in &names {
        ensure!(
            PARTS.contains(&name.as_str()),
            "there is no part {name} to measure; there are {}",
            PARTS.join(", ")
        );
    }
    Ok(names)
}
