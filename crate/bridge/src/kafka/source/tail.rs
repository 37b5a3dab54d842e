//! The consumer at the ends of the selected topics.
//!
//! - [`change`]: what a look at the cluster means for it

pub(super) mod change;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::Offset;
use rdkafka::consumer::Consumer as _;
use rdkafka::error::{KafkaError as NativeError, RDKafkaErrorCode as Code};
use wire::{Gap, Record, TopicEnds};

use super::super::client::{self, Consumer, Use};
use super::super::error::explain;
use super::super::{KafkaError, native};
use super::Shared;
use super::catalog::{Ends, Looked};
use super::places::{Places, list, one};
use super::progress::Delivered;
use super::reader::owned;
use crate::News;

/// How much is delivered at a time, in bytes.
const TAKE_BYTES: usize = 1 << 20;

/// How long records that are there may stay away before following begins anew.
const LOST: Duration = Duration::from_secs(10);

/// A consumer of all partitions, and how far each has been delivered.
pub(super) struct Tail<'a> {
    shared: &'a Shared,
    consumer: Consumer,
    log_id: String,
    /// The topics' ids, also of topics that are gone.
    ids: BTreeMap<Arc<str>, Option<String>>,
    places: Places,
    partitions: Vec<Followed>,
    /// When anything was last delivered, or all of it had been.
    moved_at: Instant,
    /// Whether a partition ends before what was delivered of it.
    cut_off: bool,
}

/// One partition that is followed.
struct Followed {
    topic: Arc<str>,
    partition: i32,
    /// The offset behind the last record that was delivered; none: none was.
    next: Option<i64>,
    /// Everything before this offset has been delivered, or holds no record.
    reached: i64,
    /// The ends when they were last looked at.
    ends: Ends,
    /// Since when `ends.end` is what it is.
    end_since: Instant,
    /// Whether it is there, and the consumer has it.
    assigned: bool,
}

impl<'a> Tail<'a> {
    /// Begins at the ends of now.
    pub(super) fn begin(shared: &'a Shared, looked: &Looked) -> Result<Self, KafkaError> {
        shared.progress.clear();
        let mut tail = Tail {
            shared,
            consumer: client::consumer(&shared.config.settings, Use::Tail)?,
            log_id: looked.log_id.clone(),
            ids: BTreeMap::new(),
            places: Places::default(),
            partitions: Vec::new(),
            moved_at: Instant::now(),
            cut_off: false,
        };
        for (name, topic) in &looked.topics {
            tail.ids.insert(name.clone(), topic.id.clone());
            for (partition, ends) in &topic.partitions {
                tail.add(name.clone(), *partition, *ends, ends.end);
            }
        }
        let assignment = list(tail.partitions.iter().map(|followed| {
            let offset = Offset::Offset(followed.reached);
            (&*followed.topic, followed.partition, offset)
        }))?;
        tail.consumer
            .assign(&assignment)
            .map_err(|error| explain::answer(&error, "follow the topics", None))?;
        Ok(tail)
    }

    /// What to tell first.
    pub(super) fn start(&self) -> News {
        let ends = self.partitions.iter().map(|followed| TopicEnds {
            topic: followed.topic.to_string(),
            partition: followed.partition,
            start: followed.ends.start,
            end: followed.reached,
        });
        News::Start {
            log_id: self.log_id.clone(),
            ends: ends.collect(),
        }
    }

    /// What has arrived; waits for it a little.
    pub(super) fn poll(&mut self, timeout: Duration) -> Result<Vec<News>, KafkaError> {
        let mut records: Vec<Record> = Vec::new();
        let mut bytes = 0;
        let mut failed = Vec::new();
        let (places, partitions) = (&self.places, &mut self.partitions);
        native::poll(&self.consumer, timeout, &mut |event| {
            match event {
                native::Event::Message(message) => {
                    if let Some(number) = places.find(message.topic, message.partition) {
                        let followed = &mut partitions[number];
                        if message.offset >= followed.reached {
                            followed.reached = message.offset + 1;
                            followed.next = Some(message.offset + 1);
                            let record = owned(message, &followed.topic);
                            bytes += record.size_bytes();
                            records.push(record);
                        }
                    }
                }
                native::Event::Partition {
                    topic,
                    partition,
                    offset,
                    code,
                } => {
                    if let Some(number) = places.find(topic, partition) {
                        match code {
                            Code::PartitionEOF => {
                                let followed = &mut partitions[number];
                                followed.reached = followed.reached.max(offset);
                            }
                            code => failed.push((number, code)),
                        }
                    }
                }
                native::Event::Client => {}
            }
            bytes < TAKE_BYTES
        });
        let mut news = Vec::new();
        if !records.is_empty() {
            self.moved_at = Instant::now();
            self.tell_progress();
            news.push(News::Records(records));
        }
        for (number, code) in failed {
            news.extend(self.failed(number, code)?.map(News::Gap));
        }
        Ok(news)
    }

