//! Bytes as record lines have them: text, or `{"base64": ".."}` where they are not UTF-8.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::{Deserializer, Error};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Form {
    Text(String),
    Packed { base64: String },
}

/// Writes bytes, or null.
pub(crate) fn serialize<S: Serializer>(
    bytes: &Option<Arc<[u8]>>,
    to: S,
) -> Result<S::Ok, S::Error> {
    let form = |bytes: &Arc<[u8]>| match std::str::from_utf8(bytes) {
        Ok(text) => Form::Text(text.to_owned()),
        Err(_) => Form::Packed {
            base64: STANDARD.encode(bytes),
        },
    };
    bytes.as_ref().map(form).serialize(to)
}

/// Reads bytes, or null.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Arc<[u8]>>, D::Error> {
    Ok(match Option::<Form>::deserialize(from)? {
        None => None,
        Some(Form::Text(text)) => Some(text.into_bytes().into()),
        Some(Form::Packed { base64 }) => {
            let bytes = STANDARD.decode(base64).map_err(D::Error::custom)?;
            Some(bytes.into())
        }
    })
}
