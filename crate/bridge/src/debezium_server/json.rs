//! As little of JSON as is needed: members of objects, as they stand.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

/// The members of an object, each value as it stands.
pub(super) type Members<'a> = BTreeMap<String, &'a RawValue>;

/// A value, one step deep.
pub(super) enum Value<'a> {
    Null,
    Object(Members<'a>),
    Array(Vec<&'a RawValue>),
    /// Text, number or boolean.
    Scalar,
}

/// Reads a document.
pub(super) fn document(bytes: &[u8]) -> Result<Value<'_>, String> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| format!("not UTF-8 at byte {}", error.valid_up_to()))?;
    let text = text.trim_start_matches('\u{feff}');
    serde_json::from_str::<&RawValue>(text)
        .and_then(value)
        .map_err(|error| format!("not JSON: {error}"))
}

/// Reads a value.
pub(super) fn value(raw: &RawValue) -> serde_json::Result<Value<'_>> {
    let text = raw.get();
    Ok(match text.as_bytes().first() {
        Some(b'{') => Value::Object(serde_json::from_str(text)?),
        Some(b'[') => Value::Array(serde_json::from_str(text)?),
        Some(b'n') => Value::Null,
        _ => Value::Scalar,
    })
}

/// The members of an object; none of anything else.
pub(super) fn members<'a>(raw: Option<&&'a RawValue>) -> Option<Members<'a>> {
    match value(raw?) {
        Ok(Value::Object(members)) => Some(members),
        _ => None,
    }
}

/// A text that is not empty.
pub(super) fn text(raw: Option<&&RawValue>) -> Option<String> {
    let text: String = serde_json::from_str(raw?.get()).ok()?;
    (!text.is_empty()).then_some(text)
}

/// An integer.
pub(super) fn integer(raw: Option<&&RawValue>) -> Option<i64> {
    serde_json::from_str(raw?.get()).ok()
}

/// Whether it is there and not null.
pub(super) fn is_set(raw: Option<&&RawValue>) -> bool {
    raw.is_some_and(|raw| raw.get() != "null")
}
