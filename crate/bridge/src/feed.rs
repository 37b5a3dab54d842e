//! What one session is sent: from the source while it is behind, from the ring once it has caught up.
//!
//! `start`: where it begins; `beyond`: where a partition has lost its tail.

mod beyond;
mod start;

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::time::{Duration, Instant};
use wire::{Gap, Hello, MAX_STREAMS, Record, TopicEnds};

use crate::feed::beyond::Beyond;
use crate::follow::RETRY;
use crate::ring::{Item, Place};
use crate::shared::{Shared, blocking};
use crate::{Chunk, Position, SourceError};

pub(crate) use start::{Refused, Truncated};

/// How much is read from the source at a time, in bytes.
const READ_BYTES: usize = 256 << 10;

/// How long to wait where the source has nothing more and the ring does not yet hold what comes next.
const WAIT: Duration = Duration::from_millis(20);

/// A subscription that has begun.
pub(crate) struct Feed {
    shared: Arc<Shared>,
    log_id: String,
    positions: Vec<Position>,
    /// Where in the ring; none: it reads from the source.
    place: Option<Place>,
    /// Partitions that are not sent although their topics are.
    left_out: Vec<(Arc<str>, i32)>,
    /// When the source may be read next.
    read_at: Instant,
    /// A look at the log's end whose place was not reached when it was asked for.
    ahead: Option<(i64, Place)>,
    /// Positions that lay beyond the ends that were told, and since when.
    beyond: Vec<Beyond>,
}

impl Feed {
    /// The topics that are sent, or would be but for partitions that are left out.
    pub(crate) fn topics(&self) -> Vec<String> {
        let sent = self.positions.iter().map(|position| &position.topic);
        let left_out = self.left_out.iter().map(|(topic, _)| topic);
        let topics: BTreeSet<String> = sent.chain(left_out).map(ToString::to_string).collect();
        topics.into_iter().collect()
    }

    /// Whether nothing is sent.
    pub(crate) fn is_empty(&self) -> bool {
        self.positions.is_empty()
    }

    /// Takes up partitions of these topics that appeared, from their start.
    pub(crate) fn take_up(&mut self, hello: &Hello, topics: &[String]) {
        for ends in &hello.topics {
            let (topic, partition) = (&ends.topic, ends.partition);
            let is_known = (self.positions.iter())
                .map(|position| (&position.topic, position.partition))
                .chain(self.left_out.iter().map(|(topic, at)| (topic, *at)))
                .any(|(known, at)| **known == **topic && at == partition);
            if is_known || !topics.contains(topic) || self.positions.len() == MAX_STREAMS {
                continue;
            }
            self.positions.push(Position {
                topic: Arc::from(topic.as_str()),
                partition,
                offset: ends.start,
            });
            // The ring may have passed their first records already.
            self.place = None;
        }
    }

    /// Forgets where it was in a topic that was made anew.
    pub(crate) fn drop_topic(&mut self, topic: &str) {
        self.positions.retain(|position| *position.topic != *topic);
        self.left_out.retain(|(known, _)| **known != *topic);
        self.place = None;
    }

    /// When there is something to fetch; none: when the ring's head moves.
    pub(crate) fn due(&self, head: Place) -> Option<Instant> {
        match self.place {
            None => Some(self.read_at),
            Some(place) => (place != head).then(Instant::now),
        }
    }

    /// What comes next, in order; empty where there is nothing more yet.
    pub(crate) async fn fetch(&mut self) -> Result<Vec<Item>, SourceError> {
        let ring = &self.shared.ring;
        if self.place.is_none() {
            self.place = ring.join(&self.log_id, &self.positions);
        }
        if let Some(place) = &mut self.place {
            if let Some(items) = ring.fetch(place, &mut self.positions) {
                return Ok(items);
            }
            self.place = None;
        }
        let chunk = self.read().await.inspect_err(|error| {
            self.shared.metrics.source.read_failed(error);
            self.read_at = Instant::now() + RETRY;
        })?;
        self.read_at = Instant::now();
        if chunk.records.is_empty() && chunk.gaps.is_empty() {
            self.read_at += WAIT;
        }
        Ok(self.advance(chunk))
    }

    /// A time that every record that is yet to come is later than, if everything that was there then was handed out.
    ///
    /// While records come without a pause the newest look is always ahead; the one before is remembered for that.
    pub(crate) fn idle_at_ms(&mut self) -> Option<i64> {
        let place = self.place?;
        let newest = self.shared.ring.looked_at()?;
        let reached = |look: &(i64, Place)| place.has_reached(look.1);
        if reached(&newest) {
            self.ahead = None;
            return Some(newest.0);
        }
        if let Some(ahead) = self.ahead.filter(reached) {
            self.ahead = Some(newest);
            return Some(ahead.0);
        }
        // A place of another epoch is never reached.
        if self
            .ahead
            .is_none_or(|ahead| ahead.1.epoch != newest.1.epoch)
        {
            self.ahead = Some(newest);
        }
        None
    }

    /// The ends of the subscribed partitions, never behind what was handed out.
    pub(crate) fn ends(&self, hello: &Hello) -> Vec<TopicEnds> {
        let position = |ends: &TopicEnds| {
            self.positions.iter().find(|position| {
                position.partition == ends.partition && *position.topic == *ends.topic
            })
        };
        let ends = hello.topics.iter().filter_map(|ends| {
            let position = position(ends)?;
            Some(TopicEnds {
                end: ends.end.max(position.offset),
                ..ends.clone()
            })
        });
        ends.collect()
    }

    /// How many records lie between what was handed out and these ends of its partitions; offsets that hold no record
    /// (Kafka's transaction marks) count too.
    pub(crate) fn lag(&self, ends: &[TopicEnds]) -> u64 {
        let behind = ends.iter().filter_map(|ends| {
            let position = self.positions.iter().find(|position| {
                position.partition == ends.partition && *position.topic == *ends.topic
            })?;
            u64::try_from(ends.end.saturating_sub(position.offset)).ok()
        });
        behind.sum()
    }

    async fn read(&self) -> Result<Chunk, SourceError> {
        let source = self.shared.backend.source.clone();
        let (log_id, positions) = (self.log_id.clone(), self.positions.clone());
        blocking(move || source.read(&log_id, &positions, READ_BYTES)).await
    }

    fn advance(&mut self, chunk: Chunk) -> Vec<Item> {
        for gap in &chunk.gaps {
            let Gap {
                topic,
                partition,
                from,
                to,
            } = gap;
            tracing::info!(topic, partition, from, to, "records are not there any more");
        }
        for next in chunk.next {
            let known = self.positions.iter_mut().find(|position| {
                position.partition == next.partition && position.topic == next.topic
            });
            if let Some(position) = known {
                position.offset = position.offset.max(next.offset);
            }
        }
        let records = chunk
            .records
            .into_iter()
            .map(|record: Record| Item::Record(Arc::new(record)));
        chunk
            .gaps
            .into_iter()
            .map(Item::Gap)
            .chain(records)
            .collect()
    }
}
