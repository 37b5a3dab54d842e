//! A value in place: what it is and the bytes that it stands in.

use std::borrow::Cow;

use crate::number::short_integer;
use crate::text::unescape;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Form {
    #[default]
    Null,
    True,
    False,
    Number,
    /// A string without escapes.
    Text,
    /// A string with escapes.
    Escaped,
    Array,
    Object,
}

/// A scanned value, quotes and braces included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Raw<'a> {
    pub(crate) form: Form,
    pub(crate) bytes: &'a [u8],
}

impl<'a> Raw<'a> {
    /// The text that it stands in.
    pub(crate) fn text(self) -> &'a str {
        // Scanning has found it to be UTF-8, so this never falls back.
        std::str::from_utf8(self.bytes).unwrap_or_default()
    }

    /// What stands between the first and the last byte: of a string, the part in the quotes.
    pub(crate) fn inside(self) -> &'a [u8] {
        self.bytes
            .get(1..self.bytes.len().saturating_sub(1))
            .unwrap_or_default()
    }

    /// The string that this is; `None` where it is something else.
    pub(crate) fn string(self) -> Option<Cow<'a, str>> {
        let inside = || std::str::from_utf8(self.inside()).unwrap_or_default();
        match self.form {
            Form::Text => Some(Cow::Borrowed(inside())),
            Form::Escaped => Some(unescape(inside())),
            _ => None,
        }
    }

    /// The whole number that this is, where it is one and fits.
    pub(crate) fn integer(self) -> Option<i64> {
        if self.form != Form::Number {
            return None;
        }
        // This spares most numbers the general way.
        short_integer(self.bytes).or_else(|| self.text().parse().ok())
    }
}
