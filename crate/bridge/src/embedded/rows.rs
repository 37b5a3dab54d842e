//! Inserting rows that are typed into the page.

use rusqlite::types::Value as Sql;
use rusqlite::{Connection, ErrorCode, TransactionBehavior};
use serde_json::{Map, Value};

use super::config::EmbeddedConfig;
use super::error::{During, EmbeddedError};
use super::tables::{self, Table, quoted};
use crate::RowSet;

/// Inserts the rows in one transaction, or none of them.
pub(super) fn insert(
    connection: &mut Connection,
    config: &EmbeddedConfig,
    sets: &[RowSet],
) -> Result<u64, EmbeddedError> {
    let cannot = || "cannot insert the rows".to_owned();
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .during(cannot)?;
    let mut inserted = 0;
    for set in sets {
        let table = allowed_table(&transaction, config, &set.table)?;
        for (i, row) in set.rows.iter().enumerate() {
            insert_row(&transaction, &table, i + 1, row)?;
            inserted += 1;
        }
    }
    transaction.commit().during(cannot)?;
    Ok(inserted)
}

fn allowed_table(
    connection: &Connection,
    config: &EmbeddedConfig,
    name: &str,
) -> Result<Table, EmbeddedError> {
    if !config.takes_rows(name) {
        return Err(EmbeddedError::Refused {
            what: format!("rows may not be inserted into table {name:?}"),
            remedy: match config.insert_tables.as_slice() {
                [] => "no table was allowed where the bridge was started".to_owned(),
                tables => format!("allowed: {}", tables.join(", ")),
            },
        });
    }
    let found = tables::find(connection, name).during(|| format!("cannot read table {name:?}"))?;
    found.ok_or_else(|| EmbeddedError::Refused {
        what: format!("there is no table {name:?}"),
        remedy: "create it in the database first".to_owned(),
    })
}

fn insert_row(
    connection: &Connection,
    table: &Table,
    number: usize,
    row: &Map<String, Value>,
) -> Result<(), EmbeddedError> {
    let mut names = Vec::with_capacity(row.len());
    let mut values = Vec::with_capacity(row.len());
    for (name, value) in row {
        names.push(column(table, number, name)?);
        values.push(sql_value(table, number, name, value)?);
    }
    let sql = match names.as_slice() {
        [] => format!("INSERT INTO {} DEFAULT VALUES", quoted(&table.name)),
        _ => format!(
            "INSERT INTO {}({}) VALUES ({})",
            quoted(&table.name),
            names.join(","),
            vec!["?"; names.len()].join(",")
        ),
    };
    let result = connection
        .prepare_cached(&sql)
        .and_then(|mut statement| statement.execute(rusqlite::params_from_iter(values)));
    match result {
        Ok(_) => Ok(()),
        Err(error) => Err(explain(table, number, error)),
    }
}

/// The quoted name of a column that can be inserted.
fn column(table: &Table, number: usize, name: &str) -> Result<String, EmbeddedError> {
    let can_insert = |columns: &Table| {
        let names: Vec<&str> = columns
            .columns
            .iter()
            .filter(|column| !column.generated)
            .map(|column| column.name.as_str())
            .collect();
        format!("its columns are {}", names.join(", "))
    };
    let known = table
        .columns
        .iter()
        .find(|column| column.name.eq_ignore_ascii_case(name));
    match known {
        Some(column) if !column.generated => Ok(quoted(&column.name)),
        Some(_) => Err(EmbeddedError::Refused {
            what: format!(
                "column {name:?} of table {}, row {number}, is computed by the database",
                table.name
            ),
            remedy: can_insert(table),
        }),
        None => Err(EmbeddedError::Refused {
            what: format!("table {} has no column {name:?} (row {number})", table.name),
            remedy: can_insert(table),
        }),
    }
}

fn sql_value(
    table: &Table,
    number: usize,
    column: &str,
    value: &Value,
) -> Result<Sql, EmbeddedError> {
    let refused = |what: &str, remedy: &str| EmbeddedError::Refused {
        what: format!(
            "column {column:?} of table {}, row {number}: {what}",
            table.name
        ),
        remedy: remedy.to_owned(),
    };
    match value {
        Value::Null => Ok(Sql::Null),
        Value::Bool(bool) => Ok(Sql::Integer((*bool).into())),
        Value::String(text) => Ok(Sql::Text(text.clone())),
        Value::Number(number) => match (number.as_i64(), number.is_u64(), number.as_f64()) {
            (Some(integer), _, _) => Ok(Sql::Integer(integer)),
            (None, false, Some(real)) => Ok(Sql::Real(real)),
            _ => Err(refused(
                &format!("{number} is more than 64 bits hold"),
                "give a smaller number, or text",
            )),
        },
        Value::Array(_) | Value::Object(_) => Err(refused(
            "lists and objects cannot be stored",
            "give a number, text, true, false or null",
        )),
    }
}

/// What SQLite holds against a row is the asker's to mend; all else is not.
fn explain(table: &Table, number: usize, error: rusqlite::Error) -> EmbeddedError {
    let what = format!("row {number} of table {} was not taken", table.name);
    match error.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch | ErrorCode::TooBig) => {
            EmbeddedError::Refused {
                what: format!("{what}: {error}"),
                remedy: "mend the row; nothing was inserted".to_owned(),
            }
        }
        _ => EmbeddedError::sqlite(what, error),
    }
}
