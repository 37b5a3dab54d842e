//! Reading old records for one session.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::Offset;
use rdkafka::consumer::Consumer as _;
use rdkafka::error::{KafkaError as NativeError, RDKafkaErrorCode as Code};
use wire::{Gap, Record};

use super::super::client::{self, Consumer, Use};
use super::super::error::explain;
use super::super::{KafkaConfig, KafkaError, native};
use super::catalog::{Catalog, Ends, Looked};
use super::places::{Places, list, one};
use super::slot::{Merged, Slot, merge};
use crate::{Chunk, Position};

/// How long nothing may come of a partition that has more before that is an error.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long one wait for the cluster lasts.
const POLL: Duration = Duration::from_millis(50);

/// How much is taken over from librdkafka at a time, in bytes.
const TAKE_BYTES: usize = 256 << 10;

/// How much of all partitions may wait for records of others that are older, in bytes.
const WAITING_BYTES: usize = 8 << 20;

/// The least of that for one partition.
const WAITING_LEAST_BYTES: usize = 64 << 10;

/// A consumer on its way through some partitions; what it has fetched ahead is kept between two reads.
pub(super) struct Reader {
    consumer: Consumer,
    places: Places,
    /// In the order of topic and partition.
    slots: Vec<Slot>,
    /// Where it stands in the partitions of `slots`, in the order in which they were asked for.
    next: Vec<Position>,
    /// When it was last used.
    pub(super) used_at: Instant,
}

impl Reader {
    /// A reader that stands at these positions.
    pub(super) fn begin(config: &KafkaConfig, from: &[Position]) -> Result<Self, KafkaError> {
        let consumer = client::consumer(&config.settings, Use::CatchUp)?;
        let mut slots: Vec<Slot> = from.iter().map(Slot::new).collect();
        slots.sort_by(|a, b| (&a.topic, a.partition).cmp(&(&b.topic, b.partition)));
        let mut places = Places::default();
        for slot in &slots {
            places.add(slot.topic.clone(), slot.partition);
        }
        let assignment = list(slots.iter().map(|slot| {
            let offset = Offset::Offset(slot.reached);
            (&*slot.topic, slot.partition, offset)
        }))?;
        consumer
            .assign(&assignment)
            .map_err(|error| explain::answer(&error, "read old records", None))?;
        Ok(Reader {
            consumer,
            places,
            slots,
            next: from.to_vec(),
            used_at: Instant::now(),
        })
    }

    /// Whether it stands at these positions.
    pub(super) fn stands_at(&self, from: &[Position]) -> bool {
        self.next == from
    }

    /// Reads on, as far as the ends that were seen, or `max_bytes`.
    pub(super) fn read(
        &mut self,
        catalog: &Catalog,
        looked: &Looked,
        max_bytes: usize,
    ) -> Result<Chunk, KafkaError> {
        for slot in &mut self.slots {
            slot.end = ends(looked, &slot.topic, slot.partition)?.end;
        }
        let mut chunk = Chunk::default();
        let mut bytes = 0;
        let mut moved_at = Instant::now();
        while merge(&mut self.slots, max_bytes, &mut bytes, &mut chunk) == Merged::Wanting {
            if self.fetch(catalog)? {
                moved_at = Instant::now();
            } else if !chunk.records.is_empty() {
                // What there is is handed out before more is waited for.
                break;
            } else if moved_at.elapsed() >= PATIENCE {
                return Err(self.nothing_comes());
            }
        }
        let (places, slots) = (&self.places, &self.slots);
        for next in &mut self.next {
            if let Some(number) = places.find(&next.topic, next.partition) {
                next.offset = slots[number].next();
            }
        }
        chunk.next.clone_from(&self.next);
        self.used_at = Instant::now();
        Ok(chunk)
    }

