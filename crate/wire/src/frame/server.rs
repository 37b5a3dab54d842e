//! Frames from bridge to page.

use crate::frame::records::{RECORDS, Records};
use crate::frame::{Fault, FrameError, MAX_FRAME_BYTES};
use crate::varint::{Reader, put_bytes, put_i64, put_u64};
use crate::{Gap, Hello, TopicEnds};

const HELLO: u8 = 0x81;
const TICK: u8 = 0x83;
const ENDS: u8 = 0x84;
const GAP: u8 = 0x85;
const PUBLISHED: u8 = 0x86;
const ERROR: u8 = 0x87;

/// What the bridge says to a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerFrame<'a> {
    /// Which log this is, and what may be subscribed to; first of all, and again when the log was made anew (another
    /// identity) or when other topics may be subscribed to (the same identity).
    Hello(Hello),
    /// Records; [`crate::RecordsDecoder`] hands them out.
    Records(Records<'a>),
    /// The bridge's clock; everything up to the log's end has been sent.
    Tick {
        /// Milliseconds since the epoch.
        now_ms: i64,
    },
    /// Where the subscribed partitions begin and end.
    Ends(Vec<TopicEnds>),
    /// Records that are gone.
    Gap(Gap),
    /// Messages that have been published, now or before.
    Published {
        /// Their ids.
        ids: Vec<String>,
    },
    /// Something went wrong.
    Error {
        /// What, and what to do.
        message: String,
        /// Whether the connection ends now.
        fatal: bool,
    },
}

/// Writes a frame.
#[must_use]
pub fn encode_server_frame(frame: &ServerFrame<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    match frame {
        ServerFrame::Hello(hello) => {
            out.push(HELLO);
            put_bytes(&mut out, hello.log_id.as_bytes());
            put_ends(&mut out, &hello.topics);
            put_u64(&mut out, hello.topic_ids.len() as u64);
            for (topic, id) in &hello.topic_ids {
                put_bytes(&mut out, topic.as_bytes());
                put_bytes(&mut out, id.as_bytes());
            }
        }
        ServerFrame::Records(records) => {
            out.push(RECORDS);
            out.extend_from_slice(records.body());
        }
        ServerFrame::Tick { now_ms } => {
            out.push(TICK);
            put_i64(&mut out, *now_ms);
        }
        ServerFrame::Ends(ends) => {
            out.push(ENDS);
            put_ends(&mut out, ends);
        }
        ServerFrame::Gap(gap) => {
            out.push(GAP);
            put_bytes(&mut out, gap.topic.as_bytes());
            put_i64(&mut out, i64::from(gap.partition));
            put_i64(&mut out, gap.from);
            put_i64(&mut out, gap.to);
        }
        ServerFrame::Published { ids } => {
            out.push(PUBLISHED);
            put_u64(&mut out, ids.len() as u64);
            for id in ids {
                put_bytes(&mut out, id.as_bytes());
            }
        }
        ServerFrame::Error { message, fatal } => {
            out.extend([ERROR, u8::from(*fatal)]);
            put_bytes(&mut out, message.as_bytes());
        }
    }
    out
}

/// Reads a frame; records stay folded.
pub fn decode_server_frame(bytes: &[u8]) -> Result<ServerFrame<'_>, FrameError> {
    let mut reader = Reader::new(bytes);
    if bytes.len() > MAX_FRAME_BYTES {
        return Err(reader.fail(Fault::TooLarge));
    }
    let frame = match reader.u8()? {
        HELLO => ServerFrame::Hello(Hello {
            log_id: reader.str()?.to_owned(),
            topics: reader.list(ends)?,
            topic_ids: (reader
                .list(|reader| Ok((reader.str()?.to_owned(), reader.str()?.to_owned())))?)
            .into_iter()
            .collect(),
        }),
        RECORDS => return Ok(ServerFrame::Records(Records::new(&bytes[1..]))),
        TICK => ServerFrame::Tick {
            now_ms: reader.i64()?,
        },
        ENDS => ServerFrame::Ends(reader.list(ends)?),
        GAP => ServerFrame::Gap(Gap {
            topic: reader.str()?.to_owned(),
            partition: reader.i32()?,
            from: reader.i64()?,
            to: reader.i64()?,
        }),
        PUBLISHED => ServerFrame::Published {
            ids: reader.list(|reader| Ok(reader.str()?.to_owned()))?,
        },
        ERROR => ServerFrame::Error {
            fatal: reader.bool()?,
            message: reader.str()?.to_owned(),
        },
        tag => return Err(reader.fail(Fault::Tag(tag))),
    };
    reader.end()?;
    Ok(frame)
}

fn put_ends(out: &mut Vec<u8>, ends: &[TopicEnds]) {
    put_u64(out, ends.len() as u64);
    for end in ends {
        put_bytes(out, end.topic.as_bytes());
        put_i64(out, i64::from(end.partition));
        put_i64(out, end.start);
        put_i64(out, end.end);
    }
}

fn ends(reader: &mut Reader<'_>) -> Result<TopicEnds, FrameError> {
    Ok(TopicEnds {
        topic: reader.str()?.to_owned(),
        partition: reader.i32()?,
        start: reader.i64()?,
        end: reader.i64()?,
    })
}
