//! The members of an event that mean something, found in one pass over its text.

use crate::change::Source;
use crate::cursor::{Cursor, Form, Raw};
use crate::error::Fault;

/// A name that means something at the top of an event, its payload, or an unwrapped row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Name {
    Schema,
    Payload,
    Before,
    After,
    Source,
    Op,
    TsMs,
    Transaction,
    // Transaction topic.
    Status,
    Id,
    EventCount,
    DataCollections,
    // What Debezium's unwrap step can add to a row.
    AddedDeleted,
    AddedOp,
    AddedLsn,
    AddedTxId,
    AddedSourceTsMs,
    AddedSnapshot,
}

const NAMES: usize = Name::AddedSnapshot as usize + 1;

/// The bit in `seen` for all names that mean nothing.
const OTHER: u32 = 1 << 31;

/// An object's members that mean something; of a name that stands twice, the last.
#[derive(Debug, Clone)]
pub(crate) struct Members<'a> {
    /// One bit a name that was there.
    seen: u32,
    values: [Raw<'a>; NAMES],
    /// What `source` holds, where it is an object.
    pub(crate) source: SourceMembers<'a>,
}

/// What an event's `source` says.
#[derive(Debug, Clone, Default)]
pub(crate) struct SourceMembers<'a> {
    pub(crate) lsn: Option<i64>,
    pub(crate) tx_id: Option<i64>,
    pub(crate) ts_ms: Option<i64>,
    pub(crate) snapshot: Option<bool>,
    pub(crate) place: Source<'a>,
}

impl<'a> Members<'a> {
    /// Steps over an object.
    pub(crate) fn read(cursor: &mut Cursor<'a>) -> Result<Self, Fault> {
        Self::read_with(cursor, |_, _| Ok(false))
    }

    /// Steps over an object that may be `{schema, payload}`; also returns what is in the payload,
    /// where that is an object.
    ///
    /// So the payload is scanned once, not once to find its end and once to read it.
    pub(crate) fn read_wrapped(cursor: &mut Cursor<'a>) -> Result<(Self, Option<Self>), Fault> {
        let mut payload = None;
        let outer = Self::read_with(cursor, |cursor, name| {
            let is_payload = name == Name::Payload && cursor.peek() == b'{';
            if is_payload {
                payload = Some(Self::read(cursor)?);
            }
            Ok(is_payload)
        })?;
        Ok((outer, payload))
    }

    /// The value of a name, where it is there.
    pub(crate) fn get(&self, name: Name) -> Option<Raw<'a>> {
        let seen = self.seen & (1 << name as u32) != 0;
        if seen {
            self.values.get(name as usize).copied()
        } else {
            None
        }
    }

    /// What the value of a name is, where it is there.
    pub(crate) fn form(&self, name: Name) -> Option<Form> {
        self.get(name).map(|raw| raw.form)
    }

    /// Whether these names, and no others, are there.
    pub(crate) fn are(&self, names: &[Name]) -> bool {
        self.seen == names.iter().fold(0, |bits, name| bits | 1 << *name as u32)
    }

    /// Steps over an object. `step_over` may step over a value in its own way, and says if it did.
    fn read_with(
        cursor: &mut Cursor<'a>,
        mut step_over: impl FnMut(&mut Cursor<'a>, Name) -> Result<bool, Fault>,
    ) -> Result<Self, Fault> {
        let mut members = Self {
            seen: 0,
            values: [Raw {
                form: Form::Null,
                text: "",
            }; NAMES],
            source: SourceMembers::default(),
        };
        cursor.enter_object()?;
        let mut first = true;
        while let Some(written) = cursor.next_member(first)? {
            first = false;
            let Some(name) = lookup(written, event_name) else {
                members.seen |= OTHER;
                cursor.skip()?;
                continue;
            };
            let is_object = cursor.peek() == b'{';
            let from = cursor.position();
            let raw = if name == Name::Source && is_object {
                members.source = SourceMembers::read(cursor)?;
                Raw {
                    form: Form::Object,
                    text: cursor.slice(from, cursor.position()),
                }
            } else if step_over(cursor, name)? {
                Raw {
                    form: Form::Object,
                    text: cursor.slice(from, cursor.position()),
                }
            } else {
                cursor.value()?
            };
            members.seen |= 1 << name as u32;
            if let Some(place) = members.values.get_mut(name as usize) {
                *place = raw;
            }
        }
        Ok(members)
    }
}

impl<'a> SourceMembers<'a> {
    fn read(cursor: &mut Cursor<'a>) -> Result<Self, Fault> {
        let mut found = Self::default();
        cursor.enter_object()?;
        let mut first = true;
        while let Some(written) = cursor.next_member(first)? {
            first = false;
            match lookup(written, source_name) {
                None => {
                    cursor.skip()?;
                }
                Some(name) => {
                    let raw = cursor.value()?;
                    match name {
                        SourceName::Lsn => found.lsn = raw.integer(),
                        SourceName::TxId => found.tx_id = raw.integer(),
                        SourceName::TsMs => found.ts_ms = raw.integer(),
                        SourceName::Snapshot => found.snapshot = snapshot(raw),
                        SourceName::Name => found.place.name = raw.string(),
                        SourceName::Schema => found.place.schema = raw.string(),
                        SourceName::Table => found.place.table = raw.string(),
                    }
                }
            }
        }
        Ok(found)
    }
}

/// Whether a `snapshot` says that the row was read: only "false" and null mean streamed.
pub(crate) fn snapshot(raw: Raw<'_>) -> Option<bool> {
    match raw.form {
        Form::Null | Form::False => Some(false),
        Form::True => Some(true),
        Form::Text | Form::Escaped => Some(raw.inside() != "false"),
        Form::Number | Form::Array | Form::Object => None,
    }
}

#[derive(Clone, Copy)]
enum SourceName {
    Lsn,
    TxId,
    TsMs,
    Snapshot,
    Name,
    Schema,
    Table,
}

fn lookup<T>(written: Raw<'_>, table: impl Fn(&str) -> Option<T>) -> Option<T> {
    match written.form {
        Form::Escaped => table(&written.string()?),
        _ => table(written.inside()),
    }
}

fn source_name(name: &str) -> Option<SourceName> {
    Some(match name {
        "lsn" => SourceName::Lsn,
        "txId" => SourceName::TxId,
        "ts_ms" => SourceName::TsMs,
        "snapshot" => SourceName::Snapshot,
        "name" => SourceName::Name,
        "schema" => SourceName::Schema,
        "table" => SourceName::Table,
        _ => return None,
    })
}

/// The name that this text means, where it means one.
pub(crate) fn event_name(name: &str) -> Option<Name> {
    Some(match name {
        "schema" => Name::Schema,
        "payload" => Name::Payload,
        "before" => Name::Before,
        "after" => Name::After,
        "source" => Name::Source,
        "op" => Name::Op,
        "ts_ms" => Name::TsMs,
        "transaction" => Name::Transaction,
        "status" => Name::Status,
        "id" => Name::Id,
        "event_count" => Name::EventCount,
        "data_collections" => Name::DataCollections,
        "__deleted" => Name::AddedDeleted,
        "__op" => Name::AddedOp,
        "__lsn" | "__source_lsn" => Name::AddedLsn,
        "__txId" | "__source_txId" => Name::AddedTxId,
        "__source_ts_ms" => Name::AddedSourceTsMs,
        "__snapshot" | "__source_snapshot" => Name::AddedSnapshot,
        _ => return None,
    })
}
