//! A made-up stream's rows in a SQLite file.

use std::collections::HashMap;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use generate::{Change, Op, Row, Stream};
use rusqlite::types::Value;
use rusqlite::{Connection, TransactionBehavior, params_from_iter};

/// At a pace, what is due goes in together so often.
const BEAT: Duration = Duration::from_millis(50);

/// A bridge that watches the file finds new tables within that.
const FOUND_WITHIN: Duration = Duration::from_secs(2);

/// Creates the tables where they are missing.
///
/// Where a bridge has been at the file, it is given the time to find them: it could only tell of rows that are there before that
/// table by table, not in their order.
pub(crate) fn create(connection: &Connection, stream: &Stream) -> Result<()> {
    let mut columns: Vec<String> = stream.features();
    for column in &mut columns {
        column.push_str(" REAL");
    }
    columns.push(match stream.settings().kind.is_regression() {
        true => format!("{} REAL", stream.truth()),
        false => format!("{} TEXT", stream.truth()),
    });
    let columns = columns.join(", ");
    let tables = stream.tables();
    let new = tables.iter().any(|table| !exists(connection, table));
    for table in tables {
        let sql = format!("CREATE TABLE IF NOT EXISTS {table}(id INTEGER PRIMARY KEY, {columns})");
        connection
            .execute_batch(&sql)
            .with_context(|| format!("cannot create the table {table}"))?;
    }
    let begun = Instant::now();
    while new && exists(connection, "_eddy_topic") && begun.elapsed() < FOUND_WITHIN {
        if are_watched(connection, stream)? {
            break;
        }
        sleep(BEAT);
    }
    Ok(())
}

/// Whether a bridge has set up that it hears of changes of both tables.
pub(crate) fn are_watched(connection: &Connection, stream: &Stream) -> Result<bool> {
    let [train, test] = stream.tables();
    let tables: i64 = connection
        .query_row(
            "SELECT count(DISTINCT tbl_name) FROM sqlite_master WHERE type = 'trigger'
             AND tbl_name IN (?1, ?2) AND name LIKE '\\_eddy\\_%' ESCAPE '\\'",
            [&train, &test],
            |row| row.get(0),
        )
        .context("cannot read the database")?;
    Ok(tables == 2)
}

fn exists(connection: &Connection, table: &str) -> bool {
    connection.table_exists(None, table).unwrap_or(false)
}

/// Changes the tables, all at once or at this pace, and answers how many changes there were.
///
/// At once, it is one transaction, or nothing.
pub(crate) fn fill(connection: &mut Connection, stream: &Stream, rate: Option<f64>) -> Result<u64> {
    let mut filling = Filling::new(stream);
    let mut changes = stream.changes();
    let begun = Instant::now();
    let mut done: u64 = 0;
    loop {
        let due = match rate {
            Some(rate) => (begun.elapsed().as_secs_f64() * rate) as u64 + 1 - done,
            None => u64::MAX,
        };
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for change in changes
            .by_ref()
            .take(usize::try_from(due).unwrap_or(usize::MAX))
        {
            filling.apply(&transaction, &change)?;
            done += 1;
        }
        transaction.commit()?;
        if done == stream.settings().rows {
            return Ok(done);
        }
        sleep(BEAT);
    }
}

/// The statements, and which row of the database each of the stream is.
struct Filling {
    names: [String; 2],
    columns: Vec<String>,
    ids: HashMap<(bool, u64), i64>,
}

impl Filling {
    fn new(stream: &Stream) -> Filling {
        let mut columns = stream.features();
        columns.push(stream.truth().to_owned());
        Filling {
            names: stream.tables(),
            columns,
            ids: HashMap::new(),
        }
    }

    fn apply(&mut self, connection: &Connection, change: &Change) -> Result<()> {
        let table = &self.names[usize::from(change.is_test)];
        let place = (change.is_test, change.id);
        let sql = match change.op {
            Op::Insert => {
                let places = vec!["?"; self.columns.len()].join(",");
                let columns = self.columns.join(",");
                format!("INSERT INTO {table}({columns}) VALUES ({places})")
            }
            Op::Update => {
                let sets = self.columns.join(" = ?, ");
                format!("UPDATE {table} SET {sets} = ? WHERE id = ?")
            }
            Op::Delete => format!("DELETE FROM {table} WHERE id = ?"),
        };
        let mut values = change.after.as_ref().map(values).unwrap_or_default();
        if change.op != Op::Insert {
            // A row is changed only after it was inserted.
            values.push(Value::Integer(
                self.ids.get(&place).copied().unwrap_or_default(),
            ));
        }
        connection
            .prepare_cached(&sql)
            .and_then(|mut statement| statement.execute(params_from_iter(values)))
            .with_context(|| {
                format!(
                    "table {table} does not take the rows, whose columns are {}; use other tables (--name), or remove it",
                    self.columns.join(", ")
                )
            })?;
        match change.op {
            Op::Insert => {
                self.ids.insert(place, connection.last_insert_rowid());
            }
            Op::Update => {}
            Op::Delete => {
                self.ids.remove(&place);
            }
        }
        Ok(())
    }
}

/// In the order of the columns.
fn values(row: &Row) -> Vec<Value> {
    let mut values: Vec<Value> = row.features.iter().copied().map(Value::Real).collect();
    values.push(match (row.target, row.label) {
        (Some(target), _) => Value::Real(target),
        (None, Some(label)) => Value::Text(label.to_string()),
        (None, None) => Value::Null,
    });
    values
}
