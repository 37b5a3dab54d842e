//! What a reader has of one partition, and the order of records across partitions.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::sync::Arc;

use wire::{Gap, Record};

use crate::{Chunk, Position};

/// One partition on its way through a reader.
pub(super) struct Slot {
    pub(super) topic: Arc<str>,
    pub(super) partition: i32,
    /// Fetched and not yet handed out.
    pub(super) waiting: VecDeque<Record>,
    pub(super) waiting_bytes: usize,
    /// Everything before this offset has been fetched, or holds no record.
    pub(super) reached: i64,
    /// How far there was something to fetch when this read began.
    pub(super) end: i64,
    /// Offsets that were removed before they could be fetched; they lie behind what is waiting.
    pub(super) gap: Option<Gap>,
    /// Whether fetching rests because enough is waiting.
    pub(super) paused: bool,
}

impl Slot {
    pub(super) fn new(from: &Position) -> Self {
        Slot {
            topic: from.topic.clone(),
            partition: from.partition,
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            reached: from.offset,
            end: from.offset,
            gap: None,
            paused: false,
        }
    }

    /// Whether it is not known yet what comes next.
    pub(super) fn is_wanting(&self) -> bool {
        self.waiting.is_empty() && self.gap.is_none() && self.reached < self.end
    }

    /// Takes in a record, unless it was taken in before.
    pub(super) fn push(&mut self, record: Record) {
        if record.offset < self.reached {
            return;
        }
        self.reached = record.offset + 1;
        self.waiting_bytes += record.size_bytes();
        self.waiting.push_back(record);
    }

    /// Where to read on.
    pub(super) fn next(&self) -> i64 {
        match (self.waiting.front(), &self.gap) {
            (Some(record), _) => record.offset,
            (None, Some(gap)) => gap.from,
            (None, None) => self.reached,
        }
    }

    fn pop(&mut self) -> Option<Record> {
        let record = self.waiting.pop_front()?;
        self.waiting_bytes -= record.size_bytes();
        Some(record)
    }
}

/// Whether more has to be fetched before anything can be handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Merged {
    /// A partition that is not at its end has nothing to compare.
    Wanting,
    /// The chunk is full, or everything has been handed out.
    Done,
}

