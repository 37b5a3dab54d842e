//! A value by its type as a number to learn from.

use crate::change::Op;
use crate::typed::{Typed, typed};
use crate::types::ColumnType;
use crate::value::Value;

/// The number that a value stands for as a feature.
///
/// | type | number |
/// | --- | --- |
/// | plain, number | the double nearest to it |
/// | decimal | the double nearest to its exact digits |
/// | boolean | 1 or 0 |
/// | enum | the code that is declared for it |
/// | timestamp | microseconds since 1970; an infinite one is infinite |
/// | date | days since 1970 |
/// | time, interval | microseconds |
/// | bits | the number that they write |
///
/// The number may be NaN or infinite where the column can hold that: what to do about it is the
/// learner's to say. Elements of arrays and vectors are values of their own.
///
/// # Errors
///
/// Null, what was not sent, and what is no number, with a reason that follows the column's name.
pub fn feature(value: Value<'_>, column: &ColumnType) -> Result<f64, String> {
    if let ColumnType::Enum { codes } = column {
        return code(&value, codes);
    }
    if value == Value::Null {
        return Err("is null".to_owned());
    }
    match typed(value, column)? {
        Typed::Plain(Value::Bool(value)) if *column == ColumnType::Boolean => {
            Ok(f64::from(u8::from(value)))
        }
        Typed::Plain(value) => value.as_number(),
        Typed::Float(word) => double(word),
        Typed::Decimal(digits) => double(&digits),
        Typed::Bits(digits) => double(&digits),
        Typed::Timestamp { us, .. } | Typed::Time { us, .. } | Typed::IntervalUs(us) => {
            Ok(us as f64)
        }
        Typed::DateDays(days) => Ok(days as f64),
        Typed::Infinity(sign) => Ok(f64::from(sign) * f64::INFINITY),
        Typed::IntervalIso(_) => Err("is an ISO interval, which has no one length".to_owned()),
        Typed::Bytes(_) => Err("is bytes, not a number".to_owned()),
        Typed::Json(_) => Err("is JSON, not a number".to_owned()),
        Typed::Hstore(_) => Err("is an hstore, not a number".to_owned()),
        Typed::Vector(_) | Typed::Array(_) => Err("is an array, not a number".to_owned()),
        Typed::Sparse { .. } => Err("is a sparse vector, not a number".to_owned()),
        Typed::Point(_) => Err("is a point, not a number".to_owned()),
        Typed::Unavailable => Err("was not sent".to_owned()),
    }
}

/// Whether a null may stand for a value that was not sent.
///
/// An update that leaves a long array or vector as it was sends null in its place: it has no
/// placeholder. Where the operation is not known, it may be an update.
pub fn may_be_unavailable(op: Option<Op>, value: &Value<'_>, column: &ColumnType) -> bool {
    *value == Value::Null
        && matches!(op, None | Some(Op::Update))
        && matches!(
            column,
            ColumnType::Array(_) | ColumnType::Vector | ColumnType::Sparse
        )
}

fn code(value: &Value<'_>, codes: &std::collections::BTreeMap<String, f64>) -> Result<f64, String> {
    match value.label() {
        Some(label) => codes.get(label).copied().ok_or_else(|| {
            format!(
                "is \"{}\", which has no code",
                crate::value::shortened(label)
            )
        }),
        None => value.as_number(),
    }
}

/// Rust reads every digit of them and rounds once.
fn double(digits: &str) -> Result<f64, String> {
    digits
        .parse()
        .map_err(|_| format!("is {digits}, not a number"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{Encoding, Unit};

    fn check(value: Value<'_>, column: &ColumnType, wanted: Result<f64, &str>) {
        let found = feature(value.clone(), column);
        assert_eq!(found, wanted.map_err(str::to_owned), "{value:?} {column:?}");
    }

    #[test]
    fn numbers_of_every_type() {
        let decimal = |scale| ColumnType::Decimal { scale };
        let timestamp = |unit| ColumnType::Timestamp { unit, utc: None };
        let sizes = ColumnType::Enum {
            codes: [("small".to_owned(), 0.0), ("large".to_owned(), 2.0)].into(),
        };
        let text = |text: &'static str| Value::Text(text.into());
        for (value, column, wanted) in [
            (Value::Number("5.1"), ColumnType::Plain, Ok(5.1)),
            (
                text("5.1"),
                ColumnType::Plain,
                Err("is \"5.1\", not a number"),
            ),
            (text("5.1"), ColumnType::Number, Ok(5.1)),
            (text("-Infinity"), ColumnType::Number, Ok(f64::NEG_INFINITY)),
            (
                text("n/a"),
                ColumnType::Number,
                Err("is \"n/a\", not a number"),
            ),
            (text("Mw=="), decimal(Some(1)), Ok(5.1)),
            (text("12.30"), decimal(None), Ok(12.3)),
            (
                text("9007199254740993"),
                decimal(None),
                Ok(9007199254740992.0),
            ),
            (text("POSITIVE_INFINITY"), decimal(None), Ok(f64::INFINITY)),
            (
                Value::Object(r#"{"scale":1,"value":"Mw=="}"#),
                decimal(None),
                Ok(5.1),
            ),
            (Value::Number("1E-10"), decimal(Some(10)), Ok(1e-10)),
            (text("x"), decimal(Some(1)), Err("is \"x\", not a decimal")),
            (Value::Null, decimal(Some(1)), Err("is null")),
            (Value::Bool(true), ColumnType::Boolean, Ok(1.0)),
            (text("f"), ColumnType::Boolean, Ok(0.0)),
            (
                Value::Bool(true),
                ColumnType::Plain,
                Err("is true, not a number"),
            ),
            (text("large"), sizes.clone(), Ok(2.0)),
            (
                text("huge"),
                sizes.clone(),
                Err("is \"huge\", which has no code"),
            ),
            (Value::Null, sizes, Err("is null")),
            (Value::Number("12"), timestamp(Unit::Ms), Ok(12000.0)),
            (
                Value::Number("9223372036854775807"),
                timestamp(Unit::Ns),
                Ok(f64::INFINITY),
            ),
            (Value::Number("-1"), ColumnType::DateDays, Ok(-1.0)),
            (text("qwo="), ColumnType::Bits, Ok(2731.0)),
            (
                text("AA=="),
                ColumnType::Bytes(Encoding::Base64),
                Err("is bytes, not a number"),
            ),
            (
                Value::Array("[1]"),
                ColumnType::Vector,
                Err("is an array, not a number"),
            ),
        ] {
            check(value, &column, wanted);
        }
        assert!(feature(text("NAN"), &decimal(None)).unwrap().is_nan());
    }

    #[test]
    fn a_null_array_may_not_have_been_sent() {
        let array = ColumnType::Array(Box::new(ColumnType::Number));
        for (op, value, column, wanted) in [
            (Some(Op::Update), Value::Null, &array, true),
            (None, Value::Null, &ColumnType::Vector, true),
            (Some(Op::Create), Value::Null, &array, false),
            (Some(Op::Update), Value::Array("[]"), &array, false),
            (Some(Op::Update), Value::Null, &ColumnType::Number, false),
        ] {
            assert_eq!(may_be_unavailable(op, &value, column), wanted);
        }
    }
}
