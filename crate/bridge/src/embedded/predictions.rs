//! The tables that published messages go to.

use rusqlite::types::Value as Sql;
use rusqlite::{Connection, TransactionBehavior};
use serde_json::{Map, Value};
use wire::{Header, Publication};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::config::PublishTable;
use super::error::{During, EmbeddedError};
use super::tables::{self, quoted};
use super::trigger::NOW_MS;
use crate::SinkError;

/// Columns that such a table has beside its own `id`.
const COLUMNS: [&str; 5] = ["key", "value", "headers", "eddy_id", "ts_ms"];

/// Creates the tables where they are missing.
pub(crate) fn prepare(
    connection: &Connection,
    publish: &[PublishTable],
) -> Result<(), EmbeddedError> {
    for PublishTable { table, .. } in publish {
        let cannot = || format!("cannot create table {table}");
        match tables::find(connection, table).during(cannot)? {
            None => connection
                .execute_batch(&format!(
                    "CREATE TABLE IF NOT EXISTS {}(id INTEGER PRIMARY KEY, key TEXT, value TEXT, \
                     headers TEXT, eddy_id TEXT UNIQUE, ts_ms INTEGER)",
                    quoted(table)
                ))
                .during(cannot)?,
            Some(found) => {
                let missing = COLUMNS.iter().find(|name| {
                    !found
                        .columns
                        .iter()
                        .any(|column| column.name.eq_ignore_ascii_case(name))
                });
                if let Some(missing) = missing {
                    return Err(EmbeddedError::Refused {
                        what: format!(
                            "table {table} cannot take predictions: it has no column {missing}"
                        ),
                        remedy: "publish to another table, or rename this one".to_owned(),
                    });
                }
            }
        }
    }
    Ok(())
}

/// The table that each message goes to.
pub(crate) fn placed<'a>(
    publish: &'a [PublishTable],
    publications: &'a [Publication],
) -> Result<Vec<(&'a PublishTable, &'a Publication)>, SinkError> {
    publications
        .iter()
        .map(|publication| {
            let table = publish
                .iter()
                .find(|publish| publish.topic == publication.topic);
            table
                .map(|table| (table, publication))
                .ok_or_else(|| SinkError::NotAllowed {
                    topic: publication.topic.clone(),
                })
        })
        .collect()
}

/// Publishes the messages that are not there yet, in one transaction; answers all their ids.
pub(crate) fn publish(
    connection: &mut Connection,
    publications: &[(&PublishTable, &Publication)],
) -> Result<Vec<String>, EmbeddedError> {
    let cannot = || "cannot publish".to_owned();
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .during(cannot)?;
    for (PublishTable { table, topic }, publication) in publications {
        if publication.id.is_empty() {
            return Err(EmbeddedError::Refused {
                what: format!("a message for topic {topic} has no id"),
                remedy: "give it a header eddy.id that no other message has".to_owned(),
            });
        }
        let add = || {
            transaction
                .prepare_cached(&format!(
                    "INSERT INTO {}(key, value, headers, eddy_id, ts_ms) VALUES (?1, ?2, ?3, ?4, {NOW_MS})
                     ON CONFLICT(eddy_id) DO NOTHING",
                    quoted(table)
                ))?
                .execute((
                    publication.key.as_deref().map_or(Sql::Null, text),
                    text(&publication.value),
                    headers(&publication.headers),
                    &publication.id,
                ))
        };
        add().during(|| format!("cannot publish to table {table}"))?;
    }
    transaction.commit().during(cannot)?;
    Ok(publications
        .iter()
        .map(|(_, publication)| publication.id.clone())
        .collect())
}

/// Text where the bytes are text, a blob where they are not.
fn text(bytes: &[u8]) -> Sql {
    match std::str::from_utf8(bytes) {
        Ok(text) => Sql::Text(text.to_owned()),
        Err(_) => Sql::Blob(bytes.to_vec()),
    }
}

/// The headers as one JSON object; of headers with one name the last one counts, as for Kafka's own clients.
fn headers(headers: &[Header]) -> String {
    let object: Map<String, Value> = headers
        .iter()
        .map(|header| {
            let value = header.value.as_deref().map_or(Value::Null, |bytes| {
                match std::str::from_utf8(bytes) {
                    Ok(text) => Value::String(text.to_owned()),
                    Err(_) => serde_json::json!({ "base64": STANDARD.encode(bytes) }),
                }
            });
            (header.name.clone(), value)
        })
        .collect();
    Value::Object(object).to_string()
}
