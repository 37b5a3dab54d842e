//! Writing lines.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::line::Line;
use crate::record::RecordRef;

/// Appends a record's line, without the newline.
pub fn write_record(out: &mut String, record: RecordRef<'_>) {
    out.push_str("{\"topic\":");
    put_str(out, record.topic);
    // Writing to a string cannot fail.
    let _ = write!(
        out,
        ",\"partition\":{},\"offset\":{},\"timestamp_ms\":{},\"headers\":[",
        record.partition, record.offset, record.timestamp_ms
    );
    for (index, (name, value)) in record.headers.iter().enumerate() {
        out.push_str(if index == 0 { "[" } else { ",[" });
        put_str(out, name);
        out.push(',');
        put_bytes(out, value);
        out.push(']');
    }
    out.push_str("],\"key\":");
    put_bytes(out, record.key);
    out.push_str(",\"value\":");
    put_bytes(out, record.value);
    out.push('}');
}

/// Appends a line, without the newline.
pub fn write_line(out: &mut String, line: &Line) {
    match line {
        Line::Record(record) => write_record(out, record.as_ref()),
        Line::Tick { tick_ms } => {
            let _ = write!(out, "{{\"tick_ms\":{tick_ms}}}");
        }
        Line::Close { close } => put_field(out, "close", close),
        Line::Hello(hello) => put_field(out, "hello", hello),
        Line::Ends { ends } => put_field(out, "ends", ends),
        Line::Gap { gap } => put_field(out, "gap", gap),
        Line::Error { error } => put_field(out, "error", error),
    }
}

fn put_field(out: &mut String, name: &str, value: &impl Serialize) {
    // Strings, numbers and lists of them: there is nothing in them that JSON cannot say.
    let json = serde_json::to_string(value).unwrap_or_default();
    let _ = write!(out, "{{\"{name}\":{json}}}");
}

fn put_bytes(out: &mut String, bytes: Option<&[u8]>) {
    match bytes.map(|bytes| (bytes, std::str::from_utf8(bytes))) {
        None => out.push_str("null"),
        Some((_, Ok(text))) => put_str(out, text),
        Some((bytes, Err(_))) => {
            out.push_str("{\"base64\":\"");
            STANDARD.encode_string(bytes, out);
            out.push_str("\"}");
        }
    }
}

/// Appends a JSON string; runs without anything to escape are copied whole.
fn put_str(out: &mut String, text: &str) {
    out.push('"');
    let mut copied = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.push_str(&text[copied..at]);
        copied = at + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            _ => {
                let _ = write!(out, "\\u{byte:04x}");
            }
        }
    }
    out.push_str(&text[copied..]);
    out.push('"');
}
