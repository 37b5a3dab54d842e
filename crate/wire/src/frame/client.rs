//! Frames from page to bridge.

use std::collections::BTreeMap;

use crate::frame::ids::{ids, put_ids};
use crate::frame::{Fault, FrameError, MAX_FRAME_BYTES};
use crate::varint::{Reader, put_bytes, put_i64, put_nullable, put_u64};
use crate::{Header, Publication};

const SUBSCRIBE: u8 = 0x01;
const CREDIT: u8 = 0x02;
const PAUSED: u8 = 0x03;
const PUBLISH: u8 = 0x04;

const EARLIEST: u8 = 0;
const LATEST: u8 = 1;
const OFFSETS: u8 = 2;
const TIMESTAMP: u8 = 3;
const OFFSETS_OR_TIMESTAMP: u8 = 4;

/// What a page says to the bridge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientFrame {
    /// Send these topics from here on; replaces what was subscribed before.
    Subscribe {
        /// The log that the offsets belong to; if it is another by now, the answer is its Hello and nothing else.
        log_id: String,
        /// By topic, the identity that its offsets belong to, where the log told one; if one is another by now, the
        /// answer is Hello and nothing else.
        topic_ids: BTreeMap<String, String>,
        /// The topics, each with its start.
        streams: Vec<Subscription>,
        /// This many more bytes of Records frames may be sent.
        credit_bytes: u64,
    },
    /// This many more bytes of Records frames may be sent.
    Credit {
        /// The bytes that are added to what is left.
        bytes: u64,
    },
    /// Whether the page is paused: then it gets no ticks.
    Paused(bool),
    /// Publish these, each once.
    Publish(Vec<Publication>),
}

/// A topic, and where to start in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// The topic's name.
    pub topic: String,
    /// Where to start.
    pub from: From,
}

/// Where to start in a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum From {
    /// With the first record that retention has left.
    Earliest,
    /// With the first record that is yet to come.
    Latest,
    /// At these offsets by partition ([`From::LEFT_OUT`]: not at all); partitions that are not named from their earliest.
    Offsets(Vec<(i32, i64)>),
    /// With the first record that is not older than this, in milliseconds since the epoch.
    TimestampMs(i64),
    /// At these offsets by partition; those that are not named with the first record that is not older than this.
    OffsetsOrTimestamp {
        /// By partition.
        offsets: Vec<(i32, i64)>,
        /// For the others, milliseconds since the epoch.
        timestamp_ms: i64,
    },
}

impl From {
    /// The offset that leaves a partition out.
    pub const LEFT_OUT: i64 = -1;
}

/// Writes a frame.
#[must_use]
pub fn encode_client_frame(frame: &ClientFrame) -> Vec<u8> {
    let mut out = Vec::new();
    match frame {
        ClientFrame::Subscribe {
            log_id,
            topic_ids,
            streams,
            credit_bytes,
        } => {
            out.push(SUBSCRIBE);
            put_bytes(&mut out, log_id.as_bytes());
            put_ids(&mut out, topic_ids);
            put_u64(&mut out, *credit_bytes);
            put_u64(&mut out, streams.len() as u64);
            for stream in streams {
                put_bytes(&mut out, stream.topic.as_bytes());
                put_from(&mut out, &stream.from);
            }
        }
        ClientFrame::Credit { bytes } => {
            out.push(CREDIT);
            put_u64(&mut out, *bytes);
        }
        ClientFrame::Paused(paused) => out.extend([PAUSED, u8::from(*paused)]),
        ClientFrame::Publish(publications) => {
            out.push(PUBLISH);
            put_u64(&mut out, publications.len() as u64);
            for publication in publications {
                put_publication(&mut out, publication);
            }
        }
    }
    out
}

/// Reads a frame.
pub fn decode_client_frame(bytes: &[u8]) -> Result<ClientFrame, FrameError> {
    let mut reader = Reader::new(bytes);
    if bytes.len() > MAX_FRAME_BYTES {
        return Err(reader.fail(Fault::TooLarge));
    }
    let frame = match reader.u8()? {
        SUBSCRIBE => {
            let log_id = reader.str()?.to_owned();
            let topic_ids = ids(&mut reader)?;
            let credit_bytes = reader.u64()?;
            let streams = reader.list(|reader| {
                Ok(Subscription {
                    topic: reader.str()?.to_owned(),
                    from: from(reader)?,
                })
            })?;
            ClientFrame::Subscribe {
                log_id,
                topic_ids,
                streams,
                credit_bytes,
            }
        }
        CREDIT => ClientFrame::Credit {
            bytes: reader.u64()?,
        },
        PAUSED => ClientFrame::Paused(reader.bool()?),
        PUBLISH => ClientFrame::Publish(reader.list(publication)?),
        tag => return Err(reader.fail(Fault::Tag(tag))),
    };
    reader.end()?;
    Ok(frame)
}

fn put_from(out: &mut Vec<u8>, from: &From) {
    match from {
        From::Earliest => out.push(EARLIEST),
        From::Latest => out.push(LATEST),
        From::Offsets(offsets) => {
            out.push(OFFSETS);
            put_offsets(out, offsets);
        }
        From::TimestampMs(timestamp_ms) => {
            out.push(TIMESTAMP);
            put_i64(out, *timestamp_ms);
        }
        From::OffsetsOrTimestamp {
            offsets,
            timestamp_ms,
        } => {
            out.push(OFFSETS_OR_TIMESTAMP);
            put_offsets(out, offsets);
            put_i64(out, *timestamp_ms);
        }
    }
}

fn put_offsets(out: &mut Vec<u8>, offsets: &[(i32, i64)]) {
    put_u64(out, offsets.len() as u64);
    for (partition, offset) in offsets {
        put_i64(out, i64::from(*partition));
        put_i64(out, *offset);
    }
}

fn offsets(reader: &mut Reader<'_>) -> Result<Vec<(i32, i64)>, FrameError> {
    reader.list(|reader| Ok((reader.i32()?, reader.i64()?)))
}

fn from(reader: &mut Reader<'_>) -> Result<From, FrameError> {
    Ok(match reader.u8()? {
        EARLIEST => From::Earliest,
        LATEST => From::Latest,
        OFFSETS => From::Offsets(offsets(reader)?),
        TIMESTAMP => From::TimestampMs(reader.i64()?),
        OFFSETS_OR_TIMESTAMP => From::OffsetsOrTimestamp {
            offsets: offsets(reader)?,
            timestamp_ms: reader.i64()?,
        },
        tag => return Err(reader.fail(Fault::Tag(tag))),
    })
}

fn put_publication(out: &mut Vec<u8>, publication: &Publication) {
    put_bytes(out, publication.id.as_bytes());
    put_bytes(out, publication.topic.as_bytes());
    put_nullable(out, publication.key.as_deref());
    put_bytes(out, &publication.value);
    put_u64(out, publication.headers.len() as u64);
    for header in &publication.headers {
        put_bytes(out, header.name.as_bytes());
        put_nullable(out, header.value.as_deref());
    }
}

fn publication(reader: &mut Reader<'_>) -> Result<Publication, FrameError> {
    Ok(Publication {
        id: reader.str()?.to_owned(),
        topic: reader.str()?.to_owned(),
        key: reader.nullable()?.map(<[u8]>::to_vec),
        value: reader.bytes()?.to_vec(),
        headers: reader.list(|reader| {
            let (name, value) = reader.header()?;
            Ok(Header {
                name: name.to_owned(),
                value: value.map(<[u8]>::to_vec),
            })
        })?,
    })
}
