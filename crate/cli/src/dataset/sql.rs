//! Rows as SQL.

use std::fmt::Write;

use super::rows::Part;
use crate::scenario::{Kind, Scenario};

/// SQL that psql and sqlite3 both take.
pub(super) fn file(scenario: Scenario, part: &Part) -> String {
    let (name, Part { table, about, .. }) = (scenario.name(), part);
    let columns = scenario.columns();
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let names = names.join(", ");
    let declared: String = columns
        .iter()
        .map(|(name, kind)| match kind {
            Kind::Whole => format!(", {name} int"),
            Kind::Real => format!(", {name} float"),
        })
        .collect();
    let mut out = format!(
        "-- The {name} walk-through: {about}. For psql and sqlite3.\n\
         -- SQLite: let `eddy serve` create the table first; a SERIAL id stays NULL there.\n\
         BEGIN;\n\
         CREATE TABLE IF NOT EXISTS {table}(id SERIAL PRIMARY KEY{declared});\n"
    );
    for row in &part.rows {
        let values = row.replace(',', ", ");
        // Writing into a string cannot fail.
        let _ = writeln!(out, "INSERT INTO {table}({names}) VALUES({values});");
    }
    out.push_str("COMMIT;\n");
    out
}

#[cfg(test)]
mod tests {
    use super::super::rows;
    use super::*;

    fn database(scenario: Scenario, seed: Option<u64>, counts: &[u64]) -> rusqlite::Connection {
        let rows = rows::of(scenario, seed).expect("rows");
        let connection = rusqlite::Connection::open_in_memory().expect("a database");
        for (part, count) in rows.parts.iter().zip(counts) {
            let before = connection.total_changes();
            let file = file(scenario, part);
            connection.execute_batch(&file).expect(part.name);
            assert_eq!(connection.total_changes() - before, *count, "{}", part.name);
        }
        connection
    }

    #[test]
    fn every_flower_comes_once_in_any_order() {
        for seed in [142_923, 1_489, 7, 8] {
            let connection = database(Scenario::Iris, Some(seed), &[1, 138, 11]);
            let all = connection
                .query_row(
                    "SELECT count(*), sum(iris_class = 0), sum(iris_class = 1), sum(iris_class = 2), round(sum(sepal_length), 6)
                     FROM (SELECT * FROM iris_train UNION ALL SELECT * FROM iris_test)",
                    [],
                    |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)),
                )
                .expect("sums");
            assert_eq!(all, (150, 50, 50, 50, 876.5), "every flower once");
        }
    }

    #[test]
    fn every_order_comes_once() {
        let connection = database(Scenario::Ecommerce, None, &[800, 200]);
        let sums = connection
            .query_row(
                "SELECT count(*), sum(age), sum(income), sum(buy_count), round(sum(price), 2)
                 FROM (SELECT * FROM ecommerce_train UNION ALL SELECT * FROM ecommerce_test)",
                [],
                |row| {
                    Ok((
                        row.get(0)?,
                        row.get(1)?,
                        row.get(2)?,
                        row.get(3)?,
                        row.get(4)?,
                    ))
                },
            )
            .expect("sums");
        let csv = include_str!("../../data/ecommerce.csv");
        let sum = |column: usize| -> f64 {
            let values = csv
                .lines()
                .skip(1)
                .filter_map(|row| row.split(',').nth(column));
            values
                .map(|value| value.parse::<f64>().expect("a number"))
                .sum()
        };
        let price = (sum(3) * 100.0).round() / 100.0;
        assert_eq!(
            sums,
            (1_000, sum(0) as i64, sum(1) as i64, sum(2) as i64, price)
        );
        let connection = database(Scenario::Virginica, None, &[8, 72, 20]);
        let classes: i64 = connection
            .query_row("SELECT sum(is_virginica) FROM virginica_train", [], |row| {
                row.get(0)
            })
            .expect("a sum");
        assert_eq!(classes, 40);
    }

    #[test]
    fn files_read_as_they_always_did() {
        let rows = rows::of(Scenario::Iris, None).expect("rows");
        let [train1, _, test] = [0, 1, 2].map(|i| file(Scenario::Iris, &rows.parts[i]));
        assert!(
            train1.contains("VALUES(5.8, 2.8, 5.1, 2.4, 2);"),
            "{train1}"
        );
        assert!(train1.contains("iris_train(id SERIAL PRIMARY KEY, sepal_length float,"));
        assert!(train1.contains("petal_width float, iris_class int);"));
        assert_eq!(
            test.lines().nth(4),
            Some(
                "INSERT INTO iris_test(sepal_length, sepal_width, petal_length, petal_width, iris_class) VALUES(5.4, 3.7, 1.5, 0.2, 0);"
            )
        );
    }
}
