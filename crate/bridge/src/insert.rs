//! Rows that are typed into the page.

use serde::Deserialize;

/// A source that takes rows, and that can be emptied.
///
/// Calls may block; the bridge makes them on threads of their own.
pub trait Insert: Send + Sync + 'static {
    /// Inserts these rows, all of them or none, and answers how many there were.
    fn insert(&self, sets: &[RowSet]) -> Result<u64, InsertError>;

    /// Empties the tables and the log, and answers the log's new identity.
    fn start_over(&self) -> Result<String, InsertError>;
}

/// Rows of one table.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowSet {
    /// The table's name.
    pub table: String,
    /// The rows, each column's value under its name; columns that are left out get their default.
    pub rows: Vec<serde_json::Map<String, serde_json::Value>>,
}

/// Why rows could not be inserted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InsertError {
    /// What was asked for is not allowed or makes no sense: the asker can mend it.
    #[error("{what}; {remedy}")]
    Refused {
        /// What is wrong, with table, column and row.
        what: String,
        /// What can be done about it.
        remedy: String,
    },
    /// The source cannot be written.
    #[error("{what}; {remedy}")]
    Unwritable {
        /// What failed, and where.
        what: String,
        /// What can be done about it.
        remedy: String,
    },
}
