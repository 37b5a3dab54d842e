//! `eddy dataset`.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

/// The order of training rows in which both real engines gave the published demo's tables.
const DEFAULT_SEED: u64 = 142_923;

/// Write the rows of the published demo as SQL files
///
/// Three files: iris_train1.sql (1 row), iris_train2.sql (the other 138 training rows), iris_test.sql (11 rows). psql
/// and sqlite3 both take them. Insert train1, test, train2, test, train2, test, as the demo does.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  eddy dataset iris --out iris                   in the order that gives the published tables
  eddy dataset iris --out iris --shuffle 1489    in another order that does so
  eddy dataset iris --out iris --shuffle 7       in any order of its own, the same on every machine

Then, while `eddy serve` runs:
  eddy insert --file iris/iris_train1.sql
  sqlite3 eddy.db < iris/iris_test.sql
  psql -f iris/iris_train2.sql                   for a PostgreSQL that Debezium watches

SQLite gives a SERIAL id no numbers. In a database that `eddy serve` has set up the tables are \
there already, with ids that count; in any other SQLite file the ids of these rows stay NULL, and \
so do the keys of their events. Everything else works.")]
pub(crate) struct Args {
    /// Which rows
    dataset: Dataset,
    /// The folder for the files; created where it is missing
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The order of the training rows
    #[arg(long, value_name = "SEED", default_value_t = DEFAULT_SEED)]
    shuffle: u64,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Dataset {
    /// Fisher's Iris data: 150 flowers, four measures, three classes
    Iris,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let Dataset::Iris = args.dataset;
    let files = iris(args.shuffle)?;
    std::fs::create_dir_all(&args.out)
        .with_context(|| format!("cannot create the folder {}", args.out.display()))?;
    for (name, sql) in &files {
        write(&args.out.join(name), sql)?;
    }
    Ok(())
}

fn write(path: &Path, sql: &str) -> Result<()> {
    std::fs::write(path, sql).with_context(|| format!("cannot write {}", path.display()))?;
    eprintln!("wrote {}", path.display());
    Ok(())
}

/// The columns beside `id`, and each flower's values in that order.
const ROWS: &str = include_str!("../data/iris.csv");

/// The published demo's test rows, as indices into [`ROWS`].
const TEST: &str = include_str!("../data/test_rows.csv");

/// Orders in which both real engines gave the published demo's six tables.
const ORDERS: [(u64, &str); 2] = [
    (DEFAULT_SEED, include_str!("../data/order_142923.csv")),
    (1_489, include_str!("../data/order_1489.csv")),
];

/// The three files: name and content.
fn iris(seed: u64) -> Result<[(&'static str, String); 3]> {
    let mut lines = ROWS.lines();
    let columns = lines.next().unwrap_or_default();
    let rows: Vec<&str> = lines.collect();
    let test = indices(TEST)?;
    let order = match ORDERS.iter().find(|(known, _)| *known == seed) {
        Some((_, order)) => indices(order)?,
        None => shuffled(seed, rows.len(), &test),
    };
    ensure!(
        test.iter().chain(&order).all(|i| *i < rows.len()),
        "the rows inside this program are incomplete; build it again"
    );
    let file = |table: &str, about: &str, indices: &[usize]| {
        let picked: Vec<&str> = indices.iter().map(|i| rows[*i]).collect();
        sql(table, about, columns, &picked)
    };
    let (first, others) = order.split_at(order.len().min(1));
    let train = |part: &str| format!("{part} of the training rows, in the order of seed {seed}");
    Ok([
        (
            "iris_train1.sql",
            file("iris_train", &train("the first"), first),
        ),
        (
            "iris_train2.sql",
            file("iris_train", &train("the rest"), others),
        ),
        ("iris_test.sql", file("iris_test", "the test rows", &test)),
    ])
}

fn indices(list: &str) -> Result<Vec<usize>> {
    list.trim()
        .split(',')
        .map(|index| {
            index
                .parse()
                .context("the rows inside this program are broken; build it again")
        })
        .collect()
}

/// All rows but the test rows, shuffled (Fisher-Yates on SplitMix64), the same on every machine.
fn shuffled(seed: u64, rows: usize, test: &[usize]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..rows).filter(|i| !test.contains(i)).collect();
    let mut state = seed;
    for i in (1..order.len()).rev() {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        order.swap(i, (z % (i as u64 + 1)) as usize);
    }
    order
}

/// SQL that psql and sqlite3 both take.
fn sql(table: &str, about: &str, columns: &str, rows: &[&str]) -> String {
    let columns = columns.replace(',', ", ");
    let declared = columns
        .replace("iris_class", "iris_class int")
        .replace("_length", "_length float")
        .replace("_width", "_width float");
    let mut out = format!(
        "-- The Iris walk-through: {about}. For psql and sqlite3.\n\
         -- SQLite: let `eddy serve` create the table first; a SERIAL id stays NULL there.\n\
         BEGIN;\n\
         CREATE TABLE IF NOT EXISTS {table}(id SERIAL PRIMARY KEY, {declared});\n"
    );
    for row in rows {
        let values = row.replace(',', ", ");
        // Writing into a string cannot fail.
        let _ = writeln!(out, "INSERT INTO {table}({columns}) VALUES({values});");
    }
    out.push_str("COMMIT;\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(seed: u64) -> [(&'static str, String); 3] {
        let files = iris(seed).expect("files");
        let connection = rusqlite::Connection::open_in_memory().expect("a database");
        let mut counts = Vec::new();
        for (name, sql) in &files {
            connection.execute_batch(sql).expect(name);
            let (_, table) = name
                .trim_end_matches(".sql")
                .split_once('_')
                .expect("a name");
            let table = format!("iris_{}", table.trim_end_matches(char::is_numeric));
            let count = format!("SELECT count(*) FROM {table}");
            counts.push(
                connection
                    .query_row(&count, [], |row| row.get::<_, i64>(0))
                    .expect(name),
            );
        }
        assert_eq!(counts, [1, 139, 11]);
        let all = connection
            .query_row(
                "SELECT count(*), sum(iris_class = 0), sum(iris_class = 1), sum(iris_class = 2), round(sum(sepal_length), 6)
                 FROM (SELECT * FROM iris_train UNION ALL SELECT * FROM iris_test)",
                [],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)),
            )
            .expect("sums");
        assert_eq!(all, (150, 50, 50, 50, 876.5), "every flower once");
        files
    }

    #[test]
    fn every_flower_comes_once_in_any_order() {
        let [train1, _, test] = check(DEFAULT_SEED);
        assert!(
            train1.1.contains("VALUES(5.8, 2.8, 5.1, 2.4, 2);"),
            "{}",
            train1.1
        );
        let first = test.1.lines().nth(4).expect("a row");
        assert_eq!(
            first,
            "INSERT INTO iris_test(sepal_length, sepal_width, petal_length, petal_width, iris_class) VALUES(5.4, 3.7, 1.5, 0.2, 0);"
        );
        let known = check(1_489);
        let own = check(7);
        assert_eq!(own, check(7));
        assert_ne!(own[1], known[1]);
        assert_ne!(own[1], check(8)[1]);
    }
}
