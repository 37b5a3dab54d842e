//! What a recording holds, from its first lines.

use lab::propose;
use wire::{Line, LineReader, Record};

/// Lines that are read for it.
const LINES_MOST: usize = 5_000;

/// What a recording begins with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sniffed {
    /// Its topics, in the order of first sight.
    pub topics: Vec<Topic>,
    /// The first records of each.
    pub records: Vec<Record>,
}

/// A topic that could be learned from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Topic {
    /// Its name.
    pub name: String,
    /// Records of it.
    pub records: u64,
    /// Whether there may be more.
    pub is_more: bool,
}

/// Reads the first lines of a recording; lines that cannot be read say nothing.
pub fn sniff(text: &str) -> Sniffed {
    let mut sniffed = Sniffed::default();
    let mut reader = LineReader::new();
    let mut lines = text.lines();
    for (number, line) in (1..).zip(lines.by_ref().take(LINES_MOST)) {
        if let Ok(Some(Line::Record(record))) = reader.read(number, line) {
            take(&mut sniffed, record);
        }
    }
    let is_more = lines.next().is_some();
    for topic in &mut sniffed.topics {
        topic.is_more = is_more;
    }
    sniffed
}

fn take(sniffed: &mut Sniffed, record: Record) {
    let topics = &mut sniffed.topics;
    let known = topics.iter().position(|topic| topic.name == *record.topic);
    let place = known.unwrap_or(topics.len());
    if known.is_none() {
        topics.push(Topic {
            name: record.topic.to_string(),
            ..Topic::default()
        });
    }
    topics[place].records += 1;
    if topics[place].records <= propose::ROWS_MOST as u64 {
        sniffed.records.push(record);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demos_topics_are_found() {
        let text = include_str!("../../../../../www/demo.ndjson");
        let sniffed = sniff(&format!("{text}{{"));
        let topics: Vec<(&str, u64, bool)> = sniffed
            .topics
            .iter()
            .map(|topic| (topic.name.as_str(), topic.records, topic.is_more))
            .collect();
        assert_eq!(
            topics,
            [
                ("flink.public.iris_train", 277, false),
                ("flink.public.iris_test", 33, false)
            ]
        );
        assert_eq!(sniffed.records.len(), 233);
    }

    #[test]
    fn of_a_long_recording_the_beginning_is_read() {
        let line = "{\"topic\":\"t\",\"partition\":0,\"offset\":0,\"timestamp_ms\":0,\"key\":null,\"value\":\"{}\"}\n";
        let sniffed = sniff(&line.repeat(LINES_MOST + 1));
        assert_eq!(sniffed.topics[0].records, LINES_MOST as u64);
        assert!(sniffed.topics[0].is_more);
    }
}
