//! The elements of an array or vector as numbers to learn from.

use crate::feature::feature;
use crate::typed::{Typed, typed};
use crate::types::ColumnType;
use crate::value::Value;

/// Takes `v[3]` apart into `v` and 3: element 3, from 0, of the column `v`.
pub fn element_of(name: &str) -> Option<(&str, usize)> {
    let (array, index) = name.strip_suffix(']')?.rsplit_once('[')?;
    let digits = !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit());
    if array.is_empty() || !digits {
        return None;
    }
    Some((array, index.parse().ok()?))
}

/// Takes the wanted elements out of a value: an array, or a vector, dense or sparse.
///
/// `wanted` are indices from 0, ascending. `put` is told each that is there, by its place in
/// `wanted`, with its number or why it has none, as [`feature`] says it. A sparse vector
/// has a zero wherever it says nothing.
pub fn elements(
    value: Value<'_>,
    column: &ColumnType,
    wanted: &[usize],
    put: impl FnMut(usize, Result<f64, String>),
) {
    match value {
        Value::Array(_) => of_array(value, column, wanted, put),
        // Without a schema, an object in the place of an array can only be this.
        Value::Object(_) => of_sparse(value, wanted, put),
        _ => {}
    }
}

fn of_array(
    value: Value<'_>,
    column: &ColumnType,
    wanted: &[usize],
    mut put: impl FnMut(usize, Result<f64, String>),
) {
    let item = match column {
        ColumnType::Array(item) => item,
        ColumnType::Vector => &ColumnType::Number,
        other => other,
    };
    let mut wanted = wanted.iter().copied().enumerate().peekable();
    for (index, element) in value.into_elements().enumerate() {
        while let Some((place, _)) = wanted.next_if(|(_, wanted)| *wanted == index) {
            put(place, feature(element.clone(), item));
        }
        if wanted.peek().is_none() {
            return;
        }
    }
}

fn of_sparse(value: Value<'_>, wanted: &[usize], mut put: impl FnMut(usize, Result<f64, String>)) {
    let Ok(Typed::Sparse {
        elements,
        dimensions,
    }) = typed(value, &ColumnType::Sparse)
    else {
        return;
    };
    let dimensions: usize = dimensions.parse().unwrap_or(0);
    for (place, index) in wanted.iter().enumerate().filter(|(_, i)| **i < dimensions) {
        // They are counted from 1 there.
        let written = (index + 1).to_string();
        let number = match elements.iter().find(|(at, _)| *at == written) {
            Some((_, Typed::Plain(value))) => value.as_number(),
            Some((_, Typed::Float(word))) => word.parse().map_err(|_| format!("is {word}")),
            Some(_) => Err("is not a number".to_owned()),
            None => Ok(0.0),
        };
        put(place, number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::Row;

    fn check(json: &str, column: &ColumnType, wanted: &[usize], numbers: &[Option<f64>]) {
        let row = format!("{{\"v\":{json}}}");
        let value = Row::parse(&row).unwrap().get("v").unwrap();
        let mut found = vec![None; wanted.len()];
        elements(value, column, wanted, |place, number| {
            found[place] = number.ok();
        });
        assert_eq!(found, numbers, "{json}");
    }

    #[test]
    fn arrays_and_vectors() {
        let decimals = ColumnType::Array(Box::new(ColumnType::Decimal { scale: Some(1) }));
        let sparse = r#"{"dimensions":5,"vector":[[1,1.5],[3,-2.0]]}"#;
        for (json, column, wanted, numbers) in [
            (
                "[1,2.5,3]",
                &ColumnType::Plain,
                &[0, 2][..],
                &[Some(1.0), Some(3.0)][..],
            ),
            (
                "[1,2.5]",
                &ColumnType::Vector,
                &[1, 1, 7],
                &[Some(2.5), Some(2.5), None],
            ),
            ("[\"Mw==\",null]", &decimals, &[0, 1], &[Some(5.1), None]),
            ("[\"5\"]", &ColumnType::Plain, &[0], &[None]),
            ("[\"5\"]", &ColumnType::Number, &[0], &[Some(5.0)]),
            (
                sparse,
                &ColumnType::Sparse,
                &[0, 1, 2, 5],
                &[Some(1.5), Some(0.0), Some(-2.0), None],
            ),
            (sparse, &ColumnType::Plain, &[0], &[Some(1.5)]),
            ("{\"a\":1}", &ColumnType::Plain, &[0], &[None]),
            ("null", &ColumnType::Vector, &[0], &[None]),
        ] {
            check(json, column, wanted, numbers);
        }
    }

    #[test]
    fn only_a_number_in_brackets_is_an_index() {
        for (name, wanted) in [
            ("v[0]", Some(("v", 0))),
            ("a b[12]", Some(("a b", 12))),
            ("v[1][2]", Some(("v[1]", 2))),
            ("v", None),
            ("v[]", None),
            ("v[x]", None),
            ("v[+1]", None),
            ("v[-1]", None),
            ("[0]", None),
            ("v[0]x", None),
            ("v[99999999999999999999999]", None),
        ] {
            assert_eq!(element_of(name), wanted, "{name}");
        }
    }
}
