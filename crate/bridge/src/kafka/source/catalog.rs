//! What topics there are, and their ends.
//!
//! Asked on a client that consumes nothing, once for all who want to know at the same time.
//!
//! - `outline`: the questions

mod outline;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::Offset;
use rdkafka::consumer::Consumer as _;
use rdkafka::error::{KafkaError as NativeError, RDKafkaErrorCode as Code};

use self::outline::Outline;
use super::super::client::{self, Consumer, Use, look_up_failed};
use super::super::{KafkaConfig, KafkaError};
use super::selection::Selection;

/// How long the cluster may take to answer one question.
const ANSWER: Duration = Duration::from_secs(2);

/// How long it may take when Eddy starts: a connection has to be made, and TLS and a login take their time.
const FIRST_ANSWER: Duration = Duration::from_secs(5);

/// The selected topics of a cluster.
pub(super) struct Catalog {
    client: Consumer,
    selection: Selection,
    brokers: String,
    /// Held by whoever asks the cluster.
    outline: Mutex<Outline>,
    known: Mutex<Known>,
}

/// The selected topics and their ends, as of one moment.
#[derive(Debug)]
pub(super) struct Looked {
    /// Before the cluster was asked.
    at: Instant,
    pub(super) log_id: String,
    /// By name.
    pub(super) topics: BTreeMap<Arc<str>, Topic>,
}

/// A topic that is there.
#[derive(Debug, Default)]
pub(super) struct Topic {
    /// Another one means that the topic was made anew. None where the broker gives topics no ids.
    pub(super) id: Option<String>,
    pub(super) partitions: BTreeMap<i32, Ends>,
}

/// The ends of a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ends {
    /// The oldest offset that is kept.
    pub(super) start: i64,
    /// The offset behind the last record that can be read: open transactions begin there.
    pub(super) end: i64,
}

#[derive(Default)]
struct Known {
    looked: Option<Arc<Looked>>,
    /// When the cluster last did not answer, and why.
    failed: Option<(Instant, KafkaError)>,
}

impl Catalog {
    /// Makes the client; asks nothing yet.
    pub(super) fn new(config: &KafkaConfig) -> Result<Self, KafkaError> {
        Ok(Catalog {
            client: client::consumer(&config.settings, Use::LookUp)?,
            selection: Selection::new(config)?,
            brokers: config.settings.bootstrap_servers().to_owned(),
            outline: Mutex::default(),
            known: Mutex::default(),
        })
    }

    /// Whether the cluster answers, and lets the topics be read that were named.
    pub(super) fn check(&self) -> Result<(), KafkaError> {
        let metadata = self.client.fetch_metadata(None, FIRST_ANSWER);
        metadata.map_err(|error| self.failed(&error, "list the topics"))?;
        self.look(Duration::ZERO)?;
        match lock(&self.outline).refused.first() {
            None => Ok(()),
            Some(topic) => Err(self.failed(
                &NativeError::MetadataFetch(Code::TopicAuthorizationFailed),
                &format!("read topic {topic}"),
            )),
        }
    }

    /// The topics and their ends, not older than this.
    pub(super) fn look(&self, max_age: Duration) -> Result<Arc<Looked>, KafkaError> {
        let asked_at = Instant::now();
        let fresh = |known: &Known| {
            let looked = known.looked.as_ref();
            looked
                .filter(|looked| looked.at + max_age >= asked_at)
                .cloned()
        };
        if let Some(looked) = fresh(&lock(&self.known)) {
            return Ok(looked);
        }
        let mut outline = lock(&self.outline);
        let previous = {
            let known = lock(&self.known);
            // Others were waiting for the same answer: it is not asked for again for each of them.
            if let Some(looked) = fresh(&known) {
                return Ok(looked);
            }
            if let Some((at, error)) = &known.failed
                && *at >= asked_at
            {
                return Err(error.clone());
            }
            known.looked.clone()
        };
        while self.client.poll(Duration::ZERO).is_some() {}
        // Only what goes wrong from now on explains a failure.
        self.client.context().forget();
        let answer = self.ask(&mut outline, previous.as_deref());
        let mut known = lock(&self.known);
        match answer {
            Ok(looked) => {
                self.client.context().answered();
                let looked = Arc::new(looked);
                known.looked = Some(looked.clone());
                Ok(looked)
            }
            Err(error) => {
                known.failed = Some((Instant::now(), error.clone()));
                Err(error)
            }
        }
    }

    /// The same, with everything asked anew: whether the topics are the same, and where they start.
    pub(super) fn look_closely(&self) -> Result<Arc<Looked>, KafkaError> {
        lock(&self.outline).described_at = None;
        self.look(Duration::ZERO)
    }

    /// For each partition that has a leader, the first offset whose record is not older than this, or its end.
    pub(super) fn offset_at(
        &self,
        topic: &str,
        timestamp_ms: i64,
    ) -> Result<Vec<(i32, i64)>, KafkaError> {
        let looked = self.look(Duration::ZERO)?;
        let Some(known) = looked.topics.get(topic) else {
            return Ok(Vec::new());
        };
        let at = Offset::Offset(timestamp_ms.max(0));
        let doing = || format!("find the offsets of a time in topic {topic}");
        let found = self.offsets(
            known.partitions.keys().map(|partition| (topic, *partition)),
            at,
        );
        let found = found.map_err(|error| self.failed(&error, &doing()))?;
        let offsets = known.partitions.iter().map(|(partition, ends)| {
            // A record of an open transaction has a time, but cannot be read yet.
            let offset = found.get(&(topic.to_owned(), *partition)).copied();
            (*partition, offset.unwrap_or(ends.end).min(ends.end))
        });
        Ok(offsets.collect())
    }

    /// Where the cluster is asked, for people.
    pub(super) fn brokers(&self) -> &str {
        &self.brokers
    }

    fn failed(&self, error: &NativeError, doing: &str) -> KafkaError {
        let doing = format!("{doing} of the Kafka cluster at {}", self.brokers);
        look_up_failed(&self.client, error, &doing)
    }
}

/// What is behind it is replaced in one step, so a panic elsewhere cannot have broken it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
