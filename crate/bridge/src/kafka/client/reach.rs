//! Whether a cluster can be reached, before anything depends on it.

use std::time::{Duration, Instant};

use rdkafka::consumer::Consumer as _;

use super::{Use, consumer};
use crate::kafka::config::Settings;
use crate::kafka::error::{KafkaError, Nature};

/// How long one question may take, so that what librdkafka says meanwhile is heard soon.
const LOOK: Duration = Duration::from_millis(100);

/// How long an error that a setting would mend is not believed: a broker that is just starting or ending seems so too.
const DOUBT: Duration = Duration::from_secs(1);

/// Waits for the cluster to answer; names it by its id.
///
/// Fails within a second where a setting is wrong, and after `patience` where no broker answers: such an error may pass.
pub fn reach(settings: &Settings, patience: Duration) -> Result<String, KafkaError> {
    let client = consumer(settings, Use::LookUp)?;
    let mut deadline = Instant::now() + patience;
    let mut doubt = Some(DOUBT);
    loop {
        if let Some(id) = client.client().fetch_cluster_id(LOOK) {
            return Ok(id);
        }
        while client.poll(Duration::ZERO).is_some() {}
        let trouble = client.context().trouble();
        let now = Instant::now();
        if now >= deadline {
            return Err(trouble.unwrap_or_else(|| silent(settings)));
        }
        if trouble.is_some_and(|trouble| trouble.nature == Nature::Setting)
            && let Some(doubt) = doubt.take()
        {
            deadline = deadline.min(now + doubt);
        }
    }
}

fn silent(settings: &Settings) -> KafkaError {
    KafkaError::passing(
        format!("no broker answers at {}", settings.bootstrap_servers()),
        "see whether the brokers run and whether bootstrap.servers names them",
    )
}
