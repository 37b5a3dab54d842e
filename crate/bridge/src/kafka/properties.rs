//! Java's properties files.

use std::iter::Peekable;
use std::str::Chars;

/// One `name=value` of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Property {
    /// Where it begins, counted from 1.
    pub(super) line: usize,
    pub(super) name: String,
    pub(super) value: String,
}

/// Reads a file as `java.util.Properties` does, comments, continued lines and escapes included.
///
/// Fails with the line and what is wrong with it.
pub(super) fn parse(text: &str) -> Result<Vec<Property>, (usize, &'static str)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    logical_lines(text)
        .into_iter()
        .map(|(line, text)| property(line, &text).map_err(|problem| (line, problem)))
        .collect()
}

/// Lines that say something, with those that a backslash continues joined; each with its number.
fn logical_lines(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut lines = text.split('\n').enumerate().map(|(at, line)| {
        let line = line.strip_suffix('\r').unwrap_or(line);
        (at + 1, line.trim_start_matches(is_blank))
    });
    while let Some((number, line)) = lines.next() {
        if line.is_empty() || line.starts_with(['#', '!']) {
            continue;
        }
        let mut whole = line.to_owned();
        while ends_in_escape(&whole) {
            whole.pop();
            match lines.next() {
                Some((_, more)) => whole.push_str(more),
                None => break,
            }
        }
        found.push((number, whole));
    }
    found
}

/// Whether the last backslash stands for the end of the line, not for itself.
fn ends_in_escape(line: &str) -> bool {
    line.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}

fn property(line: usize, text: &str) -> Result<Property, &'static str> {
    let mut chars = text.chars().peekable();
    let ends_name = |c: char| is_blank(c) || c == '=' || c == ':';
    let mut name = String::new();
    while chars.peek().is_some_and(|c| !ends_name(*c)) {
        name.extend(unescaped(&mut chars)?);
    }
    skip_blanks(&mut chars);
    if chars.next_if(|c| *c == '=' || *c == ':').is_some() {
        skip_blanks(&mut chars);
    }
    let mut value = String::new();
    while chars.peek().is_some() {
        value.extend(unescaped(&mut chars)?);
    }
    Ok(Property { line, name, value })
}

/// The next character, with its escape undone; None for a backslash that ends the file.
fn unescaped(chars: &mut Peekable<Chars<'_>>) -> Result<Option<char>, &'static str> {
    let Some(c) = chars.next() else {
        return Ok(None);
    };
    if c != '\\' {
        return Ok(Some(c));
    }
    Ok(match chars.next() {
        Some('t') => Some('\t'),
        Some('n') => Some('\n'),
        Some('r') => Some('\r'),
        Some('f') => Some('\u{c}'),
        Some('u') => Some(unicode(chars)?),
        other => other,
    })
}

/// The character of `\uXXXX`, or of two of them where it takes two.
fn unicode(chars: &mut Peekable<Chars<'_>>) -> Result<char, &'static str> {
    const WRONG: &str = "\\u is not followed by four hexadecimal digits of a character";
    let mut units = vec![unit(chars).ok_or(WRONG)?];
    if (0xd800..0xdc00).contains(&units[0]) {
        let escape = chars.next() == Some('\\') && chars.next() == Some('u');
        units.push(escape.then(|| unit(chars)).flatten().ok_or(WRONG)?);
    }
    match char::decode_utf16(units).next() {
        Some(Ok(c)) => Ok(c),
        _ => Err(WRONG),
    }
}

fn unit(chars: &mut Peekable<Chars<'_>>) -> Option<u16> {
    (0..4).try_fold(0, |value: u16, _| {
        let digit = chars.next()?.to_digit(16)?;
        Some(value << 4 | u16::try_from(digit).ok()?)
    })
}

fn skip_blanks(chars: &mut Peekable<Chars<'_>>) {
    while chars.next_if(|c| is_blank(*c)).is_some() {}
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\u{c}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(usize, &str, &str)]) {
        let found = parse(text).expect("properties");
        let found: Vec<_> = found
            .iter()
            .map(|property| {
                (
                    property.line,
                    property.name.as_str(),
                    property.value.as_str(),
                )
            })
            .collect();
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn what_java_takes_for_a_property() {
        check("a=1", &[(1, "a", "1")]);
        check(
            "a = 1\r\nb:2\nc 3\n",
            &[(1, "a", "1"), (2, "b", "2"), (3, "c", "3")],
        );
        check("\n  # no\n ! no\n\ta=#1", &[(4, "a", "#1")]);
        check("a==1", &[(1, "a", "=1")]);
        check("a", &[(1, "a", "")]);
        check("a=", &[(1, "a", "")]);
        check("a=1 2  ", &[(1, "a", "1 2  ")]);
        check("\u{feff}a=1", &[(1, "a", "1")]);
        check("", &[]);
    }

    #[test]
    fn lines_are_continued() {
        check(
            "a=1,\\\n   2,\\\n   3\nb=4",
            &[(1, "a", "1,2,3"), (4, "b", "4")],
        );
        check("a=1\\\\\nb=2", &[(1, "a", "1\\"), (2, "b", "2")]);
        check("# no \\\na=1", &[(2, "a", "1")]);
        check("a=1\\", &[(1, "a", "1")]);
        // A blank line ends what the line before continued.
        check("a=1\\\n\nb=2", &[(1, "a", "1"), (3, "b", "2")]);
    }

    #[test]
    fn escapes_are_undone() {
        check(r"a\ b\=c=\t\n\r\f\\\q", &[(1, "a b=c", "\t\n\r\u{c}\\q")]);
        check(r"a=\u00e9 \uD83D\uDE00", &[(1, "a", "é 😀")]);
    }

    #[test]
    fn bad_escapes_name_their_line() {
        for bad in [r"\u12", r"\u12g4", r"\uD83D", r"\uD83Dx", r"\uDE00"] {
            assert_eq!(
                parse(&format!("a=1\n\nb={bad}")).expect_err(bad).0,
                3,
                "{bad}"
            );
        }
    }
}
