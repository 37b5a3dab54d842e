//! The names in an event that mean something.

use crate::raw::Raw;

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
    // CloudEvents.
    SpecVersion,
    Data,
    // What Debezium's unwrap step can add to a row.
    AddedDeleted,
    AddedOp,
    AddedLsn,
    AddedTxId,
    AddedSourceTsMs,
    AddedSnapshot,
    AddedTransactionId,
    /// All others.
    Other,
}

/// A name that means something in an event's `source`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SourceName {
    Lsn,
    TxId,
    TsMs,
    Snapshot,
    Name,
    Schema,
    Table,
    /// All others.
    Other,
}

/// The name that this text means.
pub(crate) fn name_of(text: &str) -> Name {
    match text {
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
        "specversion" => Name::SpecVersion,
        "data" => Name::Data,
        "__deleted" => Name::AddedDeleted,
        "__op" => Name::AddedOp,
        "__lsn" | "__source_lsn" => Name::AddedLsn,
        "__txId" | "__source_txId" => Name::AddedTxId,
        "__source_ts_ms" => Name::AddedSourceTsMs,
        "__snapshot" | "__source_snapshot" => Name::AddedSnapshot,
        "__transaction_id" => Name::AddedTransactionId,
        _ => Name::Other,
    }
}

pub(super) fn event_name(written: Raw<'_>) -> Name {
    written.string().map_or(Name::Other, |name| name_of(&name))
}

pub(super) fn source_name(written: Raw<'_>) -> SourceName {
    match written.string().as_deref() {
        Some("lsn") => SourceName::Lsn,
        Some("txId") => SourceName::TxId,
        Some("ts_ms") => SourceName::TsMs,
        Some("snapshot") => SourceName::Snapshot,
        Some("name") => SourceName::Name,
        Some("schema") => SourceName::Schema,
        Some("table") => SourceName::Table,
        _ => SourceName::Other,
    }
}
