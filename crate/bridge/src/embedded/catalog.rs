//! The topics and layouts that the log knows.

use rusqlite::{Connection, OptionalExtension};

use super::config::EmbeddedConfig;
use super::tables::Column;

/// One topic's place in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Topic {
    /// Its number in the change table.
    pub(super) id: i64,
    /// Its name.
    pub(super) name: String,
    /// The oldest offset that is still there; `end` where nothing is.
    pub(super) start: i64,
    /// The offset that will be written next.
    pub(super) end: i64,
}

/// The watched topics, in the order in which they came to be.
pub(super) fn topics(
    connection: &Connection,
    config: &EmbeddedConfig,
) -> rusqlite::Result<Vec<Topic>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, \"table\", next, coalesce((SELECT min(\"offset\") FROM _eddy_change WHERE topic_id = topic.id), next)
         FROM _eddy_topic AS topic ORDER BY id",
    )?;
    let mut rows = statement.query([])?;
    let mut topics: Vec<Topic> = Vec::new();
    while let Some(row) = rows.next()? {
        let table: String = row.get(1)?;
        let name = config.topic(&table);
        if config.watches(&table) && !topics.iter().any(|topic| topic.name == name) {
            topics.push(Topic {
                id: row.get(0)?,
                name,
                start: row.get(3)?,
                end: row.get(2)?,
            });
        }
    }
    Ok(topics)
}

/// The number of a table's topic.
pub(super) fn topic_id(connection: &Connection, table: &str) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT id FROM _eddy_topic WHERE \"table\" = ?1 COLLATE NOCASE")?
        .query_row([table], |row| row.get(0))
        .optional()
}

/// The layout that a topic's table had last.
pub(super) fn newest_layout(
    connection: &Connection,
    topic_id: i64,
) -> rusqlite::Result<Option<(i64, Vec<Column>)>> {
    connection
        .prepare_cached(
            "SELECT id, columns FROM _eddy_layout WHERE topic_id = ?1 ORDER BY id DESC LIMIT 1",
        )?
        .query_row([topic_id], |row| {
            Ok((row.get(0)?, columns_of(&row.get::<_, String>(1)?)?))
        })
        .optional()
}

/// The table and the columns of a layout.
pub(super) fn layout(
    connection: &Connection,
    layout_id: i64,
) -> rusqlite::Result<(String, Vec<Column>)> {
    connection
        .prepare_cached(
            "SELECT topic.\"table\", layout.columns FROM _eddy_layout AS layout
             JOIN _eddy_topic AS topic ON topic.id = layout.topic_id WHERE layout.id = ?1",
        )?
        .query_row([layout_id], |row| {
            Ok((row.get(0)?, columns_of(&row.get::<_, String>(1)?)?))
        })
}

fn columns_of(json: &str) -> rusqlite::Result<Vec<Column>> {
    serde_json::from_str(json).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(1, rusqlite::types::Type::Text, Box::new(error))
    })
}
