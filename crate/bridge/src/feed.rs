//! What one session is sent: from the source while it is behind, from the ring once it has caught up.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::time::{Duration, Instant};
use wire::{From, Gap, Hello, MAX_STREAMS, Record, Subscription, TopicEnds};

use crate::follow::{BEAT, RETRY};
use crate::ring::{Item, Place};
use crate::shared::{Shared, blocking};
use crate::{Chunk, Position, SourceError};

/// How much is read from the source at a time, in bytes.
const READ_BYTES: usize = 256 << 10;

/// How long to wait where the source has nothing more and the ring does not yet hold what comes next.
const WAIT: Duration = Duration::from_millis(20);

/// How old the ends may be that a source tells.
const ENDS_AGE: Duration = Duration::from_secs(1);

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
}

/// A partition that ends before the offset that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "topic {topic}, partition {partition}: offset {offset} lies beyond the log's end, which is {end}; \
     start from a smaller one",
    topic = .position.topic, partition = .position.partition, offset = .position.offset
)]
pub(crate) struct Truncated {
    pub(crate) position: Position,
    pub(crate) end: i64,
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
}

impl Feed {
    /// Begins a subscription to the log that `hello` describes; partitions that end before the offset that was asked
    /// for are left out, and named.
    pub(crate) async fn begin(
        shared: &Arc<Shared>,
        hello: &Hello,
        streams: &[Subscription],
    ) -> Result<(Feed, Vec<Truncated>), Refused> {
        check(shared, streams)?;
        let until = Instant::now() + ENDS_AGE;
        let mut starts = Starts::find(shared, hello, streams).await?;
        // The ends may be older than what was sent a moment ago.
        while !starts.truncated.is_empty() && Instant::now() < until {
            tokio::time::sleep(BEAT).await;
            let newer = shared.hello().await?;
            if newer.log_id != hello.log_id {
                let log_id = newer.log_id;
                return Err(SourceError::MadeAnew { log_id }.into());
            }
            starts = Starts::find(shared, &newer, streams).await?;
        }
        if starts.positions.len() > MAX_STREAMS {
            return Err(Refused::TooManyPartitions);
        }
        let feed = Feed {
            shared: shared.clone(),
            log_id: hello.log_id.clone(),
            positions: starts.positions,
            left_out: starts.left_out,
            place: None,
            read_at: Instant::now(),
            ahead: None,
        };
        Ok((feed, starts.truncated))
    }

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

/// Where the partitions of a subscription begin.
#[derive(Default)]
struct Starts {
    positions: Vec<Position>,
    left_out: Vec<(Arc<str>, i32)>,
    truncated: Vec<Truncated>,
}

impl Starts {
    async fn find(
        shared: &Shared,
        hello: &Hello,
        streams: &[Subscription],
    ) -> Result<Starts, Refused> {
        let mut starts = Starts::default();
        for stream in streams {
            starts.add(shared, hello, stream).await?;
        }
        Ok(starts)
    }

    async fn add(
        &mut self,
        shared: &Shared,
        hello: &Hello,
        stream: &Subscription,
    ) -> Result<(), Refused> {
        let topic: Arc<str> = Arc::from(stream.topic.as_str());
        let partitions = hello.topics.iter().filter(|ends| *ends.topic == *topic);
        if partitions.clone().next().is_none() {
            return Err(Refused::NoTopic {
                topic: stream.topic.clone(),
                there: topics(hello),
            });
        }
        let (named, at_time) = offsets(shared, hello, stream).await?;
        for ends in partitions {
            let of = |offsets: &[(i32, i64)]| {
                let found = offsets.iter().find(|(at, _)| *at == ends.partition);
                found.map(|(_, offset)| *offset)
            };
            let (named, at_time) = (of(&named), of(&at_time));
            let partition = ends.partition;
            if named == Some(From::LEFT_OUT) {
                self.left_out.push((topic.clone(), partition));
                continue;
            }
            let offset = match (named.or(at_time), &stream.from) {
                (Some(offset), _) => offset.max(0),
                (None, From::Latest) => ends.end,
                (None, _) => ends.start,
            };
            let position = Position {
                topic: topic.clone(),
                partition,
                offset,
            };
            // A time may lie beyond the end that `hello` knew; an offset that a page once saw may not.
            if named.is_some() && offset > ends.end {
                self.left_out.push((topic.clone(), partition));
                let end = ends.end;
                self.truncated.push(Truncated { position, end });
            } else {
                self.positions.push(position);
            }
        }
        Ok(())
    }
}

/// The offsets that a stream names, and those of the time that it names.
async fn offsets(
    shared: &Shared,
    hello: &Hello,
    stream: &Subscription,
) -> Result<(Vec<(i32, i64)>, Vec<(i32, i64)>), SourceError> {
    let (named, timestamp_ms) = match &stream.from {
        From::Earliest | From::Latest => return Ok((Vec::new(), Vec::new())),
        From::Offsets(offsets) => return Ok((offsets.clone(), Vec::new())),
        From::TimestampMs(timestamp_ms) => (Vec::new(), *timestamp_ms),
        From::OffsetsOrTimestamp {
            offsets,
            timestamp_ms,
        } => (offsets.clone(), *timestamp_ms),
    };
    let source = shared.backend.source.clone();
    let (log_id, topic) = (hello.log_id.clone(), stream.topic.clone());
    let at_time = blocking(move || source.offset_at(&log_id, &topic, timestamp_ms)).await?;
    Ok((named, at_time))
}

/// Checks what can be checked without the log.
fn check(shared: &Shared, streams: &[Subscription]) -> Result<(), Refused> {
    let max = shared.config.max_topics;
    if streams.len() > max {
        let topics = streams.len();
        return Err(Refused::TooManyTopics { topics, max });
    }
    for (index, stream) in streams.iter().enumerate() {
        let is_same = |other: &Subscription| other.topic == stream.topic;
        if streams[..index].iter().any(is_same) {
            return Err(Refused::Twice(stream.topic.clone()));
        }
    }
    Ok(())
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
