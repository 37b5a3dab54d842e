//! Rows that a job learns, until a model record says which version did.
//!
//! They are found by their offsets. Rows that a version has learned are kept for a while, as a job that was restarted may
//! learn them again, cut otherwise.

use std::collections::VecDeque;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::record::Span;
use super::told::Remark;
use crate::event::Source;
use crate::timeline::Records;

/// Rows that were learned and are kept.
const LEARNED_MAX: usize = 10_000;

/// The rows of all partitions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pool {
    partitions: Vec<Partition>,
    /// Rows that no version has learned, at most; given anew when a checkpoint is loaded.
    #[serde(skip)]
    most: usize,
}

/// Rows of a partition, by ascending offset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Partition {
    topic: Arc<str>,
    partition: i32,
    offsets: VecDeque<i64>,
    /// The records' numbers.
    records: VecDeque<u64>,
    /// Row after row.
    #[serde(with = "numbers")]
    features: VecDeque<f64>,
    /// One for each row, where the model has a target.
    #[serde(with = "numbers")]
    targets: VecDeque<f64>,
    /// The last offset of the newest cut.
    learned_to: Option<i64>,
    /// Rows, the first of these, that are not behind it.
    learned: usize,
    /// The last offset of the rows that were let go.
    gone_to: Option<i64>,
}

/// The rows of a cut.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Learned {
    /// Row-major.
    pub(crate) features: Vec<f64>,
    pub(crate) targets: Vec<f64>,
    records: Vec<u64>,
    /// First and last row.
    pub(crate) span: Option<(Source, Source)>,
    /// The records of it that were let go, if there may have been rows among them.
    pub(crate) gone: Option<Span>,
}

impl Learned {
    pub(crate) fn rows(&self) -> u64 {
        self.records.len() as u64
    }

    pub(crate) fn records(&self) -> Records {
        Records::of(&self.records)
    }
}

/// A row that no version has learned.
pub(crate) struct Unlearned {
    pub(crate) record: u64,
    pub(crate) source: Source,
    pub(crate) features: Vec<f64>,
    pub(crate) target: Option<f64>,
}

impl Pool {
    pub(crate) fn new(most: usize) -> Pool {
        Pool {
            partitions: Vec::new(),
            most: most.max(1),
        }
    }

    /// Goes on with the rows that were kept, and this bound.
    pub(crate) fn going_on(self, most: usize) -> Pool {
        Pool {
            most: most.max(1),
            ..self
        }
    }

    /// Whether it is rows of so many numbers, each with a target or none.
    pub(crate) fn fits(&self, dim: usize, with_target: bool) -> bool {
        self.partitions.iter().all(|part| {
            let rows = part.offsets.len();
            part.records.len() == rows
                && part.features.len() == rows * dim
                && part.targets.len() == if with_target { rows } else { 0 }
                && part.learned <= rows
        })
    }

    /// Rows that no version has learned.
    pub(crate) fn unlearned(&self) -> usize {
        let parts = self.partitions.iter();
        parts.map(|part| part.offsets.len() - part.learned).sum()
    }

    /// Adds a row; one whose offset was there is the same row again.
    pub(crate) fn push(
        &mut self,
        source: &Source,
        record: u64,
        features: &[f64],
        target: Option<f64>,
    ) {
        let at = self.place(&source.topic, source.partition);
        let at = at.unwrap_or_else(|| {
            self.partitions.push(Partition::new(source));
            self.partitions.len() - 1
        });
        let part = &mut self.partitions[at];
        let last = part.offsets.back().copied().max(part.gone_to);
        if last.is_some_and(|last| source.offset <= last) {
            return;
        }
        part.offsets.push_back(source.offset);
        part.records.push_back(record);
        part.features.extend(features);
        part.targets.extend(target);
        if part.learned_to.is_some_and(|to| source.offset <= to) {
            part.learned = part.offsets.len();
        }
        while self.unlearned() > self.most {
            self.let_go_oldest(|part| part.learned < part.offsets.len());
        }
    }

    /// Takes the rows of a cut: they are learned from now on. With `follows`, the cut comes right behind the one before it,
    /// and what is not so is remarked.
    pub(crate) fn learn(
        &mut self,
        offsets: &[Span],
        follows: bool,
        remarks: &mut Vec<Remark>,
    ) -> Learned {
        let mut learned = Learned::default();
        for span in offsets {
            let Some(at) = self.place(&span.topic, span.partition) else {
                continue;
            };
            let part = &mut self.partitions[at];
            part.add_to(&mut learned, span);
            if follows {
                remarks.extend(part.lost_before(span));
                remarks.extend(part.twice_in(span));
            }
            part.learned_to = match follows {
                true => part.learned_to.max(Some(span.to)),
                false => Some(span.to),
            };
            let learned_to = part.learned_to;
            part.learned = part
                .offsets
                .partition_point(|offset| Some(*offset) <= learned_to);
        }
        while self
            .partitions
            .iter()
            .map(|part| part.learned)
            .sum::<usize>()
            > LEARNED_MAX
        {
            self.let_go_oldest(|part| part.learned > 0);
        }
        learned
    }

