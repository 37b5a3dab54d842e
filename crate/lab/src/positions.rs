//! Where reading goes on behind a version of a lane: what another program starts from.

use serde::{Deserialize, Serialize};

use crate::config::Role;
use crate::lab::Lab;

/// The next record of a partition.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// Topic.
    pub topic: String,
    /// Partition.
    pub partition: i32,
    /// Offset of the first record that the version does not know.
    pub next_offset: i64,
}

/// The records around a version are no longer retained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the records around version {version} are no longer retained, so it is not known where reading would go on; take a \
     later version"
)]
pub struct LetGo {
    /// The version.
    pub version: u64,
}

impl Lab {
    /// Where reading goes on behind a version, for each partition that is known, in order of streams.
    ///
    /// Topics that train the lane go on behind the last row that it had learned, so that rows which waited for the next
    /// batch come again; the others behind all that had been applied. A stream that is ignored has no place here, nor has a
    /// partition of which nothing has come.
    ///
    /// # Errors
    /// [`LetGo`]: it is not retained any more.
    pub fn positions_behind(&self, lane: usize, version: u64) -> Result<Vec<Position>, LetGo> {
        let timeline = &self.lanes[lane].timeline;
        let at = timeline.of_version(version);
        let entry = &timeline.entries()[at];
        let mut learned = timeline.entries()[..=at].iter().rev();
        let trained_to = match learned.find(|entry| entry.rows > 0) {
            None => 0,
            Some(made) => {
                let last = made.records.as_ref().and_then(|rows| rows.ranges().last());
                last.map_or(made.to_record, |(_, last)| last + 1)
            }
        };
        let behind = |role: Role| match role {
            Role::Train | Role::Both => Some(trained_to),
            Role::Classify => Some(entry.to_record),
            Role::Ignore => None,
        };
        let mut positions = Vec::new();
        for (&(stream, partition), &last) in &self.seen.offsets {
            if let Some(record) = behind(self.role(stream)) {
                if record < self.rows.first() {
                    return Err(LetGo { version });
                }
                positions.push(Position {
                    topic: self.topic(stream).to_string(),
                    partition,
                    next_offset: self.next_offset(stream, partition, record, last),
                });
            }
        }
        Ok(positions)
    }

    /// The offset of a partition's first record from this number on, or the one behind its last.
    fn next_offset(&self, stream: usize, partition: i32, record: u64, last: i64) -> i64 {
        let records = record..self.rows.end();
        let next = records
            .filter_map(|record| self.rows.meta(record))
            .find(|meta| meta.stream as usize == stream && meta.partition == partition);
        next.map_or(last + 1, |meta| meta.offset)
    }
}
