//! What Eddy is told of a Kafka cluster.

use std::collections::BTreeMap;

use rdkafka::ClientConfig;

/// A cluster, and what of it may be read and written.
#[derive(Clone, Default)]
pub struct KafkaConfig {
    /// Settings under Kafka's own names: `bootstrap.servers`, `security.protocol`, `sasl.mechanism` ..
    pub properties: BTreeMap<String, String>,
    /// Topics that may be subscribed to, by name.
    pub topics: Vec<String>,
    /// Topics that may be subscribed to, by regular expressions that match the whole name.
    pub patterns: Vec<String>,
    /// Topics that may be published to.
    pub publish: Vec<String>,
}

impl KafkaConfig {
    /// What every client of the cluster begins with.
    #[allow(dead_code)]
    pub(super) fn client(&self) -> ClientConfig {
        let mut client = ClientConfig::new();
        for (name, value) in &self.properties {
            client.set(name, value);
        }
        client
    }
}
