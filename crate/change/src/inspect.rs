//! How a record is read, as one line of JSON.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::added;
use crate::change::{Change, Kind, Op, Shape};
use crate::error::Unreadable;
use crate::json::{write_name, write_text};
use crate::read::{self, Parts, read};
use crate::row::Row;
use crate::typed::{Placeholder, Typed, typed};
use crate::types::{ColumnType, ColumnTypes, Encoding, Types};
use crate::value::Value;

#[cfg(test)]
mod tests;

/// A record to inspect.
#[derive(Debug, Clone, Copy)]
pub struct Inspected<'a> {
    /// The topic that it came from.
    pub topic: &'a str,
    /// The topic's partition.
    pub partition: i32,
    /// Its place there.
    pub offset: i64,
    /// The key's bytes.
    pub key: Option<&'a [u8]>,
    /// The value's bytes.
    pub value: Option<&'a [u8]>,
}

/// What is known about records beyond their bytes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reading {
    /// Types of columns, where the record has no schema that says them.
    pub columns: ColumnTypes,
    /// What stands for a value that was not sent.
    pub placeholder: Placeholder,
}

/// Writes how a record is read: one line of JSON, without a line break.
///
/// This is the line of `eddy inspect`. Values say what they mean by the types of the record's own
/// schema part, or those declared; a record that cannot be read, or a column that holds no value of its
/// type, makes the line one of kind `unreadable`, with the reason.
pub fn inspect<'a>(
    out: &mut String,
    record: Inspected<'a>,
    headers: impl IntoIterator<Item = (&'a str, Option<&'a [u8]>)>,
    reading: &Reading,
) {
    out.push('{');
    write_name(out, "topic");
    write_text(out, record.topic);
    field(out, "partition", &record.partition.to_string());
    field(out, "offset", &record.offset.to_string());
    match read(record.topic, record.key, record.value) {
        Ok(mut change) => {
            let mut was_key_change = false;
            for (name, value) in headers {
                change.add_header(name, value);
                was_key_change |= name == "__debezium.oldkey";
            }
            let line = Line {
                record,
                change,
                was_key_change,
                reading,
            };
            line.write(out);
        }
        Err(unreadable) => {
            let key = key_of(record, None, reading).unwrap_or_else(|_| "null".to_owned());
            let nothing = Change::new(Kind::Row, None);
            facts(out, "unreadable", &nothing, [&key, "null", "null"]);
            reason(out, &unreadable);
        }
    }
    out.push('}');
}

/// A record that was read.
struct Line<'a, 'r> {
    record: Inspected<'a>,
    change: Change<'a>,
    /// A key change is a delete and an insert, and the insert is as incomplete as an update.
    was_key_change: bool,
    reading: &'r Reading,
}

impl Line<'_, '_> {
    fn write(&self, out: &mut String) {
        let key = key_of(self.record, self.change.key, self.reading);
        let images = self.images();
        let failed = key.as_ref().err().or(images.as_ref().err());
        let [before, after] = images
            .as_ref()
            .map_or(["null"; 2], |[before, after]| [before, after]);
        let key = key.as_deref().unwrap_or("null");
        let kind = failed.map_or(self.change.kind.name(), |_| "unreadable");
        facts(out, kind, &self.change, [key, before, after]);
        if let Some(unreadable) = failed {
            return reason(out, unreadable);
        }
        self.more(out);
    }

    /// The row before and the row after, as JSON.
    fn images(&self) -> Result<[String; 2], Unreadable> {
        let mut types = self.record.value.map(Types::of).unwrap_or_default();
        types.declare(&self.reading.columns);
        let image = |row: Option<Row<'_>>, is_whole: bool| match row {
            Some(row) => {
                let shown: Vec<_> = match self.change.shape {
                    Some(Shape::Unwrapped) => added::own_columns(row).collect(),
                    _ => row.columns().collect(),
                };
                let placeholder = (!is_whole).then_some(&self.reading.placeholder);
                written(&shown, &types.row, placeholder)
            }
            None => Ok("null".to_owned()),
        };
        let inserted = self.change.op == Some(Op::Create) && !self.was_key_change;
        let is_whole = inserted || self.change.op == Some(Op::Read);
        Ok([
            image(self.change.before, false)?,
            image(self.change.after, is_whole)?,
        ])
    }

    /// What else messages and transactions say.
    fn more(&self, out: &mut String) {
        let Some(Parts { payload, .. }) = self.record.value.and_then(read::parts) else {
            return;
        };
        let mut member = |name: &str| {
            write_name(out, name);
            payload.get(name).unwrap_or(Value::Null).write(out);
        };
        match self.change.kind {
            Kind::Transaction => {
                for name in ["status", "id", "event_count", "data_collections"] {
                    member(name);
                }
            }
            Kind::Message => self.message(out, payload),
            Kind::Row
                if self.change.shape == Some(Shape::Envelope)
                    && self.change.transaction_id.is_some()
                    && payload.get("transaction").is_some() =>
            {
                member("transaction");
            }
            _ => {}
        }
    }

    fn message(&self, out: &mut String, payload: Row<'_>) {
        let message = match payload.get("message") {
            Some(Value::Object(json)) => Row::parse(json).ok(),
            _ => None,
        };
        let Some(message) = message else { return };
        write_name(out, "message");
        out.push('{');
        for (name, value) in message.columns() {
            write_name(out, &name);
            let column = match name.as_ref() {
                "content" => ColumnType::Bytes(Encoding::Base64),
                _ => ColumnType::Plain,
            };
            // Other content than bytes is shown as it is.
            let typed = typed(value.clone(), &column).unwrap_or(Typed::Plain(value));
            typed.write(out);
        }
        out.push('}');
        // One that is in no transaction has no transaction's number.
        let transactional = self.change.tx_id.is_some().to_string();
        field(out, "transactional", &transactional);
    }
}

