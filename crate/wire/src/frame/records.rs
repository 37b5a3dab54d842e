//! Records frames: what a record shares with the one before it in its partition is not sent again.

use std::collections::HashMap;
use std::sync::Arc;

use crate::frame::{
    Fault, FrameError, MAX_FRAME_BYTES, MAX_RECORD_BYTES, MAX_STREAMS, TARGET_FRAME_BYTES,
};
use crate::record::{Headers, RecordRef};
use crate::varint::{Reader, put_bytes, put_i64, put_nullable, put_u64};

pub(crate) const RECORDS: u8 = 0x82;
const ANNOUNCE: u64 = 0;

/// The body of a Records frame, not yet unfolded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Records<'a>(&'a [u8]);

/// Writes Records frames; one for each connection.
#[derive(Debug, Default)]
pub struct RecordsEncoder {
    numbers: HashMap<Arc<str>, Vec<(i32, usize)>>,
    streams: Vec<Stream>,
    frame: Vec<u8>,
    headers: Vec<u8>,
}

/// Reads Records frames; one for each connection.
#[derive(Debug, Default)]
pub struct RecordsDecoder {
    names: Vec<(Arc<str>, i32)>,
    streams: Vec<Stream>,
    broken: Option<FrameError>,
}

/// A record that does not fit in a frame; the encoder is as it was before.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordRefused {
    /// The record is larger than [`MAX_RECORD_BYTES`].
    #[error(
        "topic {topic}, partition {partition}, offset {offset}: the record has {bytes} bytes, more than the \
         {MAX_RECORD_BYTES} that can be sent; leave large columns out of the change stream"
    )]
    TooLarge {
        /// The record's topic.
        topic: String,
        /// The record's partition.
        partition: i32,
        /// The record's offset.
        offset: i64,
        /// The record's size, in bytes.
        bytes: usize,
    },
    /// The record is of one partition more than [`MAX_STREAMS`].
    #[error("more than {MAX_STREAMS} partitions on one connection; subscribe to fewer topics")]
    TooManyStreams,
}

/// What both sides remember of a partition.
#[derive(Debug, Default)]
struct Stream {
    next_offset: i64,
    timestamp_ms: i64,
    headers: Vec<u8>,
    key: Vec<u8>,
    value: Vec<u8>,
}

impl<'a> Records<'a> {
    pub(crate) fn new(body: &'a [u8]) -> Self {
        Records(body)
    }

    pub(crate) fn body(self) -> &'a [u8] {
        self.0
    }
}

impl RecordsEncoder {
    /// An encoder for a new connection.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a record to the frame.
    pub fn push(&mut self, record: RecordRef<'_>) -> Result<(), RecordRefused> {
        self.headers.clear();
        for (name, value) in record.headers.iter() {
            put_bytes(&mut self.headers, name.as_bytes());
            put_nullable(&mut self.headers, value);
        }
        let bytes = record.topic.len()
            + self.headers.len()
            + record.key.map_or(0, <[u8]>::len)
            + record.value.map_or(0, <[u8]>::len);
        if bytes > MAX_RECORD_BYTES {
            return Err(RecordRefused::TooLarge {
                topic: record.topic.to_owned(),
                partition: record.partition,
                offset: record.offset,
                bytes,
            });
        }
        let number = self.number(record.topic, record.partition)?;
        self.begin();
        let stream = &mut self.streams[number];
        let out = &mut self.frame;
        put_u64(out, number as u64 + 1);
        put_i64(out, record.offset.wrapping_sub(stream.next_offset));
        put_i64(out, record.timestamp_ms.wrapping_sub(stream.timestamp_ms));
        stream.next_offset = record.offset.wrapping_add(1);
        stream.timestamp_ms = record.timestamp_ms;
        put_shared(out, &mut stream.headers, &self.headers, 0);
        for (last, bytes) in [
            (&mut stream.key, record.key),
            (&mut stream.value, record.value),
        ] {
            match bytes {
                None => put_u64(out, 0),
                Some(bytes) => put_shared(out, last, bytes, 1),
            }
        }
        Ok(())
    }

    /// The frame's length so far, in bytes; 0 when no record is in it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.frame.len()
    }

    /// Whether no record is in the frame.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.frame.is_empty()
    }

    /// Whether the frame is long enough to be sent.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.frame.len() >= TARGET_FRAME_BYTES
    }

    /// The frame as it is so far; a decoder that has read what came before it reads it.
    #[must_use]
    pub fn so_far(&self) -> &[u8] {
        &self.frame
    }

    /// The frame, which must then be sent: later ones build on it. Empty when no record is in it.
    #[must_use]
    pub fn finish(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.frame)
    }

    fn begin(&mut self) {
        if self.frame.is_empty() {
            self.frame.push(RECORDS);
        }
    }

    /// The stream's index; announces it on first use.
    fn number(&mut self, topic: &str, partition: i32) -> Result<usize, RecordRefused> {
        let known = self
            .numbers
            .get(topic)
            .and_then(|partitions| partitions.iter().find(|(known, _)| *known == partition));
        if let Some((_, number)) = known {
            return Ok(*number);
        }
        let number = self.streams.len();
        if number == MAX_STREAMS {
            return Err(RecordRefused::TooManyStreams);
        }
        self.begin();
        self.streams.push(Stream::default());
        self.numbers
            .entry(Arc::from(topic))
            .or_default()
            .push((partition, number));
        put_u64(&mut self.frame, ANNOUNCE);
        put_bytes(&mut self.frame, topic.as_bytes());
        put_i64(&mut self.frame, i64::from(partition));
        Ok(number)
    }
}

