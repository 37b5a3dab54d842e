//! A change event, read.

use std::borrow::Cow;

use crate::boundary::Boundary;
use crate::raw::Raw;
use crate::row::Row;

/// What one record says.
#[derive(Debug, Clone, PartialEq)]
pub struct Change<'a> {
    /// What the record is.
    pub kind: Kind,
    /// How the event was written; `None` where the kind has no such choice.
    pub shape: Option<Shape>,
    /// What was done to the row; `None` where the record does not say.
    pub op: Option<Op>,
    /// The key, where it is a JSON object. Other keys are no rows: the record keeps them raw.
    pub key: Option<Row<'a>>,
    /// The row before the change.
    ///
    /// Not always the row as it was: of a table that logs only its key, the other columns are
    /// made up (null, zero, empty, default).
    pub before: Option<Row<'a>>,
    /// The row after the change.
    pub after: Option<Row<'a>>,
    /// Position in the database's log.
    pub lsn: Option<i64>,
    /// The database transaction's number.
    pub tx_id: Option<i64>,
    /// When the database made the change, in milliseconds since 1970.
    pub source_ts_ms: Option<i64>,
    /// Whether the row was read from the table, rather than streamed from the log.
    pub snapshot: Option<bool>,
    /// When the event was made of the change, in milliseconds since 1970.
    pub ts_ms: Option<i64>,
    /// The transaction's id as Debezium writes it, `xid:lsn`; what stands before the colon groups.
    pub transaction_id: Option<Cow<'a, str>>,
    /// Where the change comes from; `None` where the record does not say.
    pub source: Option<Source<'a>>,
    /// What the converter says of the payload, where it says it in each record.
    pub schema: Option<Row<'a>>,
    /// Begin or end, of a record of kind [`Kind::Transaction`].
    pub boundary: Option<Boundary<'a>>,
}

/// What a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A row: inserted, updated, deleted or read.
    Row,
    /// A null after a delete, for Kafka's log compaction.
    Tombstone,
    /// A whole table was emptied.
    Truncate,
    /// A message that was written into the database's log.
    Message,
    /// A sign of life of the connector.
    Heartbeat,
    /// Begin or end of a database transaction.
    Transaction,
}

/// How an event is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shape {
    /// `before`, `after`, `source`, `op`.
    Envelope,
    /// The row alone, as Debezium's unwrap step leaves it.
    Unwrapped,
}

/// What was done to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Op {
    /// `c`: inserted.
    Create,
    /// `u`: updated.
    Update,
    /// `d`: deleted.
    Delete,
    /// `r`: read in a snapshot.
    Read,
    /// `t`: table emptied.
    Truncate,
    /// `m`: message.
    Message,
}

/// Where a change comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source<'a> {
    pub(crate) name: Option<Raw<'a>>,
    pub(crate) schema: Option<Raw<'a>>,
    pub(crate) table: Option<Raw<'a>>,
}

impl<'a> Source<'a> {
    /// The connector's logical name, which its topics begin with.
    pub fn name(&self) -> Option<Cow<'a, str>> {
        self.name.and_then(Raw::string)
    }

    /// The table's schema.
    pub fn schema(&self) -> Option<Cow<'a, str>> {
        self.schema.and_then(Raw::string)
    }

    /// The table, as the database spells it.
    pub fn table(&self) -> Option<Cow<'a, str>> {
        self.table.and_then(Raw::string)
    }
}

impl<'a> Change<'a> {
    /// A change of that kind of which nothing else is known.
    pub(crate) fn new(kind: Kind, key: Option<Row<'a>>) -> Self {
        Self {
            kind,
            shape: None,
            op: None,
            key,
            before: None,
            after: None,
            lsn: None,
            tx_id: None,
            source_ts_ms: None,
            snapshot: None,
            ts_ms: None,
            transaction_id: None,
            source: None,
            schema: None,
            boundary: None,
        }
    }

    /// The number of the database transaction that the change belongs to, where it is known.
    ///
    /// Of Debezium's `xid:lsn` it is what stands before the colon: the other part differs from event to event.
    pub fn transaction(&self) -> Option<i64> {
        let id = self.transaction_id.as_deref();
        let number = id.and_then(|id| id.split(':').next()?.parse().ok());
        number.or(self.tx_id)
    }
}

impl Kind {
    /// The name that is shown.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Row => "row",
            Kind::Tombstone => "tombstone",
            Kind::Truncate => "truncate",
            Kind::Message => "message",
            Kind::Heartbeat => "heartbeat",
            Kind::Transaction => "transaction",
        }
    }
}

impl Shape {
    /// The name that is shown.
    pub fn name(self) -> &'static str {
        match self {
            Shape::Envelope => "envelope",
            Shape::Unwrapped => "unwrapped",
        }
    }
}

impl Op {
    /// Debezium's letter.
    pub fn letter(self) -> char {
        match self {
            Op::Create => 'c',
            Op::Update => 'u',
            Op::Delete => 'd',
            Op::Read => 'r',
            Op::Truncate => 't',
            Op::Message => 'm',
        }
    }

    /// The operation of a letter that an unwrapped row may have: the others do not come through.
    pub(crate) fn of_row(letter: &str) -> Option<Self> {
        Self::from_letter(letter).filter(|op| !matches!(op, Op::Truncate | Op::Message))
    }

    /// The operation of a letter; `None` for any other text.
    pub fn from_letter(letter: &str) -> Option<Self> {
        match letter {
            "c" => Some(Op::Create),
            "u" => Some(Op::Update),
            "d" => Some(Op::Delete),
            "r" => Some(Op::Read),
            "t" => Some(Op::Truncate),
            "m" => Some(Op::Message),
            _ => None,
        }
    }
}
