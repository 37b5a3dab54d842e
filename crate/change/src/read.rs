//! Which of the shapes a record has, and what it says.

use crate::change::{Change, Kind, Op, Shape};
use crate::cursor::{Cursor, Form, Raw};
use crate::error::{Fault, Unreadable};
use crate::members::{Members, Name, snapshot};
use crate::row::Row;
use crate::value::Value;

#[cfg(test)]
mod tests;

/// Reads one record.
///
/// The value may be `{schema, payload}` or the payload alone, and that an envelope, an unwrapped
/// row or null. Nothing is allocated but for strings with escapes.
///
/// # Errors
///
/// Where the value is neither null nor a JSON object. A key that is no JSON object is no error: it is
/// `None` here, and the record still has its bytes.
pub fn read<'a>(
    topic: &str,
    key: Option<&'a [u8]>,
    value: Option<&'a [u8]>,
) -> Result<Change<'a>, Unreadable> {
    let key = key.and_then(read_key);
    let Some(bytes) = value else {
        return Ok(tombstone(key));
    };
    let text = json_text(bytes)?;
    let broken = |fault: Fault| Unreadable::value(fault.reason(bytes));

    let mut cursor = Cursor::new(text);
    if cursor.peek() != b'{' {
        let raw = cursor.value().map_err(broken)?;
        cursor.finish().map_err(broken)?;
        return match raw.form {
            Form::Null => Ok(tombstone(key)),
            form => Err(Unreadable::value(format!(
                "is {}, not a change event or a row",
                name_of(form)
            ))),
        };
    }
    let from = cursor.position();
    let (outer, payload) = Members::read_wrapped(&mut cursor).map_err(broken)?;
    let whole = Raw {
        form: Form::Object,
        text: cursor.slice(from, cursor.position()),
    };
    cursor.finish().map_err(broken)?;

    match wrapped(&outer)? {
        None => interpret(topic, key, &outer, whole),
        Some(raw) => match payload {
            Some(payload) if raw.form == Form::Object => interpret(topic, key, &payload, raw),
            _ => Ok(tombstone(key)),
        },
    }
}

/// The value as text.
fn json_text(bytes: &[u8]) -> Result<&str, Unreadable> {
    match bytes.first() {
        None => Err(Unreadable::value(
            "is empty: 0 bytes, which is neither JSON nor a Kafka null",
        )),
        Some(0) => Err(Unreadable::value(
            "starts with byte 0, as Avro, Protobuf or JSON Schema from a schema registry does: \
             set the connector's value.converter to org.apache.kafka.connect.json.JsonConverter",
        )),
        Some(_) => std::str::from_utf8(bytes).map_err(|error| {
            Unreadable::value(format!(
                "is not JSON: no UTF-8 at byte {}; set the connector's value.converter to \
                 org.apache.kafka.connect.json.JsonConverter",
                error.valid_up_to()
            ))
        }),
    }
}

/// The key, where it is a JSON object or one in `{schema, payload}`.
fn read_key(bytes: &[u8]) -> Option<Row<'_>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut cursor = Cursor::new(text);
    if cursor.peek() != b'{' {
        return None;
    }
    let from = cursor.position();
    let members = Members::read(&mut cursor).ok()?;
    let whole = Raw {
        form: Form::Object,
        text: cursor.slice(from, cursor.position()),
    };
    cursor.finish().ok()?;
    Row::of(wrapped(&members).ok()?.unwrap_or(whole))
}

/// The payload, where an object is `{schema, payload}` and nothing else.
///
/// A row can have columns of these names. It is taken for a row where it has others too (the
/// converter writes just these two), where `schema` is a scalar, or where `schema` is null and the
/// payload is neither object nor null.
fn wrapped<'a>(members: &Members<'a>) -> Result<Option<Raw<'a>>, Unreadable> {
    if !members.are(&[Name::Schema, Name::Payload]) {
        return Ok(None);
    }
    let Some(payload) = members.get(Name::Payload) else {
        return Ok(None);
    };
    match (members.form(Name::Schema), payload.form) {
        (Some(Form::Object | Form::Null), Form::Object | Form::Null) => Ok(Some(payload)),
        (Some(Form::Object), form) => Err(Unreadable::value(format!(
            "has a payload that is {}, not a change event or a row",
            name_of(form)
        ))),
        _ => Ok(None),
    }
}

/// Tells envelope, transaction, heartbeat and unwrapped row apart.
fn interpret<'a>(
    topic: &str,
    key: Option<Row<'a>>,
    members: &Members<'a>,
    whole: Raw<'a>,
) -> Result<Change<'a>, Unreadable> {
    let op = members
        .get(Name::Op)
        .and_then(Raw::string)
        .and_then(|letter| Op::from_letter(&letter));
    match op {
        Some(op) if members.form(Name::Source) == Some(Form::Object) => envelope(key, members, op),
        _ if is_transaction(members) => Ok(transaction(key, members)),
        _ if is_heartbeat(topic, key, members) => Ok(heartbeat(key, members)),
        _ => Ok(unwrapped(key, members, whole)),
    }
}

