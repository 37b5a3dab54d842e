//! The example clients of `eddy.json`, against the real program.
//!
//! `cargo xtask test` names a Python that has `websockets` in `EDDY_PYTHON`.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use eddy_tests::program::{Eddy, eddy};
use serde_json::Value;

const TRAIN: &str = "flink.public.iris_train";
const TEST: &str = "flink.public.iris_test";

/// How long a client may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(30);

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crate/bridge/docs/clients")
}

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).display().to_string()
}

fn insert(db: &str, table: &str, class: u32) -> Result<()> {
    let column = format!("iris_class={class}");
    eddy(&["insert", "--db", db, table, &column]).map(drop)
}

/// The Python client on its way; killed when it is dropped.
struct Client(Child);

impl Client {
    fn start(bridge: &Eddy, arguments: &[&str]) -> Result<Client> {
        let python = std::env::var_os("EDDY_PYTHON").context(
            "EDDY_PYTHON names no Python with websockets; run `cargo xtask test --only clients`",
        )?;
        let mut command = Command::new(python);
        command
            .arg(docs().join("eddy_client.py"))
            .arg(format!("ws://127.0.0.1:{}/ws", bridge.port()))
            .args(arguments)
            .env_remove("EDDY_TOKEN")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        for proxy in ["http_proxy", "https_proxy", "all_proxy"] {
            command.env_remove(proxy).env_remove(proxy.to_uppercase());
        }
        Ok(Client(command.spawn().context("Python does not start")?))
    }

    /// Waits for its end, and answers what it printed.
    fn lines(mut self) -> Result<Vec<Value>> {
        let begun = Instant::now();
        while self.0.try_wait()?.is_none() {
            if begun.elapsed() > PATIENCE {
                self.0.kill()?;
                bail!("the client did not end: {}", self.said());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let status = self.0.wait()?;
        let mut printed = String::new();
        if let Some(mut out) = self.0.stdout.take() {
            std::io::Read::read_to_string(&mut out, &mut printed)?;
        }
        ensure!(status.success(), "{}\n{printed}", self.said());
        printed
            .lines()
            .map(|line| Ok(serde_json::from_str(line)?))
            .collect()
    }

    fn said(&mut self) -> String {
        let mut said = String::new();
        if let Some(mut errors) = self.0.stderr.take() {
            // What cannot be read is only missing in the error.
            let _ = std::io::Read::read_to_string(&mut errors, &mut said);
        }
        said
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Topic, offset and class of each record.
fn outline(lines: &[Value]) -> Vec<(&str, i64, i64)> {
    let one = |line: &'_ Value| {
        let class = &line["value"]["after"]["iris_class"];
        (
            line["offset"].as_i64().unwrap_or(-1),
            class.as_i64().unwrap_or(-1),
        )
    };
    lines
        .iter()
        .map(|line| {
            (
                line["topic"].as_str().unwrap_or(""),
                one(line).0,
                one(line).1,
            )
        })
        .collect()
}

#[test]
fn the_python_client_reads_each_record_once_over_restarts_of_both() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (db, state) = (
        path(folder.path(), "eddy.db"),
        path(folder.path(), "state.json"),
    );
    let serve = ["--db", &db];
    let bridge = Eddy::serve(&serve)?;
    for class in 0..3 {
        insert(&db, "iris_train", class)?;
    }
    insert(&db, "iris_test", 7)?;
    let both = [
        "--topic", TRAIN, "--topic", TEST, "--state", &state, "--count",
    ];
    let run = |bridge: &Eddy, count: &str| Client::start(bridge, &[&both[..], &[count]].concat());
    let first = run(&bridge, "2")?.lines()?;
    assert_eq!(outline(&first), [(TRAIN, 0, 0), (TRAIN, 1, 1)]);
    let second = run(&bridge, "2")?.lines()?;
    assert_eq!(outline(&second), [(TRAIN, 2, 2), (TEST, 0, 7)]);
    // The bridge is killed while the client waits, and comes back.
    let waiting = run(&bridge, "2")?;
    let port = bridge.port();
    insert(&db, "iris_train", 3)?;
    bridge.kill();
    insert(&db, "iris_test", 8)?;
    let bridge = Eddy::serve_at(port, &serve)?;
    let mut third = waiting.lines()?;
    // The client's first connection may have come before or after the kill.
    third.sort_by_key(|line| line["topic"].to_string());
    assert_eq!(outline(&third), [(TEST, 1, 8), (TRAIN, 3, 3)]);
    // Another log under the same address is noticed.
    bridge.kill();
    let other = path(folder.path(), "other.db");
    let bridge = Eddy::serve(&["--db", &other])?;
    let error = run(&bridge, "1")?
        .lines()
        .err()
        .context("it read another log")?;
    ensure!(error.to_string().contains("this is another log"), "{error}");
    Ok(())
}

#[test]
fn the_python_client_says_why_it_is_refused() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let db = path(folder.path(), "eddy.db");
    let bridge = Eddy::serve(&["--db", &db, "--token", "secret"])?;
    insert(&db, "iris_train", 1)?;
    let topic = ["--topic", TRAIN, "--count", "1"];
    let error = Client::start(&bridge, &topic)?
        .lines()
        .err()
        .context("it was let in")?;
    ensure!(
        error.to_string().contains("the bridge refuses: 403"),
        "{error}"
    );
    let with_token = [&topic[..], &["--token", "secret"]].concat();
    assert_eq!(Client::start(&bridge, &with_token)?.lines()?.len(), 1);
    Ok(())
}

#[test]
fn the_line_for_websocat_works_as_it_stands() -> Result<()> {
    let readme = std::fs::read_to_string(docs().join("README.md"))?;
    let line = readme
        .lines()
        .find(|line| line.starts_with("websocat --protocol eddy.json"))
        .context("the line is not in README.md")?;
    if Command::new("websocat").arg("--version").output().is_err() {
        println!("websocat is not installed: its line was not run");
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let db = path(folder.path(), "eddy.db");
    let bridge = Eddy::serve(&["--db", &db])?;
    insert(&db, "iris_train", 1)?;
    let line = line.replace("127.0.0.1:8080", &format!("127.0.0.1:{}", bridge.port()));
    // The first two messages are hello and the record; then it is left.
    let shell = format!("{line} | head -n 2");
    let mut child = Command::new("sh")
        .args(["-c", &shell])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    // As in a terminal, where nobody types: at the end of its input it would leave at once.
    let silent = child.stdin.take();
    let mut printed = String::new();
    let mut stdout = child.stdout.take().context("its output")?;
    stdout.read_to_string(&mut printed)?;
    drop(silent);
    child.wait()?;
    let record: Value = serde_json::from_str(printed.lines().nth(1).context("one line only")?)?;
    assert_eq!(record["topic"], TRAIN);
    Ok(())
}
