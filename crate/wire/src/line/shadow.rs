//! Lines as they come, before they are checked.

use std::borrow::Cow;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::{Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::{Gap, Header, Hello, Record, TopicEnds};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RecordLine<'a> {
    #[serde(borrow)]
    pub(super) topic: Cow<'a, str>,
    partition: i32,
    offset: i64,
    timestamp_ms: i64,
    #[serde(default)]
    headers: Vec<(String, Bytes)>,
    // `Bytes` itself takes null, and so a field that is left out would pass for null without this.
    #[serde(deserialize_with = "Bytes::deserialize")]
    key: Bytes,
    #[serde(deserialize_with = "Bytes::deserialize")]
    value: Bytes,
}

/// A line that is not a record: exactly one field.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Other {
    TickMs(i64),
    Close(String),
    Hello(Hello),
    Ends(Vec<TopicEnds>),
    Gap(Gap),
    Error(String),
}

/// The names that tell what a line is; everything else is passed over.
#[derive(Default)]
pub(super) struct Names {
    pub(super) fields: usize,
    pub(super) topic: bool,
    pub(super) partition: bool,
    pub(super) offset: bool,
    /// A field that only `kcat -J` writes.
    pub(super) kcat: bool,
    /// A field that is a whole line by itself.
    pub(super) other: bool,
}

/// Raw bytes: a string, null, or `{"base64":".."}`.
pub(super) struct Bytes(pub(super) Option<Vec<u8>>);

impl RecordLine<'_> {
    pub(super) fn record(self, topic: Arc<str>) -> Record {
        Record {
            topic,
            partition: self.partition,
            offset: self.offset,
            timestamp_ms: self.timestamp_ms,
            headers: self
                .headers
                .into_iter()
                .map(|(name, value)| Header {
                    name,
                    value: value.0,
                })
                .collect(),
            key: self.key.0,
            value: self.value.0,
        }
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Names;

            fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Names, A::Error> {
                let mut names = Names::default();
                while let Some((name, _)) = map.next_entry::<Cow<'de, str>, IgnoredAny>()? {
                    names.fields += 1;
                    match &*name {
                        "topic" => names.topic = true,
                        "partition" => names.partition = true,
                        "offset" => names.offset = true,
                        "payload" | "tstype" | "broker" => names.kcat = true,
                        "tick_ms" | "close" | "hello" | "ends" | "gap" | "error" => {
                            names.other = true
                        }
                        _ => {}
                    }
                }
                Ok(names)
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyForm;
        impl<'de> Visitor<'de> for AnyForm {
            type Value = Bytes;

            fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str("a string, null, or {\"base64\":\"..\"}")
            }

            fn visit_unit<E: Error>(self) -> Result<Bytes, E> {
                Ok(Bytes(None))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Bytes, E> {
                Ok(Bytes(Some(text.as_bytes().to_vec())))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Bytes, A::Error> {
                let (Some((name, encoded)), None) = (
                    map.next_entry::<Cow<'de, str>, Cow<'de, str>>()?,
                    map.next_key::<IgnoredAny>()?,
                ) else {
                    return Err(A::Error::custom(
                        "expected {\"base64\":\"..\"} with one field",
                    ));
                };
                if name != "base64" {
                    return Err(A::Error::unknown_field(&name, &["base64"]));
                }
                let bytes = STANDARD
                    .decode(encoded.as_bytes())
                    .map_err(|error| A::Error::custom(format!("base64: {error}")))?;
                Ok(Bytes(Some(bytes)))
            }
        }
        deserializer.deserialize_any(AnyForm)
    }
}
