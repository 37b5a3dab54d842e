//! What arrived in a column, and the number or label that it is.

use change::Change;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::lab::Lab;
use crate::reading::Reading;

/// Longer values are cut.
const ARRIVED_CHARS: usize = 80;

/// A column's value: as it arrived, and as what it is read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Conversion {
    /// The column, as the lab file names it.
    pub name: String,
    /// What the row calls it.
    pub written: String,
    /// What arrived, as JSON; empty where the row has no such column.
    pub arrived: String,
    /// The same of the row before the change, where that is known and another.
    pub before: String,
    /// The number that it is; NaN for a label, or where it is none.
    pub number: f64,
    /// The number that it was before the change; NaN where that is not known.
    pub number_before: f64,
    /// The label's name; empty for a feature.
    pub label: String,
    /// How the one is made of the other; empty where a number is taken as it is.
    pub how: String,
    /// Why it is no number that can be learned from; empty where it is one.
    pub fault: String,
}

/// A row whose columns are looked at.
pub(super) struct Columns<'a, 'c> {
    pub(super) lab: &'a Lab,
    pub(super) reading: Reading,
    pub(super) change: &'c Change<'c>,
    pub(super) row: change::Row<'c>,
    /// The row by its columns' types, as `eddy inspect` writes it.
    pub(super) said: &'a Value,
    /// The same of the row before.
    pub(super) before: &'a Value,
    /// The record's number.
    pub(super) number: Option<u64>,
}

impl Columns<'_, '_> {
    /// A feature, or a target.
    pub(super) fn number(&self, column: usize) -> Conversion {
        let config = &self.lab.config;
        let name = &config.columns[column];
        let mut found = self.find(name);
        let fault = self.reading.fault(self.change, self.row, name, config);
        let applied = self
            .number
            .map(|record| self.lab.rows.number(record, column));
        let code = self.code(column, &found);
        // What the lab has made of it counts.
        let applied = applied.filter(|number| !number.is_nan());
        let read = || fault.as_ref().ok().copied();
        found.number = applied.or_else(read).or(code).unwrap_or(f64::NAN);
        if let (Err(fault), false) = (&fault, found.number.is_finite()) {
            found.fault = fault.reason.clone();
        }
        if let Some(before) = self.change.before {
            found.number_before = self
                .reading
                .fault(self.change, before, name, config)
                .unwrap_or(f64::NAN);
        }
        found.how = how(
            &found,
            name,
            &self.said[found.written.as_str()],
            code.is_some(),
        );
        found
    }

    /// A label.
    pub(super) fn label(&self, column: usize) -> Conversion {
        let mut found = self.find(&self.lab.config.columns[column]);
        let label = self
            .row
            .get(&found.written)
            .and_then(|value| value.as_label());
        found.label = match &label {
            Some(label) => self.lab.label_name(label),
            None => String::new(),
        };
        if label.is_none() {
            found.fault = "is no label".to_owned();
        }
        found
    }

    /// The column in the row, under its own name or under one that is read as it.
    fn find(&self, name: &str) -> Conversion {
        let rename = &self.lab.config.file.rename;
        let array = change::element_of(name).map(|(array, _)| array);
        let wanted = [Some(name), array].into_iter().flatten();
        let renamed = |wanted: &str| {
            let of = rename.iter().filter(|(_, read_as)| *read_as == wanted);
            of.map(|(written, _)| written.clone())
                .find(|written| self.row.get(written).is_some())
        };
        let written = wanted
            .filter_map(|wanted| match self.row.get(wanted) {
                Some(_) => Some(wanted.to_owned()),
                None => renamed(wanted),
            })
            .next()
            .unwrap_or_else(|| array.unwrap_or(name).to_owned());
        let json = |row: change::Row<'_>| {
            let mut text = String::new();
            if let Some(value) = row.get(&written) {
                value.write(&mut text);
            }
            cut(text)
        };
        let arrived = json(self.row);
        let before = match self.before {
            Value::Null => None,
            _ => self.change.before.map(json),
        };
        Conversion {
            name: name.to_owned(),
            before: before
                .filter(|before| *before != arrived)
                .unwrap_or_default(),
            arrived,
            written,
            number: f64::NAN,
            number_before: f64::NAN,
            ..Conversion::default()
        }
    }

    /// The code that a text was given by sight.
    fn code(&self, column: usize, found: &Conversion) -> Option<f64> {
        let label = self.row.get(&found.written)?.as_label()?;
        self.lab.codes.get(&column)?.get(&label).copied()
    }
}

/// What makes the number of what arrived.
fn how(found: &Conversion, name: &str, said: &Value, coded: bool) -> String {
    let mut parts = Vec::new();
    if let Some((array, index)) = change::element_of(name) {
        parts.push(format!("element {index} of {array}"));
    }
    if found.written != name && parts.is_empty() {
        parts.push(format!("{} is read as it", found.written));
    }
    if !found.fault.is_empty() {
        return parts.join("; ");
    }
    parts.extend(of_type(found, said, coded));
    parts.join("; ")
}

fn of_type(found: &Conversion, said: &Value, coded: bool) -> Option<String> {
    let is_text = found.arrived.starts_with('"');
    match said {
        _ if coded => Some("code of the text, in the order of first sight".to_owned()),
        Value::Bool(_) => Some("true is 1, false 0".to_owned()),
        Value::String(_) if is_text => Some("code of the text".to_owned()),
        Value::Number(_) if is_text => Some("a number in a text".to_owned()),
        Value::Object(typed) => {
            let (kind, value) = typed.iter().next()?;
            Some(match kind.as_str() {
                "decimal" => {
                    let digits = value.as_str().unwrap_or_default();
                    let written = found.arrived.trim_matches('"') == digits;
                    let form = if written { "" } else { ", in bytes" };
                    format!("decimal {digits}{form}")
                }
                "timestamp_us" => "µs since 1970".to_owned(),
                "date_days" => "days since 1970".to_owned(),
                "time_us" => "µs since midnight".to_owned(),
                "interval_us" => "µs".to_owned(),
                "bits_value" => "the number that the bits write".to_owned(),
                "float" | "infinity" => "not finite".to_owned(),
                _ => return None,
            })
        }
        _ => None,
    }
}

fn cut(text: String) -> String {
    match text.char_indices().nth(ARRIVED_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
