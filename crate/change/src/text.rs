//! JSON strings: where they end, and what they say.

use std::borrow::Cow;

use crate::error::{Fault, What};

const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);

/// Finds the end of the string whose first character (after the quote) is at `from`.
///
/// Returns the position of the closing quote and whether there are escapes to undo. What stands
/// before the quote is UTF-8.
#[inline]
pub(crate) fn end_of_string(bytes: &[u8], from: usize) -> Result<(usize, bool), Fault> {
    let mut at = from;
    let mut escaped = false;
    let mut ascii = true;
    loop {
        at = end_of_plain(bytes, at, &mut ascii);
        match bytes.get(at) {
            Some(b'"') => break,
            Some(b'\\') => {
                escaped = true;
                at = end_of_escape(bytes, at)?;
            }
            Some(_) => return Err(Fault::new(at, What::Control)),
            None => return Err(Fault::new(at, What::Expected("the end of a string"))),
        }
    }
    if !ascii {
        check_utf8(bytes, from, at)?;
    }
    Ok((at, escaped))
}

/// Undoes the escapes of a scanned string's inside.
///
/// Halves of surrogate pairs that stand alone become U+FFFD, since they are no characters.
pub(crate) fn unescape(inside: &str) -> Cow<'_, str> {
    let mut rest = inside;
    let mut out = String::new();
    while let Some((plain, escape)) = rest.split_once('\\') {
        out.push_str(plain);
        let (character, after) = escaped_char(escape);
        out.push(character);
        rest = after;
    }
    if out.is_empty() && rest.len() == inside.len() {
        return Cow::Borrowed(inside);
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The first position from `at` on that holds a quote, a backslash or a control character.
///
/// `ascii` becomes false where something else than ASCII stands before it, or close behind it.
#[inline]
fn end_of_plain(bytes: &[u8], mut at: usize, ascii: &mut bool) -> usize {
    // Eight bytes at a time. The lowest marked byte is exact (borrows only travel upwards), and
    // the lowest is all that is asked for.
    let mut seen = 0;
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*chunk);
        seen |= word;
        let marks = special_bytes(word);
        if marks != 0 {
            *ascii &= seen & HIGH == 0;
            return at + (marks.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while let Some(&byte) = bytes.get(at) {
        if byte == b'"' || byte == b'\\' || byte < 0x20 {
            break;
        }
        seen |= u64::from(byte);
        at += 1;
    }
    *ascii &= seen & HIGH == 0;
    at
}

#[cold]
fn check_utf8(bytes: &[u8], from: usize, to: usize) -> Result<(), Fault> {
    match std::str::from_utf8(bytes.get(from..to).unwrap_or_default()) {
        Ok(_) => Ok(()),
        Err(error) => Err(Fault::new(from + error.valid_up_to(), What::Utf8)),
    }
}

/// Marks (with the high bit of each byte) the quotes, backslashes and control characters.
#[inline]
fn special_bytes(word: u64) -> u64 {
    const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
    let zero_bytes = |x: u64| x.wrapping_sub(ONES) & !x;
    let quotes = zero_bytes(word ^ (ONES * b'"' as u64));
    let backslashes = zero_bytes(word ^ (ONES * b'\\' as u64));
    let controls = word.wrapping_sub(ONES * 0x20) & !word;
    (quotes | backslashes | controls) & HIGH
}

/// Checks the escape whose backslash is at `at`, and returns the position after it.
fn end_of_escape(bytes: &[u8], at: usize) -> Result<usize, Fault> {
    let broken = |at| Err(Fault::new(at, What::Escape));
    match bytes.get(at + 1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
        Some(b'u') => {
            for digit in at + 2..at + 6 {
                match bytes.get(digit) {
                    Some(byte) if byte.is_ascii_hexdigit() => {}
                    Some(_) => return broken(at),
                    None => return broken(digit),
                }
            }
            Ok(at + 6)
        }
        Some(_) => broken(at),
        None => broken(at + 1),
    }
}

/// The character of the escape that `escape` starts with (after its backslash), and the rest.
fn escaped_char(escape: &str) -> (char, &str) {
    let mut characters = escape.chars();
    let character = match characters.next() {
        Some('b') => '\u{8}',
        Some('f') => '\u{c}',
        Some('n') => '\n',
        Some('r') => '\r',
        Some('t') => '\t',
        Some('u') => return unicode_escape(characters.as_str()),
        Some(other) => other,
        None => char::REPLACEMENT_CHARACTER,
    };
    (character, characters.as_str())
}

/// The character of four hex digits, or of two such halves of a surrogate pair.
fn unicode_escape(digits: &str) -> (char, &str) {
    let Some((first, rest)) = four_digits(digits) else {
        return (char::REPLACEMENT_CHARACTER, digits);
    };
    if let Some(character) = char::from_u32(first) {
        return (character, rest);
    }
    let second = rest.strip_prefix("\\u").and_then(four_digits);
    match second {
        Some((low @ 0xDC00..0xE000, after)) if first < 0xDC00 => {
            let code = 0x10000 + ((first - 0xD800) << 10) + (low - 0xDC00);
            (
                char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER),
                after,
            )
        }
        _ => (char::REPLACEMENT_CHARACTER, rest),
    }
}

fn four_digits(text: &str) -> Option<(u32, &str)> {
    let (digits, rest) = text.split_at_checked(4)?;
    Some((u32::from_str_radix(digits, 16).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(inside: &str, wanted: &str) {
        let quoted = format!("{inside}\"rest");
        let (end, escaped) = end_of_string(quoted.as_bytes(), 0).unwrap();
        assert_eq!(end, inside.len(), "{inside}");
        assert_eq!(escaped, inside.contains('\\'), "{inside}");
        assert_eq!(unescape(inside), wanted);
    }

    #[test]
    fn strings_end_where_they_end_and_say_what_they_say() {
        for (inside, wanted) in [
            ("", ""),
            ("plain", "plain"),
            ("exactly8", "exactly8"),
            ("größe_µ 漢字 🌸", "größe_µ 漢字 🌸"),
            (r"\n", "\n"),
            (r#"a\"b\\c\/d\b\f\r\t"#, "a\"b\\c/d\u{8}\u{c}\r\t"),
            (r"\u0041\u00e9\u6F22", "Aé漢"),
            (r"\uD83C\uDF38", "🌸"),
            (
                r"long enough for two words \uD835\uDCB3 and on",
                "long enough for two words 𝒳 and on",
            ),
            (r"\uD83C", "\u{FFFD}"),
            (r"\uDF38\uD83C", "\u{FFFD}\u{FFFD}"),
            (r"\uD83C\u0041", "\u{FFFD}A"),
            (r"\uD83C\n", "\u{FFFD}\n"),
            (r"\uD83C\uD83C\uDF38", "\u{FFFD}🌸"),
            (r"\u0000", "\0"),
        ] {
            check(inside, wanted);
        }
    }

    #[test]
    fn broken_strings_say_where() {
        for (text, at, what) in [
            ("abc", 3, What::Expected("the end of a string")),
            ("a\nb\"", 1, What::Control),
            ("0123456789\u{1}\"", 10, What::Control),
            (r#"ab\x""#, 2, What::Escape),
            (r"ab\", 3, What::Escape),
            (r#"ab\u12g4""#, 2, What::Escape),
            (r"ab\u12", 6, What::Escape),
        ] {
            assert_eq!(
                end_of_string(text.as_bytes(), 0),
                Err(Fault { at, what }),
                "{text}"
            );
        }
    }

    #[test]
    fn every_byte_is_marked_or_not() {
        for byte in 0..=255u8 {
            for place in 0..8 {
                let mut word = [b'x'; 8];
                word[place] = byte;
                let special = byte == b'"' || byte == b'\\' || byte < 0x20;
                let marks = special_bytes(u64::from_le_bytes(word));
                let wanted = if special { place as u32 } else { 8 };
                assert_eq!(marks.trailing_zeros() / 8, wanted, "{byte:#x} at {place}");
            }
        }
    }
}