fn envelope<'a>(
    key: Option<Row<'a>>,
    members: &Members<'a>,
    op: Op,
) -> Result<Change<'a>, Unreadable> {
    let kind = match op {
        Op::Create | Op::Update | Op::Delete | Op::Read => Kind::Row,
        Op::Truncate => Kind::Truncate,
        Op::Message => Kind::Message,
    };
    let before = image(members, Name::Before, "before")?;
    let after = image(members, Name::After, "after")?;
    if matches!(op, Op::Create | Op::Update | Op::Read) && after.is_none() {
        return Err(Unreadable::value(format!(
            "has op {} but no row in `after`",
            op.letter()
        )));
    }
    let source = &members.source;
    Ok(Change {
        shape: Some(Shape::Envelope),
        op: Some(op),
        before,
        after,
        lsn: source.lsn,
        tx_id: source.tx_id,
        source_ts_ms: source.ts_ms,
        snapshot: source.snapshot,
        ts_ms: integer(members, Name::TsMs),
        transaction_id: members
            .get(Name::Transaction)
            .and_then(Row::of)
            .and_then(|transaction| transaction.get("id"))
            .and_then(|id| match id {
                Value::Text(id) => Some(id),
                _ => None,
            }),
        source: Some(source.place.clone()),
        ..Change::new(kind, key)
    })
}

/// The row before or after a change.
fn image<'a>(
    members: &Members<'a>,
    name: Name,
    written: &str,
) -> Result<Option<Row<'a>>, Unreadable> {
    match members.get(name) {
        None
        | Some(Raw {
            form: Form::Null, ..
        }) => Ok(None),
        Some(raw) => Row::of(raw).map(Some).ok_or_else(|| {
            Unreadable::value(format!(
                "has in `{written}` {}, not a row",
                name_of(raw.form)
            ))
        }),
    }
}

/// A row without its envelope, with what the unwrap step was told to add to it.
fn unwrapped<'a>(key: Option<Row<'a>>, members: &Members<'a>, whole: Raw<'a>) -> Change<'a> {
    let row = Row::of(whole);
    let added_op = members
        .get(Name::AddedOp)
        .and_then(Raw::string)
        .and_then(|op| Op::of_row(&op));
    let deleted = added_op == Some(Op::Delete)
        || members
            .get(Name::AddedDeleted)
            .is_some_and(|raw| matches!(raw.text, "\"true\"" | "true"));
    let (before, after) = if deleted { (row, None) } else { (None, row) };
    Change {
        shape: Some(Shape::Unwrapped),
        op: if deleted { Some(Op::Delete) } else { added_op },
        before,
        after,
        lsn: integer(members, Name::AddedLsn),
        tx_id: integer(members, Name::AddedTxId),
        source_ts_ms: integer(members, Name::AddedSourceTsMs),
        snapshot: match members.get(Name::AddedSnapshot) {
            Some(raw) => snapshot(raw),
            None => added_op.map(|op| op == Op::Read),
        },
        ..Change::new(Kind::Row, key)
    }
}

/// What a transaction's topic carries; a table is not likely to have just these columns.
fn is_transaction(members: &Members<'_>) -> bool {
    let names = [
        Name::Status,
        Name::Id,
        Name::EventCount,
        Name::DataCollections,
        Name::TsMs,
    ];
    let status = members.get(Name::Status).map(|raw| raw.text);
    members.are(&names)
        && matches!(status, Some("\"BEGIN\"" | "\"END\""))
        && members.form(Name::Id) == Some(Form::Text)
}

fn transaction<'a>(key: Option<Row<'a>>, members: &Members<'a>) -> Change<'a> {
    let id = members.get(Name::Id).and_then(Raw::string);
    Change {
        tx_id: id
            .as_deref()
            .and_then(|id| id.split(':').next())
            .and_then(|xid| xid.parse().ok()),
        source_ts_ms: integer(members, Name::TsMs),
        snapshot: Some(false),
        transaction_id: id,
        ..Change::new(Kind::Transaction, key)
    }
}

/// A heartbeat says only `ts_ms`; a row with that one column would have another topic and key.
fn is_heartbeat(topic: &str, key: Option<Row<'_>>, members: &Members<'_>) -> bool {
    let by_topic = topic.starts_with("__debezium-heartbeat.");
    let by_key = || key.is_some_and(|key| key.columns().map(|(name, _)| name).eq(["serverName"]));
    members.are(&[Name::TsMs]) && (by_topic || by_key())
}

fn heartbeat<'a>(key: Option<Row<'a>>, members: &Members<'a>) -> Change<'a> {
    Change {
        snapshot: Some(false),
        ts_ms: integer(members, Name::TsMs),
        ..Change::new(Kind::Heartbeat, key)
    }
}

/// Only streamed deletes leave one.
fn tombstone(key: Option<Row<'_>>) -> Change<'_> {
    Change {
        snapshot: Some(false),
        ..Change::new(Kind::Tombstone, key)
    }
}

fn integer(members: &Members<'_>, name: Name) -> Option<i64> {
    members.get(name).and_then(Raw::integer)
}

fn name_of(form: Form) -> &'static str {
    match form {
        Form::Null => "null",
        Form::True | Form::False => "a boolean",
        Form::Number => "a number",
        Form::Text | Form::Escaped => "a string",
        Form::Array => "an array",
        Form::Object => "an object",
    }
}
