//! What `eddy serve` sets up by itself.

use std::path::Path;

use anyhow::{Context, Result};
use lab::LabFile;
use lab::config::Batch;
use rusqlite::Connection;

/// A walk-through that comes with its tables and its lab file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Scenario {
    /// The published demo: Iris rows, Flink's and Spark's k-means side by side
    Iris,
}

/// The tables of the scenario, those that rows may be typed into.
pub(crate) const TABLES: [&str; 2] = ["iris_train", "iris_test"];

/// Where the scenario's predictions go.
pub(crate) const PREDICTIONS: &str = "iris_predictions";

/// The scenario's lab file, the one that the page has too.
const LAB: &str = include_str!("../../../www/lab.json");

/// Creates the scenario's tables where they are missing.
pub(crate) fn create_tables(db: &Path) -> Result<()> {
    let cannot = || {
        format!(
            "cannot create the tables of the Iris scenario in {}",
            db.display()
        )
    };
    let connection = Connection::open(db).with_context(cannot)?;
    connection
        .busy_timeout(std::time::Duration::from_secs(5))
        .with_context(cannot)?;
    for table in TABLES {
        connection
            .execute_batch(&format!(
                "CREATE TABLE IF NOT EXISTS {table}(id INTEGER PRIMARY KEY, sepal_length REAL, sepal_width REAL, \
                 petal_length REAL, petal_width REAL, iris_class INTEGER)"
            ))
            .with_context(cannot)?;
        let id: Option<String> = connection
            .query_row(
                "SELECT max(type) FROM pragma_table_info(?1) WHERE name = 'id'",
                [table],
                |row| row.get(0),
            )
            .with_context(cannot)?;
        if id.is_some_and(|id| id.eq_ignore_ascii_case("SERIAL")) {
            tracing::warn!(
                "SQLite does not number the rows of {table}, because its id is a SERIAL: keys will be null; \
                 start `eddy serve` before the SQL files, or use another --db"
            );
        }
    }
    Ok(())
}

/// The lab file, with windows of this length in place of its own.
pub(crate) fn lab_json(window_ms: Option<i64>) -> Result<Vec<u8>> {
    let Some(window_ms) = window_ms else {
        return Ok(LAB.as_bytes().to_vec());
    };
    let mut lab = LabFile::parse(LAB)?;
    for lane in &mut lab.lanes {
        if let Some(Batch::Interval { ms }) = &mut lane.batch {
            *ms = window_ms;
        }
    }
    Ok(serde_json::to_vec_pretty(&lab)?)
}

/// Reads a length of time such as `10s`, in milliseconds.
pub(crate) fn parse_window(text: &str) -> Result<i64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit_ms = match &text[digits.len()..] {
        "ms" => 1,
        "s" => 1_000,
        "m" | "min" => 60_000,
        "h" => 3_600_000,
        _ => return Err("give a number and a unit: 500ms, 10s, 5m, 1h".to_owned()),
    };
    match digits
        .parse::<i64>()
        .ok()
        .and_then(|n| n.checked_mul(unit_ms))
    {
        Some(ms) if ms > 0 => Ok(ms),
        _ => Err("give a whole number above 0 before the unit: 500ms, 10s, 5m, 1h".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_have_units() {
        assert_eq!(parse_window("500ms"), Ok(500));
        assert_eq!(parse_window("10s"), Ok(10_000));
        assert_eq!(parse_window("2min"), Ok(120_000));
        for bad in [
            "10",
            "s",
            "0s",
            "-1s",
            "1.5s",
            "10 s",
            "",
            "99999999999999999h",
            "é",
        ] {
            assert!(parse_window(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_window_changes_nothing_else() {
        let as_it_is = LabFile::parse(LAB).expect("the lab file");
        let changed = lab_json(Some(1_000)).expect("a lab file");
        let mut changed =
            LabFile::parse(std::str::from_utf8(&changed).expect("UTF-8")).expect("a lab file");
        assert_eq!(changed.lanes[1].batch, Some(Batch::Interval { ms: 1_000 }));
        changed.lanes[1].batch = as_it_is.lanes[1].batch;
        assert_eq!(changed, as_it_is);
        lab::Lab::new(changed).expect("a lab");
        let topics: Vec<&str> = as_it_is
            .streams
            .iter()
            .map(|stream| stream.topic.as_str())
            .collect();
        assert_eq!(topics, TABLES.map(|table| format!("flink.public.{table}")));
    }
}
