//! Finding what is known of a partition.

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::Arc;

use crate::kafka::KafkaError;
use rdkafka::{Offset, TopicPartitionList};

/// Partitions by number, in the order in which they were added; found by topic and partition.
#[derive(Default)]
pub(super) struct Places {
    places: Vec<(Arc<str>, i32)>,
    by_topic: HashMap<Arc<str>, Vec<(i32, usize)>>,
    /// The one that was found last: records come in runs of one partition.
    last: Cell<usize>,
}

impl Places {
    /// Adds a partition, which must be new; answers its number.
    pub(super) fn add(&mut self, topic: Arc<str>, partition: i32) -> usize {
        let number = self.places.len();
        self.places.push((topic.clone(), partition));
        self.by_topic
            .entry(topic)
            .or_default()
            .push((partition, number));
        number
    }

    /// The partition's number.
    pub(super) fn find(&self, topic: &str, partition: i32) -> Option<usize> {
        let last = self.last.get();
        if let Some((name, number)) = self.places.get(last)
            && *number == partition
            && **name == *topic
        {
            return Some(last);
        }
        let partitions = self.by_topic.get(topic)?;
        let found = partitions.iter().find(|(known, _)| *known == partition)?.1;
        self.last.set(found);
        Some(found)
    }
}

/// A list of one partition, for librdkafka.
pub(super) fn one(
    topic: &str,
    partition: i32,
    offset: i64,
) -> Result<TopicPartitionList, KafkaError> {
    list([(topic, partition, Offset::Offset(offset))])
}

/// A list of partitions, for librdkafka.
pub(super) fn list<'a>(
    partitions: impl IntoIterator<Item = (&'a str, i32, Offset)>,
) -> Result<TopicPartitionList, KafkaError> {
    let mut list = TopicPartitionList::new();
    for (topic, partition, offset) in partitions {
        list.add_partition(topic, partition)
            .set_offset(offset)
            .map_err(|error| {
                KafkaError::setting(
                    format!(
                        "topic {topic}, partition {partition}: {offset:?} is no offset: {error}"
                    ),
                    "ask for an offset that is not negative",
                )
            })?;
    }
    Ok(list)
}
