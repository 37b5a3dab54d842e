//! What `kcat -J` prints: one JSON object a message.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use crate::{Header, Record};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KcatLine<'a> {
    #[serde(borrow)]
    pub(super) topic: Cow<'a, str>,
    partition: i32,
    offset: i64,
    /// Left out where the broker keeps no times.
    ts: Option<i64>,
    #[serde(default, borrow)]
    headers: Option<&'a RawValue>,
    #[serde(borrow)]
    key: Option<&'a RawValue>,
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
    // Read and passed over: kcat writes them, and nothing here depends on them.
    #[serde(rename = "tstype")]
    _tstype: Option<IgnoredAny>,
    #[serde(rename = "broker")]
    _broker: Option<IgnoredAny>,
    #[serde(rename = "key_schema_id")]
    _key_schema_id: Option<IgnoredAny>,
    #[serde(rename = "value_schema_id")]
    _value_schema_id: Option<IgnoredAny>,
    #[serde(rename = "key_error")]
    key_error: Option<String>,
    #[serde(rename = "payload_error")]
    payload_error: Option<String>,
}

/// Headers by name, each with its values, which kcat writes when it is told to.
type HeaderMap = std::collections::BTreeMap<String, Vec<Option<String>>>;

impl KcatLine<'_> {
    pub(super) fn record(self, topic: Arc<str>) -> Result<Record, String> {
        for (what, error) in [("key", self.key_error), ("payload", self.payload_error)] {
            if let Some(error) = error {
                return Err(format!("kcat could not read the {what}: {error}"));
            }
        }
        Ok(Record {
            topic,
            partition: self.partition,
            offset: self.offset,
            timestamp_ms: self.ts.unwrap_or(0),
            headers: self.headers.map_or(Ok(Vec::new()), headers)?,
            key: bytes(self.key)?,
            value: bytes(self.payload)?,
        })
    }
}

/// A string's content; anything else (kcat writes Avro as an object) as it stands.
fn bytes(json: Option<&RawValue>) -> Result<Option<Vec<u8>>, String> {
    let Some(json) = json.map(RawValue::get) else {
        return Ok(None);
    };
    if json.starts_with('"') {
        let text: String = serde_json::from_str(json).map_err(|error| error.to_string())?;
        return Ok(Some(text.into_bytes()));
    }
    Ok((json != "null").then(|| json.as_bytes().to_vec()))
}

/// Names and values in turns, or an object of lists.
fn headers(json: &RawValue) -> Result<Vec<Header>, String> {
    let header = |name: String, value: Option<String>| Header {
        name,
        value: value.map(String::into_bytes),
    };
    let json = json.get();
    if json.starts_with('{') {
        let map: HeaderMap =
            serde_json::from_str(json).map_err(|error| format!("headers: {error}"))?;
        return Ok(map
            .into_iter()
            .flat_map(|(name, values)| {
                values
                    .into_iter()
                    .map(move |value| header(name.clone(), value))
            })
            .collect());
    }
    let turns: Vec<Option<String>> =
        serde_json::from_str(json).map_err(|error| format!("headers: {error}"))?;
    let mut turns = turns.into_iter();
    let mut headers = Vec::new();
    while let Some(name) = turns.next() {
        let (Some(name), Some(value)) = (name, turns.next()) else {
            return Err("headers: a name without a value".to_owned());
        };
        headers.push(header(name, value));
    }
    Ok(headers)
}
