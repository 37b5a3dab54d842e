//! Events that Debezium Server posts, kept in a SQLite file.
//!
//! Debezium Server's HTTP sink makes one POST of each event (or of an array of them), and stops when it was not
//! answered with a 2xx five times. So nothing that it sends is refused for what it is: an event that cannot be read is
//! kept in a topic of its own, and only a log that cannot be written is an error.
//!
//! Neither topic nor key is sent. Therefore this source, alone, looks into the events, with a small parser of its own:
//! for `source` (name, schema, table) and `op`, and for what two events of one change have in common.
//!
//! - [`DebeziumServer`]: source, ingest and sink
//! - `event`: which topic an event belongs to, and what makes it this one; `json`: the parser
//! - `headers`: request headers to record headers
//! - `tables`: the log's tables; `append`, `read`, `tail`: how they are written, read and followed
//!
//! # Topics
//!
//! | event | topic |
//! | --- | --- |
//! | envelope, CloudEvent | `NAME.SCHEMA.TABLE` of its source (`db` and `collection` where a connector has those) |
//! | op `m` | `NAME.message` |
//! | transaction (BEGIN, END) | `NAME.transaction` |
//! | heartbeat | `__debezium-heartbeat.NAME` |
//! | unwrapped row | from its added fields or headers (`__name`, `__schema`, `__table`), or from the name of its schema; else `NAME.rows` |
//! | what cannot be read | `NAME.unreadable`, with the reason in the header `eddy.unreadable` |
//!
//! NAME is the source's, or that in the header `__debezium.context.connectorLogicalName`, or `debezium-server`. What
//! Kafka forbids in a topic's name becomes `_`. A body that is longer than what is kept is listed as unreadable, with
//! its beginning: refusing it would stop the server for good.
//!
//! # Repeats
//!
//! An event comes again when its answer was lost, and after a restart of the server. It is then answered like the first,
//! kept once and counted. The same is: the same place in the database's log (all of `source` but `sequence`), topic, op
//! and images. Because rows that a `COPY` wrote into a table without a primary key may have all of that in common, what
//! was made at most half a second apart is taken for two rows, not one that came again; the same event to the last byte,
//! with the nanosecond in which it was made, is always a repeat. Rows of a snapshot are only taken for a repeat in that case.
//! An unwrapped row can be recognised only where it brings `__op` and `__lsn` along; else it is kept again, as any
//! consumer would see it. The newest 200,000 events are remembered.
//!
//! # What an answer promises
//!
//! The events of a request are appended in one transaction that is on the disk (`synchronous = FULL`) before the
//! answer: killing the program, or cutting the machine's power, loses nothing that was answered with a 2xx, as far as
//! the disk does what it says.

mod append;
mod event;
mod headers;
mod json;
mod read;
mod source;
pub(crate) mod tables;
mod tail;

pub use source::{DebeziumServer, DebeziumServerConfig, is_log};
