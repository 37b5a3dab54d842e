//! Moments, days, times of day and lengths of time.

use super::{Typed, calendar, refusal};
use crate::types::Unit;
use crate::value::Value;

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

pub(super) fn timestamp(
    value: Value<'_>,
    unit: Unit,
    utc: Option<bool>,
) -> Result<Typed<'_>, String> {
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

pub(super) fn date(value: Value<'_>) -> Result<Typed<'_>, String> {
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

pub(super) fn time(value: Value<'_>, unit: Unit, utc: bool) -> Result<Typed<'_>, String> {
    let us = match &value {
        Value::Number(digits) => integer(digits).map(|number| to_us(number, unit)),
        Value::Text(text) => calendar::time_us(text),
        _ => None,
    };
    let us = us.ok_or_else(|| refusal(&value, "a time of day"))?;
    Ok(Typed::Time { us, utc })
}

pub(super) fn interval(value: Value<'_>, unit: Unit) -> Result<Typed<'_>, String> {
    match value {
        Value::Number(digits) => match integer(digits) {
            Some(number) => Ok(Typed::IntervalUs(to_us(number, unit))),
            None => Err(refusal(&value, "an interval")),
        },
        Value::Text(text) if text.starts_with('P') => Ok(Typed::IntervalIso(text)),
        _ => Err(refusal(&value, "an interval")),
    }
}
