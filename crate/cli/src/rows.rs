//! Text values into a table.

use anyhow::{Context, Result, bail};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

/// A table that rows go into.
pub(crate) struct Table {
    name: String,
    columns: Vec<Column>,
}

struct Column {
    name: String,
    takes_numbers: bool,
}

/// A row's line in its file, if it has one, and its values; `None` is null.
pub(crate) type Row = (Option<u64>, Vec<Option<String>>);

impl Table {
    /// Looks up a table of this name.
    pub(crate) fn find(connection: &Connection, name: &str) -> Result<Self> {
        let mut statement = connection.prepare(
            "SELECT name, type, hidden FROM pragma_table_xinfo(?1) WHERE hidden = 0 ORDER BY cid",
        )?;
        let columns: Vec<Column> = statement
            .query_map([name], |row| {
                Ok(Column {
                    name: row.get(0)?,
                    takes_numbers: takes_numbers(&row.get::<_, String>(1)?),
                })
            })?
            .collect::<rusqlite::Result<_>>()
            .context("cannot read the database")?;
        if columns.is_empty() {
            bail!("there is no table {name:?}; {}", tables(connection)?);
        }
        Ok(Table {
            name: name.to_owned(),
            columns,
        })
    }

    /// A column for an example.
    pub(crate) fn first_value_column(&self) -> &str {
        let column = self.columns.get(1).or(self.columns.first());
        column.map_or("", |column| &column.name)
    }

    fn column(&self, name: &str) -> Result<&Column> {
        self.columns
            .iter()
            .find(|column| column.name.eq_ignore_ascii_case(name))
            .with_context(|| {
                let names: Vec<&str> = self.columns.iter().map(|c| c.name.as_str()).collect();
                format!(
                    "table {} has no column {name:?}; its columns are {}",
                    self.name,
                    names.join(", ")
                )
            })
    }
}

/// Inserts the rows, and answers how many there were.
pub(crate) fn insert(
    connection: &Connection,
    table: &Table,
    columns: &[String],
    rows: impl Iterator<Item = Result<Row, csv::Error>>,
) -> Result<u64> {
    let columns: Vec<&Column> = columns
        .iter()
        .map(|name| table.column(name))
        .collect::<Result<_>>()?;
    let names: Vec<String> = columns.iter().map(|column| quoted(&column.name)).collect();
    let mut statement = connection.prepare(&format!(
        "INSERT INTO {}({}) VALUES ({})",
        quoted(&table.name),
        names.join(","),
        vec!["?"; names.len()].join(",")
    ))?;
    let mut inserted = 0;
    for row in rows {
        let (line, values) = row?;
        let values = columns
            .iter()
            .zip(values)
            .map(|(column, value)| match value {
                None => Value::Null,
                Some(text) if column.takes_numbers => number_or_text(text),
                Some(text) => Value::Text(text),
            });
        statement
            .execute(params_from_iter(values))
            .with_context(|| match line {
                Some(line) => format!("line {line} was not taken"),
                None => "the row was not taken".to_owned(),
            })?;
        inserted += 1;
    }
    Ok(inserted)
}

/// SQLite's rule for columns that keep text as text, the other way round.
fn takes_numbers(declared: &str) -> bool {
    let declared = declared.to_ascii_uppercase();
    declared.contains("INT")
        || !["CHAR", "CLOB", "TEXT"]
            .iter()
            .any(|part| declared.contains(part))
}

/// Reads numbers here, for SQLite's own reading is not exact in the last digit.
fn number_or_text(text: String) -> Value {
    let is_number = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c))
        && text.ends_with(|c: char| c.is_ascii_digit() || c == '.');
    if let Ok(integer) = text.parse() {
        return Value::Integer(integer);
    }
    match text.parse::<f64>() {
        Ok(real) if is_number && real.is_finite() => Value::Real(real),
        _ => Value::Text(text),
    }
}

fn tables(connection: &Connection) -> Result<String> {
    let mut statement = connection.prepare(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
         AND name NOT LIKE '\\_eddy\\_%' ESCAPE '\\' ORDER BY name",
    )?;
    let names: Vec<String> = statement
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(match names.as_slice() {
        [] => "the database has none; create one, or start `eddy serve` on it".to_owned(),
        names => format!("there are {}", names.join(", ")),
    })
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_what_looks_like_one() {
        let check = |text: &str, value: Value| assert_eq!(number_or_text(text.to_owned()), value);
        check("5", Value::Integer(5));
        check("9007199254740993", Value::Integer(9_007_199_254_740_993));
        check("-0.1", Value::Real(-0.1));
        check("1e3", Value::Real(1000.0));
        check(".5", Value::Real(0.5));
        check("0.30000000000000004", Value::Real(0.1 + 0.2));
        for text in [
            "", "setosa", "inf", "NaN", "1e999", "1 2", "0x10", "infinity",
        ] {
            check(text, Value::Text(text.to_owned()));
        }
    }
}
