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
        let errors = self.path("errors.txt");
        let file = std::fs::File::create(&errors).expect("a file");
        let mut command = self.command(&["serve", "--port", "0"]);
        command.args(arguments).stderr(file);
        drop(Served::start(command));
        std::fs::read_to_string(errors).expect("read")
    }

    pub(crate) fn serve(&self, arguments: &[&str]) -> Served {
        let mut command = self.command(&["serve", "--port", "0"]);
        command.args(arguments);
        Served::start(command)
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
    /// Starts it, and waits until it serves.
    fn start(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
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

    /// Sends a signal, and answers the exit status and what else was printed.
    #[cfg(unix)]
    pub(crate) fn end(&mut self, signal: &str) -> (Option<i32>, String) {
        use std::io::Read;
        // The shell's own `kill`: a small system may have no program of that name.
        let kill = format!("kill {signal} {}", self.child.id());
        let sent = Command::new("sh").args(["-c", &kill]).status();
        assert!(sent.expect("kill runs").success());
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
