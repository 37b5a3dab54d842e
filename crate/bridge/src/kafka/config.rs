//! What Eddy is told of a Kafka cluster.
//!
//! - [`settings`]: how to reach it, under Kafka's own names

pub mod settings;

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
