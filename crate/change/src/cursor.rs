//! The JSON scanner: a cursor over text that checks structure as it goes.
//!
//! It builds nothing. A value is skipped, and handed out as the slice of text that it stands in.
//! UTF-8 is checked once for the whole text before the cursor is made (`&str`).

use std::borrow::Cow;

use crate::error::{Fault, What};
use crate::text::{end_of_string, unescape};

#[cfg(test)]
mod tests;

/// How deeply arrays and objects may be nested inside a value.
pub(crate) const MAX_DEPTH: u32 = 128;

/// A place in a JSON text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
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

/// A value in place, quotes and braces included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Raw<'a> {
    pub(crate) form: Form,
    pub(crate) text: &'a str,
}

impl<'a> Raw<'a> {
    /// What stands between the first and the last byte: of a string, the part in the quotes.
    pub(crate) fn inside(self) -> &'a str {
        self.text
            .get(1..self.text.len().saturating_sub(1))
            .unwrap_or_default()
    }

    /// The string that this is; `None` where it is something else.
    pub(crate) fn string(self) -> Option<Cow<'a, str>> {
        match self.form {
            Form::Text => Some(Cow::Borrowed(self.inside())),
            Form::Escaped => Some(unescape(self.inside())),
            _ => None,
        }
    }

    /// The whole number that this is, where it is one and fits.
    pub(crate) fn integer(self) -> Option<i64> {
        if self.form == Form::Number {
            self.text.parse().ok()
        } else {
            None
        }
    }
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// Skips white space and returns the byte there, 0 at the end.
    ///
    /// 0 stands for the end because no JSON token begins with it.
    pub(crate) fn peek(&mut self) -> u8 {
        loop {
            match self.byte() {
                b' ' | b'\n' | b'\r' | b'\t' => self.at += 1,
                byte => return byte,
            }
        }
    }

    /// Steps over one value and hands it out.
    pub(crate) fn value(&mut self) -> Result<Raw<'a>, Fault> {
        self.peek();
        let from = self.at;
        let form = self.skip()?;
        Ok(Raw {
            form,
            text: self.slice(from, self.at),
        })
    }

    /// Steps into an object: the cursor must be at its `{`.
    pub(crate) fn enter_object(&mut self) -> Result<(), Fault> {
        self.token(b'{', "an object")
    }

    /// Steps into an array: the cursor must be at its `[`.
    pub(crate) fn enter_array(&mut self) -> Result<(), Fault> {
        self.token(b'[', "an array")
    }

    /// Steps to the next member's value and hands out its name, or steps out after the last one.
    ///
    /// `first` says that the cursor is just behind the `{`.
    pub(crate) fn next_member(&mut self, first: bool) -> Result<Option<Raw<'a>>, Fault> {
        match self.peek() {
            b'}' => {
                self.at += 1;
                return Ok(None);
            }
            b',' if !first => {
                self.at += 1;
                self.peek();
            }
            _ if first => {}
            _ => return Err(self.expected("`,` or `}`")),
        }
        let from = self.at;
        let (form, end) = self.name()?;
        Ok(Some(Raw {
            form,
            text: self.slice(from, end),
        }))
    }

    /// Says whether there is a next element, and steps to it; steps out after the last one.
    pub(crate) fn next_element(&mut self, first: bool) -> Result<bool, Fault> {
        match self.peek() {
            b']' => {
                self.at += 1;
                Ok(false)
            }
            b',' if !first => {
                self.at += 1;
                Ok(true)
            }
            _ if first => Ok(true),
            _ => Err(self.expected("`,` or `]`")),
        }
    }

    /// Makes sure that nothing but white space is left.
    pub(crate) fn finish(&mut self) -> Result<(), Fault> {
        self.peek();
        if self.at == self.text.len() {
            Ok(())
        } else {
            Err(self.expected("the end"))
        }
    }

    /// Where the cursor is.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// The text between two positions.
    pub(crate) fn slice(&self, from: usize, to: usize) -> &'a str {
        // Tokens begin and end at ASCII characters, so this never falls back.
        self.text.get(from..to).unwrap_or_default()
    }

    /// Steps over one value and says what it was.
    pub(crate) fn skip(&mut self) -> Result<Form, Fault> {
        match self.peek() {
            b'{' | b'[' => self.skip_nested(),
            byte => self.skip_scalar(byte),
        }
    }

    /// Steps over an array or object without recursion.
    fn skip_nested(&mut self) -> Result<Form, Fault> {
        let form = if self.byte() == b'{' {
            Form::Object
        } else {
            Form::Array
        };
        // One bit a level, innermost lowest: set for an object.
        let mut objects: u128 = 0;
        let mut depth = 0u32;
        loop {
            // Here a value begins.
            let opened = match self.peek() {
                byte @ (b'{' | b'[') => {
                    if depth == MAX_DEPTH {
                        return Err(Fault {
                            at: self.at,
                            what: What::TooDeep,
                        });
                    }
                    depth += 1;
                    objects = objects << 1 | u128::from(byte == b'{');
                    self.at += 1;
                    true
                }
                byte => {
                    self.skip_scalar(byte)?;
                    false
                }
            };
            if !self.step_out(&mut objects, &mut depth, opened)? {
                return Ok(form);
            }
        }
    }

    /// After a value, or just inside an array or object: closes what ends here and steps to the
    /// next value. False when the outermost one was closed.
    fn step_out(
        &mut self,
        objects: &mut u128,
        depth: &mut u32,
        mut opened: bool,
    ) -> Result<bool, Fault> {
        loop {
            let in_object = *objects & 1 == 1;
            match self.peek() {
                b',' if !opened => {
                    self.at += 1;
                    if in_object {
                        self.peek();
                        self.name()?;
                    }
                    return Ok(true);
                }
                byte @ (b'}' | b']') if (byte == b'}') == in_object => {
                    self.at += 1;
                    *objects >>= 1;
                    *depth -= 1;
                    if *depth == 0 {
                        return Ok(false);
                    }
                    opened = false;
                }
                _ if opened => {
                    if in_object {
                        self.name()?;
                    }
                    return Ok(true);
                }
                _ if in_object => return Err(self.expected("`,` or `}`")),
                _ => return Err(self.expected("`,` or `]`")),
            }
        }
    }

    fn skip_scalar(&mut self, first: u8) -> Result<Form, Fault> {
        match first {
            b'"' => self.skip_string(),
            b'-' | b'0'..=b'9' => self.skip_number(),
            b'n' => self.skip_literal("null", Form::Null),
            b't' => self.skip_literal("true", Form::True),
            b'f' => self.skip_literal("false", Form::False),
            _ => Err(self.expected("a value")),
        }
    }

    /// Steps over a member's name and its colon: the cursor must be at the quote.
    ///
    /// Returns the name's form and where it ends.
    fn name(&mut self) -> Result<(Form, usize), Fault> {
        if self.byte() != b'"' {
            return Err(self.expected("a name in quotes"));
        }
        let form = self.skip_string()?;
        let end = self.at;
        self.token(b':', "`:`")?;
        Ok((form, end))
    }

    fn skip_string(&mut self) -> Result<Form, Fault> {
        let (end, escaped) = end_of_string(self.text.as_bytes(), self.at + 1)?;
        self.at = end + 1;
        Ok(if escaped { Form::Escaped } else { Form::Text })
    }

    fn skip_number(&mut self) -> Result<Form, Fault> {
        if self.byte() == b'-' {
            self.at += 1;
        }
        // A leading zero stands alone.
        if self.byte() == b'0' {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.byte() == b'.' {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.byte(), b'e' | b'E') {
            self.at += 1;
            if matches!(self.byte(), b'+' | b'-') {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(Form::Number)
    }

    /// Steps over one or more digits.
    fn digits(&mut self) -> Result<(), Fault> {
        let from = self.at;
        while self.byte().is_ascii_digit() {
            self.at += 1;
        }
        if self.at == from {
            Err(self.expected("a digit"))
        } else {
            Ok(())
        }
    }

    fn skip_literal(&mut self, literal: &'static str, form: Form) -> Result<Form, Fault> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        if rest.starts_with(literal.as_bytes()) {
            self.at += literal.len();
            return Ok(form);
        }
        let same = rest
            .iter()
            .zip(literal.bytes())
            .take_while(|(a, b)| **a == *b)
            .count();
        Err(Fault {
            at: self.at + same,
            what: What::Expected(literal),
        })
    }

    /// Steps over white space and one byte that must be `wanted`.
    fn token(&mut self, wanted: u8, name: &'static str) -> Result<(), Fault> {
        if self.peek() == wanted {
            self.at += 1;
            Ok(())
        } else {
            Err(self.expected(name))
        }
    }

    fn byte(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    fn expected(&self, what: &'static str) -> Fault {
        Fault {
            at: self.at,
            what: What::Expected(what),
        }
    }
}
