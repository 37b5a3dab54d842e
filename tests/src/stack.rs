//! PostgreSQL, Kafka and Connect, in a folder of their own, as `cargo xtask stack` starts them.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tempfile::TempDir;

/// A running stack; dropped, it is stopped.
pub struct Stack {
    xtask: PathBuf,
    folder: TempDir,
    parts: &'static str,
}

impl Stack {
    /// Starts these parts (`postgres,kafka,connect`), or None where tests may do without.
    ///
    /// # Errors
    ///
    /// If it does not start, or if `EDDY_REQUIRE_STACK` is set and `EDDY_XTASK` names no program.
    pub fn for_tests(parts: &'static str) -> Result<Option<Stack>> {
        match env::var_os("EDDY_XTASK") {
            Some(xtask) => Stack::start(xtask.into(), parts).map(Some),
            None if env::var_os("EDDY_REQUIRE_STACK").is_some() => {
                bail!("EDDY_XTASK does not name the program xtask")
            }
            None => {
                eprintln!(
                    "SKIPPED: run `cargo xtask test --only pipeline`, or name xtask in EDDY_XTASK"
                );
                Ok(None)
            }
        }
    }

    fn start(xtask: PathBuf, parts: &'static str) -> Result<Stack> {
        let folder = tempfile::tempdir()?;
        open_to_others(folder.path())?;
        let stack = Stack {
            xtask,
            folder,
            parts,
        };
        stack.start_again()?;
        Ok(stack)
    }

    /// Starts what does not run, where it ran and with what it had.
    ///
    /// # Errors
    ///
    /// If it does not start.
    pub fn start_again(&self) -> Result<()> {
        self.xtask(&["start", "--only", self.parts, "--no-eddy"])?;
        Ok(())
    }

