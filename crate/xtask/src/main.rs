//! Sets up, builds, runs and tests Eddy: `cargo xtask --help`.
//!
//! - [`demo`], [`build`], [`mod@test`], [`shot`]: the commands
//! - [`mod@bench`]: how fast Eddy is, beside others
//! - [`engines`]: Spark and Flink, for the tests of exported jobs
//! - [`mod@stack`]: the real pipeline, PostgreSQL to Eddy, without Docker
//! - [`page`]: the page, from Rust to a folder that any file server can serve; [`bindgen`], [`site`]: its steps
//! - [`programs`]: what runs on this machine
//! - [`wasm`]: a compiler for wasm32, found or installed
//! - [`chromium`]: a browser for the tests, found or installed; [`python`], [`mod@websocat`]: for the
//!   example clients and `bench`
//! - [`kafka_client`]: what its C library is built with
//! - [`apt`], [`rustup`]: install what is missing where that is possible
//! - [`steps`]: those of `test`; [`tally`]: counts tests
//! - [`repo`]: where things are; [`run`]: runs other programs

mod apt;
mod axe;
mod bench;
mod bindgen;
mod build;
mod chromium;
mod demo;
#[cfg(unix)]
mod engines;
mod kafka_client;
mod node;
mod page;
mod programs;
mod python;
mod repo;
mod run;
mod rustup;
mod shot;
mod site;
#[cfg(unix)]
mod stack;
mod steps;
mod tally;
mod test;
mod wasm;
mod websocat;

use std::process::ExitCode;

use anyhow::{Result, anyhow, bail};
use lexopt::Arg;

use crate::repo::Repo;

const HELP: &str = "\
Set up, build, run and test Eddy

cargo xtask demo [--scenario S] [--port PORT] [--no-open] [--fresh] [-- ARGS]
    Build Eddy and start it with the walk-throughs.
    --scenario S   begin with iris, ecommerce or virginica [default: iris]
    --port PORT    listen there; 0 for a free port [default: 8080]
    --no-open      do not open a browser
    --fresh        forget the rows of earlier demos
    -- ARGS        more arguments for `eddy serve`

cargo xtask build [--release]
    Build the page (target/site), the npm package (pkg) and the program eddy.
    --release      one self-contained program, with the page inside

cargo xtask test [--only STEPS | --engines [--measure]] [NAME]
    Test everything. The steps, in their order:
    fmt            rustfmt
    clippy         clippy, warnings denied
    doc            rustdoc, warnings denied
    house          who may import whom
    test           unit, doc and golden tests
    clients        the example clients of eddy.json
    page           the page builds
    browser        end-to-end tests in a browser
    pipeline       PostgreSQL, Debezium and Kafka, end to end
    engines        exported jobs on the real Spark and Flink; only where it is named, as it installs 500 MB
    --engines      the step engines alone
    --measure      with --engines, the rows per second of each in place of its tests
    --only STEPS   only these, as in --only test,browser
    NAME           only tests whose names contain this

cargo xtask check
    The steps fmt, clippy, doc and house.

cargo xtask stack [start] [--dir DIR] [--only PARTS] [--server] [--no-eddy] [--port-PART PORT]
    Start PostgreSQL, Kafka, Kafka Connect with Debezium, and Eddy on them, in the background. Starts only what does not
    run; ports and data stay. Installs what is missing, where that is possible, and downloads once to EDDY_CACHE
    [default: ~/.cache/eddy].
    --dir DIR      the folder for all of it [default: target/stack]
    --only PARTS   only these of postgres, kafka, connect, eddy; as in --only kafka,postgres
    --server       Debezium Server in place of Kafka: postgres, receiver (an Eddy that it posts to), server. 700 MB, Java 21
    --no-eddy      without Eddy
    --port-PART P  a port, as in --port-kafka 9092 [default: 15432, 19092, 18083, 8080 where free; else, and with
                   --dir, any free ones]; DIR/stack.json names them
cargo xtask stack stop|status|logs [NAME] [--dir DIR]
    Stop it (the data stays); say what runs (exit code 1 if something that was started is down); print what was logged.

cargo xtask bench [--only PARTS] [--quick] [--json FILE]
    Measure how fast Eddy is, natively and in a browser, beside JSON.parse, scikit-learn and River, and print one table.
    --only PARTS   only these of kmeans, regression, decode, lab; as in --only kmeans,decode
    --quick        a few short rounds: to see that it works
    --json FILE    write the numbers to a file, too

cargo xtask shot --url URL --out FILE [--size 1440x900] [--dark] [--js SCRIPT] [--wait MS]
    Take a screenshot of a page; `cargo xtask shot --help` for more.
";

fn main() -> ExitCode {
    command().unwrap_or_else(|error| {
        // Not by `main`'s own way, which shows where in this program it came up.
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

fn command() -> Result<ExitCode> {
    let mut args = lexopt::Parser::from_env();
    let command = match args.next()? {
        Some(Arg::Value(command)) => command.to_string_lossy().into_owned(),
        _ => "help".to_owned(),
    };
    let repo = Repo::find()?;
    match command.as_str() {
        "demo" => demo::run(&repo, &demo::Args::parse(args)?),
        "build" => build::run(&repo, &build::Args::parse(args)?),
        "test" => Ok(test::run(&repo, &test::Args::parse(args)?)),
        "check" => Ok(test::run(&repo, &test::Args::check(args)?)),
        #[cfg(unix)]
        "stack" => stack::run(&repo, &stack::Args::parse(args)?),
        #[cfg(not(unix))]
        "stack" => bail!("the stack needs Linux or macOS: use compose.yaml, or WSL"),
        "bench" => bench::run(&repo, &bench::Args::parse(args)?),
        "shot" => shot::run(&repo, args),
        "open" => demo::open(args),
        "help" => help(),
        other => bail!("there is no command {other}: cargo xtask --help lists them"),
    }
}

/// What every command says to --help, and to an argument that it does not know.
fn unexpected(arg: Arg<'_>) -> anyhow::Error {
    if arg == Arg::Long("help") || arg == Arg::Short('h') {
        print!("{HELP}");
        std::process::exit(0);
    }
    anyhow!(
        "{}: cargo xtask --help lists what there is",
        arg.unexpected()
    )
}

fn help() -> Result<ExitCode> {
    print!("{HELP}");
    Ok(ExitCode::SUCCESS)
}
