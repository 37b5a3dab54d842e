//! `cargo xtask demo`.

use std::env;
use std::ffi::OsString;
use std::io::ErrorKind;
use std::net::{TcpListener, TcpStream};
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;
use std::{fs, thread};

use anyhow::{Context, Result, anyhow, bail};
use lexopt::{Arg, ValueExt};

use crate::page::Quality;
use crate::programs::Sources;
use crate::repo::Repo;
use crate::{page, run, unexpected};

/// The walk-throughs that the page can be switched between.
const SCENARIOS: [&str; 3] = ["iris", "ecommerce", "virginica"];

/// How to start.
pub(crate) struct Args {
    port: u16,
    open: bool,
    fresh: bool,
    /// The walk-through that the page begins with.
    scenario: String,
    /// More arguments for `eddy serve`.
    serve: Vec<OsString>,
}

impl Args {
    pub(crate) fn parse(mut args: lexopt::Parser) -> Result<Args> {
        let mut parsed = Args {
            port: 8080,
            open: true,
            fresh: false,
            scenario: SCENARIOS[0].to_owned(),
            serve: Vec::new(),
        };
        while let Some(arg) = args.next()? {
            match arg {
                Arg::Long("port") => parsed.port = port(&mut args)?,
                Arg::Long("no-open") => parsed.open = false,
                Arg::Long("fresh") => parsed.fresh = true,
                Arg::Long("scenario") => parsed.scenario = args.value()?.string()?,
                // What follows `--` comes as values; the program judges them.
                Arg::Value(value) => parsed.serve.push(value),
                other => return Err(unexpected(other)),
            }
        }
        Ok(parsed)
    }
}

pub(crate) fn run(repo: &Repo, args: &Args) -> Result<ExitCode> {
    // Before the build, which may take minutes.
    check_port(args.port)?;
    eprintln!("building the page and the program (the first time takes a minute or two) …");
    let program = page::build(repo, Quality::Quick, Sources::WithoutKafka)?.eddy;
    let folder = repo.root.join("target/demo");
    if args.fresh && folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let mut serve = Command::new(program);
    serve.args(["serve", "--db"]).arg(folder.join("eddy.db"));
    for scenario in [args.scenario.as_str()].into_iter().chain(SCENARIOS) {
        serve.args(["--scenario", scenario]);
    }
    serve
        // Tables of one's own too: the page can learn from any.
        .args(["--table", "*"])
        .args(["--port", &args.port.to_string()])
        .args(&args.serve);
    if args.open && args.port != 0 && has_desktop() {
        // Another process, because this one is about to become the program.
        let mut open = Command::new(env::current_exe()?);
        open.args(["open", &args.port.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        open.spawn().context("the browser does not open")?;
    }
    become_program(serve)
}

/// `cargo xtask open PORT`, which [`run()`] starts: waits until the port answers, and opens the browser.
pub(crate) fn open(mut args: lexopt::Parser) -> Result<ExitCode> {
    let port = port(&mut args)?;
    for _ in 0..100 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return browse(&format!("http://127.0.0.1:{port}/"));
        }
        thread::sleep(Duration::from_millis(100));
    }
    bail!("nothing listens on port {port}")
}

fn port(args: &mut lexopt::Parser) -> Result<u16> {
    let port = args.value()?.string()?;
    port.parse()
        .map_err(|_| anyhow!("a port is a number up to 65535, not {port}"))
}

fn check_port(port: u16) -> Result<()> {
    match TcpListener::bind(("127.0.0.1", port)) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            let free = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
            bail!(
                "port {port} is taken: stop what listens there, or run `cargo xtask demo --port {free}`"
            )
        }
        Err(error) => Err(error)
            .with_context(|| format!("port {port} cannot be used: choose another with --port")),
    }
}

/// Replaces this process by the program: signals reach it, and its status is this command's.
#[cfg(unix)]
fn become_program(mut program: Command) -> Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    Err(program.exec()).context("eddy does not start")
}

/// Waits for the program, which gets the console's Ctrl-C itself.
#[cfg(not(unix))]
fn become_program(mut program: Command) -> Result<ExitCode> {
    let status = program.status().context("eddy does not start")?;
    Ok(ExitCode::from(
        status
            .code()
            .and_then(|code| u8::try_from(code).ok())
            .unwrap_or(1),
    ))
}

fn has_desktop() -> bool {
    let display = ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| env::var_os(name).is_some_and(|value| !value.is_empty()));
    cfg!(any(target_os = "macos", windows)) || display
}

fn browse(url: &str) -> Result<ExitCode> {
    let mut command = if cfg!(target_os = "macos") {
        Command::new("open")
    } else if cfg!(windows) {
        Command::new("explorer")
    } else {
        Command::new("xdg-open")
    };
    command.arg(url);
    run::text(command)?;
    Ok(ExitCode::SUCCESS)
}
