//! What a column is, and whether it is learned from.

use change::ColumnType;

use super::sample::{Form, Sample, Values};
use super::{Seen, VALUES_SHOWN};
use crate::config::Column;

/// A column, judged.
pub(super) struct Judged {
    /// What is shown of it.
    pub(super) seen: Seen,
    /// Whether it is proposed as a feature.
    pub(super) is_feature: bool,
    /// What it is.
    pub(super) is: Is,
}

/// What a column is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Is {
    /// Part of a key, or another id.
    Key(&'static str),
    /// A moment, a day ..
    Time(&'static str),
    /// A number, with so many digits behind the point where they are fixed.
    Number { scale: Option<i64>, is_whole: bool },
    /// A number in a text.
    NumberInText,
    /// True or false.
    Boolean,
    /// A text.
    Text,
    /// Nothing that a model takes.
    Other(&'static str),
}

/// More of a column's rows than this share without a value, and it is left out.
const NULLS_MOST: f64 = 0.1;

/// A label has so many values at most.
const LABELS_MOST: usize = 20;

/// Judges a column by its name, type and values.
pub(super) fn judge(column: &Values, sample: &Sample) -> Judged {
    let is = what(column);
    let texts = distinct(column);
    let numbers: Vec<f64> = match is {
        Is::NumberInText => column
            .known()
            .filter_map(|cell| cell.text.trim().parse().ok())
            .collect(),
        Is::Boolean => Vec::new(),
        _ => column.known().filter_map(|cell| cell.number).collect(),
    };
    let finite = || numbers.iter().copied().filter(|number| number.is_finite());
    let range = finite().next().map(|_| {
        (
            finite().fold(f64::INFINITY, f64::min),
            finite().fold(f64::NEG_INFINITY, f64::max),
        )
    });
    let known = column.known().count();
    let few = texts.len() <= LABELS_MOST && texts.len() * 3 <= known.max(6);
    let left_out = why_not(&is, column, sample, range, known);
    let described = describe(&is, texts.len(), range);
    Judged {
        seen: Seen {
            name: column.name.clone(),
            reason: match left_out.as_deref() {
                None => described,
                Some("") => format!("{described}, left out"),
                Some(why) => format!("{described}; {why}, left out"),
            },
            values: texts.iter().take(VALUES_SHOWN).cloned().collect(),
            is_number: matches!(is, Is::Number { .. } | Is::NumberInText | Is::Boolean)
                || range.is_some() && !matches!(is, Is::Text | Is::Other(_)),
            is_label: texts.len() >= 2
                && few
                && matches!(
                    is,
                    Is::Text
                        | Is::Boolean
                        | Is::Number {
                            scale: None,
                            is_whole: true
                        }
                ),
            distinct: texts.len(),
            declared: declared(&is, column),
            range,
        },
        is_feature: left_out.is_none(),
        is,
    }
}

/// What a column is, by the schema, or by its values where that does not say.
fn what(column: &Values) -> Is {
    if column.is_key || column.name.eq_ignore_ascii_case("id") {
        return Is::Key("the key");
    }
    match &column.column_type {
        ColumnType::Timestamp { .. } => return Is::Time("a time"),
        ColumnType::DateDays => return Is::Time("a day"),
        ColumnType::Time { .. } => return Is::Time("a time of day"),
        ColumnType::Interval { .. } => return Is::Time("a length of time"),
        ColumnType::Decimal { scale } => {
            let is_whole = false;
            return Is::Number {
                scale: *scale,
                is_whole,
            };
        }
        ColumnType::Boolean => return Is::Boolean,
        ColumnType::Enum { .. } => return Is::Text,
        ColumnType::Bytes(_) => return Is::Other("bytes"),
        ColumnType::Bits => return Is::Other("bits"),
        ColumnType::Json => return Is::Other("JSON"),
        ColumnType::Hstore => return Is::Other("an hstore"),
        ColumnType::Vector | ColumnType::Array(_) => return Is::Other("an array"),
        ColumnType::Sparse => return Is::Other("a sparse vector"),
        ColumnType::Point => return Is::Other("a point"),
        ColumnType::Plain | ColumnType::Number => {}
    }
    by_values(column)
}

fn by_values(column: &Values) -> Is {
    let all = |forms: &[Form]| column.known().all(|cell| forms.contains(&cell.form));
    if column.known().next().is_none() {
        return Is::Other("no value yet");
    }
    if all(&[Form::Array]) {
        return Is::Other("an array");
    }
    if all(&[Form::Boolean]) {
        return Is::Boolean;
    }
    if column.known().all(|cell| cell.number.is_some()) {
        let is_whole = all(&[Form::Whole]);
        if is_whole && is_epoch(column) {
            return Is::Time("a time, by its size");
        }
        return match is_whole && is_id(column) {
            true => Is::Key("an id"),
            false => Is::Number {
                scale: None,
                is_whole,
            },
        };
    }
    if !all(&[Form::Text]) {
        return Is::Other("values of several forms");
    }
    // NaN among them is one that is not finite.
    let numbers = || column.known().map(|cell| cell.text.trim().parse::<f64>());
    if numbers().all(|number| number.is_ok()) && numbers().flatten().any(f64::is_finite) {
        return Is::NumberInText;
    }
    if column.known().all(|cell| is_iso(&cell.text)) {
        return Is::Time("a time");
    }
    match is_id(column) {
        true => Is::Key("an id"),
        false => Is::Text,
    }
}

/// Whether whole numbers are moments since 1970, between 2000 and 2100: of ms, µs or ns by their size alone, of seconds by the
/// name too.
fn is_epoch(column: &Values) -> bool {
    let name = column.name.to_ascii_lowercase();
    let says_time = ["ts", "time", "_at", "date", "epoch"];
    let says_time = says_time.iter().any(|word| name.contains(word));
    let second = 946_684_800.0..4_102_444_800.0;
    let units: &[f64] = match says_time {
        true => &[1.0, 1e3, 1e6, 1e9],
        false => &[1e3, 1e6, 1e9],
    };
    let numbers = || column.known().filter_map(|cell| cell.number);
    units
        .iter()
        .any(|unit| numbers().all(|number| second.contains(&(number / unit))))
}

/// `2024-05-01`, and what follows it.
fn is_iso(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |at: std::ops::Range<usize>| {
        let digits = bytes.get(at);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_digit))
    };
    digits(0..4)
        && bytes.get(4) == Some(&b'-')
        && digits(5..7)
        && bytes.get(7) == Some(&b'-')
        && digits(8..10)
}