/// The key as JSON: a row by its types, and any other as it is.
fn key_of(
    record: Inspected<'_>,
    key: Option<Row<'_>>,
    reading: &Reading,
) -> Result<String, Unreadable> {
    let Some(bytes) = record.key else {
        return Ok("null".to_owned());
    };
    let Some(row) = key.or_else(|| read::parts(bytes).map(|parts| parts.payload)) else {
        return Ok(other_key(bytes));
    };
    let mut types = Types::of(bytes);
    types.declare(&reading.columns);
    let columns: Vec<_> = row.columns().collect();
    written(&columns, &types.row, None)
}

/// A key that is no row: JSON, or text, or bytes.
fn other_key(bytes: &[u8]) -> String {
    let mut out = String::new();
    match (read::scalar(bytes), std::str::from_utf8(bytes)) {
        (Some(value), _) => value.write(&mut out),
        (None, Ok(text)) => write_text(&mut out, text),
        (None, Err(_)) => Typed::Bytes(bytes.to_vec()).write(&mut out),
    }
    out
}

/// A row by its columns' types, as JSON.
fn written(
    columns: &[(Cow<'_, str>, Value<'_>)],
    types: &ColumnTypes,
    placeholder: Option<&Placeholder>,
) -> Result<String, Unreadable> {
    // Of a name that stands twice, the last counts.
    let last: HashMap<&str, usize> = columns
        .iter()
        .enumerate()
        .map(|(place, (name, _))| (name.as_ref(), place))
        .collect();
    let mut out = String::from("{");
    for (place, (name, value)) in columns.iter().enumerate() {
        if last.get(name.as_ref()) != Some(&place) {
            continue;
        }
        write_name(&mut out, name);
        if placeholder.is_some_and(|placeholder| placeholder.stands_in(value)) {
            Typed::Unavailable.write(&mut out);
            continue;
        }
        let column = types.get(name.as_ref()).unwrap_or(&ColumnType::Plain);
        typed(value.clone(), column)
            .map_err(|reason| Unreadable {
                column: Some(name.clone().into_owned()),
                reason,
            })?
            .write(&mut out);
    }
    out.push('}');
    Ok(out)
}

/// What is said of every record; key, before and after are JSON.
fn facts(out: &mut String, kind: &str, change: &Change<'_>, [key, before, after]: [&str; 3]) {
    let number =
        |number: Option<i64>| number.map_or("null".to_owned(), |number| number.to_string());
    let text = |out: &mut String, name: &str, text: Option<&str>| {
        write_name(out, name);
        match text {
            Some(text) => write_text(out, text),
            None => out.push_str("null"),
        }
    };
    text(out, "kind", Some(kind));
    text(out, "shape", change.shape.map(Shape::name));
    let letter = change.op.map(|op| op.letter().to_string());
    text(out, "op", letter.as_deref());
    field(out, "key", key);
    field(out, "before", before);
    field(out, "after", after);
    field(out, "lsn", &number(change.lsn));
    field(out, "tx_id", &number(change.tx_id));
    field(out, "source_ts_ms", &number(change.source_ts_ms));
    let snapshot = change.snapshot.map(|snapshot| snapshot.to_string());
    field(out, "snapshot", snapshot.as_deref().unwrap_or("null"));
}

fn reason(out: &mut String, unreadable: &Unreadable) {
    write_name(out, "reason");
    write_text(out, &unreadable.reason);
    write_name(out, "column");
    match &unreadable.column {
        Some(column) => write_text(out, column),
        None => out.push_str("null"),
    }
}

fn field(out: &mut String, name: &str, json: &str) {
    write_name(out, name);
    out.push_str(json);
}
