//! Brings the triggers in step with the tables.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use super::config::EmbeddedConfig;
use super::error::{During, EmbeddedError};
use super::snapshot;
use super::tables::{self, Column, Table};
use super::trigger::{self, Trigger};
use super::{catalog, meta};

/// Sees to it that every watched table is captured as it is now.
///
/// Takes the write lock only if something has to change. Rows of a table that was not captured before are put into
/// the log in the same transaction, so that none is lost or doubled. Answers whether anything was changed.
pub(super) fn capture(
    connection: &mut Connection,
    config: &EmbeddedConfig,
) -> Result<bool, EmbeddedError> {
    let prepared = meta::is_prepared(connection)?;
    if prepared && plan(connection, config)?.is_empty() {
        return Ok(false);
    }
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .during(cannot)?;
    bring_up(&transaction, config)?;
    transaction.commit().during(cannot)?;
    Ok(true)
}

/// Does the same within a transaction that writes.
pub(super) fn bring_up(
    connection: &Connection,
    config: &EmbeddedConfig,
) -> Result<(), EmbeddedError> {
    meta::prepare(connection)?;
    let plan = plan(connection, config)?;
    let mut new_tables = Vec::new();
    for drop in &plan.drop {
        connection
            .execute_batch(&format!("DROP TRIGGER {}", tables::quoted(drop)))
            .during(cannot)?;
    }
    for table in &plan.install {
        let place = install(connection, table)
            .during(|| format!("cannot capture the changes of table {}", table.name))?;
        tracing::info!(table = table.name, "capturing changes");
        new_tables.extend(place);
    }
    snapshot::take(connection, &new_tables)
}

fn cannot() -> String {
    "cannot install the triggers that capture changes".to_owned()
}

/// What has to change.
#[derive(Debug, Default)]
struct Plan {
    /// Triggers that stand on a table they were not made for.
    drop: Vec<String>,
    /// Tables whose triggers are missing or outdated.
    install: Vec<Table>,
}

impl Plan {
    fn is_empty(&self) -> bool {
        self.drop.is_empty() && self.install.is_empty()
    }
}

fn plan(connection: &Connection, config: &EmbeddedConfig) -> Result<Plan, EmbeddedError> {
    let look = || {
        let mut plan = Plan {
            drop: strays(connection)?,
            install: Vec::new(),
        };
        let watched = tables::watched(connection, config)?;
        for (i, table) in watched.iter().enumerate() {
            let topic = config.topic(&table.name);
            let twin = watched[..i]
                .iter()
                .find(|other| config.topic(&other.name) == topic);
            if let Some(twin) = twin {
                tracing::warn!(
                    table = table.name,
                    topic,
                    other = twin.name,
                    "a table is not captured: its topic is another table's; rename one of them"
                );
            } else if !is_captured(connection, table)? {
                plan.install.push(table.clone());
            }
        }
        Ok(plan)
    };
    look().during(|| "cannot read which tables there are".to_owned())
}

/// Triggers of a topic whose table was renamed.
fn strays(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare_cached(
            "SELECT master.name FROM sqlite_master AS master JOIN _eddy_topic AS topic
             ON master.name GLOB '_eddy_' || topic.id || '_*'
             WHERE master.type = 'trigger' AND master.tbl_name <> topic.\"table\" COLLATE NOCASE",
        )?
        .query_map([], |row| row.get(0))?
        .collect()
}

fn is_captured(connection: &Connection, table: &Table) -> rusqlite::Result<bool> {
    let Some(topic_id) = catalog::topic_id(connection, &table.name)? else {
        return Ok(false);
    };
    let Some((layout_id, columns)) = catalog::newest_layout(connection, topic_id)? else {
        return Ok(false);
    };
    if columns != table.columns {
        return Ok(false);
    }
    let triggers = trigger::capture(topic_id, layout_id, &table.name, &columns);
    for trigger in triggers
        .iter()
        .chain([&trigger::mark(topic_id, &table.name)])
    {
        if current_sql(connection, &trigger.name)?.as_deref() != Some(&trigger.sql) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Gives the table its triggers; answers its place in the log if its rows are not there yet.
fn install(connection: &Connection, table: &Table) -> rusqlite::Result<Option<snapshot::Place>> {
    let topic_id = match catalog::topic_id(connection, &table.name)? {
        Some(id) => id,
        None => {
            connection.execute(
                "INSERT INTO _eddy_topic(\"table\") VALUES (?1)",
                [&table.name],
            )?;
            connection.last_insert_rowid()
        }
    };
    let mark = trigger::mark(topic_id, &table.name);
    let is_new = current_sql(connection, &mark.name)?.is_none();
    let layout_id = match catalog::newest_layout(connection, topic_id)? {
        Some((id, columns)) if columns == table.columns => id,
        _ => add_layout(connection, topic_id, &table.columns)?,
    };
    meta::widen(connection, table.columns.len())?;
    let triggers = trigger::capture(topic_id, layout_id, &table.name, &table.columns);
    let lost = triggers
        .iter()
        .map(|trigger| current_sql(connection, &trigger.name))
        .collect::<rusqlite::Result<Vec<_>>>()?
        .contains(&None);
    if lost && !is_new {
        tracing::warn!(
            table = table.name,
            "the table's triggers had been dropped: changes until now are not in its topic"
        );
    }
    for trigger in triggers.iter().chain([&mark]) {
        replace(connection, trigger)?;
    }
    Ok(is_new.then(|| snapshot::Place {
        topic_id,
        layout_id,
        table: table.clone(),
    }))
}

fn replace(connection: &Connection, trigger: &Trigger) -> rusqlite::Result<()> {
    connection.execute_batch(&format!(
        "DROP TRIGGER IF EXISTS {}; {}",
        trigger.name, trigger.sql
    ))
}

fn add_layout(connection: &Connection, topic_id: i64, columns: &[Column]) -> rusqlite::Result<i64> {
    let json = serde_json::to_string(columns)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    connection.execute(
        "INSERT INTO _eddy_layout(topic_id, columns) VALUES (?1, ?2)",
        (topic_id, json),
    )?;
    Ok(connection.last_insert_rowid())
}

fn current_sql(connection: &Connection, trigger: &str) -> rusqlite::Result<Option<String>> {
    connection
        .prepare_cached("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = ?1")?
        .query_row([trigger], |row| row.get(0))
        .optional()
}
