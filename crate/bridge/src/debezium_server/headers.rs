//! Request headers that are record headers.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::json;

/// What the names begin with unless the sink was told otherwise.
const PREFIX: &str = "x-debezium-";

/// What the name that Debezium gave a header begins with, whatever the sink puts before it.
const DEBEZIUM: &str = "-__";

/// HTTP forgets upper and lower case; these are the names of Debezium's own that have both.
const MIXED_CASE: [&str; 4] = [
    "__debezium.context.connectorLogicalName",
    "__debezium.context.connectorName",
    "__debezium.context.runId",
    "__debezium.context.taskId",
];

/// Headers of a record: names, and values in Debezium's JSON text.
pub(super) type Headers = Vec<(String, String)>;

/// The record headers of a request.
pub(super) fn of_request(headers: &[(String, Vec<u8>)]) -> Headers {
    headers
        .iter()
        .filter_map(|(name, value)| Some((record_name(name)?, record_value(value))))
        .collect()
}

/// Those that hold for all events of a request that brings several.
pub(super) fn of_all(headers: &Headers) -> Headers {
    let context = |(name, _): &&(String, String)| name.starts_with("__debezium.context.");
    headers.iter().filter(context).cloned().collect()
}

/// What a header says: the text in JSON, bare or in `{schema, payload}`, or the value itself.
pub(super) fn said(headers: &Headers, name: &str) -> Option<String> {
    let (_, value) = headers.iter().find(|(found, _)| found == name)?;
    let Ok(raw) = serde_json::from_str::<&RawValue>(value) else {
        return (!value.is_empty()).then(|| value.clone());
    };
    if let Some(wrapped) = json::members(Some(&raw)) {
        return scalar(wrapped.get("payload")?);
    }
    scalar(raw)
}

/// A text or a number, as text; nothing for null.
pub(super) fn scalar(raw: &RawValue) -> Option<String> {
    match raw.get() {
        "null" => None,
        text if text.starts_with('"') => json::text(Some(&raw)),
        text => Some(text.to_owned()),
    }
}

fn record_name(name: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    let name = match lower.find(DEBEZIUM) {
        Some(at) => &lower[at + 1..],
        None => lower.strip_prefix(PREFIX)?,
    };
    let mixed = MIXED_CASE
        .into_iter()
        .find(|mixed| mixed.eq_ignore_ascii_case(name));
    Some(mixed.unwrap_or(name).to_owned())
}

/// What is in the base64, if that is JSON; else the value as it stands, which the sink can be told to send.
fn record_value(value: &[u8]) -> String {
    let decoded = STANDARD.decode(value).ok();
    let text = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
    text.filter(|text| serde_json::from_str::<IgnoredAny>(text).is_ok())
        .unwrap_or_else(|| String::from_utf8_lossy(value).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_are_those_of_the_record() {
        let check = |name: &str, value: &str, expected: Option<(&str, &str)>| {
            let headers = of_request(&[(name.to_owned(), value.as_bytes().to_vec())]);
            let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
            assert_eq!(headers, Vec::from_iter(expected), "{name}: {value}");
        };
        check(
            "x-debezium-__debezium.context.runid",
            "IjAi",
            Some(("__debezium.context.runId", "\"0\"")),
        );
        check("X-DEBEZIUM-MINE", "MTI=", Some(("mine", "12")));
        check("x-dbz-__op", "\"c\"", Some(("__op", "\"c\"")));
        // Base64 by accident, and no JSON inside.
        check("x-dbz-__source_lsn", "4390", Some(("__source_lsn", "4390")));
        check("content-type", "application/json", None);
    }

    #[test]
    fn what_a_header_says() {
        let check = |value: &str, expected: Option<&str>| {
            let headers = vec![("h".to_owned(), value.to_owned())];
            assert_eq!(said(&headers, "h").as_deref(), expected, "{value}");
        };
        check("\"c\"", Some("c"));
        check(
            "{\"schema\":{\"type\":\"string\"},\"payload\":\"c\"}",
            Some("c"),
        );
        check("12", Some("12"));
        check("plain", Some("plain"));
        check("null", None);
        check("", None);
    }
}
