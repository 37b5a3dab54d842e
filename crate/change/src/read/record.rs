//! An object that was read: what event it is, and what it says.

use std::borrow::Cow;

use super::{article, cloud_event};
use crate::boundary::Boundary;
use crate::change::{Change, Kind, Op, Shape, Source};
use crate::error::Unreadable;
use crate::members::{Event, Name, SourceName, snapshot};
use crate::raw::{Form, Raw};
use crate::row::Row;

/// Names without which an object is a row of which nothing is said.
const SIGNS: &[Name] = &[
    Name::Op,
    Name::TsMs,
    Name::Status,
    Name::SpecVersion,
    Name::AddedDeleted,
    Name::AddedOp,
    Name::AddedLsn,
    Name::AddedTxId,
    Name::AddedSourceTsMs,
    Name::AddedSnapshot,
    Name::AddedTransactionId,
];

/// An object that was read, to be understood.
pub(super) struct Record<'a, 'm> {
    pub(super) topic: &'m str,
    /// The whole value.
    pub(super) bytes: &'a [u8],
    /// What was found in the object.
    pub(super) event: &'m Event,
    /// The object.
    pub(super) whole: Raw<'a>,
    /// What the converter says of it.
    pub(super) schema: Option<Row<'a>>,
}

impl<'a> Record<'a, '_> {
    /// Tells envelope, transaction, heartbeat and unwrapped row apart.
    pub(super) fn read(&self, key: Option<Row<'a>>) -> Result<Change<'a>, Unreadable> {
        if !self.event.members.any(SIGNS) {
            return Ok(self.bare_row(key));
        }
        let op = self
            .string(Name::Op)
            .and_then(|letter| Op::from_letter(&letter));
        match op {
            Some(op) if self.event.members.form(Name::Source) == Some(Form::Object) => {
                self.envelope(op, key)
            }
            _ if self.is_transaction() => Ok(self.transaction(key)),
            _ if self.is_heartbeat(key) => Ok(self.heartbeat(key)),
            _ if self.is_cloud_event() => {
                let change = cloud_event::read(self.whole, key)?;
                Ok(Change {
                    schema: self.schema.or(change.schema),
                    ..change
                })
            }
            _ => Ok(self.unwrapped(key)),
        }
    }

    fn envelope(&self, op: Op, key: Option<Row<'a>>) -> Result<Change<'a>, Unreadable> {
        let kind = match op {
            Op::Create | Op::Update | Op::Delete | Op::Read => Kind::Row,
            Op::Truncate => Kind::Truncate,
            Op::Message => Kind::Message,
        };
        let before = self.image(Name::Before, "before")?;
        let after = self.image(Name::After, "after")?;
        if matches!(op, Op::Create | Op::Update | Op::Read) && after.is_none() {
            return Err(Unreadable::value(format!(
                "has op {} but no row in `after`",
                op.letter()
            )));
        }
        let source = |name| self.event.source.get(name, self.bytes);
        Ok(Change {
            shape: Some(Shape::Envelope),
            op: Some(op),
            before,
            after,
            lsn: source(SourceName::Lsn).and_then(Raw::integer),
            tx_id: source(SourceName::TxId).and_then(Raw::integer),
            source_ts_ms: source(SourceName::TsMs).and_then(Raw::integer),
            snapshot: source(SourceName::Snapshot).and_then(snapshot),
            ts_ms: self.integer(Name::TsMs),
            transaction_id: self
                .get(Name::Transaction)
                .and_then(Row::of)
                .and_then(|transaction| transaction.raw("id"))
                .and_then(Raw::string),
            source: Some(Source {
                name: source(SourceName::Name),
                schema: source(SourceName::Schema),
                table: source(SourceName::Table),
            }),
            ..self.change(kind, key)
        })
    }

    /// The row before or after a change.
    fn image(&self, name: Name, written: &str) -> Result<Option<Row<'a>>, Unreadable> {
        match self.get(name) {
            None
            | Some(Raw {
                form: Form::Null, ..
            }) => Ok(None),
            Some(raw) => Row::of(raw).map(Some).ok_or_else(|| {
                let form = article(raw.form);
                Unreadable::value(format!("has in `{written}` {form}, not a row"))
            }),
        }
    }

    /// A row of which nothing is said.
    fn bare_row(&self, key: Option<Row<'a>>) -> Change<'a> {
        Change {
            shape: Some(Shape::Unwrapped),
            after: Row::of(self.whole),
            ..self.change(Kind::Row, key)
        }
    }

    /// A change of that kind, with the schema.
    fn change(&self, kind: Kind, key: Option<Row<'a>>) -> Change<'a> {
        Change {
            schema: self.schema,
            ..Change::new(kind, key)
        }
    }

    /// A row without its envelope, with what the unwrap step was told to add to it.
    fn unwrapped(&self, key: Option<Row<'a>>) -> Change<'a> {
        let row = Row::of(self.whole);
        let added_op = self
            .string(Name::AddedOp)
            .and_then(|letter| Op::of_row(&letter));
        let deleted = added_op == Some(Op::Delete)
            || self
                .get(Name::AddedDeleted)
                .is_some_and(|raw| matches!(raw.bytes, b"\"true\"" | b"true"));
        let (before, after) = if deleted { (row, None) } else { (None, row) };
        Change {
            shape: Some(Shape::Unwrapped),
            op: if deleted { Some(Op::Delete) } else { added_op },
            before,
            after,
            lsn: self.integer(Name::AddedLsn),
            tx_id: self.integer(Name::AddedTxId),
            source_ts_ms: self.integer(Name::AddedSourceTsMs),
            snapshot: match self.get(Name::AddedSnapshot) {
                Some(raw) => snapshot(raw),
                None => added_op.map(|op| op == Op::Read),
            },
            transaction_id: self.string(Name::AddedTransactionId),
            ..self.change(Kind::Row, key)
        }
    }

    /// What a transaction's topic carries; a table is not likely to have just these columns.
    fn is_transaction(&self) -> bool {
        let names = [
            Name::Status,
            Name::Id,
            Name::EventCount,
            Name::DataCollections,
            Name::TsMs,
        ];
        self.event.members.are(&names)
            && matches!(self.string(Name::Status).as_deref(), Some("BEGIN" | "END"))
            && self.string(Name::Id).is_some()
    }

    /// What Debezium writes as a CloudEvent has its data in `data` and its source in attributes.
    pub(super) fn is_cloud_event(&self) -> bool {
        let members = &self.event.members;
        members.form(Name::SpecVersion) == Some(Form::Text)
            && members.form(Name::Data) == Some(Form::Object)
            && cloud_event::is_from_debezium(self.whole)
    }

    fn transaction(&self, key: Option<Row<'a>>) -> Change<'a> {
        let id = self.string(Name::Id);
        let xid = id.as_deref().and_then(|id| id.split(':').next());
        Change {
            tx_id: xid.and_then(|xid| xid.parse().ok()),
            source_ts_ms: self.integer(Name::TsMs),
            snapshot: Some(false),
            transaction_id: id,
            boundary: Row::of(self.whole).map(Boundary::new),
            ..self.change(Kind::Transaction, key)
        }
    }

    /// A heartbeat says only `ts_ms`; a row with that one column would have another topic and key.
    fn is_heartbeat(&self, key: Option<Row<'a>>) -> bool {
        let by_key =
            || key.is_some_and(|key| key.columns().map(|(name, _)| name).eq(["serverName"]));
        self.event.members.are(&[Name::TsMs])
            && (self.topic.starts_with("__debezium-heartbeat.") || by_key())
    }

    fn heartbeat(&self, key: Option<Row<'a>>) -> Change<'a> {
        Change {
            snapshot: Some(false),
            ts_ms: self.integer(Name::TsMs),
            ..self.change(Kind::Heartbeat, key)
        }
    }

    fn get(&self, name: Name) -> Option<Raw<'a>> {
        self.event.members.get(name, self.bytes)
    }

    fn string(&self, name: Name) -> Option<Cow<'a, str>> {
        self.get(name).and_then(Raw::string)
    }

    fn integer(&self, name: Name) -> Option<i64> {
        self.get(name).and_then(Raw::integer)
    }
}
