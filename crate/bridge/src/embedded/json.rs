//! SQLite's values as JSON, exactly.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rusqlite::types::ValueRef;

/// Writes a value as Debezium's JSON converter would.
///
/// Integers keep all their digits, doubles have the fewest that read back the same, and at least one after the
/// point; blobs are base64. Text that is not UTF-8 loses what is not.
pub(super) fn write_value(out: &mut String, value: ValueRef<'_>) {
    match value {
        ValueRef::Null => out.push_str("null"),
        ValueRef::Integer(number) => write_integer(out, number),
        ValueRef::Real(number) if number.is_finite() => {
            // Writing into a string cannot fail.
            let _ = write!(out, "{number:?}");
        }
        // SQLite turns NaN into NULL, so that only the infinities are left.
        ValueRef::Real(number) if number > 0.0 => out.push_str("\"Infinity\""),
        ValueRef::Real(_) => out.push_str("\"-Infinity\""),
        ValueRef::Text(bytes) => write_text(out, &String::from_utf8_lossy(bytes)),
        ValueRef::Blob(bytes) => {
            out.push('"');
            STANDARD.encode_string(bytes, out);
            out.push('"');
        }
    }
}

/// Writes an integer.
pub(super) fn write_integer(out: &mut String, number: i64) {
    // Writing into a string cannot fail.
    let _ = write!(out, "{number}");
}

/// Writes a string with its quotes.
pub(super) fn write_text(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c < ' ' || c == '"' || c == '\\') {
        let (plain, tail) = rest.split_at(at);
        out.push_str(plain);
        let special = tail.as_bytes()[0];
        match special {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            _ => {
                let _ = write!(out, "\\u{special:04x}");
            }
        }
        rest = &tail[1..];
    }
    out.push_str(rest);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_exact() {
        let check = |value: ValueRef<'_>, json: &str| {
            let mut out = String::new();
            write_value(&mut out, value);
            assert_eq!(out, json);
            let read: serde_json::Value = serde_json::from_str(&out).expect("valid JSON");
            if let ValueRef::Real(number) = value
                && number.is_finite()
            {
                assert_eq!(read.as_f64().map(f64::to_bits), Some(number.to_bits()));
            }
            if let ValueRef::Text(bytes) = value
                && let Ok(text) = std::str::from_utf8(bytes)
            {
                assert_eq!(read.as_str(), Some(text));
            }
        };
        check(ValueRef::Null, "null");
        check(ValueRef::Integer(i64::MIN), "-9223372036854775808");
        check(ValueRef::Integer((1 << 53) + 1), "9007199254740993");
        check(ValueRef::Real(3.0), "3.0");
        check(ValueRef::Real(-0.0), "-0.0");
        check(ValueRef::Real(0.1 + 0.2), "0.30000000000000004");
        check(ValueRef::Real(5e-324), "5e-324");
        check(ValueRef::Real(f64::MAX), "1.7976931348623157e308");
        check(ValueRef::Real(f64::INFINITY), "\"Infinity\"");
        check(ValueRef::Real(f64::NEG_INFINITY), "\"-Infinity\"");
        check(ValueRef::Blob(&[0, 0xff, 0xfe]), "\"AP/+\"");
        check(ValueRef::Text(b""), "\"\"");
        check(
            ValueRef::Text("a\"b\\c\n\u{1}\0ü🌸".as_bytes()),
            "\"a\\\"b\\\\c\\n\\u0001\\u0000ü🌸\"",
        );
        check(ValueRef::Text(&[b'a', 0xff]), "\"a\u{fffd}\"");
    }
}
