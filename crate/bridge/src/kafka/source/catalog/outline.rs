//! The questions: which topics there are, and where they end.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::Offset;
use rdkafka::consumer::Consumer as _;
use rdkafka::error::{KafkaError as NativeError, RDKafkaErrorCode as Code};

use super::super::super::{KafkaError, native};
use super::super::places::list;
use super::{ANSWER, Catalog, Ends, Looked, Topic};

/// How often the selected topics are described: are they there, are they the same, how many partitions have they.
const DESCRIBE: Duration = Duration::from_secs(1);

/// How often all of the cluster's topics are listed, for patterns.
const LIST: Duration = Duration::from_secs(3);

/// What changes seldom.
#[derive(Default)]
pub(super) struct Outline {
    log_id: String,
    listed: Option<(Instant, Vec<String>)>,
    pub(super) described_at: Option<Instant>,
    topics: BTreeMap<Arc<str>, native::Description>,
    /// How often a topic without an id was found shorter than it had been.
    made_anew: BTreeMap<Arc<str>, u32>,
    /// Topics that this user may not read.
    pub(super) refused: Vec<String>,
}

impl Catalog {
    /// Asks what is due: always for the ends, from time to time for the rest.
    pub(super) fn ask(
        &self,
        outline: &mut Outline,
        previous: Option<&Looked>,
    ) -> Result<Looked, KafkaError> {
        let at = Instant::now();
        let described_at = outline.described_at;
        let describe = described_at.is_none_or(|described| described.elapsed() >= DESCRIBE);
        if describe {
            self.describe(outline)?;
        }
        let found = self.ends(outline, describe, previous);
        let topics = match found {
            Ok((topics, false)) => topics,
            Ok((topics, true)) if describe => topics,
            // A topic that is gone spoils the answer for all of them; one that is shorter may be another.
            Ok(_) | Err(_) => {
                self.describe(outline)?;
                let found = self.ends(outline, true, previous);
                found
                    .map_err(|error| self.failed(&error, "find the ends of the topics"))?
                    .0
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

    /// The ends of all partitions, and whether one ends before where it ended.
    ///
    /// The starts, which seldom move, are asked for only where that is wanted.
    fn ends(
        &self,
        outline: &mut Outline,
        starts_too: bool,
        previous: Option<&Looked>,
    ) -> Result<(BTreeMap<Arc<str>, Topic>, bool), NativeError> {
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
        let mut any_shorter = false;
        for (name, topic) in &outline.topics {
            let before = previous.and_then(|looked| looked.topics.get(name));
            let before = before.filter(|before| topic.id.is_none() || before.id == topic.id);
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
            any_shorter |= shorter;
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
        Ok((topics, any_shorter))
    }

    /// Asks for one kind of offset of many partitions at once; partitions that do not answer are left out.
    pub(super) fn offsets<'a>(
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
}
