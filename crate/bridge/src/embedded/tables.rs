//! The tables of the database, as they are declared now.

use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};

use super::config::EmbeddedConfig;

/// A column as its table declares it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Column {
    /// Its name.
    pub(super) name: String,
    /// Its declared type, empty where there is none.
    pub(super) declared: String,
    /// Whether it is declared NOT NULL.
    pub(super) not_null: bool,
    /// Its place in the primary key, counted from 1; 0 where it has none.
    pub(super) key: u32,
    /// Whether it is computed, and so cannot be inserted.
    pub(super) generated: bool,
}

/// A table that can be captured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Table {
    /// Its name, as it was created.
    pub(super) name: String,
    /// Its columns, in their order.
    pub(super) columns: Vec<Column>,
    /// Whether it has no rowid.
    pub(super) without_rowid: bool,
}

impl Table {
    /// What to sort its rows by: the order in which they were inserted, as far as SQLite knows it.
    pub(super) fn insertion_order(&self) -> Option<String> {
        if self.without_rowid {
            let mut key: Vec<&Column> = self.columns.iter().filter(|c| c.key > 0).collect();
            key.sort_by_key(|column| column.key);
            let names: Vec<String> = key.iter().map(|column| quoted(&column.name)).collect();
            return Some(names.join(","));
        }
        // A column may have taken one of the rowid's names.
        ["rowid", "_rowid_", "oid"]
            .into_iter()
            .find(|alias| {
                !self
                    .columns
                    .iter()
                    .any(|column| column.name.eq_ignore_ascii_case(alias))
            })
            .map(str::to_owned)
    }
}

/// All tables that are watched and exist.
pub(super) fn watched(
    connection: &Connection,
    config: &EmbeddedConfig,
) -> rusqlite::Result<Vec<Table>> {
    let names: Vec<(String, bool)> = connection
        .prepare_cached(
            "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table' ORDER BY name",
        )?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    names
        .into_iter()
        .filter(|(name, _)| config.watches(name))
        .map(|(name, without_rowid)| {
            Ok(Table {
                columns: columns(connection, &name)?,
                name,
                without_rowid,
            })
        })
        .collect()
}

/// The table of this name, whatever the case of its letters.
pub(super) fn find(connection: &Connection, name: &str) -> rusqlite::Result<Option<Table>> {
    let found: Option<(String, bool)> = connection
        .prepare_cached(
            "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name = ?1 COLLATE NOCASE",
        )?
        .query_row([name], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    found
        .map(|(name, without_rowid)| {
            Ok(Table {
                columns: columns(connection, &name)?,
                name,
                without_rowid,
            })
        })
        .transpose()
}

fn columns(connection: &Connection, table: &str) -> rusqlite::Result<Vec<Column>> {
    connection
        .prepare_cached(
            "SELECT name, type, \"notnull\", pk, hidden FROM pragma_table_xinfo(?1) WHERE hidden <> 1 ORDER BY cid",
        )?
        .query_map([table], |row| {
            Ok(Column {
                name: row.get(0)?,
                declared: row.get(1)?,
                not_null: row.get(2)?,
                key: row.get(3)?,
                generated: row.get::<_, i64>(4)? != 0,
            })
        })?
        .collect()
}

/// The name as SQL takes it, whatever is in it.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
