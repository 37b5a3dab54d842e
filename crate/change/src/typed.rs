//! A value by its column's type.

use std::borrow::Cow;

use crate::json::{write_name, write_text};
use crate::row::Row;
use crate::types::{ColumnType, Encoding, Unit};
use crate::value::{Value, shortened};

mod bytes;
mod calendar;
mod decimal;
mod hstore;
mod placeholder;

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
        ColumnType::Timestamp { unit, utc } => timestamp(value, *unit, *utc),
        ColumnType::DateDays => date(value),
        ColumnType::Time { unit, utc } => time(value, *unit, *utc),
        ColumnType::Interval { unit } => interval(value, *unit),
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
        ColumnType::Sparse => sparse(value),
        ColumnType::Point => point(value),
    }
}

impl Typed<'_> {
    /// Writes it as JSON: JSON's own forms where they say it all, else an object that names the type.
    pub fn write(&self, out: &mut String) {
        match self {
            Typed::Plain(value) => value.write(out),
            Typed::Float(word) => object(out, "float", |out| write_text(out, word)),
            Typed::Decimal(digits) => object(out, "decimal", |out| write_text(out, digits)),
            Typed::Timestamp { us, utc } => moment(out, "timestamp_us", *us, *utc),
            Typed::DateDays(days) => {
                object(out, "date_days", |out| out.push_str(&days.to_string()))
            }
            Typed::Time { us, utc } => moment(out, "time_us", *us, *utc),
            Typed::IntervalUs(us) => {
                object(out, "interval_us", |out| out.push_str(&us.to_string()))
            }
            Typed::IntervalIso(text) => object(out, "interval_iso", |out| write_text(out, text)),
            Typed::Infinity(sign) => object(out, "infinity", |out| out.push_str(&sign.to_string())),
            Typed::Bytes(bytes) => {
                object(out, "base64", |out| {
                    write_text(out, &bytes::to_base64(bytes))
                });
            }
            Typed::Bits(digits) => object(out, "bits_value", |out| out.push_str(digits)),
            Typed::Json(text) => object(out, "json", |out| write_text(out, text)),
            Typed::Hstore(pairs) => object(out, "hstore", |out| hstore::write(out, pairs)),
            Typed::Vector(elements) => object(out, "vector", |out| list(out, elements)),
            Typed::Array(elements) => list(out, elements),
            Typed::Sparse {
                elements,
                dimensions,
            } => {
                out.push_str("{\"sparse\":{");
                for (index, element) in elements {
                    write_name(out, index);
                    element.write(out);
                }
                out.push_str("},\"dimensions\":");
                out.push_str(dimensions);
                out.push('}');
            }
            Typed::Point([x, y]) => {
                out.push_str("{\"x\":");
                x.write(out);
                out.push_str(",\"y\":");
                y.write(out);
                out.push('}');
            }
            Typed::Unavailable => out.push_str("{\"unavailable\":true}"),
        }
    }
}

fn object(out: &mut String, name: &str, write: impl FnOnce(&mut String)) {
    out.push('{');
    write_name(out, name);
    write(out);
    out.push('}');
}

fn moment(out: &mut String, name: &str, us: i128, utc: bool) {
    object(out, name, |out| {
        out.push_str(&us.to_string());
        if utc {
            out.push_str(",\"utc\":true");
        }
    });
}

