//! The newest records of a topic: what is there already, whoever wrote it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rdkafka::consumer::Consumer as _;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use rdkafka::types::RDKafkaErrorCode as Code;

use super::known::{Known, Marks};
use crate::kafka::client::{Consumer, Use, consumer, look_up_failed};
use crate::kafka::config::Settings;
use crate::kafka::error::{KafkaError, explain};
use crate::kafka::native::{self, Event};

/// The header that a message's id stands in.
const ID: &str = "eddy.id";

/// A reader of a topic's end.
#[derive(Default)]
pub(super) struct Tail {
    /// Made at the first use.
    reader: Option<Consumer>,
    /// The topic's own id: another one means that the topic was made anew.
    topic_id: Option<String>,
    /// The offset that is wanted next, for each partition.
    next: BTreeMap<i32, i64>,
}

/// Where a topic's messages are looked for, and until when.
pub(super) struct Look<'a> {
    pub(super) settings: &'a Settings,
    /// For questions.
    pub(super) look_up: &'a Consumer,
    pub(super) topic: &'a str,
    pub(super) marks: &'a Marks,
    pub(super) deadline: Instant,
}

/// A topic as the cluster knows it.
struct Described {
    id: Option<String>,
    partitions: Vec<i32>,
}

impl Tail {
    /// Reads what has been added to the topic since the last call: at the first call as many records as are known at
    /// most.
    ///
    /// When it answers, everything that stood in the topic before the call is known. None where the topic is not there.
    pub(super) fn catch_up(
        &mut self,
        look: &Look<'_>,
        known: &mut Known,
    ) -> Result<Option<()>, KafkaError> {
        let Some(topic) = look.describe()? else {
            *self = Tail::default();
            known.clear();
            return Ok(None);
        };
        let ends = look.ends(&topic.partitions)?;
        let shorter = |(partition, end): (&i32, &i64)| {
            self.next.get(partition).is_some_and(|next| next > end)
        };
        if self.topic_id != topic.id || ends.iter().any(shorter) {
            *self = Tail::default();
            known.clear();
        }
        self.topic_id = topic.id;
        self.assign(look, &ends, known.capacity())?;
        self.read(look, &ends, known)?;
        Ok(Some(()))
    }

    /// Has partitions read that are not read yet.
    fn assign(
        &mut self,
        look: &Look<'_>,
        ends: &BTreeMap<i32, i64>,
        capacity: usize,
    ) -> Result<(), KafkaError> {
        if ends.keys().eq(self.next.keys()) {
            return Ok(());
        }
        let share = i64::try_from(capacity / ends.len().max(1))
            .unwrap_or(i64::MAX)
            .max(1);
        for (partition, end) in ends {
            self.next
                .entry(*partition)
                .or_insert_with(|| end.saturating_sub(share).max(0));
        }
        let reader = match &mut self.reader {
            Some(reader) => reader,
            none => none.insert(consumer(look.settings, Use::Remember)?),
        };
        let mut wanted = TopicPartitionList::with_capacity(self.next.len());
        let assigned = self
            .next
            .iter()
            .try_for_each(|(partition, next)| {
                wanted.add_partition_offset(look.topic, *partition, Offset::Offset(*next))
            })
            .and_then(|()| reader.assign(&wanted));
        assigned.map_err(|error| explain::answer(&error, &look.reading(), None))
    }

    /// Reads up to these ends.
    fn read(
        &mut self,
        look: &Look<'_>,
        ends: &BTreeMap<i32, i64>,
        known: &mut Known,
    ) -> Result<(), KafkaError> {
        let Some(reader) = &self.reader else {
            return Ok(());
        };
        let next = &mut self.next;
        let mut failed = None;
        while ends
            .iter()
            .any(|(partition, end)| next.get(partition).is_some_and(|next| next < end))
        {
            let left = look.deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let late = rdkafka::error::KafkaError::Global(Code::OperationTimedOut);
                let trouble = reader.context().trouble();
                return Err(explain::answer(&late, &look.reading(), trouble));
            }
            native::poll(reader, left.min(Duration::from_millis(100)), &mut |event| {
                let (partition, offset) = match event {
                    Event::Message(message) => {
                        let id = message
                            .headers
                            .iter()
                            .rev()
                            .find(|header| header.name == ID);
                        if let Some(id) = id.and_then(|header| header.value.as_deref()) {
                            known.insert(look.marks.of(look.topic, id));
                        }
                        (message.partition, message.offset + 1)
                    }
                    Event::Partition {
                        partition,
                        offset,
                        code: Code::PartitionEOF,
                        ..
                    } => (partition, offset),
                    Event::Partition { code, .. } => {
                        failed = Some(code);
                        return false;
                    }
                    Event::Client => return true,
                };
                next.entry(partition)
                    .and_modify(|next| *next = offset.max(*next));
                true
            });
            if let Some(code) = failed {
                let error = rdkafka::error::KafkaError::MessageConsumption(code);
                let trouble = reader.context().trouble();
                return Err(explain::answer(&error, &look.reading(), trouble));
            }
        }
        reader.context().forget();
        Ok(())
    }
}

impl Look<'_> {
    /// The topic's id, and its partitions; None where it is not there.
    fn describe(&self) -> Result<Option<Described>, KafkaError> {
        let doing = || format!("look at topic {}", self.topic);
        let topics = [self.topic.to_owned()];
        let described = native::describe(self.look_up, &topics, self.left())
            .map_err(|error| look_up_failed(self.look_up, &error, &doing()))?;
        let Some(found) = described.into_iter().next() else {
            return Ok(None);
        };
        match found.error {
            None => {}
            Some(Code::UnknownTopicOrPartition | Code::UnknownTopic) => return Ok(None),
            Some(code) => {
                let error = rdkafka::error::KafkaError::MetadataFetch(code);
                return Err(look_up_failed(self.look_up, &error, &doing()));
            }
        }
        let partitions = found.partitions.into_iter().map(|(partition, _)| partition);
        Ok(Some(Described {
            id: found.id,
            partitions: partitions.collect(),
        }))
    }

    /// The ends of these partitions, open transactions included.
    fn ends(&self, partitions: &[i32]) -> Result<BTreeMap<i32, i64>, KafkaError> {
        let failed = |error| look_up_failed(self.look_up, &error, &self.reading());
        let mut wanted = TopicPartitionList::with_capacity(partitions.len());
        for partition in partitions {
            wanted
                .add_partition_offset(self.topic, *partition, Offset::End)
                .map_err(failed)?;
        }
        let found = self
            .look_up
            .offsets_for_times(wanted, self.left())
            .map_err(failed)?;
        found
            .elements()
            .iter()
            .map(|element| {
                element.error().map_err(failed)?;
                let end = element.offset().to_raw().unwrap_or(0);
                Ok((element.partition(), end.max(0)))
            })
            .collect()
    }

    fn reading(&self) -> String {
        format!("read what topic {} holds already", self.topic)
    }

    /// The time that is left; at least enough for one question.
    fn left(&self) -> Duration {
        self.deadline
            .saturating_duration_since(Instant::now())
            .max(Duration::from_millis(100))
    }
}
