//! Kafka: one node that is broker and controller.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use super::folder::Stack;
use super::http;
use super::launch::launch;
use super::part::Part;
use crate::run;

/// The topics that predictions go to, the walk-through's first.
pub(crate) const PREDICTIONS: [&str; 2] = ["iris_predictions", "ecommerce_predictions"];
/// What does not depend on where Kafka runs.
const SETTINGS: &str = include_str!("../../stack/kafka.properties");
const LOGGING: &str = include_str!("../../stack/log4j2.properties");
/// Java compiles quickly rather than well: so a start takes half the time, and a broker mostly hands bytes on.
pub(crate) const QUICK: [&str; 2] = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"];
const LIMIT: Duration = Duration::from_secs(90);
const TOOL_LIMIT: Duration = Duration::from_secs(60);

/// Kafka's jars and the Java that runs them.
pub(crate) struct Kafka {
    pub(crate) java: PathBuf,
    pub(crate) jars: PathBuf,
}

impl Kafka {
    /// A program of Kafka that stays.
    pub(crate) fn command(&self, stack: &Stack, main: &str) -> Result<Command> {
        let logging = stack.dir.join("log4j2.properties");
        fs::write(&logging, LOGGING)?;
        let mut command = Command::new(&self.java);
        command
            .arg("-Xmx512m")
            .args(QUICK)
            .arg(format!("-Dlog4j2.configurationFile={}", logging.display()))
            .args(["-cp", &self.classpath(), main]);
        Ok(command)
    }

    /// A tool of Kafka that ends soon.
    fn tool(&self, main: &str) -> Command {
        let mut command = Command::new(&self.java);
        command.args(QUICK).args(["-cp", &self.classpath(), main]);
        command
    }

    /// Java itself finds the files behind the star.
    pub(crate) fn classpath(&self) -> String {
        format!("{}/*", self.jars.display())
    }
}

/// Starts the broker.
pub(crate) fn start(stack: &Stack, kafka: &Kafka) -> Result<()> {
    let entry = stack.entry(Part::Kafka).context("Kafka has no port")?;
    let controller_port = entry
        .controller_port
        .context("Kafka has no controller port")?;
    let folder = stack.folder(Part::Kafka);
    let prepare = || {
        let data = folder.join("data");
        if !data.exists() {
            format(&folder, kafka, entry.port, controller_port)?;
        }
        let file = folder.join("server.properties");
        fs::write(&file, properties(entry.port, controller_port, &data))?;
        let mut broker = kafka.command(stack, "kafka.Kafka")?;
        broker.arg(file).current_dir(&folder);
        Ok(broker)
    };
    // The port opens at the end of the broker's start.
    launch(stack, Part::Kafka, LIMIT, prepare, || {
        Ok(http::listens(entry.port))
    })
}

/// Makes the predictions' topics, so that they can be read before the first prediction.
pub(crate) fn make_topics(stack: &Stack, kafka: &Kafka) -> Result<()> {
    PREDICTIONS
        .iter()
        .try_for_each(|topic| make_topic(stack, kafka, topic))
}

fn make_topic(stack: &Stack, kafka: &Kafka, topic: &str) -> Result<()> {
    let port = stack.port(Part::Kafka)?;
    let partition = stack
        .folder(Part::Kafka)
        .join("data")
        .join(format!("{topic}-0"));
    if partition.exists() {
        return Ok(());
    }
    let mut tool = kafka.tool("org.apache.kafka.tools.TopicCommand");
    tool.args(["--bootstrap-server", &format!("127.0.0.1:{port}")])
        .args([
            "--create",
            "--if-not-exists",
            "--partitions",
            "1",
            "--topic",
        ])
        .arg(topic);
    run::quiet(tool, TOOL_LIMIT)
}

/// A line that prints the predictions, for the reader to copy.
pub(crate) fn consumer_line(kafka: &Kafka, port: u16) -> String {
    format!(
        "{} -cp '{}' org.apache.kafka.tools.consumer.ConsoleConsumer --bootstrap-server 127.0.0.1:{port} --topic {} --from-beginning",
        kafka.java.display(),
        kafka.classpath(),
        PREDICTIONS[0]
    )
}

/// Makes the folder of the data, which gets its name when it is whole.
fn format(folder: &Path, kafka: &Kafka, port: u16, controller_port: u16) -> Result<()> {
    let part = folder.join("data.part");
    if part.exists() {
        fs::remove_dir_all(&part)?;
    }
    let file = folder.join("format.properties");
    fs::write(&file, properties(port, controller_port, &part))?;
    let mut tool = kafka.tool("kafka.tools.StorageTool");
    tool.args(["format", "-t", &cluster_id()?, "-c"]).arg(&file);
    run::quiet(tool, TOOL_LIMIT)?;
    fs::rename(&part, folder.join("data"))?;
    Ok(())
}

fn properties(port: u16, controller_port: u16, data: &Path) -> String {
    // In a file of properties a backslash begins an escape.
    let data = data.display().to_string().replace('\\', "\\\\");
    format!(
        "{SETTINGS}\n\
         controller.quorum.voters=1@127.0.0.1:{controller_port}\n\
         listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}\n\
         advertised.listeners=PLAINTEXT://127.0.0.1:{port}\n\
         log.dirs={data}\n"
    )
}

/// 16 random bytes in Kafka's way to write them: URL-safe base64 without padding.
fn cluster_id() -> Result<String> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut bytes = [0; 22];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    // A minus at the beginning would be taken for a flag.
    bytes[0] &= 31;
    // 22 letters of 6 bits are 4 more than 16 bytes have.
    bytes[21] &= 48;
    Ok(bytes
        .iter()
        .map(|byte| char::from(ALPHABET[usize::from(byte & 63)]))
        .collect())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{cluster_id, properties};

    #[test]
    fn cluster_ids_differ_and_decode() -> anyhow::Result<()> {
        let ids = [cluster_id()?, cluster_id()?];
        assert_ne!(ids[0], ids[1]);
        for id in ids {
            assert_eq!(id.len(), 22);
            assert!(id.ends_with(['A', 'Q', 'g', 'w']), "{id}");
            assert!(!id.starts_with('-'), "{id}");
        }
        Ok(())
    }

    #[test]
    fn addresses_are_added_to_the_shared_settings() {
        let text = properties(1, 2, Path::new("/d"));
        let value = |name: &str| {
            let mut lines = text.lines().filter_map(|line| line.split_once('='));
            lines.find(|(key, _)| *key == name).map(|(_, value)| value)
        };
        assert_eq!(
            value("listeners"),
            Some("PLAINTEXT://127.0.0.1:1,CONTROLLER://127.0.0.1:2")
        );
        assert_eq!(value("controller.quorum.voters"), Some("1@127.0.0.1:2"));
        assert_eq!(value("log.dirs"), Some("/d"));
        assert_eq!(value("offsets.topic.replication.factor"), Some("1"));
    }
}
