//! Records, record lines and the frames that bridge and page exchange.
//!
//! No I/O: bytes and text in, values out, and back.
//!
//! - [`record`]: a Kafka-shaped record, owned and borrowed
//! - [`log`]: a log's identity, its ends, its gaps
//! - [`publication`]: what a page asks the bridge to publish
//! - [`frame`]: the frames of `eddy.v1` (binary, for the page), byte by byte
//! - [`line`](mod@line): record lines, `eddy.json` (one JSON object a line, for people and other programs)
//! - [`LineReader`]: the same, and also what `kcat -J` prints and files of bare values

pub mod frame;
pub mod line;
pub mod log;
pub mod publication;
pub mod record;
mod varint;

pub use frame::{
    ClientFrame, FrameError, From, MAX_FRAME_BYTES, MAX_RECORD_BYTES, MAX_STREAMS, RecordRefused,
    Records, RecordsDecoder, RecordsEncoder, ServerFrame, Subscription, TARGET_FRAME_BYTES,
    decode_client_frame, decode_server_frame, encode_client_frame, encode_server_frame,
};
pub use line::{Line, LineError, LineReader, write_line, write_record};
pub use log::{Gap, Hello, TopicEnds};
pub use publication::Publication;
pub use record::{Header, Headers, Record, RecordRef};
