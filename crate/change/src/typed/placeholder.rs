//! What stands for a value that was not sent.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use crate::row::Row;
use crate::value::Value;

/// The text that stands for a value that the database did not log, because the update left it as it was.
///
/// PostgreSQL stores long values outside of the row (TOAST). Debezium sends a placeholder in their
/// stead, `unavailable.value.placeholder`, in the form of the column's type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placeholder {
    bytes: Vec<u8>,
    /// As text, and as each way to write bytes in a text.
    texts: [String; 4],
}

impl Placeholder {
    /// The placeholder of a connector's setting `unavailable.value.placeholder`: text, or `hex:` and digits.
    ///
    /// # Errors
    ///
    /// Where what follows `hex:` is not pairs of hexadecimal digits.
    pub fn new(setting: &str) -> Result<Self, String> {
        match setting.strip_prefix("hex:") {
            Some(digits) => super::bytes::from_hex(digits).map(Self::of).ok_or_else(|| {
                format!("\"{setting}\" is not `hex:` and pairs of hexadecimal digits")
            }),
            None => Ok(Self::of(setting.as_bytes().to_vec())),
        }
    }

    fn of(bytes: Vec<u8>) -> Self {
        let mut hex = String::new();
        for byte in &bytes {
            let _ = write!(hex, "{byte:02x}");
        }
        let texts = [
            String::from_utf8_lossy(&bytes).into_owned(),
            STANDARD.encode(&bytes),
            URL_SAFE.encode(&bytes),
            hex,
        ];
        Self { bytes, texts }
    }

    /// Whether a value is the placeholder in one of its forms.
    ///
    /// These are the text; base64 or hexadecimal digits of it, for bytes; an array of one of them;
    /// an array of its bytes as numbers; and a map from it to itself.
    pub fn stands_in(&self, value: &Value<'_>) -> bool {
        match value {
            Value::Text(text) => {
                self.is_text(text)
                    || (text.starts_with('{') && Row::parse(text).is_ok_and(|row| self.is_map(row)))
            }
            Value::Object(json) => Row::parse(json).is_ok_and(|row| self.is_map(row)),
            Value::Array(_) => self.is_array(value),
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }

    fn is_text(&self, found: &str) -> bool {
        !found.is_empty() && self.texts.iter().any(|text| text == found)
    }

    fn is_map(&self, row: Row<'_>) -> bool {
        let mut columns = row.columns();
        match (columns.next(), columns.next()) {
            (Some((name, Value::Text(text))), None) => self.is_text(&name) && self.is_text(&text),
            _ => false,
        }
    }

    fn is_array(&self, value: &Value<'_>) -> bool {
        let mut elements = value.elements();
        match elements.next() {
            Some(Value::Text(text)) => self.is_text(&text) && elements.next().is_none(),
            Some(Value::Number(_)) => self.is_bytes(value),
            _ => false,
        }
    }

    /// Bytes above 127 may be written with a sign, as Java does.
    fn is_bytes(&self, value: &Value<'_>) -> bool {
        let mut elements = value.elements();
        let same = self.bytes.iter().all(|byte| {
            matches!(elements.next(), Some(Value::Number(digits))
            if digits.parse().is_ok_and(|number: i64| {
                number == i64::from(*byte) || number == i64::from(byte.cast_signed())
            }))
        });
        same && elements.next().is_none()
    }
}

impl Default for Placeholder {
    /// Debezium's own: `__debezium_unavailable_value`.
    fn default() -> Self {
        Self::of(b"__debezium_unavailable_value".to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(setting: &str, json: &str, wanted: bool) {
        let row = format!("{{\"v\":{json}}}");
        let value = Row::parse(&row).unwrap().get("v").unwrap();
        let placeholder = Placeholder::new(setting).unwrap();
        assert_eq!(placeholder.stands_in(&value), wanted, "{setting} {json}");
    }

    #[test]
    fn every_form_of_it() {
        let own = "__debezium_unavailable_value";
        let custom = "hex:00FF2A";
        for (setting, json, wanted) in [
            (own, r#""__debezium_unavailable_value""#, true),
            (own, r#""X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ==""#, true),
            (own, r#"["__debezium_unavailable_value"]"#, true),
            (own, r#"["__debezium_unavailable_value","x"]"#, false),
            (
                own,
                r#"{"__debezium_unavailable_value":"__debezium_unavailable_value"}"#,
                true,
            ),
            (
                own,
                r#""{\"__debezium_unavailable_value\":\"__debezium_unavailable_value\"}""#,
                true,
            ),
            (own, r#"{"a":"__debezium_unavailable_value"}"#, false),
            (own, "[95,95]", false),
            (own, "[]", false),
            (own, "null", false),
            (own, "\"\"", false),
            (custom, "[0,255,42]", true),
            (custom, "[0,-1,42]", true),
            (custom, "[0,-1,42,0]", false),
            (custom, "\"AP8q\"", true),
            (custom, "\"00ff2a\"", true),
            (custom, "\"\\u0000\u{fffd}*\"", true),
            (custom, r#""__debezium_unavailable_value""#, false),
        ] {
            check(setting, json, wanted);
        }
        assert!(Placeholder::new("hex:0").is_err());
        assert!(Placeholder::new("hex:zz").is_err());
        assert!(
            !Placeholder::new("")
                .unwrap()
                .stands_in(&Value::Text("".into()))
        );
    }
}
