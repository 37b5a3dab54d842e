//! Eddy's own tables in the database, and the log's identity.

use rusqlite::{Connection, OptionalExtension};

use super::error::{During, EmbeddedError};
use crate::debezium_server::tables as received;

/// Columns of `_eddy_change` that stand before the values.
pub(super) const FIXED_COLUMNS: usize = 7;

/// The form of these tables; a file with another one is refused.
const FORMAT: i64 = 1;

/// Creates Eddy's tables where they are missing.
///
/// Value columns have no declared type, so that every value keeps its storage class: what the trigger gives is what
/// the reader gets, to the last bit.
pub(super) fn prepare(connection: &Connection) -> Result<(), EmbeddedError> {
    let create = || {
        connection.execute_batch(
            "CREATE TABLE IF NOT EXISTS _eddy_meta(name TEXT PRIMARY KEY, value);
             CREATE TABLE IF NOT EXISTS _eddy_topic(id INTEGER PRIMARY KEY, \"table\" TEXT NOT NULL UNIQUE,
                 next INTEGER NOT NULL DEFAULT 0);
             CREATE TABLE IF NOT EXISTS _eddy_layout(id INTEGER PRIMARY KEY, topic_id INTEGER NOT NULL,
                 columns TEXT NOT NULL);
             CREATE TABLE IF NOT EXISTS _eddy_change(seq INTEGER PRIMARY KEY AUTOINCREMENT,
                 topic_id INTEGER NOT NULL, \"offset\" INTEGER NOT NULL, layout_id INTEGER NOT NULL,
                 op TEXT NOT NULL, ts_ms INTEGER NOT NULL, snapshot TEXT, b0, a0, b1, a1, b2, a2, b3, a3,
                 b4, a4, b5, a5, b6, a6, b7, a7);
             CREATE UNIQUE INDEX IF NOT EXISTS _eddy_change_offset ON _eddy_change(topic_id, \"offset\");",
        )?;
        if meta(connection, "format")?.is_none() {
            connection.execute(
                "INSERT INTO _eddy_meta(name, value) VALUES ('format', ?1), ('log_id', ?2)",
                (FORMAT, new_log_id()),
            )?;
        }
        Ok(())
    };
    create().during(|| "cannot create Eddy's tables".to_owned())
}

/// Whether Eddy's tables are there; an error where they are of another version.
pub(super) fn is_prepared(connection: &Connection) -> Result<bool, EmbeddedError> {
    let look = || {
        let exists: bool = connection.query_row(
            "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = '_eddy_meta')",
            [],
            |row| row.get(0),
        )?;
        match exists {
            true => connection
                .query_row(
                    "SELECT value FROM _eddy_meta WHERE name = 'format'",
                    [],
                    |row| row.get::<_, i64>(0),
                )
                .optional(),
            false => Ok(None),
        }
    };
    let cannot = || "cannot read the database".to_owned();
    if received::is_there(connection).during(cannot)? {
        return Err(EmbeddedError::Refused {
            what: "this file holds what Debezium Server sent, not tables that are watched"
                .to_owned(),
            remedy: "name another one (--db), or serve it with --debezium-server".to_owned(),
        });
    }
    match look().during(cannot)? {
        None => Ok(false),
        Some(FORMAT) => Ok(true),
        Some(format) => Err(EmbeddedError::Refused {
            what: format!(
                "the change log in this file has format {format}, this program knows {FORMAT}"
            ),
            remedy: "use the Eddy that wrote it, or drop the tables whose names begin with _eddy_"
                .to_owned(),
        }),
    }
}

/// Makes room for the images of a table with this many columns.
pub(super) fn widen(connection: &Connection, columns: usize) -> rusqlite::Result<()> {
    let have: u32 = connection.query_row(
        "SELECT count(*) FROM pragma_table_info('_eddy_change')",
        [],
        |row| row.get(0),
    )?;
    for i in (have as usize).saturating_sub(FIXED_COLUMNS) / 2..columns {
        connection.execute_batch(&format!(
            "ALTER TABLE _eddy_change ADD COLUMN b{i}; ALTER TABLE _eddy_change ADD COLUMN a{i};"
        ))?;
    }
    Ok(())
}

/// The log's identity.
pub(super) fn log_id(connection: &Connection) -> rusqlite::Result<String> {
    meta(connection, "log_id").map(Option::unwrap_or_default)
}

/// Gives the log another identity, and answers it.
pub(super) fn renew_log_id(connection: &Connection) -> rusqlite::Result<String> {
    let log_id = new_log_id();
    connection.execute(
        "UPDATE _eddy_meta SET value = ?1 WHERE name = 'log_id'",
        [&log_id],
    )?;
    Ok(log_id)
}

fn meta(connection: &Connection, name: &str) -> rusqlite::Result<Option<String>> {
    connection
        .prepare_cached("SELECT CAST(value AS TEXT) FROM _eddy_meta WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()
}

/// A random UUID (version 4).
pub(crate) fn new_log_id() -> String {
    let mut bytes = [0_u8; 16];
    if getrandom::fill(&mut bytes).is_err() {
        // Without the system's randomness the clock still tells two logs of one file apart.
        let nanos = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |since| since.as_nanos());
        bytes = nanos.to_be_bytes();
    }
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}
