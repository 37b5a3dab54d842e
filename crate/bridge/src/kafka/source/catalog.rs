//! What topics there are, and their ends.
//!
//! Asked on a client that consumes nothing, once for all who want to know at the same time.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::Offset;
use rdkafka::consumer::Consumer as _;
use rdkafka::error::{KafkaError as NativeError, RDKafkaErrorCode as Code};

use super::super::client::{self, Consumer, Use, look_up_failed};
use super::super::{KafkaConfig, KafkaError, native};
use super::places::list;
use super::selection::Selection;

/// How long the cluster may take to answer one question.
const ANSWER: Duration = Duration::from_secs(2);

/// How long it may take when Eddy starts: a connection has to be made, and TLS and a login take their time.
const FIRST_ANSWER: Duration = Duration::from_secs(5);

/// How often the selected topics are described: are they there, are they the same, how many partitions have they.
const DESCRIBE: Duration = Duration::from_secs(1);

/// How often all of the cluster's topics are listed, for patterns.
const LIST: Duration = Duration::from_secs(3);

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

/// What changes seldom.
#[derive(Default)]
struct Outline {
    log_id: String,
    listed: Option<(Instant, Vec<String>)>,
    described_at: Option<Instant>,
    topics: BTreeMap<Arc<str>, native::Description>,
    /// How often a topic without an id was found shorter than it had been.
    made_anew: BTreeMap<Arc<str>, u32>,
    /// Topics that this user may not read.
    refused: Vec<String>,
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

    fn ask(&self, outline: &mut Outline, previous: Option<&Looked>) -> Result<Looked, KafkaError> {
        let at = Instant::now();
        let due = |told: Option<Instant>, every| told.is_none_or(|told| told.elapsed() >= every);
        let describe = due(outline.described_at, DESCRIBE);
        if describe {
            self.describe(outline)?;
        }
        let topics = match self.ends(outline, describe, previous) {
            Ok(topics) => topics,
            Err(error) => {
                // A topic that is gone spoils the answer for all of them.
                tracing::debug!("the ends of the topics: {error}; describing them again");
                self.describe(outline)?;
                self.ends(outline, true, previous)
                    .map_err(|error| self.failed(&error, "find the ends of the topics"))?
            }
        };
        Ok(Looked {
            at,
            log_id: outline.log_id.clone(),
            topics,
        })
    }

    /// Finds out which of the selected topics there are.
    fn describe(&self, outline: &mut Outline) -> Result<(), KafkaError> {
        outline.described_at = None;
        let listed_at = outline.listed.as_ref().map(|(at, _)| *at);
        if self.selection.has_patterns() && listed_at.is_none_or(|at| at.elapsed() >= LIST) {
            let at = Instant::now();
            let metadata = self.client.fetch_metadata(None, ANSWER);
            let metadata = metadata.map_err(|error| self.failed(&error, "list the topics"))?;
            let names = metadata
                .topics()
                .iter()
                .map(|topic| topic.name().to_owned());
            outline.listed = Some((at, names.collect()));
        }
        let there = outline.listed.iter().flat_map(|(_, names)| names);
        let names = self.selection.select(there.map(String::as_str));
        let names: Vec<String> = names.into_iter().collect();
        let described = native::describe(&self.client, &names, ANSWER)
            .map_err(|error| self.failed(&error, "describe the topics"))?;
        outline.log_id = self
            .client
            .client()
            .fetch_cluster_id(ANSWER)
            .ok_or_else(|| {
                let error = NativeError::MetadataFetch(Code::OperationTimedOut);
                self.failed(&error, "learn the cluster's id")
            })?;
        outline.refused.clear();
        let mut topics = BTreeMap::new();
        for topic in described {
            let name = outline.topics.get_key_value(topic.name.as_str());
            let name =
                name.map_or_else(|| Arc::from(topic.name.as_str()), |(name, _)| name.clone());
            match topic.error {
                None if topic.internal => {}
                None => {
                    topics.insert(name, topic);
                }
                Some(Code::UnknownTopicOrPartition | Code::UnknownTopic) => {}
                Some(Code::TopicAuthorizationFailed) => outline.refused.push(topic.name),
                Some(error) => {
                    tracing::debug!("topic {name} cannot be described: {error}");
                    if let Some(known) = outline.topics.remove(&name) {
                        topics.insert(name, known);
                    }
                }
            }
        }
        outline.topics = topics;
        outline.described_at = Some(Instant::now());
        Ok(())
    }

    /// The ends of all partitions; the starts, which seldom move, only where that is asked for.
    fn ends(
        &self,
        outline: &mut Outline,
        starts_too: bool,
        previous: Option<&Looked>,
    ) -> Result<BTreeMap<Arc<str>, Topic>, NativeError> {
        let led = || {
            outline.topics.iter().flat_map(|(name, topic)| {
                let led = topic.partitions.iter().filter(|(_, led)| *led);
                led.map(move |(partition, _)| (&**name, *partition))
            })
        };
        let ends = self.offsets(led(), Offset::End)?;
        let starts = match starts_too || previous.is_none() {
            true => self.offsets(led(), Offset::Beginning)?,
            false => BTreeMap::new(),
        };
        let mut topics = BTreeMap::new();
        for (name, topic) in &outline.topics {
            let before = previous.and_then(|looked| looked.topics.get(name));
            let mut partitions = BTreeMap::new();
            let mut shorter = false;
            for (partition, _) in &topic.partitions {
                let known = before.and_then(|before| before.partitions.get(partition));
                let key = (name.to_string(), *partition);
                let end = ends.get(&key).copied();
                let start = starts.get(&key).copied();
                // A partition without a leader keeps the ends that it had; a new one is listed when it has some.
                let end = end.or(known.map(|known| known.end));
                let start = start.or(known.map(|known| known.start));
                shorter |= known.zip(end).is_some_and(|(known, end)| end < known.end);
                if let (Some(start), Some(end)) = (start, end) {
                    let end = end.max(start);
                    partitions.insert(*partition, Ends { start, end });
                }
            }
            let id = match &topic.id {
                Some(id) => Some(id.clone()),
                None => {
                    let times = outline.made_anew.entry(name.clone()).or_default();
                    *times += u32::from(shorter);
                    (*times > 0).then(|| format!("made anew, {times}"))
                }
            };
            topics.insert(name.clone(), Topic { id, partitions });
        }
        Ok(topics)
    }

    /// Asks for one kind of offset of many partitions at once; partitions that do not answer are left out.
    fn offsets<'a>(
        &self,
        partitions: impl Iterator<Item = (&'a str, i32)>,
        of: Offset,
    ) -> Result<BTreeMap<(String, i32), i64>, NativeError> {
        let wanted = list(partitions.map(|(topic, partition)| (topic, partition, of)));
        let Some(wanted) = wanted.ok().filter(|wanted| wanted.count() > 0) else {
            return Ok(BTreeMap::new());
        };
        // The times -1 and -2 mean the newest and the oldest; for a consumer that reads what is committed, the newest
        // is where the oldest open transaction begins.
        let found = self.client.offsets_for_times(wanted, ANSWER)?;
        let mut offsets = BTreeMap::new();
        for element in found.elements() {
            if let (Ok(()), Offset::Offset(offset)) = (element.error(), element.offset()) {
                offsets.insert((element.topic().to_owned(), element.partition()), offset);
            }
        }
        Ok(offsets)
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