impl RecordsDecoder {
    /// A decoder for a new connection.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Hands out the frame's records in order, and answers how many there were.
    ///
    /// Records that were handed out before an error are whole. After an error the decoder answers that error for
    /// ever: later frames build on the broken one.
    pub fn decode(
        &mut self,
        records: Records<'_>,
        mut each: impl FnMut(RecordRef<'_>),
    ) -> Result<usize, FrameError> {
        if let Some(broken) = &self.broken {
            return Err(broken.clone());
        }
        let mut reader = Reader::new(records.0);
        let mut count = 0;
        while !reader.is_empty() {
            match self.item(&mut reader, &mut each) {
                Ok(records) => count += records,
                Err(error) => {
                    self.broken = Some(error.clone());
                    return Err(error);
                }
            }
        }
        Ok(count)
    }

    fn item(
        &mut self,
        reader: &mut Reader<'_>,
        each: &mut impl FnMut(RecordRef<'_>),
    ) -> Result<usize, FrameError> {
        let number = reader.u64()?;
        if number == ANNOUNCE {
            if self.streams.len() == MAX_STREAMS {
                return Err(reader.fail(Fault::Streams));
            }
            self.names.push((Arc::from(reader.str()?), reader.i32()?));
            self.streams.push(Stream::default());
            return Ok(0);
        }
        let index = usize::try_from(number - 1).unwrap_or(usize::MAX);
        let (Some(stream), Some((topic, partition))) =
            (self.streams.get_mut(index), self.names.get(index))
        else {
            return Err(reader.fail(Fault::Stream(number)));
        };
        let offset = stream.next_offset.wrapping_add(reader.i64()?);
        let timestamp_ms = stream.timestamp_ms.wrapping_add(reader.i64()?);
        stream.next_offset = offset.wrapping_add(1);
        stream.timestamp_ms = timestamp_ms;
        if read_run(reader, &mut stream.headers)? {
            check_headers(reader, &stream.headers)?;
        }
        let key = read_nullable_run(reader, &mut stream.key)?;
        let value = read_nullable_run(reader, &mut stream.value)?;
        each(RecordRef {
            topic,
            partition: *partition,
            offset,
            timestamp_ms,
            headers: Headers::encoded(&stream.headers),
            key,
            value,
        });
        Ok(1)
    }
}

/// Appends what `bytes` does not share with the front of `last`, and makes `last` equal to it.
fn put_shared(out: &mut Vec<u8>, last: &mut Vec<u8>, bytes: &[u8], plus: u64) {
    let shared = shared_len(last, bytes);
    put_u64(out, shared as u64 + plus);
    put_bytes(out, &bytes[shared..]);
    last.truncate(shared);
    last.extend_from_slice(&bytes[shared..]);
}

/// How many bytes two slices have in common at their fronts; 16 at a time, which the compiler makes one comparison.
fn shared_len(a: &[u8], b: &[u8]) -> usize {
    const STEP: usize = 16;
    let steps = a
        .chunks_exact(STEP)
        .zip(b.chunks_exact(STEP))
        .take_while(|(a, b)| a == b)
        .count();
    let whole = steps * STEP;
    let rest = a[whole..].iter().zip(&b[whole..]);
    whole + rest.take_while(|(a, b)| a == b).count()
}

fn read_nullable_run<'a>(
    reader: &mut Reader<'_>,
    last: &'a mut Vec<u8>,
) -> Result<Option<&'a [u8]>, FrameError> {
    match reader.u64()? {
        0 => Ok(None),
        plus_one => {
            unfold(reader, last, plus_one - 1)?;
            Ok(Some(last))
        }
    }
}

/// Unfolds a run; answers whether it differs from the last one.
fn read_run(reader: &mut Reader<'_>, last: &mut Vec<u8>) -> Result<bool, FrameError> {
    let shared = reader.u64()?;
    unfold(reader, last, shared)
}

fn unfold(reader: &mut Reader<'_>, last: &mut Vec<u8>, shared: u64) -> Result<bool, FrameError> {
    let rest = reader.bytes()?;
    let shared = usize::try_from(shared)
        .ok()
        .filter(|shared| *shared <= last.len())
        .ok_or_else(|| reader.fail(Fault::Shared))?;
    if shared + rest.len() > MAX_FRAME_BYTES {
        return Err(reader.fail(Fault::TooLarge));
    }
    let differs = shared < last.len() || !rest.is_empty();
    last.truncate(shared);
    last.extend_from_slice(rest);
    Ok(differs)
}

fn check_headers(reader: &Reader<'_>, headers: &[u8]) -> Result<(), FrameError> {
    let mut inner = Reader::new(headers);
    while !inner.is_empty() {
        inner.header().map_err(|error| reader.fail(error.fault))?;
    }
    Ok(())
}
