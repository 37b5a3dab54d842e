//! What one session is sent: from the source while it is behind, from the ring once it has caught up.

use std::sync::Arc;

use tokio::time::{Duration, Instant};
use wire::{From, Gap, Hello, MAX_STREAMS, Record, Subscription, TopicEnds};

use crate::follow::RETRY;
use crate::ring::{Item, Place};
use crate::shared::{Shared, blocking};
use crate::{Chunk, Position, SourceError};

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
    /// When the source may be read next.
    read_at: Instant,
    /// A look at the log's end whose place was not reached when it was asked for.
    ahead: Option<(i64, Place)>,
}

/// Why a subscription cannot begin.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error("topic {topic} is not there; there are: {there}")]
    NoTopic { topic: String, there: String },
    #[error("topic {0} is named twice; name it once")]
    Twice(String),
    #[error("{topics} topics are more than the {max} that one session may have; name fewer")]
    TooManyTopics { topics: usize, max: usize },
    #[error("the topics have more than {MAX_STREAMS} partitions; name fewer topics")]
    TooManyPartitions,
    #[error(
        "topic {topic}, partition {partition}: offset {offset} lies beyond the log's end, which is {end}; \
         start from a smaller one"
    )]
    BeyondEnd {
        topic: String,
        partition: i32,
        offset: i64,
        end: i64,
    },
}

impl Feed {
    /// Begins a subscription to the log that `hello` describes.
    pub(crate) async fn begin(
        shared: &Arc<Shared>,
        hello: &Hello,
        streams: &[Subscription],
    ) -> Result<Feed, Refused> {
        let max = shared.config.max_topics;
        if streams.len() > max {
            let topics = streams.len();
            return Err(Refused::TooManyTopics { topics, max });
        }
        let mut positions = Vec::new();
        for (index, stream) in streams.iter().enumerate() {
            if streams[..index]
                .iter()
                .any(|other| other.topic == stream.topic)
            {
                return Err(Refused::Twice(stream.topic.clone()));
            }
            positions.extend(begin_topic(shared, hello, stream).await?);
        }
        if positions.len() > MAX_STREAMS {
            return Err(Refused::TooManyPartitions);
        }
        Ok(Feed {
            shared: shared.clone(),
            log_id: hello.log_id.clone(),
            positions,
            place: None,
            read_at: Instant::now(),
            ahead: None,
        })
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
        let chunk = self.read().await.inspect_err(|_| {
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

    /// The names of the subscribed topics.
    pub(crate) fn topics(&self) -> Vec<&str> {
        let mut topics: Vec<&str> = self
            .positions
            .iter()
            .map(|position| &*position.topic)
            .collect();
        topics.dedup();
        topics
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

async fn begin_topic(
    shared: &Shared,
    hello: &Hello,
    stream: &Subscription,
) -> Result<Vec<Position>, Refused> {
    let partitions: Vec<_> = hello
        .topics
        .iter()
        .filter(|ends| ends.topic == stream.topic)
        .collect();
    if partitions.is_empty() {
        return Err(Refused::NoTopic {
            topic: stream.topic.clone(),
            there: topics(hello),
        });
    }
    let offsets = match &stream.from {
        From::Offsets(offsets) => offsets.clone(),
        From::TimestampMs(timestamp_ms) => {
            let source = shared.backend.source.clone();
            let (log_id, topic) = (hello.log_id.clone(), stream.topic.clone());
            let timestamp_ms = *timestamp_ms;
            blocking(move || source.offset_at(&log_id, &topic, timestamp_ms)).await?
        }
        From::Earliest | From::Latest => Vec::new(),
    };
    let topic: Arc<str> = Arc::from(stream.topic.as_str());
    let position = |ends: &&TopicEnds| {
        let named = offsets
            .iter()
            .find(|(partition, _)| *partition == ends.partition);
        let offset = match (named, &stream.from) {
            (Some((_, offset)), _) => (*offset).max(0),
            (None, From::Latest) => ends.end,
            (None, _) => ends.start,
        };
        // A time may lie beyond the end that `hello` knew; an offset that a page once saw may not.
        if offset > ends.end && matches!(stream.from, From::Offsets(_)) {
            return Err(Refused::BeyondEnd {
                topic: stream.topic.clone(),
                partition: ends.partition,
                offset,
                end: ends.end,
            });
        }
        Ok(Position {
            topic: topic.clone(),
            partition: ends.partition,
            offset,
        })
    };
    partitions.iter().map(position).collect()
}

/// The names of the topics, for people.
fn topics(hello: &Hello) -> String {
    let mut topics: Vec<_> = hello
        .topics
        .iter()
        .map(|ends| ends.topic.as_str())
        .collect();
    topics.sort_unstable();
    topics.dedup();
    if topics.is_empty() {
        return "none".to_owned();
    }
    topics.join(", ")
}