    /// Kills a part, as a crash would.
    ///
    /// # Errors
    ///
    /// If it does not run.
    pub fn kill(&self, part: &str) -> Result<()> {
        let pid = self.entry(part)?["pid"]
            .as_u64()
            .with_context(|| format!("{part} does not run"))?;
        // The shell's own `kill`: a small system may have no program of that name.
        let killed = Command::new("sh")
            .args(["-c", &format!("kill -KILL {pid}")])
            .status()?;
        ensure!(killed.success(), "{part}, process {pid}, cannot be killed");
        let end = Instant::now() + Duration::from_secs(10);
        while Path::new(&format!("/proc/{pid}")).exists() {
            ensure!(Instant::now() < end, "{part}, process {pid}, does not die");
            thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// Where Kafka is: `127.0.0.1:PORT`.
    ///
    /// # Errors
    ///
    /// If it was never started.
    pub fn kafka(&self) -> Result<String> {
        self.text("kafka", "bootstrap_servers")
    }

    /// Runs psql with these arguments; returns what it printed.
    ///
    /// # Errors
    ///
    /// If it fails.
    pub fn psql(&self, args: &[&str]) -> Result<String> {
        let mut psql = self.psql_command()?;
        text(&psql.args(args).output()?)
    }

    /// psql, connected to the database, that stops at the first error.
    ///
    /// # Errors
    ///
    /// If PostgreSQL was never started.
    pub fn psql_command(&self) -> Result<Command> {
        let mut psql = Command::new("psql");
        psql.arg(self.text("postgres", "url")?)
            .args(["--quiet", "--no-psqlrc", "--no-align", "--tuples-only"])
            .args(["--set", "ON_ERROR_STOP=1"]);
        Ok(psql)
    }

    /// Makes a topic.
    ///
    /// # Errors
    ///
    /// If it fails; it may be there already.
    pub fn make_topic(&self, topic: &str, partitions: usize) -> Result<()> {
        let mut tool = self.kafka_tool("TopicCommand")?;
        tool.args(["--create", "--topic", topic])
            .args(["--partitions", &partitions.to_string()]);
        text(&tool.output().context("java does not start")?)?;
        Ok(())
    }

    /// Writes messages to a topic, in order: lines of key and value with a tab between. The key chooses the
    /// partition; a value of NULL is a tombstone.
    ///
    /// # Errors
    ///
    /// If it fails.
    pub fn produce(&self, topic: &str, lines: &str) -> Result<()> {
        let file = self.folder.path().join("produced.tsv");
        fs::write(&file, lines)?;
        let mut tool = self.kafka_tool("ConsoleProducer")?;
        tool.args(["--topic", topic, "--reader-property", "parse.key=true"])
            .args(["--reader-property", "null.marker=NULL"])
            .stdin(File::open(&file)?);
        text(&tool.output().context("java does not start")?)?;
        Ok(())
    }

    fn kafka_tool(&self, name: &str) -> Result<Command> {
        let mut tool = Command::new("java");
        tool.args(["-XX:TieredStopAtLevel=1", "-Xmx256m"])
            .args(["-cp", &self.classpath()?])
            .arg(format!("org.apache.kafka.tools.{name}"))
            .args(["--bootstrap-server", &self.kafka()?]);
        Ok(tool)
    }

    /// Everything that Kafka's own console consumer reads of a topic, as lines of headers, key and value with tabs between.
    ///
    /// # Errors
    ///
    /// If it fails.
    pub fn consume(&self, topic: &str, messages: usize) -> Result<Vec<String>> {
        let kafka = self.kafka()?;
        let output = Command::new("java")
            .args(["-cp", &self.classpath()?])
            .arg("org.apache.kafka.tools.consumer.ConsoleConsumer")
            .args(["--bootstrap-server", &kafka, "--topic", topic])
            .args(["--from-beginning", "--timeout-ms", "4000"])
            .args(["--max-messages", &messages.to_string()])
            .args(["--formatter-property", "print.headers=true"])
            .args(["--formatter-property", "print.key=true"])
            .output()
            .context("java does not start")?;
        // Its own log, which says in the end that no message came for a while, goes the same way.
        let lines = String::from_utf8(output.stdout)?;
        let messages = lines.lines().filter(|line| line.contains('\t'));
        Ok(messages.map(str::to_owned).collect())
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The jars that the broker runs from, which hold Kafka's console programs too.
    fn classpath(&self) -> Result<String> {
        let pid = self.entry("kafka")?["pid"]
            .as_u64()
            .context("kafka's pid")?;
        let line = fs::read_to_string(format!("/proc/{pid}/cmdline"))?;
        let mut words = line.split('\0').skip_while(|word| *word != "-cp");
        let classpath = words.nth(1).context("the broker has a -cp")?;
        Ok(classpath.to_owned())
    }

    fn text(&self, part: &str, name: &str) -> Result<String> {
        let entry = self.entry(part)?;
        let text = entry[name].as_str();
        Ok(text
            .with_context(|| format!("stack.json: {part}.{name}"))?
            .to_owned())
    }

    fn entry(&self, part: &str) -> Result<Value> {
        let file = self.folder.path().join("stack.json");
        let state: Value = serde_json::from_slice(&fs::read(file)?)?;
        Ok(state[part].clone())
    }

    fn xtask(&self, args: &[&str]) -> Result<String> {
        let output = Command::new(&self.xtask)
            .arg("stack")
            .args(args)
            .arg("--dir")
            .arg(self.folder.path())
            .output()
            .with_context(|| format!("{} does not start", self.xtask.display()))?;
        text(&output)
    }
}

/// PostgreSQL runs as a user of its own, where this is root.
#[cfg(unix)]
fn open_to_others(folder: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::set_permissions(
        folder,
        fs::Permissions::from_mode(0o755),
    )?)
}

#[cfg(not(unix))]
fn open_to_others(_: &Path) -> Result<()> {
    Ok(())
}

impl Drop for Stack {
    fn drop(&mut self) {
        if let Err(error) = self.xtask(&["stop"]) {
            eprintln!("{error:#}");
        }
    }
}

fn text(output: &Output) -> Result<String> {
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "{}\n{said}\n{errors}",
        output.status
    );
    Ok(said.into_owned())
}
