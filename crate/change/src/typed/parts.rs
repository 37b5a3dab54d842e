//! Values that are objects of parts: sparse vectors and points.

use super::{Typed, number, refusal};
use crate::row::Row;
use crate::value::Value;

pub(super) fn sparse(value: Value<'_>) -> Result<Typed<'_>, String> {
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

pub(super) fn point(value: Value<'_>) -> Result<Typed<'_>, String> {
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
