//! Rows that were there before capture began, as Debezium's snapshot events.

use rusqlite::Connection;

use super::error::{During, EmbeddedError};
use super::tables::{Table, quoted};
use super::trigger::NOW_MS;

/// Where a table's rows go in the log.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// Its topic.
    pub(super) topic_id: i64,
    /// Its layout.
    pub(super) layout_id: i64,
    /// The table itself.
    pub(super) table: Table,
}

/// Appends the rows of these tables to the log, as events with op `r`.
///
/// Must run in the transaction that installs their triggers. `snapshot` says `first`, `last` and so on, where
/// Debezium says it.
pub(super) fn take(connection: &Connection, places: &[Place]) -> Result<(), EmbeddedError> {
    let newest = || {
        connection.query_row(
            "SELECT coalesce(max(seq), 0) FROM _eddy_change",
            [],
            |row| row.get::<_, i64>(0),
        )
    };
    let cannot = || "cannot read the rows that are there already".to_owned();
    let before = newest().during(cannot)?;
    for place in places {
        append(connection, place)
            .during(|| format!("cannot read the rows of table {}", place.table.name))?;
    }
    let mark = || {
        let after = newest()?;
        let set = "UPDATE _eddy_change SET snapshot = ?1 WHERE seq = ?2";
        if after > before {
            connection.execute(set, ("first", before + 1))?;
            connection.execute(set, ("last", after))?;
        }
        Ok(())
    };
    mark().during(cannot)
}

fn append(connection: &Connection, place: &Place) -> rusqlite::Result<()> {
    let Place {
        topic_id,
        layout_id,
        table,
    } = place;
    let order = table
        .insertion_order()
        .map_or(String::new(), |order| format!("ORDER BY {order}"));
    let targets: String = (0..table.columns.len()).map(|i| format!(",a{i}")).collect();
    let values: String = table
        .columns
        .iter()
        .map(|column| format!(",{}", quoted(&column.name)))
        .collect();
    let name = quoted(&table.name);
    let rows = connection.execute(
        &format!(
            "INSERT INTO _eddy_change(topic_id,\"offset\",layout_id,op,ts_ms,snapshot{targets})
             SELECT {topic_id}, (SELECT next FROM _eddy_topic WHERE id={topic_id}) + row_number() OVER w - 1,
                 {layout_id}, 'r', {NOW_MS},
                 CASE row_number() OVER w WHEN (SELECT count(*) FROM {name}) THEN 'last_in_data_collection'
                     WHEN 1 THEN 'first_in_data_collection' ELSE 'true' END{values}
             FROM {name} WINDOW w AS ({order}) ORDER BY 2"
        ),
        [],
    )?;
    connection.execute(
        "UPDATE _eddy_topic SET next = next + ?1 WHERE id = ?2",
        (rows as i64, topic_id),
    )?;
    Ok(())
}
