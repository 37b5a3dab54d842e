//! Source and sink on a cluster.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use bridge::kafka::{Given, Kafka, KafkaConfig, KafkaError, KafkaSink, Nature, Settings, reach};
use bridge::{Backend, Sink, Source};

use super::{KafkaArgs, Publish, Topics};

/// How long a start waits for a broker.
const PATIENCE: Duration = Duration::from_secs(5);

/// The records of these topics.
pub(crate) fn open_source(args: &KafkaArgs, topics: Topics) -> Result<Arc<dyn Source>> {
    Ok(source(config(args, topics)?)?)
}

/// The records of these topics, and these to publish to.
pub(crate) fn open(args: &KafkaArgs, topics: Topics, publish: Publish) -> Result<Backend> {
    let mut config = config(args, topics)?;
    config.publish = publish.topics;
    config.remember_records = publish.remember_records;
    let sink = match config.publish.is_empty() {
        true => None,
        false => Some(Arc::new(KafkaSink::open(&config)?) as Arc<dyn Sink>),
    };
    Ok(Backend {
        source: source(config)?,
        sink,
        insert: None,
    })
}

/// Fails where the settings are wrong; where no broker answers it says so and goes on, as one may come later.
fn source(config: KafkaConfig) -> Result<Arc<dyn Source>, KafkaError> {
    let settings = config.settings.clone();
    let source = Arc::new(Kafka::open(config)?);
    match reach(&settings, PATIENCE).and_then(|_| source.check()) {
        Err(error) if error.nature == Nature::Passing => {
            tracing::warn!("{error}; it is tried again until it answers");
        }
        checked => checked?,
    }
    Ok(source)
}

/// The cluster, with these topics to subscribe to.
fn config(args: &KafkaArgs, topics: Topics) -> Result<KafkaConfig> {
    let (settings, warnings) = Settings::of(given(args)?)?;
    for warning in warnings {
        tracing::warn!("{warning}");
    }
    let mut config = KafkaConfig::new(settings);
    config.topics = topics.names;
    config.patterns = topics.patterns;
    Ok(config)
}

/// Every setting; the later ones override the earlier ones.
fn given(args: &KafkaArgs) -> Result<Vec<Given>> {
    let mut given = match &args.kafka_config {
        Some(path) => Given::read_file(path)?,
        None => Vec::new(),
    };
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    given.extend(Given::from_variables(variables));
    if let Some(brokers) = &args.kafka {
        let setting = format!("bootstrap.servers={brokers}");
        given.push(Given::from_flag("--kafka", &setting)?);
    }
    for setting in &args.kafka_set {
        given.push(Given::from_flag("--kafka-set", setting)?);
    }
    Ok(given)
}
