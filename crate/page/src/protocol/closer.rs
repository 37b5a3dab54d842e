//! What page thread and worker say of what is looked at closer: an event, a centroid, the events that pass a filter.

use lab::filter::Filter;
use lab::inspect::EventView;
use lab::snapshot::{EventRow, Life, Why};
use lab::tally::Tally;
use serde::{Deserialize, Serialize};

/// What to look at closer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Look {
    /// Nothing.
    Nothing,
    /// An event, applied or waiting.
    Event {
        /// Topic.
        topic: String,
        /// Partition.
        partition: i32,
        /// Offset.
        offset: i64,
    },
    /// The event of an applied record.
    Record {
        /// Its number, from 0.
        record: u64,
    },
    /// The newest applied event at an offset.
    Offset {
        /// What its topic is called or ends with; empty for any.
        topic: String,
        /// Its partition.
        partition: Option<i32>,
        /// The offset.
        offset: i64,
    },
    /// The first applied event that is not older than this.
    Time {
        /// ms since the epoch.
        ms: i64,
    },
    /// A centroid of the shown lane.
    Centroid {
        /// Engine id.
        cluster: u32,
    },
}

/// What is looked at closer, as far as there is news.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Closer {
    /// How many events there are of each kind, up to the playhead.
    pub tally: Tally,
    /// Events that pass the filter, if there is one.
    pub found: Option<Found>,
    /// The event that was opened; None: as it was.
    pub event: Option<Box<EventView>>,
    /// What became of it; None: as it was.
    pub why: Option<Box<Why>>,
    /// Other events of the same row, newest first; None: as they were.
    pub forms: Option<Vec<Form>>,
    /// The centroid that was opened; None: as it was.
    pub life: Option<Box<Life>>,
    /// Why nothing was opened.
    pub missing: Option<String>,
}

/// Events that pass a filter, up to the playhead.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// The filter.
    pub filter: Filter,
    /// The newest ones, newest first, bounded as the list of all events is.
    pub rows: Vec<EventRow>,
    /// Records that were looked at: the newest ones.
    pub searched: u64,
    /// Records up to the playhead.
    pub of: u64,
    /// Whether nothing more is looked at.
    pub done: bool,
    /// Whether the oldest events' bytes are no longer there to be searched.
    pub bytes_let_go: bool,
}

/// Another event of the same row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// Its record's number.
    pub record: u64,
    /// Partition.
    pub partition: i32,
    /// Offset.
    pub offset: i64,
    /// Its operation's letter.
    pub op: char,
    /// Whether it came before.
    pub again: bool,
    /// The batch that it is in.
    pub batch: Option<u64>,
    /// The version that learned it.
    pub version: Option<u64>,
}
