//! A Kafka cluster, as flags, variables and a properties file name it.
//!
//! - `open`: source and sink on it, in builds with the Cargo feature `kafka`; else `absent` says that there is none

#[cfg(feature = "kafka")]
mod open;

#[cfg(not(feature = "kafka"))]
#[path = "kafka/absent.rs"]
mod open;

use std::path::PathBuf;

pub(crate) use open::{open, open_source};

/// How a cluster is reached.
#[derive(clap::Args)]
pub(crate) struct KafkaArgs {
    /// Brokers to ask first; the records come from Kafka
    #[arg(long, env = "EDDY_KAFKA", value_name = "HOST:PORT,..")]
    kafka: Option<String>,
    /// Kafka's settings, in a properties file such as a Java client has
    #[arg(long, env = "EDDY_KAFKA_CONFIG", value_name = "FILE")]
    kafka_config: Option<PathBuf>,
    /// One of Kafka's settings, under Kafka's own name; may be repeated. A variable keeps a password from the list of
    /// processes: EDDY_KAFKA_SASL_PASSWORD is sasl.password. Flags override variables, variables the file
    #[arg(long, value_name = "NAME=VALUE")]
    kafka_set: Vec<String>,
}

impl KafkaArgs {
    /// Whether Kafka is asked for.
    pub(crate) fn chosen(&self) -> bool {
        self.kafka.is_some()
            || self.kafka_config.is_some()
            || !self.kafka_set.is_empty()
            || std::env::var_os("EDDY_KAFKA_BOOTSTRAP_SERVERS").is_some()
    }
}

/// Which topics may be subscribed to.
#[derive(Default)]
pub(crate) struct Topics {
    /// By name.
    pub(crate) names: Vec<String>,
    /// By regular expressions that match the whole name.
    pub(crate) patterns: Vec<String>,
}

/// What may be published to.
#[cfg_attr(not(feature = "kafka"), allow(dead_code))]
pub(crate) struct Publish {
    /// Which topics.
    pub(crate) topics: Vec<String>,
    /// How many of a topic's newest records are remembered.
    pub(crate) remember_records: usize,
}
