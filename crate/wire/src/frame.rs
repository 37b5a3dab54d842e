//! The frames of `eddy.v1`: one WebSocket message is one frame.
//!
//! # Bytes
//!
//! A frame is a tag (one byte) and a body. In bodies:
//!
//! | name | bytes |
//! | --- | --- |
//! | `uint` | unsigned LEB128: seven bits a byte, lowest first, the top bit says that more follow; at most 64 bits |
//! | `sint` | zigzag (0, -1, 1, -2, .. become 0, 1, 2, 3, ..), then `uint` |
//! | `bytes` | `uint` length, then as many bytes |
//! | `text` | `bytes` that are UTF-8 |
//! | `nullable` | `uint` 0 for null, else the length plus one, then as many bytes |
//! | `header` | `text` name, `nullable` value |
//! | `list of x` | `uint` how many, then each |
//! | `ends` | list of: `text` topic, `sint` partition, `sint` start, `sint` end |
//! | `ids` | list of: `text` topic, `text` the topic's own identity |
//!
//! Nothing may follow the body.
//!
//! ## From page to bridge
//!
//! | tag | frame | body |
//! | --- | --- | --- |
//! | 0x01 | Subscribe | `text` log identity; `ids`; `uint` credit in bytes, added to what is left; list of: `text` topic, from |
//! | 0x02 | Credit | `uint` bytes, added to what is left |
//! | 0x03 | Paused | one byte: 0 or 1 |
//! | 0x04 | Publish | list of: `text` id, `text` topic, `nullable` key, `bytes` value, list of `header` |
//!
//! `from` is one byte, then: 0 earliest; 1 latest; 2 offsets: list of (`sint` partition, `sint` offset), partitions that
//! are not named from their earliest; 3 `sint` milliseconds since the epoch; 4 offsets as in 2, then `sint` milliseconds
//! since the epoch, from which partitions that are not named are sent. An offset of -1 leaves its partition out.
//!
//! ## From bridge to page
//!
//! | tag | frame | body |
//! | --- | --- | --- |
//! | 0x81 | Hello | `text` log identity, `ends`, `ids` |
//! | 0x82 | Records | see below |
//! | 0x83 | Tick | `sint` milliseconds since the epoch |
//! | 0x84 | Ends | `ends` |
//! | 0x85 | Gap | `text` topic, `sint` partition, `sint` from, `sint` to (inclusive) |
//! | 0x86 | Published | list of `text` ids |
//! | 0x87 | Error | one byte: 1 if the connection ends now, else 0; `text` message |
//! | 0x88 | Refused | list of `text` ids; `text` message |
//! | 0x89 | Unpublished | list of `text` ids; `text` message |
//! | 0x8A | Truncated | `text` topic, `sint` partition, `sint` end |
//!
//! ## Records
//!
//! Items until the frame's end. Each begins with a `uint`:
//!
//! - 0: a stream is announced: `text` topic, `sint` partition. Streams are numbered 1, 2, 3, .. in the order of their
//!   announcements, for as long as the connection lasts.
//! - n: a record of stream n:
//!   - `sint` offset, less the offset after the stream's last record (at first: 0). Wraps.
//!   - `sint` timestamp in milliseconds, less that of the stream's last record (at first: 0). Wraps.
//!   - headers: a shared run whose bytes are `header`s up to its end
//!   - key: a nullable shared run
//!   - value: a nullable shared run
//!
//! A shared run is `uint` how many bytes it has in common with the front of the last one (of the same stream; headers,
//! keys and values each have their own), then `bytes`: the rest. A nullable one begins with 0 for null, else with that
//! number plus one; a null leaves the last run as it was.
//!
//! State lasts as long as the connection: both sides begin afresh on a new one.
//!
//! # Conversation
//!
//! The bridge says Hello first. Subscribe replaces the subscription. Records frames are sent while credit is left, each
//! takes its whole length from it, and the last may overdraw it: then more must be given before there is any; nothing
//! else takes credit. Credit is the connection's: it begins at 0, and Subscribe and Credit add to it. So a page that
//! subscribes again in mid-session gives no more (0), and frames of the old subscription that are still on their way
//! are given back as Credit like any other. A paused page gets no ticks, and nobody gets one before everything up to the
//! log's end.
//!
//! ## Identities
//!
//! A log has an identity, and where it says so (Kafka) each topic has one of its own, which changes when a topic of the
//! same name is made anew. A Subscribe names those that its offsets belong to; topics that it does not name, and
//! those whose identity the log cannot tell, are taken as they are. A Hello in mid-session with another identity of the log,
//! or of a topic that is subscribed to, says that it was made anew: nothing more comes until the next Subscribe. A
//! Subscribe that was meant for what was there before is answered by Hello alone. Any other Hello in mid-session says
//! which topics and partitions there are now, and changes nothing else; a partition that appeared is sent after the
//! next Subscribe, whole where its `from` leaves it unnamed.
//!
//! ## What cannot be served
//!
//! A Subscribe that cannot be served (a topic is not there, or named twice) is answered by an Error, and nothing is
//! subscribed to. Where only an offset lies beyond a partition's end (its tail was lost), Truncated says so, that
//! partition is left out, and the others are sent.
//!
//! Each message of a Publish is answered once: Published, it is there now; Refused, it never will be (its topic was not
//! allowed, it is too large, the log that it was learned from is no more); Unpublished, the sink cannot be written
//! just now, and the page may ask again later. Answers come in the order of the Publish frames.

