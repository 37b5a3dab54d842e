//! What `eddy serve` sets up by itself: walk-throughs, each with its tables and its lab file.

use std::path::Path;

use anyhow::{Context, Result};
use lab::LabFile;
use lab::config::Batch;
use rusqlite::Connection;

/// A walk-through that comes with its tables, its rows and its lab file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Scenario {
    /// k-means, the published demo: which of three irises, by four measures of 150 flowers
    Iris,
    /// Linear regression: what 1,000 orders cost, by age, income and number of purchases
    Ecommerce,
    /// Logistic regression: virginica or versicolor, by the measures of these 100 irises
    Virginica,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Whole numbers.
    Whole,
    /// Numbers.
    Real,
}

/// A column of a scenario's tables, beside `id`.
pub(crate) type Column = (&'static str, Kind);

const MEASURES: [Column; 4] = [
    ("sepal_length", Kind::Real),
    ("sepal_width", Kind::Real),
    ("petal_length", Kind::Real),
    ("petal_width", Kind::Real),
];

impl Scenario {
    /// All of them, as the page's menu has them.
    #[cfg(test)]
    pub(crate) const ALL: [Scenario; 3] =
        [Scenario::Iris, Scenario::Ecommerce, Scenario::Virginica];

    /// Its name on the command line and in the page's address.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Scenario::Iris => "iris",
            Scenario::Ecommerce => "ecommerce",
            Scenario::Virginica => "virginica",
        }
    }

    /// Its tables, those that rows may be typed into: for training, for testing.
    pub(crate) fn tables(self) -> [&'static str; 2] {
        match self {
            Scenario::Iris => ["iris_train", "iris_test"],
            Scenario::Ecommerce => ["ecommerce_train", "ecommerce_test"],
            Scenario::Virginica => ["virginica_train", "virginica_test"],
        }
    }

    /// Where its predictions go.
    pub(crate) fn predictions(self) -> &'static str {
        match self {
            Scenario::Iris => "iris_predictions",
            Scenario::Ecommerce => "ecommerce_predictions",
            Scenario::Virginica => "virginica_predictions",
        }
    }

    /// The columns of both tables, beside `id`.
    pub(crate) fn columns(self) -> Vec<Column> {
        match self {
            Scenario::Iris => [&MEASURES[..], &[("iris_class", Kind::Whole)]].concat(),
            Scenario::Ecommerce => vec![
                ("age", Kind::Whole),
                ("income", Kind::Whole),
                ("buy_count", Kind::Whole),
                ("price", Kind::Real),
            ],
            Scenario::Virginica => [&MEASURES[..], &[("is_virginica", Kind::Whole)]].concat(),
        }
    }

    /// Its lab file, the one that the page has too.
    pub(crate) fn lab(self) -> &'static str {
        match self {
            Scenario::Iris => include_str!("../../../www/lab.json"),
            Scenario::Ecommerce => include_str!("../../../www/ecommerce.lab.json"),
            Scenario::Virginica => include_str!("../../../www/virginica.lab.json"),
        }
    }

    /// Its lab file, with windows of this length in place of its own.
    pub(crate) fn lab_json(self, window_ms: Option<i64>) -> Result<Vec<u8>> {
        let Some(window_ms) = window_ms else {
            return Ok(self.lab().as_bytes().to_vec());
        };
        let mut lab = LabFile::parse(self.lab())?;
        for lane in &mut lab.lanes {
            if let Some(Batch::Interval { ms }) = &mut lane.batch {
                *ms = window_ms;
            }
        }
        Ok(serde_json::to_vec_pretty(&lab)?)
    }

    /// Creates its tables where they are missing.
    pub(crate) fn create_tables(self, db: &Path) -> Result<()> {
        let cannot = || {
            format!(
                "cannot create the tables of the {} scenario in {}",
                self.name(),
                db.display()
            )
        };
        let connection = Connection::open(db).with_context(cannot)?;
        connection
            .busy_timeout(std::time::Duration::from_secs(5))
            .with_context(cannot)?;
        for table in self.tables() {
            self.create(&connection, table).with_context(cannot)?;
        }
        Ok(())
    }

    fn create(self, connection: &Connection, table: &str) -> rusqlite::Result<()> {
        let columns: String = self
            .columns()
            .iter()
            .map(|(name, kind)| match kind {
                Kind::Whole => format!(", {name} INTEGER"),
                Kind::Real => format!(", {name} REAL"),
            })
            .collect();
        connection.execute_batch(&format!(
            "CREATE TABLE IF NOT EXISTS {table}(id INTEGER PRIMARY KEY{columns})"
        ))?;
        let id: Option<String> = connection.query_row(
            "SELECT max(type) FROM pragma_table_info(?1) WHERE name = 'id'",
            [table],
            |row| row.get(0),
        )?;
        if id.is_some_and(|id| id.eq_ignore_ascii_case("SERIAL")) {
            tracing::warn!(
                "SQLite does not number the rows of {table}, because its id is a SERIAL: keys will be null; \
                 start `eddy serve` before the SQL files, or use another --db"
            );
        }
        Ok(())
    }
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
        for scenario in Scenario::ALL {
            let as_it_is = LabFile::parse(scenario.lab()).expect("the lab file");
            let changed = scenario.lab_json(Some(1_000)).expect("a lab file");
            let mut changed =
                LabFile::parse(std::str::from_utf8(&changed).expect("UTF-8")).expect("a lab file");
            assert_eq!(changed.lanes[1].batch, Some(Batch::Interval { ms: 1_000 }));
            changed.lanes[1].batch = as_it_is.lanes[1].batch;
            assert_eq!(changed, as_it_is);
            lab::Lab::new(changed).expect("a lab");
        }
    }

    #[test]
    fn the_lab_file_reads_the_tables_and_publishes_to_the_third() {
        for scenario in Scenario::ALL {
            let lab: serde_json::Value = serde_json::from_str(scenario.lab()).expect("JSON");
            let topics = scenario
                .tables()
                .map(|table| format!("flink.public.{table}"));
            for (i, topic) in topics.iter().enumerate() {
                assert_eq!(lab["streams"][i]["topic"], topic.as_str());
            }
            for lane in lab["lanes"].as_array().expect("lanes") {
                assert_eq!(lane["publish"]["topic"], scenario.predictions());
            }
            let columns = scenario.columns();
            let (target, features) = columns.split_last().expect("columns");
            let name = lab["label"].as_str().or(lab["target"].as_str());
            assert_eq!(name, Some(target.0));
            let features: Vec<&str> = features.iter().map(|(name, _)| *name).collect();
            assert_eq!(lab["features"], serde_json::json!(features));
        }
    }
}
