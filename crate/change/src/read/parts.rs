//! A value or a key, taken apart for a second look.

use super::{Record, cloud_event, read_value, wrapped};
use crate::cursor::Cursor;
use crate::members::{Memory, Name};
use crate::row::Row;
use crate::value::Value;

/// The parts of a record's value, or of its key.
pub(crate) struct Parts<'a> {
    /// What the converter says of the payload.
    pub(crate) schema: Option<Row<'a>>,
    /// The event or the row.
    pub(crate) payload: Row<'a>,
}

/// Takes a value or a key apart, of a CloudEvent what is in its data; `None` where no object is in it.
pub(crate) fn parts(bytes: &[u8]) -> Option<Parts<'_>> {
    let mut memory = Memory::forgetful();
    let whole = read_value(&mut memory, &mut Cursor::new(bytes)).ok()?;
    let row = Row::of(whole)?;
    let record = Record {
        topic: "",
        bytes,
        event: &memory.outer,
        whole,
        schema: None,
    };
    if record.is_cloud_event() {
        return cloud_event::data(row).map(|(schema, payload)| Parts { schema, payload });
    }
    match wrapped(&memory.outer.members, bytes).ok()? {
        None => Some(Parts {
            schema: None,
            payload: row,
        }),
        Some(payload) => Some(Parts {
            schema: memory
                .outer
                .members
                .get(Name::Schema, bytes)
                .and_then(Row::of),
            payload: Row::of(payload)?,
        }),
    }
}

/// A key that is a JSON scalar or array, or one in `{schema, payload}`.
pub(crate) fn scalar(bytes: &[u8]) -> Option<Value<'_>> {
    let whole = Cursor::new(bytes).only_value().ok()?;
    let Some(row) = Row::of(whole) else {
        return Some(Value::of(whole));
    };
    let names = row.columns().map(|(name, _)| name);
    names
        .eq(["schema", "payload"])
        .then(|| row.get("payload"))?
}
