//! A value by its column's type.

use std::borrow::Cow;

use crate::row::Row;
use crate::types::{ColumnType, Encoding};
use crate::value::{Value, shortened};

mod bytes;
mod calendar;
mod decimal;
mod hstore;
mod parts;
mod placeholder;
mod time;
mod write;

pub use placeholder::Placeholder;

/// A value and what it means.
#[derive(Debug, Clone, PartialEq)]
pub enum Typed<'a> {
    /// What JSON says.
    Plain(Value<'a>),
    /// A double that is not finite, as PostgreSQL writes it.
    Float(&'static str),
    /// A decimal's digits, none lost; or `NaN`, `Infinity`, `-Infinity`.
    Decimal(Cow<'a, str>),
    /// A moment.
    Timestamp {
        /// Microseconds since 1970.
        us: i128,
        /// Whether the column has a zone.
        utc: bool,
    },
    /// Days since 1970.
    DateDays(i128),
    /// A time of day.
    Time {
        /// Microseconds since midnight.
        us: i128,
        /// Whether the column has a zone.
        utc: bool,
    },
    /// A length of time in microseconds.
    IntervalUs(i128),
    /// A length of time as an ISO text.
    IntervalIso(Cow<'a, str>),
    /// A date or time beyond all others: 1 after, -1 before them.
    Infinity(i8),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A bit string as a number, in decimal digits.
    Bits(String),
    /// JSON text, as it was inserted.
    Json(Cow<'a, str>),
    /// Names and texts.
    Hstore(Vec<(String, Option<String>)>),
    /// A dense vector's elements.
    Vector(Vec<Typed<'a>>),
    /// A sparse vector: elements that are not zero, by their index from 1.
    Sparse {
        /// Indices, in digits, and elements.
        elements: Vec<(String, Typed<'a>)>,
        /// How many elements there are, in digits.
        dimensions: String,
    },
    /// A point: x and y.
    Point([Box<Typed<'a>>; 2]),
    /// An array's elements.
    Array(Vec<Typed<'a>>),
    /// Not sent, because the update left it as it was.
    Unavailable,
}

/// A value by its column's type.
///
/// Null is null of every type, and an array's elements are taken by the type, one by one.
///
/// # Errors
///
/// Where the value is none of that type, with a reason that follows the column's name.
pub fn typed<'a>(value: Value<'a>, column: &ColumnType) -> Result<Typed<'a>, String> {
    match (&value, column) {
        (Value::Null, _) => return Ok(Typed::Plain(value)),
        (Value::Array(_), ColumnType::Plain | ColumnType::Enum { .. }) => {
            return Ok(Typed::Plain(value));
        }
        (Value::Array(_), ColumnType::Vector) => {
            return elements(value, &ColumnType::Number).map(Typed::Vector);
        }
        (Value::Array(_), ColumnType::Array(items)) => {
            return elements(value, items).map(Typed::Array);
        }
        (Value::Array(_), _) => return elements(value, column).map(Typed::Array),
        _ => {}
    }
    match column {
        // An array whose column holds another form is shown as it is.
        ColumnType::Plain | ColumnType::Enum { .. } | ColumnType::Array(_) => {
            Ok(Typed::Plain(value))
        }
        ColumnType::Number => number(value),
        ColumnType::Decimal { scale } => decimal(value, *scale),
        ColumnType::Timestamp { unit, utc } => time::timestamp(value, *unit, *utc),
        ColumnType::DateDays => time::date(value),
        ColumnType::Time { unit, utc } => time::time(value, *unit, *utc),
        ColumnType::Interval { unit } => time::interval(value, *unit),
        ColumnType::Bytes(encoding) => in_text(value, *encoding).map(Typed::Bytes),
        ColumnType::Bits => {
            let mut bytes = in_text(value, Encoding::Base64)?;
            bytes.reverse();
            decimal::digits(&bytes).map(Typed::Bits)
        }
        ColumnType::Json => Ok(json(value)),
        ColumnType::Hstore => hstore::of(&value)
            .map(Typed::Hstore)
            .ok_or_else(|| refusal(&value, "an hstore, a map from strings to strings")),
        ColumnType::Boolean => boolean(&value).map(|value| Typed::Plain(Value::Bool(value))),
        ColumnType::Vector => Err(refusal(&value, "a vector")),
        ColumnType::Sparse => parts::sparse(value),
        ColumnType::Point => parts::point(value),
    }
}

fn elements<'a>(array: Value<'a>, column: &ColumnType) -> Result<Vec<Typed<'a>>, String> {
    let typed = |(place, value)| typed(value, column).map_err(|reason| at(place, &reason));
    array.into_elements().enumerate().map(typed).collect()
}

fn at(place: usize, reason: &str) -> String {
    format!("has an element {place} that {reason}")
}

fn refusal(value: &Value<'_>, wanted: &str) -> String {
    let found: Cow<'_, str> = match value {
        Value::Null => "null".into(),
        Value::Bool(value) => value.to_string().into(),
        Value::Number(digits) => shortened(digits),
        Value::Text(text) => format!("\"{}\"", shortened(text)).into(),
        Value::Array(_) => "an array".into(),
        Value::Object(_) => "an object".into(),
    };
    format!("is {found}, not {wanted}")
}

fn number(value: Value<'_>) -> Result<Typed<'_>, String> {
    match &value {
        Value::Number(_) => Ok(Typed::Plain(value)),
        Value::Text(text) => match (not_finite(text), decimal::from_number(text)) {
            (Some(word), _) => Ok(Typed::Float(word)),
            // The text's own digits, as a number.
            (None, Some(_)) => match value {
                Value::Text(Cow::Borrowed(digits)) => Ok(Typed::Plain(Value::Number(digits))),
                _ => Err("is a number written with escapes".to_owned()),
            },
            (None, None) => Err(refusal(&value, "a number")),
        },
        _ => Err(refusal(&value, "a number")),
    }
}

/// Java's, Debezium's and PostgreSQL's words for what is not finite.
fn not_finite(text: &str) -> Option<&'static str> {
    match text {
        "NaN" | "NAN" => Some("NaN"),
        "Infinity" | "POSITIVE_INFINITY" => Some("Infinity"),
        "-Infinity" | "NEGATIVE_INFINITY" => Some("-Infinity"),
        _ => None,
    }
}

fn decimal(value: Value<'_>, scale: Option<i64>) -> Result<Typed<'_>, String> {
    let wanted = "a decimal";
    match &value {
        Value::Number(digits) => match decimal::from_number(digits) {
            Some(digits) => digits.map(|digits| Typed::Decimal(digits.into())),
            None => Err(refusal(&value, wanted)),
        },
        Value::Text(text) => {
            if let Some(word) = not_finite(text) {
                return Ok(Typed::Decimal(word.into()));
            }
            // Digits alone may be base64 too; where a scale is known, that is what they are.
            let unscaled = scale.and_then(|scale| Some((scale, bytes::canonical(text)?)));
            match (unscaled, decimal::from_number(text)) {
                (Some((scale, bytes)), _) => decimal::from_unscaled(&bytes, scale),
                (None, Some(digits)) => digits,
                (None, None) => Err(refusal(&value, wanted)),
            }
            .map(|digits| Typed::Decimal(digits.into()))
        }
        Value::Object(json) => {
            let parts = Row::parse(json).map_err(|error| error.reason)?;
            match (parts.get("scale"), parts.get("value")) {
                (Some(Value::Number(scale)), Some(Value::Text(unscaled))) => scale
                    .parse()
                    .ok()
                    .zip(bytes::canonical(&unscaled))
                    .ok_or_else(|| refusal(&value, wanted))
                    .and_then(|(scale, bytes)| decimal::from_unscaled(&bytes, scale))
                    .map(|digits| Typed::Decimal(digits.into())),
                _ => Err(refusal(&value, "a decimal, {scale, value}")),
            }
        }
        _ => Err(refusal(&value, wanted)),
    }
}

/// The bytes that a text holds.
fn in_text(value: Value<'_>, encoding: Encoding) -> Result<Vec<u8>, String> {
    match &value {
        Value::Text(text) => bytes::decode(text, encoding),
        _ => None,
    }
    .ok_or_else(|| refusal(&value, "bytes in base64 or hexadecimal digits"))
}

fn json(value: Value<'_>) -> Typed<'_> {
    if let Some(pairs) = hstore::guess(&value) {
        return Typed::Hstore(pairs);
    }
    match value {
        Value::Text(text) => Typed::Json(text),
        Value::Object(json) | Value::Number(json) => Typed::Json(json.into()),
        other => Typed::Json(other.label().unwrap_or("null").to_owned().into()),
    }
}

fn boolean(value: &Value<'_>) -> Result<bool, String> {
    match value {
        Value::Bool(value) => Some(*value),
        Value::Number("1") => Some(true),
        Value::Number("0") => Some(false),
        Value::Text(text) => match text.as_ref() {
            "t" | "true" | "1" => Some(true),
            "f" | "false" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
    .ok_or_else(|| refusal(value, "true or false"))
}
