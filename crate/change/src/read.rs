//! Which of the shapes a record has, and what it says.

use crate::change::{Change, Kind};
use crate::cursor::{Cursor, Stop};
use crate::error::Unreadable;
use crate::members::{Members, Memory, Name};
use crate::raw::{Form, Raw};
use crate::row::Row;

mod cloud_event;
mod parts;
mod record;
#[cfg(test)]
mod tests;

pub(crate) use parts::{Parts, parts, scalar};

use record::Record;

/// Reads one record.
///
/// The value may be `{schema, payload}` or the payload alone, and that an envelope, an unwrapped
/// row or null. Nothing is allocated but for strings with escapes. For many records of a topic, a
/// [`Reader`](crate::Reader) does the same faster.
///
/// # Errors
///
/// Where the value is neither null nor a JSON object, or an envelope lacks its row. A key that is no
/// JSON object is no error: it is `None` here, and the record still has its bytes.
pub fn read<'a>(
    topic: &str,
    key: Option<&'a [u8]>,
    value: Option<&'a [u8]>,
) -> Result<Change<'a>, Unreadable> {
    read_with(
        &mut Memory::forgetful(),
        &mut Memory::forgetful(),
        topic,
        key,
        value,
    )
}

/// Reads one record with the memory of those before.
pub(crate) fn read_with<'a>(
    key_memory: &mut Memory,
    memory: &mut Memory,
    topic: &str,
    key: Option<&'a [u8]>,
    value: Option<&'a [u8]>,
) -> Result<Change<'a>, Unreadable> {
    let key = key.and_then(|key| read_key(key_memory, key));
    let Some(bytes) = value else {
        return Ok(tombstone(key));
    };
    refuse_other_formats(bytes)?;
    let mut cursor = Cursor::new(bytes);
    let whole = match read_value(memory, &mut cursor) {
        Ok(raw) => raw,
        Err(Stop) => return Err(Unreadable::value(cursor.reason())),
    };
    match whole.form {
        Form::Object => {}
        Form::Null => return Ok(tombstone(key)),
        form => return Err(no_event("is", form)),
    }
    let (event, whole, schema) = match wrapped(&memory.outer.members, bytes)? {
        None => (&memory.outer, whole, None),
        Some(payload) if payload.form == Form::Object => {
            let schema = memory.outer.members.get(Name::Schema, bytes);
            (&memory.payload, payload, schema.and_then(Row::of))
        }
        Some(_) => return Ok(tombstone(key)),
    };
    Record {
        topic,
        bytes,
        event,
        whole,
        schema,
    }
    .read(key)
}

fn refuse_other_formats(bytes: &[u8]) -> Result<(), Unreadable> {
    match bytes.first() {
        None => Err(Unreadable::value(
            "is empty: 0 bytes, which is neither JSON nor a Kafka null",
        )),
        Some(0) => Err(Unreadable::value(
            "starts with byte 0, as Avro, Protobuf or JSON Schema from a schema registry does: \
             set the connector's value.converter to org.apache.kafka.connect.json.JsonConverter",
        )),
        Some(_) => Ok(()),
    }
}

/// Steps over the one value; of an object, the memory then holds what was found in it.
fn read_value<'a>(memory: &mut Memory, cursor: &mut Cursor<'a>) -> Result<Raw<'a>, Stop> {
    if cursor.peek() != b'{' {
        return cursor.only_value();
    }
    let from = cursor.position();
    memory.read(cursor)?;
    let whole = Raw {
        form: Form::Object,
        bytes: cursor.since(from),
    };
    cursor.finish()?;
    Ok(whole)
}

/// The key, where it is a JSON object or one in `{schema, payload}`.
fn read_key<'a>(memory: &mut Memory, bytes: &'a [u8]) -> Option<Row<'a>> {
    let whole = read_value(memory, &mut Cursor::new(bytes)).ok()?;
    if whole.form != Form::Object {
        return None;
    }
    Row::of(wrapped(&memory.outer.members, bytes).ok()?.unwrap_or(whole))
}

/// The payload, where an object is `{schema, payload}` and nothing else.
///
/// A row can have columns of these names. It is taken for a row where it has others too (the
/// converter writes just these two), where `schema` is a scalar, or where `schema` is null and the
/// payload is neither object nor null.
fn wrapped<'a>(members: &Members, bytes: &'a [u8]) -> Result<Option<Raw<'a>>, Unreadable> {
    if !members.are(&[Name::Schema, Name::Payload]) {
        return Ok(None);
    }
    let Some(payload) = members.get(Name::Payload, bytes) else {
        return Ok(None);
    };
    match (members.form(Name::Schema), payload.form) {
        (Some(Form::Object | Form::Null), Form::Object | Form::Null) => Ok(Some(payload)),
        (Some(Form::Object), form) => Err(no_event("has a payload that is", form)),
        _ => Ok(None),
    }
}

/// Only streamed deletes leave one.
fn tombstone(key: Option<Row<'_>>) -> Change<'_> {
    Change {
        snapshot: Some(false),
        ..Change::new(Kind::Tombstone, key)
    }
}

fn no_event(has: &str, form: Form) -> Unreadable {
    Unreadable::value(format!(
        "{has} {}, not a change event or a row",
        article(form)
    ))
}

fn article(form: Form) -> &'static str {
    match form {
        Form::Null => "null",
        Form::True | Form::False => "a boolean",
        Form::Number => "a number",
        Form::Text | Form::Escaped => "a string",
        Form::Array => "an array",
        Form::Object => "an object",
    }
}