mod client;
mod ids;
mod records;
mod server;

pub use client::{ClientFrame, From, Subscription, decode_client_frame, encode_client_frame};
pub use records::{RecordRefused, Records, RecordsDecoder, RecordsEncoder};
pub use server::{ServerFrame, decode_server_frame, encode_server_frame};

/// The largest frame, in bytes.
pub const MAX_FRAME_BYTES: usize = 16 << 20;

/// The length at which a Records frame is sent without waiting for more, in bytes.
pub const TARGET_FRAME_BYTES: usize = 64 << 10;

/// The largest record (topic, headers, key and value together), in bytes: it fits in a frame that is almost full.
pub const MAX_RECORD_BYTES: usize = MAX_FRAME_BYTES - 2 * TARGET_FRAME_BYTES;

/// The most streams (partitions) that one connection may carry.
pub const MAX_STREAMS: usize = 4096;

/// A frame that cannot be read.
///
/// What comes after it on the same connection cannot be relied on either.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the frame is broken at byte {at}: {fault}; close the connection and connect again")]
pub struct FrameError {
    /// The byte at which reading stopped.
    pub at: usize,
    /// What is wrong there.
    pub fault: Fault,
}

/// What can be wrong with a frame.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The frame ends before what it announces.
    #[error("it ends before what it announces")]
    Short,
    /// Bytes are left over after the frame's end.
    #[error("bytes are left over after its end")]
    Long,
    /// A varint does not fit in 64 bits.
    #[error("a number does not fit in 64 bits")]
    Varint,
    /// A number is outside its range.
    #[error("a number is outside its range")]
    Range,
    /// A name is not UTF-8.
    #[error("a name is not UTF-8")]
    Utf8,
    /// The tag is not one that this version knows.
    #[error("unknown tag {0}; are page and bridge of one version?")]
    Tag(u8),
    /// A stream's number was used before it was announced.
    #[error("stream {0} was not announced")]
    Stream(u64),
    /// More streams were announced than [`MAX_STREAMS`].
    #[error("more than {MAX_STREAMS} partitions were announced")]
    Streams,
    /// A shared run is longer than what it shares with.
    #[error("a shared run is longer than the one before it")]
    Shared,
    /// The frame, or a part that it unfolds to, is larger than [`MAX_FRAME_BYTES`].
    #[error("it is larger than {MAX_FRAME_BYTES} bytes")]
    TooLarge,
}
