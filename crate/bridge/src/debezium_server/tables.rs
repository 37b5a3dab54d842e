//! The log's tables in the file.

use rusqlite::{Connection, OptionalExtension};

use crate::embedded::EmbeddedError;
use crate::embedded::error::During;
use crate::embedded::meta::new_log_id;

/// The form of these tables; a file with another one is refused.
const FORMAT: i64 = 1;

/// Creates the tables where they are missing.
pub(super) fn prepare(connection: &mut Connection) -> Result<(), EmbeddedError> {
    let cannot = || "cannot create the tables of the log".to_owned();
    let transaction = connection.transaction().during(cannot)?;
    if has_table(&transaction, "_eddy_change").during(cannot)? {
        return Err(EmbeddedError::Refused {
            what: "this file holds tables that are watched and their change log".to_owned(),
            remedy: "name another file for what Debezium Server sends (--db FILE)".to_owned(),
        });
    }
    transaction
        .execute_batch(
            "CREATE TABLE IF NOT EXISTS _eddy_received_log(format INTEGER NOT NULL, log_id TEXT NOT NULL,
                 kept INTEGER NOT NULL DEFAULT 0, unreadable INTEGER NOT NULL DEFAULT 0,
                 repeats INTEGER NOT NULL DEFAULT 0);
             CREATE TABLE IF NOT EXISTS _eddy_received_topic(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
                 next INTEGER NOT NULL DEFAULT 0);
             CREATE TABLE IF NOT EXISTS _eddy_received(seq INTEGER PRIMARY KEY AUTOINCREMENT,
                 topic_id INTEGER NOT NULL, \"offset\" INTEGER NOT NULL, ts_ms INTEGER NOT NULL,
                 headers TEXT NOT NULL, value BLOB NOT NULL);
             CREATE UNIQUE INDEX IF NOT EXISTS _eddy_received_offset ON _eddy_received(topic_id, \"offset\");
             CREATE TABLE IF NOT EXISTS _eddy_received_seen(seq INTEGER PRIMARY KEY, change BLOB NOT NULL,
                 exact BLOB, made_ms INTEGER NOT NULL);
             CREATE INDEX IF NOT EXISTS _eddy_received_seen_change ON _eddy_received_seen(change);",
        )
        .during(cannot)?;
    match format(&transaction).during(cannot)? {
        None => {
            transaction
                .execute(
                    "INSERT INTO _eddy_received_log(format, log_id) VALUES (?1, ?2)",
                    (FORMAT, new_log_id()),
                )
                .during(cannot)?;
        }
        Some(FORMAT) => {}
        Some(format) => {
            return Err(EmbeddedError::Refused {
                what: format!(
                    "the log in this file has format {format}, this program knows {FORMAT}"
                ),
                remedy: "use the Eddy that wrote it, or name another file".to_owned(),
            });
        }
    }
    transaction.commit().during(cannot)
}

/// Whether what Debezium Server sent is in this file.
pub(crate) fn is_there(connection: &Connection) -> rusqlite::Result<bool> {
    has_table(connection, "_eddy_received")
}

/// The log's identity.
pub(super) fn log_id(connection: &Connection) -> rusqlite::Result<String> {
    connection
        .prepare_cached("SELECT log_id FROM _eddy_received_log")?
        .query_row([], |row| row.get(0))
}

fn format(connection: &Connection) -> rusqlite::Result<Option<i64>> {
    connection
        .query_row("SELECT format FROM _eddy_received_log", [], |row| {
            row.get(0)
        })
        .optional()
}

fn has_table(connection: &Connection, name: &str) -> rusqlite::Result<bool> {
    connection.query_row(
        "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1)",
        [name],
        |row| row.get(0),
    )
}
