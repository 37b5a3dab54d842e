//! Kafka-shaped records, owned and borrowed.

use std::sync::Arc;

use crate::varint::Reader;

/// One Kafka-shaped record, owned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The topic's name; records of one topic share it.
    pub topic: Arc<str>,
    /// The partition within the topic.
    pub partition: i32,
    /// The position within the partition.
    pub offset: i64,
    /// The record's time, in milliseconds since the epoch.
    pub timestamp_ms: i64,
    /// The headers, in their order; names may repeat.
    pub headers: Vec<Header>,
    /// The key's bytes; `None` is Kafka's null, which an empty key is not.
    pub key: Option<Vec<u8>>,
    /// The value's bytes; `None` is Kafka's null (a tombstone).
    pub value: Option<Vec<u8>>,
}

/// A header of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The header's name.
    pub name: String,
    /// The header's bytes; `None` is Kafka's null.
    pub value: Option<Vec<u8>>,
}

/// One record, borrowed: what decoders hand out, without an allocation per record.
#[derive(Clone, Copy, Debug)]
pub struct RecordRef<'a> {
    /// The topic's name.
    pub topic: &'a str,
    /// The partition within the topic.
    pub partition: i32,
    /// The position within the partition.
    pub offset: i64,
    /// The record's time, in milliseconds since the epoch.
    pub timestamp_ms: i64,
    /// The headers, in their order.
    pub headers: Headers<'a>,
    /// The key's bytes, or null.
    pub key: Option<&'a [u8]>,
    /// The value's bytes, or null.
    pub value: Option<&'a [u8]>,
}

/// The headers of a borrowed record.
#[derive(Clone, Copy, Debug)]
pub struct Headers<'a>(HeadersIn<'a>);

#[derive(Clone, Copy, Debug)]
enum HeadersIn<'a> {
    Owned(&'a [Header]),
    /// As they stand in a frame, count aside; checked when the frame was decoded.
    Encoded(&'a [u8]),
}

impl Record {
    /// Lends the record.
    #[must_use]
    pub fn as_ref(&self) -> RecordRef<'_> {
        RecordRef {
            topic: &self.topic,
            partition: self.partition,
            offset: self.offset,
            timestamp_ms: self.timestamp_ms,
            headers: Headers::from(self.headers.as_slice()),
            key: self.key.as_deref(),
            value: self.value.as_deref(),
        }
    }

    /// What the record takes in memory, in bytes, near enough to bound a queue by.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        let headers: usize = self
            .headers
            .iter()
            .map(|header| {
                size_of::<Header>() + header.name.len() + header.value.as_ref().map_or(0, Vec::len)
            })
            .sum();
        size_of::<Record>()
            + headers
            + self.key.as_ref().map_or(0, Vec::len)
            + self.value.as_ref().map_or(0, Vec::len)
    }
}

impl RecordRef<'_> {
    /// Copies the record.
    #[must_use]
    pub fn to_owned(self) -> Record {
        Record {
            topic: Arc::from(self.topic),
            partition: self.partition,
            offset: self.offset,
            timestamp_ms: self.timestamp_ms,
            headers: self
                .headers
                .iter()
                .map(|(name, value)| Header {
                    name: name.to_owned(),
                    value: value.map(<[u8]>::to_vec),
                })
                .collect(),
            key: self.key.map(<[u8]>::to_vec),
            value: self.value.map(<[u8]>::to_vec),
        }
    }
}

impl<'a> Headers<'a> {
    /// No headers.
    pub const NONE: Headers<'static> = Headers(HeadersIn::Owned(&[]));

    /// Headers as they stand in a frame, which must have been checked by [`crate::frame`].
    pub(crate) fn encoded(bytes: &'a [u8]) -> Self {
        Headers(HeadersIn::Encoded(bytes))
    }

    /// Names and values, in their order.
    pub fn iter(self) -> impl Iterator<Item = (&'a str, Option<&'a [u8]>)> {
        let (owned, encoded) = match self.0 {
            HeadersIn::Owned(headers) => (headers, &[][..]),
            HeadersIn::Encoded(bytes) => (&[][..], bytes),
        };
        let mut reader = Reader::new(encoded);
        owned
            .iter()
            .map(|header| (header.name.as_str(), header.value.as_deref()))
            .chain(std::iter::from_fn(move || {
                if reader.is_empty() {
                    return None;
                }
                reader.header().ok()
            }))
    }

    /// The first header of this name; the inner `None` is a null value.
    #[must_use]
    pub fn get(self, name: &str) -> Option<Option<&'a [u8]>> {
        self.iter()
            .find_map(|(found, value)| (found == name).then_some(value))
    }
}

impl<'a> From<&'a [Header]> for Headers<'a> {
    fn from(headers: &'a [Header]) -> Self {
        Headers(HeadersIn::Owned(headers))
    }
}
