//! Record lines: one JSON object a line, the text form of everything that a log says (FORMATS: "Record line").
//!
//! A record is
//!
//! ```json
//! {"topic":"flink.public.iris_train","partition":0,"offset":12,"timestamp_ms":1795239078909,
//!  "headers":[["__op","c"]],"key":"{\"id\":1}","value":"{\"sepal_length\":5.1}"}
//! ```
//!
//! on one line. `key`, `value` and header values are the raw bytes: a string where they are UTF-8, null where Kafka has
//! null, `{"base64":".."}` where they are not UTF-8. Beside records there are
//!
//! | line | in | says |
//! | --- | --- | --- |
//! | `{"tick_ms":n}` | recordings, `eddy.json` | the clock moved on |
//! | `{"close":"LANE"}` | recordings | a batch was ended by hand |
//! | `{"hello":{"log_id":..,"topics":[ENDS, ..]}}` | `eddy.json` | which log this is; first of all, and when it was made anew |
//! | `{"ends":[ENDS, ..]}` | `eddy.json` | where the partitions begin and end |
//! | `{"gap":{"topic":..,"partition":..,"from":..,"to":..}}` | recordings, `eddy.json` | records that are gone, both ends inclusive |
//! | `{"error":".."}` | `eddy.json` | something went wrong |
//!
//! where ENDS is `{"topic":..,"partition":..,"start":..,"end":..}`.
//!
//! # Asking for them
//!
//! `GET /ws` with the subprotocol `eddy.json`, everything else in the address:
//!
//! - `topic=T`, repeated: the topics
//! - `from=earliest` (default), `from=latest` or `from=OFFSET`: where all their partitions start
//! - `from=T:PARTITION:OFFSET`, repeated: where single partitions start, whatever the others do. Who comes back names for
//!   each partition the offset behind the last record that it has, and misses nothing, and gets nothing twice
//! - `token=..`: the bridge's token, where it wants one

mod kcat;
mod read;
mod shadow;
mod write;

pub use read::{LineError, LineReader};
pub use write::{write_line, write_record};

use crate::{Gap, Hello, Record, TopicEnds};

/// What a line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// A record.
    Record(Record),
    /// The clock moved on.
    Tick {
        /// Milliseconds since the epoch.
        tick_ms: i64,
    },
    /// A batch was ended by hand.
    Close {
        /// The lane's name.
        close: String,
    },
    /// Which log this is.
    Hello(Hello),
    /// Where the partitions begin and end.
    Ends {
        /// Every partition.
        ends: Vec<TopicEnds>,
    },
    /// Records that are gone.
    Gap {
        /// Which.
        gap: Gap,
    },
    /// Something went wrong.
    Error {
        /// What, and what to do.
        error: String,
    },
}
