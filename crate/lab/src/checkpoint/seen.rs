//! How far a lab has read.

use std::collections::BTreeMap;

/// The last offset of each partition, and what came since the last record.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// By stream and partition.
    pub(crate) offsets: BTreeMap<(usize, i32), i64>,
    /// Closed batches and gaps since the last record.
    pub(super) others: u64,
}

impl Seen {
    /// A record was applied.
    pub(crate) fn record(&mut self, stream: usize, partition: i32, offset: i64) {
        let last = self.offsets.entry((stream, partition)).or_insert(offset);
        *last = offset.max(*last);
        self.others = 0;
    }

    /// The last offset of a partition.
    pub(crate) fn last(&self, stream: usize, partition: i32) -> Option<i64> {
        self.offsets.get(&(stream, partition)).copied()
    }

    /// A batch was closed by hand, or a gap was met.
    pub(crate) fn other(&mut self) {
        self.others += 1;
    }
}
