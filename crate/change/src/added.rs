//! Columns that Debezium's unwrap step has added to a row.

use std::borrow::Cow;

use crate::change::Op;
use crate::row::Row;
use crate::value::Value;

/// The columns of an unwrapped row without those that the unwrap step has put behind them.
///
/// So a row that comes again is the same, though `__ts_ms` is another.
pub fn own_columns(row: Row<'_>) -> impl Iterator<Item = (Cow<'_, str>, Value<'_>)> {
    let places = row.columns().zip(1..);
    let own = places.filter(|((name, value), _)| !is_added(name, value));
    let count = own.last().map_or(0, |(_, place)| place);
    row.columns().take(count)
}

/// Whether the unwrap step can have added a column of that name and value.
fn is_added(name: &str, value: &Value<'_>) -> bool {
    let Some(name) = name.strip_prefix("__") else {
        return false;
    };
    match (name, value) {
        ("deleted", Value::Text(text)) => matches!(text.as_ref(), "true" | "false"),
        ("deleted", Value::Bool(_)) => true,
        ("op", Value::Text(letter)) => Op::from_letter(letter).is_some(),
        ("op" | "deleted", _) => false,
        (name, _) => ADDED.contains(&name.strip_prefix("source_").unwrap_or(name)),
    }
}

/// Fields of an envelope and of its `source` and `transaction`, as the unwrap step names them.
const ADDED: [&str; 23] = [
    "version",
    "connector",
    "name",
    "ts_ms",
    "ts_us",
    "ts_ns",
    "snapshot",
    "db",
    "sequence",
    "schema",
    "table",
    "txId",
    "lsn",
    "xmin",
    "origin",
    "origin_lsn",
    "transaction",
    "transaction_id",
    "transaction_total_order",
    "transaction_data_collection_order",
    "collection",
    "event_serial_no",
    "commit_lsn",
];
