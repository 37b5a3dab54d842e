//! Predictions into topics.
//!
//! - [`KafkaSink`]: publishes each message once
//! - `known`: which messages a topic holds already; `tail`: how that is learned
//! - `delivery`: what becomes of messages on their way to the brokers

mod delivery;
mod known;
mod tail;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::error::KafkaError as NativeError;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, Producer as _};
use rdkafka::types::RDKafkaErrorCode as Code;
use wire::Publication;

use delivery::{Deliveries, Producer};
use known::{Known, Mark, Marks};
use tail::{Look, Tail};

use super::client::{self, Consumer, Use};
use super::config::{KafkaConfig, Settings};
use super::error::{KafkaError, Nature, explain};
use crate::{Sink, SinkError};

/// How long one call waits for the brokers. What is under way then goes on, and the next call waits for it.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a topic that the brokers are making may take.
const MAKING: Duration = Duration::from_secs(3);

/// Publishes to topics of a cluster, each message once.
///
/// Once means: across calls, pages, restarts, and other bridges, because what the topic holds is read before anything is
/// written; the newest [`KafkaConfig::remember_records`] records of it. Only two bridges that write the same message in
/// the same few milliseconds do not see each other.
///
/// A message goes to the partition that its key belongs to, the one that a Java producer would choose. Order is kept
/// within a partition, as always with Kafka: a topic whose readers want the order of a whole lane has one partition.
pub struct KafkaSink {
    settings: Settings,
    topics: BTreeMap<String, Mutex<Topic>>,
    marks: Marks,
    /// For questions about topics.
    look_up: Consumer,
    /// Replaced by another after an error that it does not recover from.
    producer: Mutex<Arc<Producer>>,
}

/// A topic that may be published to.
struct Topic {
    tail: Tail,
    known: Known,
    /// The last failure, and when: those who were waiting then need not try too.
    failed: Option<(Instant, KafkaError)>,
}

impl KafkaSink {
    /// A sink for the topics that the configuration lets be published to; it connects when it is used.
    pub fn open(config: &KafkaConfig) -> Result<Self, KafkaError> {
        let topic = |name: &String| {
            let topic = Topic {
                tail: Tail::default(),
                known: Known::new(config.remember_records),
                failed: None,
            };
            (name.clone(), Mutex::new(topic))
        };
        Ok(KafkaSink {
            topics: config.publish.iter().map(topic).collect(),
            marks: Marks::default(),
            look_up: client::consumer(&config.settings, Use::LookUpAll)?,
            producer: Mutex::new(Arc::new(producer(&config.settings)?)),
            settings: config.settings.clone(),
        })
    }

    /// Publishes to one topic, in the messages' order; one call at a time.
    fn publish_to(&self, name: &str, publications: &[&Publication]) -> Result<(), KafkaError> {
        let Some(topic) = self.topics.get(name) else {
            return Err(KafkaError::setting(
                format!("topic {name} may not be published to"),
                "allow it where the bridge is started",
            ));
        };
        let asked = Instant::now();
        let mut topic = topic.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, error)) = &topic.failed
            && *at > asked
        {
            return Err(error.clone());
        }
        let published = self.publish_now(name, &mut topic, publications);
        let passing = published
            .as_ref()
            .err()
            .filter(|error| error.nature == Nature::Passing);
        topic.failed = passing.map(|error| (Instant::now(), error.clone()));
        published
    }

    fn publish_now(
        &self,
        name: &str,
        topic: &mut Topic,
        publications: &[&Publication],
    ) -> Result<(), KafkaError> {
        let deadline = Instant::now() + PATIENCE;
        let producer = self.producer()?;
        let deliveries = producer.context().clone();
        let marked: Vec<(Mark, &Publication)> = publications
            .iter()
            .map(|publication| (self.marks.of(name, publication.id.as_bytes()), *publication))
            .collect();
        let marks: Vec<Mark> = marked.iter().map(|(mark, _)| *mark).collect();
        // What an earlier call left under way is answered before the topic is read: read afterwards, it is found.
        let earlier = deliveries.wait(&marks, deadline);
        if earlier.unanswered {
            return Err(late(name, &deliveries));
        }
        let look = Look {
            settings: &self.settings,
            look_up: &self.look_up,
            topic: name,
            marks: &self.marks,
            deadline,
        };
        if topic.tail.catch_up(&look, &mut topic.known)?.is_none() {
            self.make(name, &producer)?;
        }
        let mut fresh = marked;
        fresh.retain(|(mark, _)| !topic.known.contains(*mark));
        let sent = send(&producer, name, &mut fresh);
        let fresh: Vec<Mark> = fresh.into_iter().map(|(mark, _)| mark).collect();
        let outcome = deliveries.wait(&fresh, deadline);
        for mark in &fresh {
            if !outcome.unanswered && !outcome.failed.iter().any(|(failed, _)| failed == mark) {
                topic.known.insert(*mark);
            }
        }
        sent?;
        if let Some(error) = worst(name, &outcome.failed, &deliveries) {
            return Err(error);
        }
        match outcome.unanswered {
            true => Err(late(name, &deliveries)),
            false => Ok(()),
        }
    }

    /// The producer; another one where the last met an error that it does not recover from.
    fn producer(&self) -> Result<Arc<Producer>, KafkaError> {
        let mut kept = self.producer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((code, reason)) = kept.client().fatal_error() {
            tracing::warn!("the Kafka producer gave up ({code}: {reason}); it is begun again");
            *kept = Arc::new(producer(&self.settings)?);
        }
        Ok(kept.clone())
    }

    /// Lets the brokers make a topic that is not there, if they do so by themselves.
    fn make(&self, topic: &str, producer: &Producer) -> Result<(), KafkaError> {
        let deadline = Instant::now() + MAKING;
        let doing = format!("publish to topic {topic}");
        loop {
            // A producer's question for a topic makes it where the brokers' auto.create.topics.enable is true.
            let answer = producer.client().fetch_metadata(Some(topic), MAKING);
            let metadata = answer.map_err(|error| {
                explain::answer(&error, &doing, producer.context().log.trouble())
            })?;
            let found = metadata.topics().iter().find(|found| found.name() == topic);
            match found.and_then(|found| found.error()).map(Code::from) {
                None => return Ok(()),
                Some(Code::LeaderNotAvailable) if Instant::now() < deadline => {
                    std::thread::sleep(Duration::from_millis(50));
                }
                Some(Code::UnknownTopicOrPartition | Code::UnknownTopic) => {
                    return Err(self.missing(topic));
                }
                Some(code) => {
                    return Err(explain::answer(&NativeError::Global(code), &doing, None));
                }
            }
        }
    }

    fn missing(&self, topic: &str) -> KafkaError {
        KafkaError::setting(
            format!(
                "cannot publish to topic {topic}: the cluster has none of that name and makes none by itself"
            ),
            format!(
                "create it: `kafka-topics.sh --bootstrap-server {} --create --topic {topic} --partitions 1`",
                self.settings.bootstrap_servers()
            ),
        )
    }
}

