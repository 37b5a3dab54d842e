//! PostgreSQL's hstore: names and texts.

use crate::json::{write_name, write_text};
use crate::row::Row;
use crate::value::Value;

/// A name and its text.
type Pair = (String, Option<String>);

/// The pairs of a map, or of a map's JSON in a text; `None` for all else.
pub(super) fn of(value: &Value<'_>) -> Option<Vec<Pair>> {
    match value {
        Value::Text(json) => pairs(json),
        Value::Object(json) => pairs(json),
        _ => None,
    }
}

/// The same, where nothing says that it is an hstore and no JSON.
///
/// Debezium writes an hstore's JSON without white space; PostgreSQL's jsonb is written with it. Only an
/// empty object is the same in both.
pub(super) fn guess(value: &Value<'_>) -> Option<Vec<Pair>> {
    match value {
        Value::Text(json) if !is_compact(json) => None,
        _ => of(value),
    }
}

pub(super) fn write(out: &mut String, pairs: &[Pair]) {
    out.push('{');
    for (name, text) in pairs {
        write_name(out, name);
        match text {
            Some(text) => write_text(out, text),
            None => out.push_str("null"),
        }
    }
    out.push('}');
}

fn pairs(json: &str) -> Option<Vec<Pair>> {
    let row = Row::parse(json).ok()?;
    let mut pairs: Vec<Pair> = Vec::new();
    for (name, value) in row.columns() {
        let text = match value {
            Value::Null => None,
            Value::Text(text) => Some(text.into_owned()),
            _ => return None,
        };
        pairs.push((name.into_owned(), text));
    }
    // A name that stands twice is JSON as somebody wrote it, no hstore.
    let mut names: Vec<&str> = pairs.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names.is_sorted_by(|a, b| a < b).then_some(pairs)
}

/// Whether there is no white space but in strings.
fn is_compact(json: &str) -> bool {
    let mut in_string = false;
    let mut escaped = false;
    for byte in json.bytes() {
        match byte {
            b'"' if !escaped => in_string = !in_string,
            b' ' | b'\n' | b'\r' | b'\t' if !in_string => return false,
            _ => {}
        }
        escaped = in_string && byte == b'\\' && !escaped;
    }
    true
}