    /// Takes over what librdkafka has fetched; answers whether that brought any partition on.
    fn fetch(&mut self, catalog: &Catalog) -> Result<bool, KafkaError> {
        self.rest_and_go_on()?;
        let mut moved = false;
        let mut bytes = 0;
        let mut failed = Vec::new();
        let (places, slots) = (&self.places, &mut self.slots);
        native::poll(&self.consumer, POLL, &mut |event| {
            match event {
                native::Event::Message(message) => {
                    if let Some(number) = places.find(message.topic, message.partition) {
                        let slot = &mut slots[number];
                        let record = owned(message, &slot.topic);
                        bytes += record.size_bytes();
                        slot.push(record);
                        moved = true;
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
                                let slot = &mut slots[number];
                                moved |= offset > slot.reached;
                                slot.reached = slot.reached.max(offset);
                            }
                            code => failed.push((number, code)),
                        }
                    }
                }
                native::Event::Client => {}
            }
            bytes < TAKE_BYTES
        });
        for (number, code) in failed {
            moved |= self.failed(number, code, catalog)?;
        }
        if !moved {
            moved = self.pass_over()?;
        }
        Ok(moved)
    }

    /// Lets partitions rest of which enough is waiting, so that what they fetch is bounded.
    fn rest_and_go_on(&mut self) -> Result<(), KafkaError> {
        if self.slots.len() == 1 {
            return Ok(());
        }
        let most = (WAITING_BYTES / self.slots.len()).max(WAITING_LEAST_BYTES);
        for slot in &mut self.slots {
            let rest = match slot.paused {
                false => slot.waiting_bytes > most,
                true => slot.waiting_bytes > most / 4,
            };
            if rest == slot.paused {
                continue;
            }
            let partition = one(&slot.topic, slot.partition, slot.reached)?;
            match rest {
                true => self.consumer.pause(&partition),
                false => self.consumer.resume(&partition),
            }
            .map_err(|error| explain::answer(&error, &doing(slot), None))?;
            slot.paused = rest;
        }
        Ok(())
    }

    /// Moves on over offsets that hold no record for the page: transactions' marks.
    fn pass_over(&mut self) -> Result<bool, KafkaError> {
        let positions = self
            .consumer
            .position()
            .map_err(|error| explain::answer(&error, "read old records", None))?;
        let mut moved = false;
        for element in positions.elements() {
            let number = self.places.find(element.topic(), element.partition());
            if let (Some(number), Offset::Offset(offset)) = (number, element.offset()) {
                let slot = &mut self.slots[number];
                moved |= offset > slot.reached;
                slot.reached = slot.reached.max(offset);
            }
        }
        Ok(moved)
    }

    /// A partition could not be read on.
    fn failed(&mut self, number: usize, code: Code, catalog: &Catalog) -> Result<bool, KafkaError> {
        let slot = &mut self.slots[number];
        match code {
            Code::OffsetOutOfRange | Code::AutoOffsetReset => {}
            Code::UnknownTopicOrPartition | Code::UnknownTopic | Code::UnknownPartition => {
                return Err(no_partition(&slot.topic, slot.partition));
            }
            Code::TopicAuthorizationFailed => {
                let error = NativeError::MessageConsumption(code);
                return Err(explain::answer(&error, &doing(slot), None));
            }
            code => {
                // librdkafka tries again by itself; if that does not help, `read` runs out of patience.
                tracing::debug!("cannot {}: {code}", doing(slot));
                return Ok(false);
            }
        }
        let looked = catalog.look_closely()?;
        let ends = ends(&looked, &slot.topic, slot.partition)?;
        if slot.reached > ends.end {
            return Err(KafkaError::passing(
                format!(
                    "topic {}, partition {}: offset {} lies beyond the end, which is {}; the topic was made anew or cut off",
                    slot.topic, slot.partition, slot.reached, ends.end
                ),
                "start from an earlier offset",
            ));
        }
        if slot.reached < ends.start {
            slot.gap = Some(Gap {
                topic: slot.topic.to_string(),
                partition: slot.partition,
                from: slot.reached,
                to: ends.start - 1,
            });
            slot.reached = ends.start;
        }
        let partition = one(&slot.topic, slot.partition, slot.reached)?;
        self.consumer
            .incremental_unassign(&partition)
            .and_then(|()| self.consumer.incremental_assign(&partition))
            .map_err(|error| explain::answer(&error, &doing(slot), None))?;
        slot.paused = false;
        Ok(true)
    }

    /// What to say when a partition that has more gives nothing.
    fn nothing_comes(&self) -> KafkaError {
        let what = match self.slots.iter().find(|slot| slot.is_wanting()) {
            Some(slot) => doing(slot),
            None => "read old records".to_owned(),
        };
        let error = NativeError::MessageConsumption(Code::OperationTimedOut);
        explain::answer(&error, &what, self.consumer.context().trouble())
    }
}

/// Whether nothing lies between these positions and the ends that were seen.
pub(super) fn is_at_end(looked: &Looked, from: &[Position]) -> Result<bool, KafkaError> {
    let mut at_end = true;
    for position in from {
        at_end &= position.offset >= ends(looked, &position.topic, position.partition)?.end;
    }
    Ok(at_end)
}

/// Copies a record out of librdkafka.
pub(super) fn owned(message: native::Message<'_>, topic: &Arc<str>) -> Record {
    Record {
        topic: topic.clone(),
        partition: message.partition,
        offset: message.offset,
        timestamp_ms: message.timestamp_ms,
        headers: message.headers,
        key: message.key.map(<[u8]>::to_vec),
        value: message.value.map(<[u8]>::to_vec),
    }
}

/// The ends of a partition, which must be there.
fn ends(looked: &Looked, topic: &str, partition: i32) -> Result<Ends, KafkaError> {
    let known = looked.topics.get(topic);
    let ends = known.and_then(|known| known.partitions.get(&partition));
    ends.copied().ok_or_else(|| no_partition(topic, partition))
}

fn doing(slot: &Slot) -> String {
    format!(
        "read topic {}, partition {}, from offset {} on",
        slot.topic, slot.partition, slot.reached
    )
}

fn no_partition(topic: &str, partition: i32) -> KafkaError {
    let code = NativeError::MessageConsumption(Code::UnknownTopicOrPartition);
    explain::answer(
        &code,
        &format!("read topic {topic}, partition {partition}"),
        None,
    )
}
