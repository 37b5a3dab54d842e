//! What Eddy is told of a Kafka cluster.
//!
//! - [`given`]: settings as people give them: properties file, variables, flags
//! - [`settings`]: how to reach the cluster, checked, in librdkafka's terms
//! - `names`: whose each setting is; `jaas`, `stores`, `pem`: what only Java's clients are told so

pub mod given;
pub mod settings;

mod jaas;
mod names;
mod pem;
mod stores;

pub use given::{Given, Place};
pub use settings::Settings;

/// A cluster, and what of it may be read and written.
#[derive(Clone, Debug)]
pub struct KafkaConfig {
    /// How to reach the cluster.
    pub settings: Settings,
    /// Topics that may be subscribed to, by name.
    pub topics: Vec<String>,
    /// Topics that may be subscribed to, by regular expressions that match the whole name.
    pub patterns: Vec<String>,
    /// Topics that may be published to.
    pub publish: Vec<String>,
    /// How many of a topic's newest records are remembered, so that none of them is published again.
    pub remember_records: usize,
}

impl KafkaConfig {
    /// Nothing of the cluster may be read or written yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        KafkaConfig {
            settings,
            topics: Vec::new(),
            patterns: Vec::new(),
            publish: Vec::new(),
            remember_records: 200_000,
        }
    }
}