/// Named like an id, and no two alike.
fn is_id(column: &Values) -> bool {
    let name = column.name.to_ascii_lowercase();
    let named = ["_id", "uuid", "guid"]
        .iter()
        .any(|end| name.ends_with(end));
    named && distinct(column).len() == column.known().count()
}

/// The texts of a column, each once, in the order of first sight.
fn distinct(column: &Values) -> Vec<String> {
    let mut seen = std::collections::BTreeSet::new();
    let texts = column.known().map(|cell| &cell.text);
    texts
        .filter(|text| seen.insert(text.as_str()))
        .cloned()
        .collect()
}

/// Why it is left out; empty where what it is says it.
fn why_not(
    is: &Is,
    column: &Values,
    sample: &Sample,
    range: Option<(f64, f64)>,
    known: usize,
) -> Option<String> {
    match is {
        Is::Number { .. } | Is::NumberInText => {}
        Is::Other("an array") => {
            return Some(format!("name one of its elements, {}[0]", column.name));
        }
        _ => return Some(String::new()),
    }
    let elsewhere = (0..sample.topics.len())
        .find(|topic| sample.topics[*topic].1 > 0 && !column.topics.contains(topic));
    if let Some(topic) = elsewhere {
        return Some(format!("not in {}", sample.topics[topic].0));
    }
    let (rows, without) = (sample.rows, sample.rows - known);
    if without as f64 > NULLS_MOST * rows as f64 {
        return Some(format!("null in {without} of {rows} rows"));
    }
    match range {
        None => Some("none of them finite".to_owned()),
        Some((least, greatest)) if least == greatest && rows > 1 => Some(format!("always {least}")),
        Some(_) => None,
    }
}

fn describe(is: &Is, distinct: usize, range: Option<(f64, f64)>) -> String {
    let mut said = match is {
        Is::Key(what) | Is::Time(what) | Is::Other(what) => return (*what).to_owned(),
        Is::Boolean => return "true or false".to_owned(),
        Is::Text => return format!("text, {distinct} different"),
        Is::Number { scale: Some(0), .. } => "decimal, a whole number".to_owned(),
        Is::Number { scale: Some(1), .. } => "decimal, 1 digit".to_owned(),
        Is::Number {
            scale: Some(scale), ..
        } => format!("decimal, {scale} digits"),
        Is::Number { is_whole: true, .. } => "whole number".to_owned(),
        Is::Number { .. } => "number".to_owned(),
        Is::NumberInText => "number in a text".to_owned(),
    };
    if let Some((least, greatest)) = range
        && least < greatest
    {
        // The page writes its numbers with this minus.
        said.push_str(&format!(", {least} to {greatest}").replace('-', "−"));
    }
    said
}

/// What the lab file must say, so that the values are read as numbers.
fn declared(is: &Is, column: &Values) -> Option<Column> {
    match is {
        Is::NumberInText if column.column_type == ColumnType::Plain => Some(Column::Number {}),
        Is::Boolean if column.column_type == ColumnType::Plain => Some(Column::Boolean {}),
        _ => None,
    }
}
