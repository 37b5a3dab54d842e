//! Runs other programs.

use std::env;
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

const POLL: Duration = Duration::from_millis(20);

/// Runs a program that speaks to the reader itself.
pub(crate) fn shown(mut command: Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("{} does not start", name(&command)))?;
    ensure!(status.success(), "{} failed: {status}", line(&command));
    Ok(())
}

/// Runs a program and returns what it prints; its errors are shown only if it fails.
pub(crate) fn text(mut command: Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.with_context(|| format!("{} does not start", name(&command)))?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "{} failed: {}\n{}",
        line(&command),
        output.status,
        errors.trim()
    );
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// Asks Cargo to say only what is wrong, unless someone watches.
pub(crate) fn hush(cargo: &mut Command) -> &mut Command {
    if std::io::stderr().is_terminal() {
        cargo
    } else {
        cargo.arg("--quiet")
    }
}

/// Runs a program in silence, for at most `limit`; what it said is in the error.
pub(crate) fn quiet(mut command: Command, limit: Duration) -> Result<()> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("{} does not start", name(&command)))?;
    let stdout = child.stdout.take().map(read_aside);
    let stderr = child.stderr.take().map(read_aside);
    let status = wait(&mut child, limit)?;
    let Some(status) = status else {
        // A grandchild may still hold the pipes, so what it said so far is not waited for.
        bail!(
            "{} took longer than {} s and was stopped",
            line(&command),
            limit.as_secs()
        );
    };
    let said: String = [stdout, stderr]
        .into_iter()
        .flatten()
        .filter_map(|thread| thread.join().ok())
        .collect();
    ensure!(
        status.success(),
        "{} failed: {status}\n{}",
        line(&command),
        said.trim()
    );
    Ok(())
}

/// The file of a program in the PATH.
pub(crate) fn which(name: &str) -> Option<PathBuf> {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(&file))
        .find(|path| path.is_file())
}

/// Waits for its end; None if that took too long and it was killed.
fn wait(child: &mut std::process::Child, limit: Duration) -> Result<Option<ExitStatus>> {
    let end = Instant::now() + limit;
    while Instant::now() < end {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        thread::sleep(POLL);
    }
    child.kill()?;
    child.wait()?;
    Ok(None)
}

fn read_aside(mut stream: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What came before a broken pipe is still worth showing.
        let _ = stream.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

fn name(command: &Command) -> String {
    let program = Path::new(command.get_program());
    program
        .file_name()
        .unwrap_or(program.as_os_str())
        .to_string_lossy()
        .into_owned()
}

fn line(command: &Command) -> String {
    let args = command
        .get_args()
        .map(|arg| arg.to_string_lossy().into_owned());
    std::iter::once(name(command))
        .chain(args)
        .collect::<Vec<_>>()
        .join(" ")
}
