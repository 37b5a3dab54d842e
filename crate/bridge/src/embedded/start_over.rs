//! Emptying the demo's tables and the log.

use rusqlite::{Connection, TransactionBehavior};

use super::config::EmbeddedConfig;
use super::error::{During, EmbeddedError};
use super::snapshot::{self, Place};
use super::tables::{self, Table, quoted};
use super::{catalog, install, meta};

/// Empties the watched tables that take rows, the tables of predictions and the log; answers the new identity.
///
/// Rows of watched tables that take none stay, and are the new log's first records. All in one transaction.
pub(super) fn start_over(
    connection: &mut Connection,
    config: &EmbeddedConfig,
) -> Result<String, EmbeddedError> {
    let cannot = || "cannot start over".to_owned();
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .during(cannot)?;
    transaction
        .execute_batch("PRAGMA defer_foreign_keys = on")
        .during(cannot)?;
    // A table may have been altered a moment ago; what stays is read as it is now.
    install::bring_up(&transaction, config)?;
    let watched = tables::watched(&transaction, config).during(cannot)?;
    let (emptied, kept): (Vec<Table>, Vec<Table>) = watched
        .into_iter()
        .partition(|table| config.takes_rows(&table.name));
    let predictions = config.publish.iter().map(|publish| &publish.table);
    for table in emptied.iter().map(|table| &table.name).chain(predictions) {
        empty(&transaction, table).during(|| format!("cannot empty table {table}"))?;
    }
    let renew = || {
        // The triggers have just written all the deletes; they go with the rest.
        transaction.execute_batch(
            "DELETE FROM _eddy_change;
             DELETE FROM sqlite_sequence WHERE name = '_eddy_change';
             UPDATE _eddy_topic SET next = 0;",
        )?;
        meta::renew_log_id(&transaction)
    };
    let log_id = renew().during(cannot)?;
    let mut places = Vec::new();
    for table in kept {
        places.extend(place(&transaction, table).during(cannot)?);
    }
    snapshot::take(&transaction, &places)?;
    transaction.commit().during(cannot)?;
    Ok(log_id)
}

fn empty(connection: &Connection, table: &str) -> rusqlite::Result<()> {
    connection.execute(&format!("DELETE FROM {}", quoted(table)), [])?;
    connection.execute(
        "DELETE FROM sqlite_sequence WHERE name = ?1 COLLATE NOCASE",
        [table],
    )?;
    Ok(())
}

fn place(connection: &Connection, table: Table) -> rusqlite::Result<Option<Place>> {
    let topic_id = catalog::topic_id(connection, &table.name)?;
    let Some(topic_id) = topic_id else {
        return Ok(None);
    };
    let newest = catalog::newest_layout(connection, topic_id)?;
    Ok(newest.map(|(layout_id, _)| Place {
        topic_id,
        layout_id,
        table,
    }))
}
