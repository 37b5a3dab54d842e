//! The JSON scanner: a cursor over bytes that checks structure and UTF-8 as it goes.
//!
//! It builds nothing: a value is stepped over, and can be handed out as the bytes that it stands in.

use crate::cells::Spot;
use crate::error::{Fault, What};
use crate::number::{end_of_number, quick_number};
use crate::raw::{Form, Raw};
use crate::text::end_of_string;

mod same;
#[cfg(test)]
mod tests;

use same::same;

/// How deeply arrays and objects may be nested inside a value.
pub(crate) const MAX_DEPTH: u32 = 128;

/// A place in a JSON text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    fault: Option<Fault>,
}

/// The text is not JSON: the cursor has stopped, and knows where and why.
///
/// It says nothing itself so that results fit into a register: they come once a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stop;

impl<'a> Cursor<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: 0,
            fault: None,
        }
    }

    /// Why the cursor has stopped, as a sentence to follow "the value".
    pub(crate) fn reason(&self) -> String {
        let fault = self
            .fault
            .unwrap_or(Fault::new(self.at, What::Expected("JSON")));
        fault.reason(self.bytes)
    }

    /// Where the cursor is.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// The bytes from a position to where the cursor is.
    pub(crate) fn since(&self, from: usize) -> &'a [u8] {
        self.bytes.get(from..self.at).unwrap_or_default()
    }

    /// The byte at the cursor, 0 at the end: no JSON token begins with that.
    #[inline]
    pub(crate) fn byte(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    /// Skips white space and returns the byte there, 0 at the end.
    #[inline]
    pub(crate) fn peek(&mut self) -> u8 {
        loop {
            let byte = self.byte();
            if byte > b' ' || !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return byte;
            }
            self.at += 1;
        }
    }

    /// Steps over these bytes, if they come next.
    #[inline]
    pub(crate) fn take(&mut self, expected: &[u8]) -> bool {
        let found = self.bytes.get(self.at..self.at + expected.len());
        let taken = found.is_some_and(|found| same(found, expected));
        if taken {
            self.at += expected.len();
        }
        taken
    }

    /// Steps over one value and hands it out.
    #[inline]
    pub(crate) fn value(&mut self) -> Result<Raw<'a>, Stop> {
        self.peek();
        let from = self.at;
        let form = self.skip()?;
        Ok(Raw {
            form,
            bytes: self.since(from),
        })
    }

    /// Steps over one value and says where it stands, and the number that it is where that costs little.
    #[inline]
    pub(crate) fn spot(&mut self) -> Result<Spot, Stop> {
        self.peek();
        let from = self.at;
        let (form, number) = match quick_number(self.bytes, from) {
            Some((end, number)) => {
                self.at = end;
                (Form::Number, number)
            }
            None => (self.skip()?, f64::NAN),
        };
        Ok(Spot {
            number,
            from,
            to: self.at,
            form,
        })
    }

    /// Steps over the one value that the whole text is, but for white space around it.
    pub(crate) fn only_value(&mut self) -> Result<Raw<'a>, Stop> {
        let raw = self.value()?;
        self.finish()?;
        Ok(raw)
    }

    /// Makes sure that nothing but white space is left.
    pub(crate) fn finish(&mut self) -> Result<(), Stop> {
        self.peek();
        if self.at == self.bytes.len() {
            Ok(())
        } else {
            Err(self.expected("the end"))
        }
    }

    /// Steps into an object: its `{` must come next.
    #[inline]
    pub(crate) fn enter_object(&mut self) -> Result<(), Stop> {
        self.token(b'{', "an object")
    }

    /// Steps into an array: its `[` must come next.
    pub(crate) fn enter_array(&mut self) -> Result<(), Stop> {
        self.token(b'[', "an array")
    }

    /// Steps to the next member's value and hands out its name, or steps out after the last one.
    ///
    /// `first` says that the cursor is just behind the `{`.
    pub(crate) fn next_member(&mut self, first: bool) -> Result<Option<Raw<'a>>, Stop> {
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
        let name = self.name()?;
        self.peek();
        Ok(Some(name))
    }

    /// Says whether there is a next element, and steps to it; steps out after the last one.
    pub(crate) fn next_element(&mut self, first: bool) -> Result<bool, Stop> {
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

    /// Steps over one value and says what it was.
    #[inline]
    pub(crate) fn skip(&mut self) -> Result<Form, Stop> {
        match self.peek() {
            b'{' | b'[' => self.skip_nested(),
            byte => self.skip_scalar(byte),
        }
    }

    /// Steps over an array or object without recursion.
    fn skip_nested(&mut self) -> Result<Form, Stop> {
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
                        return Err(self.stop(Fault::new(self.at, What::TooDeep)));
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
    #[inline]
    fn step_out(
        &mut self,
        objects: &mut u128,
        depth: &mut u32,
        mut opened: bool,
    ) -> Result<bool, Stop> {
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

    #[inline]
    fn skip_scalar(&mut self, first: u8) -> Result<Form, Stop> {
        match first {
            b'"' => self.skip_string(),
            b'-' | b'0'..=b'9' => self.skip_number(),
            b'n' => self.skip_literal("null", Form::Null),
            b't' => self.skip_literal("true", Form::True),
            b'f' => self.skip_literal("false", Form::False),
            _ => Err(self.expected("a value")),
        }
    }

    /// Steps over a member's name and its colon, and hands the name out: its quote must come next.
    #[inline]
    fn name(&mut self) -> Result<Raw<'a>, Stop> {
        if self.byte() != b'"' {
            return Err(self.expected("a name in quotes"));
        }
        let from = self.at;
        let form = self.skip_string()?;
        let bytes = self.since(from);
        self.token(b':', "`:`")?;
        Ok(Raw { form, bytes })
    }

    #[inline]
    fn skip_string(&mut self) -> Result<Form, Stop> {
        let (end, escaped) =
            end_of_string(self.bytes, self.at + 1).map_err(|fault| self.stop(fault))?;
        self.at = end + 1;
        Ok(if escaped { Form::Escaped } else { Form::Text })
    }

    #[inline]
    fn skip_number(&mut self) -> Result<Form, Stop> {
        self.at = end_of_number(self.bytes, self.at).map_err(|fault| self.stop(fault))?;
        Ok(Form::Number)
    }

    fn skip_literal(&mut self, literal: &'static str, form: Form) -> Result<Form, Stop> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        if rest.starts_with(literal.as_bytes()) {
            self.at += literal.len();
            return Ok(form);
        }
        let same = rest
            .iter()
            .zip(literal.bytes())
            .take_while(|(a, b)| **a == *b)
            .count();
        Err(self.stop(Fault::new(self.at + same, What::Expected(literal))))
    }

    /// Steps over white space and one byte that must be `wanted`.
    #[inline]
    fn token(&mut self, wanted: u8, name: &'static str) -> Result<(), Stop> {
        if self.peek() == wanted {
            self.at += 1;
            Ok(())
        } else {
            Err(self.expected(name))
        }
    }

    #[cold]
    fn expected(&mut self, what: &'static str) -> Stop {
        self.stop(Fault::new(self.at, What::Expected(what)))
    }

    #[cold]
    fn stop(&mut self, fault: Fault) -> Stop {
        self.fault = Some(fault);
        Stop
    }
}
