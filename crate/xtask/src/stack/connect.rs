//! Kafka Connect with Debezium's connectors, in one process.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::folder::Stack;
use super::http;
use super::kafka::Kafka;
use super::launch::launch;
use super::part::Part;

/// The connectors: the published demo's two, and one whose events are whole envelopes.
pub(crate) const CONNECTORS: [(&str, &str); 3] = [
    ("flink", include_str!("../../stack/connectors/flink.json")),
    ("spark", include_str!("../../stack/connectors/spark.json")),
    (
        "envelope",
        include_str!("../../stack/connectors/envelope.json"),
    ),
];
const LIMIT: Duration = Duration::from_secs(120);

/// What a connector's only task does.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Task {
    Running,
    /// With the reason.
    Failed(String),
    /// What it does in place of running, such as UNASSIGNED.
    Other(String),
}

/// Starts Kafka Connect and waits until each connector's task runs.
pub(crate) fn start(stack: &Stack, kafka: &Kafka, plugins: &Path) -> Result<()> {
    let port = stack.port(Part::Connect)?;
    let folder = stack.folder(Part::Connect);
    let was_running = stack.runs(Part::Connect);
    let prepare = || {
        let file = folder.join("connect.properties");
        let settings = properties(stack.port(Part::Kafka)?, port, &folder, plugins);
        fs::write(&file, settings)?;
        let mut command = kafka.command(stack, "org.apache.kafka.connect.cli.ConnectStandalone")?;
        command.arg(file).current_dir(&folder);
        // Those on the command line come back at every start, unlike those that were sent to its port.
        for (name, text) in CONNECTORS {
            let file = folder.join(format!("{name}.json"));
            fs::write(&file, text)?;
            command.arg(file);
        }
        command
            .env("POSTGRES_HOST", "127.0.0.1")
            .env("POSTGRES_PORT", stack.port(Part::Postgres)?.to_string());
        Ok(command)
    };
    let mut restarted = !was_running;
    launch(stack, Part::Connect, LIMIT, prepare, || {
        let mut all_run = true;
        for (name, _) in CONNECTORS {
            match task(port, name) {
                Ok(Task::Running) => {}
                // One that failed earlier, while the database was down for instance, gets another chance.
                Ok(Task::Failed(_)) if !restarted => {
                    restart_failed(port)?;
                    restarted = true;
                    all_run = false;
                }
                Ok(Task::Failed(reason)) => bail!(
                    "connector {name} failed: {reason}\nIts log is {}",
                    stack.log(Part::Connect).display()
                ),
                Ok(Task::Other(_)) | Err(_) => all_run = false,
            }
        }
        Ok(all_run)
    })
}

/// Asks Kafka Connect for the state of a connector's task.
pub(crate) fn task(port: u16, connector: &str) -> Result<Task> {
    let (status, body) = http::request("GET", port, &format!("/connectors/{connector}/status"))?;
    if status != 200 {
        return Ok(Task::Other(format!("not known yet ({status})")));
    }
    parse(&body).with_context(|| format!("the status of connector {connector} cannot be read"))
}

fn restart_failed(port: u16) -> Result<()> {
    for (name, _) in CONNECTORS {
        let path = format!("/connectors/{name}/restart?includeTasks=true&onlyFailed=true");
        http::request("POST", port, &path)?;
    }
    Ok(())
}

fn parse(body: &str) -> Result<Task> {
    let json: Value = serde_json::from_str(body)?;
    // A connector that fails before it has made its task is what there is to look at.
    let places = [&json["tasks"][0], &json["connector"]];
    let failed = places.iter().find(|place| place["state"] == "FAILED");
    if let Some(failed) = failed {
        let trace = failed["trace"].as_str().unwrap_or("no reason is given");
        return Ok(Task::Failed(reason(trace)));
    }
    Ok(match json["tasks"][0]["state"].as_str() {
        Some("RUNNING") => Task::Running,
        Some(state) => Task::Other(state.to_owned()),
        None => Task::Other("it has no task yet".to_owned()),
    })
}

