//! A row: a JSON object in place.

use std::borrow::Cow;
use std::fmt;

use crate::cursor::{Cursor, Stop};
use crate::error::Unreadable;
use crate::raw::{Form, Raw};
use crate::value::Value;

/// A row, borrowed from the bytes of its record.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Row<'a> {
    /// A JSON object that a cursor has stepped over without a fault.
    bytes: &'a [u8],
}

impl<'a> Row<'a> {
    /// Takes a JSON object as a row.
    ///
    /// # Errors
    ///
    /// Where the text is anything else than one JSON object.
    pub fn parse(json: &'a str) -> Result<Self, Unreadable> {
        let mut cursor = Cursor::new(json.as_bytes());
        let raw = cursor
            .only_value()
            .map_err(|Stop| Unreadable::value(cursor.reason()))?;
        Self::of(raw).ok_or_else(|| Unreadable::value("is not a JSON object"))
    }

    pub(crate) fn of(raw: Raw<'a>) -> Option<Self> {
        (raw.form == Form::Object).then_some(Self { bytes: raw.bytes })
    }

    /// Every column, in order.
    ///
    /// A name that stands twice comes twice: the last one counts, as in JSON.parse.
    pub fn columns(&self) -> Columns<'a> {
        Columns {
            members: Members::of(*self),
        }
    }

    /// The column of that name.
    pub fn get(&self, name: &str) -> Option<Value<'a>> {
        self.raw(name).map(Value::of)
    }

    pub(crate) fn raw(&self, name: &str) -> Option<Raw<'a>> {
        let wanted = |(written, _): &(Raw<'a>, Raw<'a>)| written.string().as_deref() == Some(name);
        Members::of(*self).filter(wanted).last().map(|(_, raw)| raw)
    }

    /// The row as it is written.
    pub fn json(&self) -> &'a str {
        Raw {
            form: Form::Object,
            bytes: self.bytes,
        }
        .text()
    }

    /// [`Row::json`] as bytes.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }
}

impl fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Row").field(&self.json()).finish()
    }
}

/// The columns of a row, in order: names and values.
#[derive(Debug, Clone)]
pub struct Columns<'a> {
    members: Members<'a>,
}

impl<'a> Iterator for Columns<'a> {
    type Item = (Cow<'a, str>, Value<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, raw) = self.members.next()?;
        Some((name.string().unwrap_or_default(), Value::of(raw)))
    }
}

/// The members of a row as they are written, in order.
#[derive(Debug, Clone)]
pub(crate) struct Members<'a> {
    cursor: Cursor<'a>,
    first: bool,
    ended: bool,
}

impl<'a> Members<'a> {
    pub(crate) fn of(row: Row<'a>) -> Self {
        let mut cursor = Cursor::new(row.bytes);
        let ended = cursor.enter_object().is_err();
        Self {
            cursor,
            first: true,
            ended,
        }
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = (Raw<'a>, Raw<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        // A row has been scanned without a fault before, so an error cannot come; if it did, the
        // row would end here.
        let member = self.cursor.next_member(self.first).ok().flatten();
        self.first = false;
        let pair = member.and_then(|name| Some((name, self.cursor.value().ok()?)));
        self.ended = pair.is_none();
        pair
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, wanted: &[(&str, Value<'_>)]) {
        let row = Row::parse(json).unwrap();
        let found: Vec<_> = row.columns().collect();
        let found: Vec<_> = found
            .iter()
            .map(|(name, value)| (name.as_ref(), value.clone()))
            .collect();
        assert_eq!(found, wanted, "{json}");
        for (name, _) in wanted {
            let last = wanted.iter().rfind(|(other, _)| other == name).unwrap();
            assert_eq!(row.get(name).as_ref(), Some(&last.1), "{json}");
        }
        assert_eq!(row.get("no such column"), None);
    }

    #[test]
    fn columns_come_in_order_and_the_last_of_a_name_counts() {
        check("{}", &[]);
        check(" { } ", &[]);
        check(r#"{"id":1}"#, &[("id", Value::Number("1"))]);
        check(
            r#"{ "a" : null , "größe_µ":0.5,"q\"uote":"x\ny", "t":true,"f":false,"l":[1,[2]],"o":{"a":{}} }"#,
            &[
                ("a", Value::Null),
                ("größe_µ", Value::Number("0.5")),
                ("q\"uote", Value::Text("x\ny".into())),
                ("t", Value::Bool(true)),
                ("f", Value::Bool(false)),
                ("l", Value::Array("[1,[2]]")),
                ("o", Value::Object(r#"{"a":{}}"#)),
            ],
        );
        check(
            r#"{"a":1,"b":2,"\u0061":3}"#,
            &[
                ("a", Value::Number("1")),
                ("b", Value::Number("2")),
                ("a", Value::Number("3")),
            ],
        );
    }

    #[test]
    fn what_is_no_object_is_no_row() {
        for (json, reason) in [
            ("[1]", "is not a JSON object"),
            ("{} x", "is not JSON: expected the end at byte 3, found `x`"),
            ("{\"a\"", "is cut off: the JSON ends at byte 4"),
            ("", "is cut off: the JSON ends at byte 0"),
        ] {
            assert_eq!(Row::parse(json).unwrap_err().reason, reason, "{json}");
        }
    }
}
