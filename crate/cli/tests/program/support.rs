//! Running the program in a folder of its own.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

/// A folder in which the program runs.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Folder(tempfile::tempdir().expect("a folder"))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("written");
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect("read")
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_eddy"));
        command
            .current_dir(self.0.path())
            .args(arguments)
            .env_remove("RUST_LOG")
            .env_remove("EDDY_CONFIG")
            .env_remove("EDDY_LOG")
            .env_remove("EDDY_LOG_FORMAT")
            .env_remove("EDDY_TOKEN")
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the program runs")
    }

    /// Runs it, and answers what it printed.
    pub(crate) fn good(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {error}");
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// Runs it, and answers what it complains of.
    pub(crate) fn bad(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(output.stdout.is_empty());
        String::from_utf8(output.stderr).expect("UTF-8")
    }

    /// One number from the database.
    pub(crate) fn count(&self, sql: &str) -> i64 {
        rusqlite::Connection::open(self.path("eddy.db"))
            .and_then(|connection| connection.query_row(sql, [], |row| row.get(0)))
            .expect(sql)
    }

    /// What it complains of while it serves all the same.
    pub(crate) fn said_while_serving(&self, arguments: &[&str]) -> String {
        drop(self.serve(arguments));
        std::fs::read_to_string(self.path("log")).expect("read")
    }

    pub(crate) fn serve(&self, arguments: &[&str]) -> Served {
        let mut command = self.command(&["serve", "--port", "0"]);
        command.args(arguments);
        self.start(command)
    }

    /// Starts a command that serves; its log goes to the file `log`.
    pub(crate) fn start(&self, mut command: Command) -> Served {
        let log = std::fs::File::create(self.path("log")).expect("a file");
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("the program runs");
        let mut lines = BufReader::new(child.stdout.take().expect("output"));
        let mut line = String::new();
        lines.read_line(&mut line).expect("a line");
        let address = line
            .trim_end()
            .strip_prefix("Eddy is at http://")
            .unwrap_or_else(|| panic!("said {line:?}"))
            .to_owned();
        Served {
            child,
            address,
            rest: Some(lines),
        }
    }
}

/// A program that serves, until it is dropped.
pub(crate) struct Served {
    child: Child,
    /// `127.0.0.1:PORT/`, and the token.
    pub(crate) address: String,
    rest: Option<BufReader<std::process::ChildStdout>>,
}

impl Served {
    pub(crate) fn host(&self) -> &str {
        self.address.split('/').next().expect("a host")
    }

    /// What a GET answers: status line, headers and body.
    pub(crate) fn get(&self, path: &str) -> String {
        use std::io::{Read, Write};
        let mut stream = std::net::TcpStream::connect(self.host()).expect("connected");
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.host()
        )
        .expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    }

    /// Sends signals, at once.
    #[cfg(unix)]
    pub(crate) fn send(&self, signals: &[&str]) {
        let id = self.child.id();
        // The shell's own `kill`: a small system may have no program of that name.
        let kills = signals.iter().map(|signal| format!("kill {signal} {id};"));
        let kill: String = kills.collect();
        let sent = Command::new("sh").args(["-c", &kill]).status();
        assert!(sent.expect("kill runs").success());
    }

    /// Sends a signal, and answers the exit status and what else was printed.
    #[cfg(unix)]
    pub(crate) fn end(&mut self, signal: &str) -> (Option<i32>, String) {
        self.send(&[signal]);
        self.ended()
    }

    #[cfg(unix)]
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("a status").is_some()
    }

    /// Waits until it ends, and answers the exit status and what else was printed.
    pub(crate) fn ended(&mut self) -> (Option<i32>, String) {
        use std::io::Read;
        let mut rest = String::new();
        if let Some(mut lines) = self.rest.take() {
            lines.read_to_string(&mut rest).expect("read");
        }
        (self.child.wait().expect("it ends").code(), rest)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
