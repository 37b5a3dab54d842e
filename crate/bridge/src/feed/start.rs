//! Where a subscription begins.

use std::sync::Arc;

use tokio::time::Instant;
use wire::{From, Hello, MAX_STREAMS, Subscription};

use crate::feed::Feed;
use crate::follow::BEAT;
use crate::follow::ENDS_AGE;
use crate::shared::{Shared, blocking};
use crate::{Position, SourceError};

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
            beyond: Vec::new(),
        };
        Ok((feed, starts.truncated))
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
