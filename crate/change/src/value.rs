//! One column's value.

use std::borrow::Cow;

use crate::cursor::Cursor;
use crate::json::write_text;
use crate::number::to_double;
use crate::raw::{Form, Raw};

/// A JSON value in place.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as it is written: no digit is lost.
    Number(&'a str),
    /// A string; borrowed where it has no escapes.
    Text(Cow<'a, str>),
    /// An array's JSON text.
    Array(&'a str),
    /// An object's JSON text.
    Object(&'a str),
}

impl<'a> Value<'a> {
    pub(crate) fn of(raw: Raw<'a>) -> Self {
        match raw.form {
            Form::Null => Value::Null,
            Form::True => Value::Bool(true),
            Form::False => Value::Bool(false),
            Form::Number => Value::Number(raw.text()),
            Form::Text | Form::Escaped => Value::Text(raw.string().unwrap_or_default()),
            Form::Array => Value::Array(raw.text()),
            Form::Object => Value::Object(raw.text()),
        }
    }

    /// The double nearest to a JSON number.
    ///
    /// # Errors
    ///
    /// Anything else is refused, with a reason that follows the column's name: `is null`,
    /// `is "n/a", not a number`, `is true, not a number`, `is 1e999, too large for a double`.
    pub fn as_number(&self) -> Result<f64, String> {
        match self {
            Value::Number(digits) => match to_double(digits) {
                Some(number) if number.is_finite() => Ok(number),
                _ => Err(format!("is {}, too large for a double", shortened(digits))),
            },
            Value::Null => Err("is null".to_owned()),
            Value::Bool(value) => Err(format!("is {value}, not a number")),
            Value::Text(text) => Err(format!("is \"{}\", not a number", shortened(text))),
            Value::Array(_) => Err("is an array, not a number".to_owned()),
            Value::Object(_) => Err("is an object, not a number".to_owned()),
        }
    }

    /// The text that a label is compared by: a number as it is written, a text, true or false.
    ///
    /// `None` for null, arrays and objects, which are no labels.
    pub fn label(&self) -> Option<&str> {
        match self {
            Value::Number(digits) => Some(digits),
            Value::Text(text) => Some(text),
            Value::Bool(true) => Some("true"),
            Value::Bool(false) => Some("false"),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// The elements of an array, in order; nothing of all else.
    pub fn elements(&self) -> Elements<'_> {
        Elements::of(match self {
            Value::Array(json) => json,
            _ => "",
        })
    }

    /// [`Value::elements`] that outlive the value.
    pub fn into_elements(self) -> Elements<'a> {
        Elements::of(match self {
            Value::Array(json) => json,
            _ => "",
        })
    }

    /// Writes it as JSON, numbers, arrays and objects as they are written.
    pub fn write(&self, out: &mut String) {
        match self {
            Value::Null => out.push_str("null"),
            Value::Bool(true) => out.push_str("true"),
            Value::Bool(false) => out.push_str("false"),
            Value::Text(text) => write_text(out, text),
            Value::Number(json) | Value::Array(json) | Value::Object(json) => {
                write_one_line(out, json)
            }
        }
    }

    /// [`Value::label`], owned.
    pub fn as_label(&self) -> Option<String> {
        self.label().map(str::to_owned)
    }
}

/// The elements of an array, in order.
#[derive(Debug, Clone)]
pub struct Elements<'a> {
    cursor: Cursor<'a>,
    first: bool,
    ended: bool,
}

impl<'a> Elements<'a> {
    fn of(json: &'a str) -> Self {
        let mut cursor = Cursor::new(json.as_bytes());
        let ended = cursor.enter_array().is_err();
        Self {
            cursor,
            first: true,
            ended,
        }
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        // The array has been scanned without a fault before; if one came now, it would end here.
        if self.ended || !self.cursor.next_element(self.first).unwrap_or(false) {
            self.ended = true;
            return None;
        }
        self.first = false;
        let value = self.cursor.value().ok().map(Value::of);
        self.ended = value.is_none();
        value
    }
}

/// Writes JSON as it is, but in one line: a line break between tokens says nothing.
fn write_one_line(out: &mut String, json: &str) {
    let in_line = |part: &str| part.trim_matches(['\n', '\r']).to_owned();
    match json.contains(['\n', '\r']) {
        false => out.push_str(json),
        // Strings have no bare line breaks.
        true => out.extend(json.split(['\n', '\r']).map(in_line)),
    }
}

/// At most 40 characters of a text, for a message.
pub(crate) fn shortened(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(40) {
        Some((end, _)) => Cow::Owned(format!("{}…", text.get(..end).unwrap_or_default())),
        None => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: Value<'_>, number: Result<f64, &str>, label: Option<&str>) {
        assert_eq!(
            value.as_number(),
            number.map_err(str::to_owned),
            "{value:?}"
        );
        assert_eq!(value.as_label().as_deref(), label, "{value:?}");
    }

    #[test]
    fn numbers_and_labels() {
        let long = "x".repeat(50);
        let long_reason = format!("is \"{}…\", not a number", "x".repeat(40));
        let too_large = Err("is 1e999, too large for a double");
        for (value, number, label) in [
            (Value::Number("5.1"), Ok(5.1), Some("5.1")),
            (Value::Number("-0.0"), Ok(-0.0), Some("-0.0")),
            (
                Value::Number("1.6777216E7"),
                Ok(16777216.0),
                Some("1.6777216E7"),
            ),
            (
                Value::Number("9007199254740993"),
                Ok(9007199254740992.0),
                Some("9007199254740993"),
            ),
            (Value::Number("1.0E-300"), Ok(1e-300), Some("1.0E-300")),
            (Value::Number("1e999"), too_large, Some("1e999")),
            (Value::Null, Err("is null"), None),
            (
                Value::Bool(true),
                Err("is true, not a number"),
                Some("true"),
            ),
            (
                Value::Bool(false),
                Err("is false, not a number"),
                Some("false"),
            ),
            (
                Value::Text("n/a".into()),
                Err("is \"n/a\", not a number"),
                Some("n/a"),
            ),
            (
                Value::Text("5.1".into()),
                Err("is \"5.1\", not a number"),
                Some("5.1"),
            ),
            (
                Value::Text(long.as_str().into()),
                Err(&long_reason),
                Some(&long),
            ),
            (Value::Array("[1]"), Err("is an array, not a number"), None),
            (Value::Object("{}"), Err("is an object, not a number"), None),
        ] {
            check(value, number, label);
        }
    }
}
