//! What a linter keeps of the records: small, and each record is looked at once.

use std::collections::VecDeque;

use super::words::place;
use crate::config::Role;
use crate::event::Source;
use crate::lab::Lab;
use crate::rows::{Meta, Verdict};

/// So many of the newest training rows tell how fast they come.
const NEWEST: usize = 64;
/// Rows that differ are counted up to this many.
pub(super) const DISTINCT_MAX: usize = 64;

/// What was seen of a lab's records, so that each is looked at once.
#[derive(Clone, Debug, Default)]
pub struct Linter {
    /// Number of the next record to look at.
    next: u64,
    /// The last record that was looked at: where it is another one, so is the lab.
    last: Option<Meta>,
    /// The lanes' hashes: where they are others, so is the lab.
    hashes: Vec<u64>,
    pub(super) lanes: Vec<LaneSeen>,
}

/// What was seen of the rows that train a lane.
#[derive(Clone, Debug, Default)]
pub(super) struct LaneSeen {
    /// How many.
    pub(super) rows: u64,
    /// By feature: the least and largest number.
    pub(super) ranges: Vec<(f64, f64)>,
    /// The first rows that differ, at most one more than there are clusters.
    pub(super) distinct: Vec<Vec<f64>>,
    /// Record times of the newest, ms, oldest first.
    pub(super) newest_ms: VecDeque<i64>,
    /// The newest.
    pub(super) last: Option<Source>,
    /// Those that are updates.
    pub(super) updates: Counted,
    /// Events that came again and that it took, or left out.
    pub(super) again: Counted,
}

/// How often something was seen, and where first.
#[derive(Clone, Debug, Default)]
pub(super) struct Counted {
    pub(super) count: u64,
    pub(super) first: Option<Source>,
}

impl Linter {
    /// Looks at records that came since the last time, at most so many; whether it has seen all.
    ///
    /// Records that were let go meanwhile are passed over. Of another lab than the last time it starts anew.
    pub fn see(&mut self, lab: &Lab, most: usize) -> bool {
        self.start_anew_for(lab);
        self.next = self.next.max(lab.rows.first());
        let end = lab.rows.end().min(self.next.saturating_add(most as u64));
        for record in self.next..end {
            self.see_record(lab, record);
        }
        if let Some(last) = end
            .checked_sub(1)
            .and_then(|record| lab.rows.meta(record).copied())
        {
            self.last = Some(last);
        }
        self.next = end;
        end == lab.rows.end()
    }

    fn start_anew_for(&mut self, lab: &Lab) {
        let hashes = || lab.lanes.iter().map(|lane| lane.config.hash);
        let last = self.next.checked_sub(1);
        let moved = last.and_then(|record| lab.rows.meta(record)) != self.last.as_ref()
            && self.next > lab.rows.first();
        if self.next <= lab.rows.end() && !moved && hashes().eq(self.hashes.iter().copied()) {
            return;
        }
        *self = Linter {
            hashes: hashes().collect(),
            lanes: lab
                .lanes
                .iter()
                .map(|lane| LaneSeen {
                    ranges: vec![(f64::INFINITY, f64::NEG_INFINITY); lane.config.dim()],
                    ..LaneSeen::default()
                })
                .collect(),
            ..Linter::default()
        };
    }

    fn see_record(&mut self, lab: &Lab, record: u64) {
        let Some(meta) = lab.rows.meta(record) else {
            return;
        };
        let role = lab.role(meta.stream as usize);
        if meta.verdict != Verdict::Row || !matches!(role, Role::Train | Role::Both) {
            return;
        }
        let source = || Source {
            topic: lab.topic(meta.stream as usize).clone(),
            partition: meta.partition,
            offset: meta.offset,
        };
        for (lane, seen) in lab.lanes.iter().zip(&mut self.lanes) {
            if meta.again {
                seen.again.count(source);
            }
            let columns = &lane.config.features;
            let number = |column: &usize| lab.rows.number(record, *column);
            let is_whole = columns.iter().all(|column| number(column).is_finite());
            if !is_whole || !lane.takes(meta.op, meta.again) {
                continue;
            }
            seen.rows += 1;
            seen.last = Some(source());
            if meta.op == 'u' {
                seen.updates.count(source);
            }
            for (range, column) in seen.ranges.iter_mut().zip(columns) {
                let value = number(column);
                *range = (range.0.min(value), range.1.max(value));
            }
            let clusters = lane.timeline.parts().counts;
            seen.see_distinct(clusters, || columns.iter().map(number).collect());
            if seen.newest_ms.len() == NEWEST {
                seen.newest_ms.pop_front();
            }
            seen.newest_ms.push_back(meta.timestamp_ms);
        }
    }
}

impl LaneSeen {
    /// ", up to flink.public.iris_train/0/276"
    pub(super) fn up_to(&self) -> String {
        let last = self.last.as_ref();
        last.map_or_else(String::new, |last| format!(", up to {}", place(last)))
    }

    fn see_distinct(&mut self, clusters: usize, row: impl FnOnce() -> Vec<f64>) {
        if self.distinct.len() <= clusters && self.distinct.len() < DISTINCT_MAX {
            let row = row();
            if !self.distinct.contains(&row) {
                self.distinct.push(row);
            }
        }
    }
}

impl Counted {
    fn count(&mut self, source: impl FnOnce() -> Source) {
        self.count += 1;
        self.first.get_or_insert_with(source);
    }
}
