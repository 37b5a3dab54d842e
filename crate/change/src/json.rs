//! Writing JSON.

use std::fmt::Write as _;

/// Writes a string in quotes.
pub(crate) fn write_text(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // A line separator would end the line for some readers.
            '\u{2028}' | '\u{2029}' | '\0'..'\u{20}' | '\u{7f}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(character));
            }
            _ => out.push(character),
        }
    }
    out.push('"');
}

/// Writes a name and its colon, after a comma where it is not the first.
pub(crate) fn write_name(out: &mut String, name: &str) {
    if !out.ends_with('{') {
        out.push(',');
    }
    write_text(out, name);
    out.push(':');
}
