//! Whether a cluster can be reached, before anything depends on it.

use std::time::{Duration, Instant};

use rdkafka::consumer::Consumer as _;

use super::{Use, consumer};
use crate::kafka::config::Settings;
use crate::kafka::error::{KafkaError, Nature};

/// How long one question may take, so that what librdkafka says meanwhile is heard soon.
const LOOK: Duration = Duration::from_millis(100);

/// Waits for the cluster to answer; names it by its id.
///
/// Fails at once where a setting is wrong, and after `patience` where no broker answers: such an error may pass.
pub fn reach(settings: &Settings, patience: Duration) -> Result<String, KafkaError> {
    let client = consumer(settings, Use::LookUp)?;
    let deadline = Instant::now() + patience;
    loop {
        if let Some(id) = client.client().fetch_cluster_id(LOOK) {
            return Ok(id);
        }
        while client.poll(Duration::ZERO).is_some() {}
        match client.context().trouble() {
            Some(trouble) if trouble.nature == Nature::Setting => return Err(trouble),
            trouble if Instant::now() >= deadline => {
                return Err(trouble.unwrap_or_else(|| silent(settings)));
            }
            _ => {}
        }
    }
}

fn silent(settings: &Settings) -> KafkaError {
    KafkaError::passing(
        format!("no broker answers at {}", settings.bootstrap_servers()),
        "see whether the brokers run and whether bootstrap.servers names them",
    )
}
