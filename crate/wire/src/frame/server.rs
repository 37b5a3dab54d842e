//! Frames from bridge to page.

use crate::frame::ids::{ids, put_ids};
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
const REFUSED: u8 = 0x88;
const UNPUBLISHED: u8 = 0x89;
const TRUNCATED: u8 = 0x8a;

/// What the bridge says to a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerFrame<'a> {
    /// Which log this is, and what may be subscribed to; first of all, and again when the log or a topic was made anew
    /// (another identity) or when other topics or partitions may be subscribed to (the same identities).
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
    /// Messages that are not published, now or ever.
    Refused {
        /// Their ids.
        ids: Vec<String>,
        /// Why, and what to do.
        message: String,
    },
    /// Messages that could not be published just now; they may be sent again later.
    Unpublished {
        /// Their ids.
        ids: Vec<String>,
        /// What is wrong with the sink, and what to do.
        message: String,
    },
    /// A partition ends before the offset that was asked for: its tail was lost, and nothing of it is sent.
    Truncated {
        /// The topic's name.
        topic: String,
        /// The partition within the topic.
        partition: i32,
        /// The offset that will be written next.
        end: i64,
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
            put_ids(&mut out, &hello.topic_ids);
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
            put_texts(&mut out, ids);
        }
        ServerFrame::Refused { ids, message } => {
            out.push(REFUSED);
            put_texts(&mut out, ids);
            put_bytes(&mut out, message.as_bytes());
        }
        ServerFrame::Unpublished { ids, message } => {
            out.push(UNPUBLISHED);
            put_texts(&mut out, ids);
            put_bytes(&mut out, message.as_bytes());
        }
        ServerFrame::Truncated {
            topic,
            partition,
            end,
        } => {
            out.push(TRUNCATED);
            put_bytes(&mut out, topic.as_bytes());
            put_i64(&mut out, i64::from(*partition));
            put_i64(&mut out, *end);
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
            topic_ids: ids(&mut reader)?,
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
            ids: texts(&mut reader)?,
        },
        REFUSED => ServerFrame::Refused {
            ids: texts(&mut reader)?,
            message: reader.str()?.to_owned(),
        },
        UNPUBLISHED => ServerFrame::Unpublished {
            ids: texts(&mut reader)?,
            message: reader.str()?.to_owned(),
        },
        TRUNCATED => ServerFrame::Truncated {
            topic: reader.str()?.to_owned(),
            partition: reader.i32()?,
            end: reader.i64()?,
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

fn put_texts(out: &mut Vec<u8>, texts: &[String]) {
    put_u64(out, texts.len() as u64);
    for text in texts {
        put_bytes(out, text.as_bytes());
    }
}

fn texts(reader: &mut Reader<'_>) -> Result<Vec<String>, FrameError> {
    reader.list(|reader| Ok(reader.str()?.to_owned()))
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