    /// Whether everything up to the ends of the last look has been delivered.
    pub(super) fn has_reached_ends(&mut self) -> Result<bool, KafkaError> {
        let behind =
            |followed: &Followed| followed.assigned && followed.reached < followed.ends.end;
        if self.partitions.iter().any(behind) {
            // Marks of transactions are no records, but move the consumer's position.
            let positions = self
                .consumer
                .position()
                .map_err(|error| explain::answer(&error, "follow the topics", None))?;
            for element in positions.elements() {
                let number = self.places.find(element.topic(), element.partition());
                if let (Some(number), Offset::Offset(offset)) = (number, element.offset()) {
                    let followed = &mut self.partitions[number];
                    followed.reached = followed.reached.max(offset);
                }
            }
            if self.partitions.iter().any(behind) {
                return Ok(false);
            }
            self.tell_progress();
        }
        self.moved_at = Instant::now();
        Ok(true)
    }

    /// Whether records that are there do not come; then it is better to begin anew than to stand still.
    pub(super) fn is_lost(&self) -> bool {
        if self.cut_off {
            return true;
        }
        let lost = self.moved_at.elapsed() >= LOST;
        if lost {
            tracing::warn!(
                "nothing has come from Kafka at {} for {} s although there is more; beginning anew",
                self.shared.catalog.brokers(),
                LOST.as_secs()
            );
        }
        lost
    }

    fn add(&mut self, topic: Arc<str>, partition: i32, ends: Ends, from: i64) {
        self.places.add(topic.clone(), partition);
        self.partitions.push(Followed {
            topic,
            partition,
            next: None,
            reached: from,
            ends,
            end_since: Instant::now(),
            assigned: true,
        });
    }

    fn assign(&self, partition: &rdkafka::TopicPartitionList) -> Result<(), KafkaError> {
        self.consumer
            .incremental_assign(partition)
            .map_err(|error| explain::answer(&error, "follow a partition", None))
    }

    /// A partition could not be followed on; answers what was removed of it.
    fn failed(&mut self, number: usize, code: Code) -> Result<Option<Gap>, KafkaError> {
        let followed = &self.partitions[number];
        let doing = format!(
            "follow topic {}, partition {}, from offset {} on",
            followed.topic, followed.partition, followed.reached
        );
        match code {
            Code::OffsetOutOfRange | Code::AutoOffsetReset => {}
            Code::TopicAuthorizationFailed => {
                let error = NativeError::MessageConsumption(code);
                return Err(explain::answer(&error, &doing, None));
            }
            code => {
                // A topic that is gone is noticed by the next look; the rest librdkafka tries again by itself.
                tracing::debug!("cannot {doing}: {code}");
                return Ok(None);
            }
        }
        let looked = self.shared.catalog.look_closely()?;
        let topic = looked.topics.get(&followed.topic);
        let ends = topic.and_then(|topic| topic.partitions.get(&followed.partition));
        let (Some(topic), Some(ends)) = (topic, ends) else {
            return Ok(None);
        };
        if self.ids.get(&followed.topic) != Some(&topic.id) {
            // The next look finds that it was made anew.
            return Ok(None);
        }
        if followed.reached > ends.end {
            tracing::warn!(
                "topic {}, partition {} was cut off: it ended at {} and ends at {} now; beginning anew",
                followed.topic,
                followed.partition,
                followed.reached,
                ends.end
            );
            self.cut_off = true;
            return Ok(None);
        }
        let (from, start) = (followed.reached, followed.reached.max(ends.start));
        let gap = (from < start).then(|| Gap {
            topic: followed.topic.to_string(),
            partition: followed.partition,
            from,
            to: start - 1,
        });
        let partition = one(&followed.topic, followed.partition, start)?;
        self.consumer
            .incremental_unassign(&partition)
            .map_err(|error| explain::answer(&error, &doing, None))?;
        self.assign(&partition)?;
        let followed = &mut self.partitions[number];
        followed.reached = start;
        followed.next = followed.next.map(|_| start);
        Ok(gap)
    }

    fn tell_progress(&self) {
        for followed in &self.partitions {
            if let Some(next) = followed.next {
                let reached = followed.reached;
                let delivered = Delivered { next, reached };
                self.shared
                    .progress
                    .note(&followed.topic, followed.partition, delivered);
            }
        }
    }
}