/// Hands out what is waiting: the oldest record first; of the same time, by topic, partition and offset.
///
/// `slots` are in the order of topic and partition.
pub(super) fn merge(
    slots: &mut [Slot],
    max_bytes: usize,
    bytes: &mut usize,
    chunk: &mut Chunk,
) -> Merged {
    for slot in slots.iter_mut().filter(|slot| slot.waiting.is_empty()) {
        if slot.gap.is_some() && !chunk.records.is_empty() {
            // Gaps come before records, so this one waits for the next chunk.
            return Merged::Done;
        }
        chunk.gaps.extend(slot.gap.take());
    }
    if slots.iter().any(Slot::is_wanting) {
        return Merged::Wanting;
    }
    let head = |(number, slot): (usize, &Slot)| {
        let record = slot.waiting.front()?;
        Some(Reverse((record.timestamp_ms, number)))
    };
    let mut heads: BinaryHeap<_> = slots.iter().enumerate().filter_map(head).collect();
    while let Some(Reverse((_, number))) = heads.pop() {
        let slot = &mut slots[number];
        let size_bytes = slot.waiting.front().map_or(0, Record::size_bytes);
        if !chunk.records.is_empty() && *bytes + size_bytes > max_bytes {
            return Merged::Done;
        }
        *bytes += size_bytes;
        chunk.records.extend(slot.pop());
        if let Some(record) = slot.waiting.front() {
            heads.push(Reverse((record.timestamp_ms, number)));
        } else if slot.gap.is_some() {
            return Merged::Done;
        } else if slot.is_wanting() {
            return Merged::Wanting;
        }
    }
    Merged::Done
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(topic: &str, partition: i32, end: i64, records: &[(i64, i64)]) -> Slot {
        let mut slot = Slot::new(&Position {
            topic: Arc::from(topic),
            partition,
            offset: 0,
        });
        slot.end = end;
        for &(offset, timestamp_ms) in records {
            slot.push(Record {
                topic: slot.topic.clone(),
                partition,
                offset,
                timestamp_ms,
                headers: Vec::new(),
                key: None,
                value: None,
            });
        }
        slot
    }

    fn merged(slots: &mut [Slot], max_bytes: usize) -> (Merged, Vec<String>, Chunk) {
        let mut chunk = Chunk::default();
        let state = merge(slots, max_bytes, &mut 0, &mut chunk);
        let name =
            |record: &Record| format!("{}{}@{}", record.topic, record.partition, record.offset);
        let names = chunk.records.iter().map(name).collect();
        (state, names, chunk)
    }

    #[test]
    fn by_time_then_topic_then_partition_then_offset() {
        let mut slots = [
            slot("a", 0, 2, &[(0, 5), (1, 5)]),
            slot("a", 1, 1, &[(0, 5)]),
            slot("b", 0, 2, &[(0, 4), (1, 5)]),
        ];
        let (state, names, _) = merged(&mut slots, usize::MAX);
        assert_eq!(names, ["b0@0", "a0@0", "a0@1", "a1@0", "b0@1"]);
        assert_eq!(state, Merged::Done);
    }

    #[test]
    fn a_partition_keeps_its_order_where_its_times_do_not() {
        let mut slots = [
            slot("a", 0, 2, &[(0, 9), (1, 1)]),
            slot("b", 0, 1, &[(0, 5)]),
        ];
        assert_eq!(merged(&mut slots, usize::MAX).1, ["b0@0", "a0@0", "a0@1"]);
    }

    #[test]
    fn waits_for_a_partition_that_is_not_at_its_end() {
        let mut slots = [slot("a", 0, 9, &[(0, 1)]), slot("b", 0, 1, &[])];
        assert_eq!(merged(&mut slots, usize::MAX).0, Merged::Wanting);
        slots[1].reached = 1;
        let (state, names, _) = merged(&mut slots, usize::MAX);
        assert_eq!(names, ["a0@0"]);
        assert_eq!(state, Merged::Wanting, "a goes on to 9");
    }

    #[test]
    fn a_full_chunk_leaves_the_rest_waiting() {
        let mut slots = [slot("a", 0, 3, &[(0, 1), (1, 1), (2, 1)])];
        let (state, names, _) = merged(&mut slots, 1);
        assert_eq!((state, names.len()), (Merged::Done, 1), "one at least");
        assert_eq!(slots[0].next(), 1);
    }

    #[test]
    fn a_gap_comes_before_the_records_of_its_chunk() {
        let gap = Gap {
            topic: "a".to_owned(),
            partition: 0,
            from: 1,
            to: 6,
        };
        let mut slots = [slot("a", 0, 9, &[(0, 1)]), slot("b", 0, 1, &[(0, 2)])];
        slots[0].gap = Some(gap.clone());
        slots[0].reached = 7;
        let (state, names, chunk) = merged(&mut slots, usize::MAX);
        assert_eq!((state, names.len(), chunk.gaps.len()), (Merged::Done, 1, 0));
        assert_eq!(slots[0].next(), 1, "the gap is still to be told");
        let (state, names, chunk) = merged(&mut slots, usize::MAX);
        assert_eq!(chunk.gaps, [gap]);
        assert_eq!((state, names.len()), (Merged::Wanting, 0));
        assert_eq!(slots[0].next(), 7);
    }

    #[test]
    fn a_record_that_comes_twice_is_taken_once() {
        let mut slots = [slot("a", 0, 2, &[(0, 1), (0, 1), (1, 1)])];
        assert_eq!(merged(&mut slots, usize::MAX).1, ["a0@0", "a0@1"]);
    }
}