fn list(out: &mut String, elements: &[Typed<'_>]) {
    out.push('[');
    for (place, element) in elements.iter().enumerate() {
        if place > 0 {
            out.push(',');
        }
        element.write(out);
    }
    out.push(']');
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

fn integer(digits: &str) -> Option<i128> {
    digits.parse::<i64>().ok().map(i128::from)
}

/// Finer parts are cut off.
fn to_us(number: i128, unit: Unit) -> i128 {
    match unit {
        Unit::Ms => number * 1000,
        Unit::Us => number,
        Unit::Ns => number.div_euclid(1000),
    }
}

fn timestamp(value: Value<'_>, unit: Unit, utc: Option<bool>) -> Result<Typed<'_>, String> {
    let (us, infinite, utc) = match &value {
        Value::Number(digits) => {
            let number = integer(digits);
            let us = number.map(|number| to_us(number, unit));
            let infinite = match unit {
                Unit::Ns => number.and_then(calendar::infinite_ns),
                Unit::Ms | Unit::Us => us.and_then(calendar::infinite_us),
            };
            (us, infinite, utc.unwrap_or(false))
        }
        Value::Text(text) => {
            let us = calendar::timestamp_us(text);
            let infinite = calendar::infinite_word(text).or(us.and_then(calendar::infinite_us));
            (us, infinite, utc.unwrap_or(true))
        }
        _ => (None, None, false),
    };
    match (infinite, us) {
        (Some(sign), _) => Ok(Typed::Infinity(sign)),
        (None, Some(us)) => Ok(Typed::Timestamp { us, utc }),
        (None, None) => Err(refusal(&value, "a timestamp")),
    }
}

fn date(value: Value<'_>) -> Result<Typed<'_>, String> {
    let (days, word) = match &value {
        Value::Number(digits) => (integer(digits), None),
        Value::Text(text) => (calendar::days(text), calendar::infinite_word(text)),
        _ => (None, None),
    };
    match (word.or(days.and_then(calendar::infinite_days)), days) {
        (Some(sign), _) => Ok(Typed::Infinity(sign)),
        (None, Some(days)) => Ok(Typed::DateDays(days)),
        (None, None) => Err(refusal(&value, "a date")),
    }
}

fn time(value: Value<'_>, unit: Unit, utc: bool) -> Result<Typed<'_>, String> {
    let us = match &value {
        Value::Number(digits) => integer(digits).map(|number| to_us(number, unit)),
        Value::Text(text) => calendar::time_us(text),
        _ => None,
    };
    let us = us.ok_or_else(|| refusal(&value, "a time of day"))?;
    Ok(Typed::Time { us, utc })
}

fn interval(value: Value<'_>, unit: Unit) -> Result<Typed<'_>, String> {
    match value {
        Value::Number(digits) => match integer(digits) {
            Some(number) => Ok(Typed::IntervalUs(to_us(number, unit))),
            None => Err(refusal(&value, "an interval")),
        },
        Value::Text(text) if text.starts_with('P') => Ok(Typed::IntervalIso(text)),
        _ => Err(refusal(&value, "an interval")),
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

fn sparse(value: Value<'_>) -> Result<Typed<'_>, String> {
    let wanted = "a sparse vector, {dimensions, vector}";
    let Value::Object(json) = value else {
        return Err(refusal(&value, wanted));
    };
    let parts = Row::parse(json).map_err(|error| error.reason)?;
    let (Some(Value::Number(dimensions)), Some(vector)) =
        (parts.get("dimensions"), parts.get("vector"))
    else {
        return Err(refusal(&value, wanted));
    };
    let pairs: Option<Vec<(String, Value<'_>)>> = match vector {
        // Connect writes a map whose keys are no strings as an array of pairs.
        Value::Array(_) => vector.into_elements().map(pair).collect(),
        Value::Object(json) => Row::parse(json).ok().map(|row| {
            let members = row.columns();
            members
                .map(|(name, value)| (name.into_owned(), value))
                .collect()
        }),
        _ => None,
    };
    let pairs = pairs.ok_or_else(|| refusal(&value, wanted))?;
    let typed = |(index, value)| number(value).map(|number| (index, number));
    Ok(Typed::Sparse {
        elements: pairs.into_iter().map(typed).collect::<Result<_, _>>()?,
        dimensions: dimensions.to_owned(),
    })
}

/// An index and an element.
fn pair(value: Value<'_>) -> Option<(String, Value<'_>)> {
    let mut parts = value.into_elements();
    match (parts.next(), parts.next(), parts.next()) {
        (Some(Value::Number(index)), Some(element), None) => Some((index.to_owned(), element)),
        _ => None,
    }
}

fn point(value: Value<'_>) -> Result<Typed<'_>, String> {
    let wanted = "a point, {x, y}";
    let Value::Object(json) = value else {
        return Err(refusal(&value, wanted));
    };
    let parts = Row::parse(json).map_err(|error| error.reason)?;
    match (parts.get("x"), parts.get("y")) {
        (Some(x), Some(y)) => Ok(Typed::Point([Box::new(number(x)?), Box::new(number(y)?)])),
        _ => Err(refusal(&value, wanted)),
    }
}
