//! `stack.json`: the ports and processes of a stack.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use super::connect::CONNECTORS;
use super::part::{PARTS, Part};
use super::process::Process;

/// What is known of each part that was ever started here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct State(pub(crate) BTreeMap<Part, Entry>);

/// A part's ports, which stay, and its process, if it was started and not stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) port: u16,
    /// Kafka's second port.
    pub(crate) controller_port: Option<u16>,
    pub(crate) process: Option<Process>,
}

impl State {
    /// Reads the file; a folder without it has no stack yet.
    pub(crate) fn read(file: &Path) -> Result<State> {
        match fs::read(file) {
            Ok(bytes) => State::parse(&bytes).with_context(|| {
                format!(
                    "{} is damaged: stop what runs there and remove the file",
                    file.display()
                )
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(State::default()),
            Err(error) => Err(error).with_context(|| file.display().to_string()),
        }
    }

    /// Replaces the file as a whole, so that no reader ever finds half of it.
    pub(crate) fn write(&self, file: &Path) -> Result<()> {
        let part = file.with_extension("json.part");
        let text = format!("{:#}\n", self.to_json());
        fs::write(&part, text)
            .and_then(|()| fs::rename(&part, file))
            .with_context(|| format!("{} cannot be written", file.display()))
    }

    fn parse(bytes: &[u8]) -> Result<State> {
        let json: Map<String, Value> = serde_json::from_slice(bytes)?;
        let mut entries = BTreeMap::new();
        for part in PARTS {
            if let Some(value) = json.get(part.name()) {
                let entry = entry(value).with_context(|| part.name().to_owned())?;
                entries.insert(part, entry);
            }
        }
        Ok(State(entries))
    }

    fn to_json(&self) -> Value {
        let entries = self.0.iter();
        entries
            .map(|(part, entry)| (part.name().to_owned(), described(*part, entry)))
            .collect::<Map<String, Value>>()
            .into()
    }
}

fn entry(value: &Value) -> Result<Entry> {
    let port = |name: &str| match value.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(port) => port
            .as_u64()
            .and_then(|port| u16::try_from(port).ok())
            .map(Some)
            .with_context(|| format!("{name} is not a port")),
    };
    let pid = value.get("pid").and_then(Value::as_u64);
    let started = value.get("started").and_then(Value::as_str);
    let process = pid.zip(started).and_then(|(pid, started)| {
        Some(Process {
            pid: u32::try_from(pid).ok()?,
            started: started.to_owned(),
        })
    });
    Ok(Entry {
        port: port("port")?.context("port is missing")?,
        controller_port: port("controller_port")?,
        process,
    })
}

fn described(part: Part, entry: &Entry) -> Value {
    let port = entry.port;
    let mut json = match part {
        Part::Postgres => {
            json!({"port": port, "url": format!("postgres://postgres@127.0.0.1:{port}/postgres")})
        }
        Part::Kafka => {
            json!({"port": port, "controller_port": entry.controller_port, "bootstrap_servers": format!("127.0.0.1:{port}")})
        }
        Part::Connect => {
            json!({"port": port, "url": format!("http://127.0.0.1:{port}/"), "connectors": CONNECTORS.map(|(name, _)| name)})
        }
        Part::Eddy | Part::Receiver => {
            json!({"port": port, "address": format!("http://127.0.0.1:{port}/")})
        }
        Part::Server => json!({"port": port}),
    };
    if let Some(process) = &entry.process {
        json["pid"] = process.pid.into();
        json["started"] = process.started.as_str().into();
    }
    json
}

#[cfg(test)]
mod tests {
    use super::{Entry, State};
    use crate::stack::part::{PARTS, Part};
    use crate::stack::process::Process;

    #[test]
    fn it_is_read_as_it_was_written() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("stack.json");
        assert_eq!(State::read(&file)?, State::default());
        let mut state = State::default();
        for (port, part) in (1000..).zip(PARTS) {
            let entry = Entry {
                port,
                controller_port: (part == Part::Kafka).then_some(2000),
                process: (port % 2 == 0).then(|| Process {
                    pid: 7,
                    started: "Sat Nov 21".to_owned(),
                }),
            };
            state.0.insert(part, entry);
        }
        state.write(&file)?;
        assert_eq!(State::read(&file)?, state);
        let json: serde_json::Value = serde_json::from_slice(&std::fs::read(&file)?)?;
        assert_eq!(json["postgres"]["pid"], 7);
        assert_eq!(json["kafka"]["port"], 1001);
        assert!(json["kafka"].get("pid").is_none(), "{json}");
        assert_eq!(json["connect"]["connectors"][1], "spark");
        assert_eq!(json["eddy"]["address"], "http://127.0.0.1:1003/");
        Ok(())
    }

    #[test]
    fn damage_is_named() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("stack.json");
        for (text, name) in [("{", "damaged"), (r#"{"kafka":{"port":"9"}}"#, "kafka")] {
            std::fs::write(&file, text)?;
            let error = format!("{:#}", State::read(&file).unwrap_err());
            assert!(
                error.contains("stack.json") && error.contains(name),
                "{error}"
            );
        }
        Ok(())
    }
}