impl Sink for KafkaSink {
    fn allowed(&self, topic: &str) -> bool {
        self.topics.contains_key(topic)
    }

    /// Publishes messages; unlike other sinks it may have written some of them when it fails.
    fn publish(&self, publications: &[Publication]) -> Result<Vec<String>, SinkError> {
        let mut by_topic: BTreeMap<&str, Vec<&Publication>> = BTreeMap::new();
        for publication in publications {
            if publication.id.is_empty() {
                return Err(SinkError::Refused {
                    what: format!("a message for topic {} has no id", publication.topic),
                    remedy: "give it a header eddy.id that no other message has".to_owned(),
                });
            }
            if !self.allowed(&publication.topic) {
                return Err(SinkError::NotAllowed {
                    topic: publication.topic.clone(),
                });
            }
            let topic = by_topic.entry(&publication.topic).or_default();
            topic.push(publication);
        }
        for (topic, publications) in by_topic {
            self.publish_to(topic, &publications)?;
        }
        Ok(publications
            .iter()
            .map(|publication| publication.id.clone())
            .collect())
    }
}

fn producer(settings: &Settings) -> Result<Producer, KafkaError> {
    client::create(settings, Use::Produce, Deliveries::default())
}

/// Hands messages to the producer, each once; leaves in `messages` those that it took.
fn send(
    producer: &Producer,
    topic: &str,
    messages: &mut Vec<(Mark, &Publication)>,
) -> Result<(), KafkaError> {
    let mut seen = std::collections::HashSet::new();
    messages.retain(|(mark, _)| seen.insert(*mark));
    let deliveries = producer.context();
    for (at, (mark, publication)) in messages.iter().enumerate() {
        let mut record = BaseRecord::with_opaque_to(topic, Box::new(*mark))
            .payload(publication.value.as_slice())
            .headers(headers(publication));
        record.key = publication.key.as_deref();
        deliveries.expect(*mark);
        if let Err((error, _)) = producer.send(record) {
            deliveries.forget(*mark);
            messages.truncate(at);
            return Err(explain::answer(
                &error,
                &publishing(topic),
                deliveries.log.trouble(),
            ));
        }
    }
    Ok(())
}

fn headers(publication: &Publication) -> OwnedHeaders {
    publication
        .headers
        .iter()
        .fold(OwnedHeaders::new(), |headers, header| {
            headers.insert(Header {
                key: &header.name,
                value: header.value.as_deref(),
            })
        })
}

/// The error that says most: of a message that is refused for good, else the first.
fn worst(topic: &str, failed: &[(Mark, Code)], deliveries: &Deliveries) -> Option<KafkaError> {
    let mut errors: Vec<KafkaError> = failed
        .iter()
        .map(|(_, code)| {
            let error = NativeError::MessageProduction(*code);
            explain::answer(&error, &publishing(topic), deliveries.log.trouble())
        })
        .collect();
    let refused = errors
        .iter()
        .position(|error| error.nature == Nature::Message);
    (!errors.is_empty()).then(|| errors.swap_remove(refused.unwrap_or(0)))
}

fn late(topic: &str, deliveries: &Deliveries) -> KafkaError {
    let error = NativeError::MessageProduction(Code::OperationTimedOut);
    explain::answer(&error, &publishing(topic), deliveries.log.trouble())
}

fn publishing(topic: &str) -> String {
    format!("publish to topic {topic}")
}