/// A stack trace's first line and the cause at its bottom.
fn reason(trace: &str) -> String {
    let first = trace.lines().next().unwrap_or_default();
    let cause = trace
        .lines()
        .rev()
        .find(|line| line.starts_with("Caused by: "));
    match cause {
        Some(cause) => format!("{first}: {cause}"),
        None => first.to_owned(),
    }
}

fn properties(kafka_port: u16, port: u16, folder: &Path, plugins: &Path) -> String {
    let path = |path: &Path| path.display().to_string().replace('\\', "\\\\");
    let offsets = path(&folder.join("offsets"));
    let plugins = path(plugins);
    // Without idempotence, which is Connect's default, rows come twice when a broker dies before it has answered.
    // The connectors name their converters themselves; these are for a connector that is added by hand. To look for
    // plugins in every class, which is the default, takes 10 s of computing; all of these name theirs.
    format!(
        "bootstrap.servers=127.0.0.1:{kafka_port}\n\
         listeners=http://127.0.0.1:{port}\n\
         plugin.path={plugins}\n\
         plugin.discovery=service_load\n\
         offset.storage.file.filename={offsets}\n\
         offset.flush.interval.ms=1000\n\
         producer.enable.idempotence=true\n\
         key.converter=org.apache.kafka.connect.json.JsonConverter\n\
         value.converter=org.apache.kafka.connect.json.JsonConverter\n\
         config.providers=env\n\
         config.providers.env.class=org.apache.kafka.common.config.provider.EnvVarConfigProvider\n\
         config.providers.env.param.allowlist.pattern=POSTGRES_.*\n"
    )
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{CONNECTORS, Task, parse};

    #[test]
    fn states_are_read() -> anyhow::Result<()> {
        let running = r#"{"name":"flink","connector":{"state":"RUNNING"},"tasks":[{"id":0,"state":"RUNNING"}]}"#;
        assert_eq!(parse(running)?, Task::Running);
        let starting = r#"{"name":"flink","connector":{"state":"RUNNING"},"tasks":[]}"#;
        assert!(matches!(parse(starting)?, Task::Other(_)));
        let unassigned = r#"{"connector":{"state":"RUNNING"},"tasks":[{"state":"UNASSIGNED"}]}"#;
        assert_eq!(parse(unassigned)?, Task::Other("UNASSIGNED".to_owned()));
        let failed = r#"{"connector":{"state":"RUNNING"},
            "tasks":[{"state":"FAILED","trace":"A: cannot\n\tat x\nCaused by: B: refused\n\tat y"}]}"#;
        let reason = "A: cannot: Caused by: B: refused";
        assert_eq!(parse(failed)?, Task::Failed(reason.to_owned()));
        let early = r#"{"connector":{"state":"FAILED","trace":"C"},"tasks":[]}"#;
        assert_eq!(parse(early)?, Task::Failed("C".to_owned()));
        assert!(parse("<html>").is_err());
        Ok(())
    }

    #[test]
    fn connectors_share_nothing_that_must_be_their_own() -> anyhow::Result<()> {
        for own in ["name", "topic.prefix", "slot.name", "publication.name"] {
            let mut values = Vec::new();
            for (name, text) in CONNECTORS {
                let json: Value = serde_json::from_str(text)?;
                let value = json[own].as_str().unwrap_or_default().to_owned();
                assert!(value.contains(name), "{name}: {own} is {value}");
                assert!(!values.contains(&value), "{own} {value} comes twice");
                values.push(value);
            }
        }
        Ok(())
    }

    #[test]
    fn every_setting_is_text() -> anyhow::Result<()> {
        for (name, text) in CONNECTORS {
            let json: Value = serde_json::from_str(text)?;
            let settings = json.as_object().expect("settings");
            // Kafka Connect takes a flat file only so.
            assert!(settings.values().all(Value::is_string), "{name}");
        }
        Ok(())
    }
}
