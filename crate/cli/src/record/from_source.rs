//! Recording straight from a source, without a bridge.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bridge::{Position, Source, SourceError};
use wire::{Hello, TopicEnds};

use crate::progress::Progress;
use crate::recording::Recording;

/// How much is read at once.
const READ_BYTES: usize = 1 << 20;

/// How long to wait where nothing is new.
const PAUSE: Duration = Duration::from_millis(20);

/// How often to look for topics and partitions that are new.
const LOOK: Duration = Duration::from_secs(1);

/// Records these topics (all where none is named) until the log's end is reached, or for good.
///
/// Every partition goes on behind its last record in the file.
pub(super) async fn record(
    source: &Arc<dyn Source>,
    topics: &[String],
    follow: bool,
    recording: &mut Recording,
    progress: &mut Progress,
) -> Result<()> {
    let hello = ask(source, |source| source.hello()).await?;
    check(&hello, topics)?;
    // What is there now; more may come all the time.
    let ends: Vec<TopicEnds> = wanted(&hello, topics).cloned().collect();
    let mut from = Vec::new();
    add_new(&hello, topics, recording, &mut from)?;
    let mut looked = Instant::now();
    loop {
        let (log_id, positions) = (hello.log_id.clone(), from.clone());
        let read = move |source: &dyn Source| source.read(&log_id, &positions, READ_BYTES);
        let chunk = ask(source, read).await?;
        for gap in &chunk.gaps {
            recording.gap(gap)?;
        }
        for record in &chunk.records {
            recording.record(record)?;
        }
        from = chunk.next;
        progress.at(recording.written);
        let nothing_new = chunk.records.is_empty() && chunk.gaps.is_empty();
        if !follow && (nothing_new || ends.iter().all(|ends| is_reached(ends, &from))) {
            return Ok(());
        }
        if follow && looked.elapsed() >= LOOK {
            looked = Instant::now();
            let hello = ask(source, |source| source.hello()).await?;
            add_new(&hello, topics, recording, &mut from)?;
        }
        if nothing_new {
            recording.flush()?;
            tokio::time::sleep(PAUSE).await;
        }
        // So that Ctrl-C is heard while there is much to read.
        tokio::task::yield_now().await;
    }
}

/// Asks the source on a thread of its own.
async fn ask<T: Send + 'static>(
    source: &Arc<dyn Source>,
    call: impl FnOnce(&dyn Source) -> Result<T, SourceError> + Send + 'static,
) -> Result<T> {
    let source = source.clone();
    let answer = tokio::task::spawn_blocking(move || call(&*source)).await;
    match answer.context("the source failed")? {
        Err(error @ SourceError::MadeAnew { .. }) => {
            Err(error).context("record the new log to another file")
        }
        answer => Ok(answer?),
    }
}

fn check(hello: &Hello, topics: &[String]) -> Result<()> {
    let mut there: Vec<&str> = hello
        .topics
        .iter()
        .map(|ends| ends.topic.as_str())
        .collect();
    there.dedup();
    for topic in topics {
        ensure!(
            there.contains(&topic.as_str()),
            "there is no topic {topic}; there are {}",
            there.join(", ")
        );
    }
    Ok(())
}

fn wanted<'a>(hello: &'a Hello, topics: &'a [String]) -> impl Iterator<Item = &'a TopicEnds> {
    hello
        .topics
        .iter()
        .filter(|ends| topics.is_empty() || topics.contains(&ends.topic))
}

/// Takes up the partitions that are not read yet: behind what is recorded of them, or from their beginning.
fn add_new(
    hello: &Hello,
    topics: &[String],
    recording: &Recording,
    from: &mut Vec<Position>,
) -> Result<()> {
    for ends in wanted(hello, topics) {
        if from.iter().any(|position| is_of(position, ends)) {
            continue;
        }
        let at = recording.resume_at(&ends.topic, ends.partition);
        ensure!(
            at.is_none_or(|offset| offset < ends.end),
            "the log of {} ends before the recording does: it was made anew; record it to another file",
            ends.topic
        );
        from.push(Position {
            topic: ends.topic.as_str().into(),
            partition: ends.partition,
            offset: at.unwrap_or(ends.start),
        });
    }
    Ok(())
}

fn is_reached(ends: &TopicEnds, from: &[Position]) -> bool {
    from.iter()
        .any(|position| is_of(position, ends) && position.offset >= ends.end)
}

fn is_of(position: &Position, ends: &TopicEnds) -> bool {
    position.partition == ends.partition && *position.topic == *ends.topic
}

#[cfg(test)]
mod tests;
