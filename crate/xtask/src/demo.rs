//! `cargo xtask demo`.

use std::env;
use std::ffi::OsString;
use std::io::ErrorKind;
use std::net::{TcpListener, TcpStream};
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;
use std::{fs, thread};

use anyhow::{Context, Result, bail};

use crate::page::Quality;
use crate::repo::Repo;
use crate::{eddy, page, run};

/// Build Eddy and start it with the Iris walk-through
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Port to listen on; 0 for a free one
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Do not open a browser
    #[arg(long)]
    no_open: bool,
    /// Forget the rows of earlier demos
    #[arg(long)]
    fresh: bool,
    /// More arguments for `eddy serve`
    #[arg(last = true)]
    serve: Vec<OsString>,
}

/// Open the browser as soon as the port answers
#[derive(clap::Args)]
pub(crate) struct Open {
    port: u16,
}

pub(crate) fn run(repo: &Repo, args: &Args) -> Result<ExitCode> {
    // Before the build, which may take minutes.
    check_port(args.port)?;
    let program = build(repo)?;
    let folder = repo.root.join("target/demo");
    if args.fresh && folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let mut serve = Command::new(program);
    serve
        .args(["serve", "--scenario", "iris", "--db"])
        .arg(folder.join("eddy.db"));
    serve
        .args(["--port", &args.port.to_string()])
        .args(&args.serve);
    if !args.no_open && args.port != 0 && has_desktop() {
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

/// Waits until the port answers, and opens the browser.
pub(crate) fn open(args: &Open) -> Result<()> {
    for _ in 0..100 {
        if TcpStream::connect(("127.0.0.1", args.port)).is_ok() {
            return browse(&format!("http://127.0.0.1:{}/", args.port));
        }
        thread::sleep(Duration::from_millis(100));
    }
    bail!("nothing listens on port {}", args.port)
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

/// Builds page and program at once: each has stretches that keep only one core busy.
fn build(repo: &Repo) -> Result<std::path::PathBuf> {
    thread::scope(|scope| {
        let page = scope.spawn(|| page::build(repo, Quality::Quick));
        let program = eddy::build(repo);
        match page.join() {
            Ok(page) => page.and(program),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
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

fn browse(url: &str) -> Result<()> {
    let mut command = if cfg!(target_os = "macos") {
        Command::new("open")
    } else if cfg!(windows) {
        Command::new("explorer")
    } else {
        Command::new("xdg-open")
    };
    command.arg(url);
    run::text(command).map(drop)
}
