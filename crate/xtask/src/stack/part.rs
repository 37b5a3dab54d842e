//! The programs that a stack is made of.

use anyhow::{Context, Result};

/// A program of the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    Postgres,
    Kafka,
    Connect,
    /// Eddy on Kafka.
    Eddy,
    /// Eddy as the receiver of Debezium Server.
    Receiver,
    /// Debezium Server.
    Server,
}

/// All parts, in the order in which they start.
pub(crate) const PARTS: [Part; 6] = [
    Part::Postgres,
    Part::Kafka,
    Part::Connect,
    Part::Eddy,
    Part::Receiver,
    Part::Server,
];

impl Part {
    /// What flags, `stack.json` and folders call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Part::Postgres => "postgres",
            Part::Kafka => "kafka",
            Part::Connect => "connect",
            Part::Eddy => "eddy",
            Part::Receiver => "receiver",
            Part::Server => "server",
        }
    }

    /// What people call it.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Part::Postgres => "PostgreSQL",
            Part::Kafka => "Kafka",
            Part::Connect => "Kafka Connect",
            Part::Eddy => "Eddy",
            Part::Receiver => "Eddy for Debezium Server",
            Part::Server => "Debezium Server",
        }
    }

    /// Its port in the default folder, where it is free; `compose.yaml` has the same.
    pub(crate) fn default_port(self) -> u16 {
        match self {
            Part::Postgres => 15432,
            Part::Kafka => 19092,
            Part::Connect => 18083,
            Part::Eddy => 8080,
            Part::Receiver => 8082,
            Part::Server => 18084,
        }
    }

    /// The signal that asks it to end now and in order.
    pub(crate) fn stop_signal(self) -> &'static str {
        match self {
            // SIGTERM would wait for every client to leave.
            Part::Postgres => "INT",
            _ => "TERM",
        }
    }

    /// What must run before it.
    pub(crate) fn needs(self) -> &'static [Part] {
        match self {
            Part::Postgres | Part::Kafka | Part::Receiver => &[],
            Part::Connect => &[Part::Postgres, Part::Kafka],
            Part::Eddy => &[Part::Kafka],
            Part::Server => &[Part::Postgres],
        }
    }

    pub(crate) fn parse(name: &str) -> Result<Part> {
        let part = PARTS.into_iter().find(|part| part.name() == name);
        part.with_context(|| {
            let names = PARTS.map(Part::name).join(", ");
            format!("the stack has no part {name:?}; there are {names}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{PARTS, Part};

    #[test]
    fn every_part_is_found_by_its_name() -> anyhow::Result<()> {
        for part in PARTS {
            assert_eq!(Part::parse(part.name())?, part);
        }
        let error = format!("{:#}", Part::parse("zookeeper").unwrap_err());
        assert!(
            error.contains("zookeeper") && error.contains("kafka"),
            "{error}"
        );
        Ok(())
    }

    #[test]
    fn what_a_part_needs_starts_before_it() {
        for part in PARTS {
            assert!(part.needs().iter().all(|needed| *needed < part), "{part:?}");
        }
    }
}
