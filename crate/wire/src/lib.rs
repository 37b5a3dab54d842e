//! Records, record lines and the frames that bridge and page exchange.
//!
//! - [`record`]: a Kafka-shaped record, owned and borrowed
//! - [`log`]: a log's identity, its ends, its gaps
//! - [`publication`]: what a page asks the bridge to publish
//! - [`frame`]: the frames of `eddy.v1`

pub mod frame;
pub mod log;
pub mod publication;
pub mod record;
mod varint;

pub use frame::FrameError;
pub use log::{Gap, Hello, TopicEnds};
pub use publication::Publication;
pub use record::{Header, Headers, Record, RecordRef};

/// The largest frame, and the most that one frame may unfold to, in bytes.
pub const MAX_FRAME_BYTES: usize = 16 << 20;