    /// The rows that no version has learned, in the order in which they came.
    pub(crate) fn into_unlearned(self, dim: usize) -> Vec<Unlearned> {
        let mut rows = Vec::with_capacity(self.unlearned());
        for part in &self.partitions {
            rows.extend((part.learned..part.offsets.len()).map(|i| {
                Unlearned {
                    record: part.records[i],
                    source: part.source(i),
                    features: part
                        .features
                        .range(i * dim..(i + 1) * dim)
                        .copied()
                        .collect(),
                    target: part.targets.get(i).copied(),
                }
            }));
        }
        rows.sort_by_key(|row| row.record);
        rows
    }

    fn place(&self, topic: &str, partition: i32) -> Option<usize> {
        let mut parts = self.partitions.iter();
        parts.position(|part| part.partition == partition && *part.topic == *topic)
    }

    /// Lets the oldest row go of the partitions that may lose one.
    fn let_go_oldest(&mut self, may: impl Fn(&Partition) -> bool) {
        let parts = self.partitions.iter_mut().filter(|part| may(part));
        if let Some(part) = parts.min_by_key(|part| part.records.front().copied()) {
            part.let_go_first();
        }
    }
}

impl Partition {
    fn new(source: &Source) -> Partition {
        Partition {
            topic: source.topic.clone(),
            partition: source.partition,
            offsets: VecDeque::new(),
            records: VecDeque::new(),
            features: VecDeque::new(),
            targets: VecDeque::new(),
            learned_to: None,
            learned: 0,
            gone_to: None,
        }
    }

    fn source(&self, i: usize) -> Source {
        Source {
            topic: self.topic.clone(),
            partition: self.partition,
            offset: self.offsets[i],
        }
    }

    fn span(&self, from: i64, to: i64) -> Span {
        Span {
            topic: self.topic.clone(),
            partition: self.partition,
            from,
            to,
        }
    }

    /// Rows with these offsets, both ends inclusive.
    fn rows(&self, from: i64, to: i64) -> std::ops::Range<usize> {
        let start = self.offsets.partition_point(|offset| *offset < from);
        let end = self.offsets.partition_point(|offset| *offset <= to);
        start..end.max(start)
    }

    fn add_to(&self, learned: &mut Learned, span: &Span) {
        let rows = self.rows(span.from, span.to);
        if let Some(gone_to) = self.gone_to.filter(|gone_to| *gone_to >= span.from) {
            learned.gone = Some(self.span(span.from, gone_to.min(span.to)));
        }
        if rows.is_empty() {
            return;
        }
        let dim = self.features.len() / self.offsets.len();
        let numbers = self.features.range(rows.start * dim..rows.end * dim);
        learned.features.extend(numbers);
        if !self.targets.is_empty() {
            learned.targets.extend(self.targets.range(rows.clone()));
        }
        learned.records.extend(self.records.range(rows.clone()));
        let (first, last) = (self.source(rows.start), self.source(rows.end - 1));
        let first = learned.span.take().map_or(first, |(first, _)| first);
        learned.span = Some((first, last));
    }

    fn lost_before(&self, span: &Span) -> Option<Remark> {
        let lost = self.rows(
            self.learned_to?.saturating_add(1),
            span.from.saturating_sub(1),
        );
        let last = lost.end.checked_sub(1).filter(|_| !lost.is_empty())?;
        Some(Remark::Lost {
            span: self.span(self.offsets[lost.start], self.offsets[last]),
            rows: lost.len() as u64,
        })
    }

    fn twice_in(&self, span: &Span) -> Option<Remark> {
        let to = self.learned_to.filter(|to| *to >= span.from)?.min(span.to);
        Some(Remark::Twice {
            span: self.span(span.from, to),
            rows: self.rows(span.from, to).len() as u64,
        })
    }

    fn let_go_first(&mut self) {
        let rows = self.offsets.len().max(1);
        let dim = self.features.len() / rows;
        self.gone_to = self.offsets.pop_front().max(self.gone_to);
        self.records.pop_front();
        self.features.drain(..dim);
        self.targets.pop_front();
        self.learned = self.learned.saturating_sub(1);
    }
}

/// Numbers in a checkpoint.
mod numbers {
    use std::collections::VecDeque;

    use serde::{Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        numbers: &VecDeque<f64>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        let numbers: Vec<f64> = numbers.iter().copied().collect();
        learn::number::list::serialize(&numbers, to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<VecDeque<f64>, D::Error> {
        Ok(learn::number::list::deserialize(from)?.into())
    }
}
