//! `eddy dataset`.
//!
//! - [`rows`]: which rows, in which order; [`sql`] and [`events`]: the files that are made of them

mod events;
mod rows;
mod sql;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::scenario::Scenario;

/// Write the rows of a walk-through as files: SQL, and change events to replay
///
/// SQL files, which psql and sqlite3 both take; events.ndjson, the change events that inserting them gives, by a clock of
/// its own; lab.json, the experiment: `eddy replay DIR/lab.json DIR/events.ndjson` runs it without any database.
///
/// iris: iris_train1.sql (1 row), iris_train2.sql (the other 138 training rows), iris_test.sql (11 rows). Insert train1, test,
/// train2, test, train2, test, as the demo does; so do the events. ecommerce: ecommerce_train.sql (800 rows) and
/// ecommerce_test.sql (200), split as scikit-learn's train_test_split(test_size=0.2, random_state=42) does. virginica:
/// virginica_train1.sql (8 rows), virginica_train2.sql (72), virginica_test.sql (20), to be inserted train1, test, train2, test.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  eddy dataset iris --out iris                   in the order that gives the published tables
  eddy dataset iris --out iris --shuffle 1489    in another order that does so
  eddy dataset iris --out iris --shuffle 7       in any order of its own, the same on every machine
  eddy dataset ecommerce --out shop && eddy replay shop/lab.json shop/events.ndjson

Then, while `eddy serve` runs:
  eddy insert --file iris/iris_train1.sql
  sqlite3 eddy.db < iris/iris_test.sql
  psql -f iris/iris_train2.sql                   for a PostgreSQL that Debezium watches

SQLite gives a SERIAL id no numbers. In a database that `eddy serve` has set up the tables are \
there already, with ids that count; in any other SQLite file the ids of these rows stay NULL, and \
so do the keys of their events. Everything else works.")]
pub(crate) struct Args {
    /// Which rows
    dataset: Scenario,
    /// The folder for the files; created where it is missing
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The order of the training rows of iris; 142923 where this is left out
    #[arg(long, value_name = "SEED")]
    shuffle: Option<u64>,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let scenario = args.dataset;
    ensure!(
        args.shuffle.is_none() || scenario == Scenario::Iris,
        "the rows of {} have one order; leave --shuffle out",
        scenario.name()
    );
    let rows = rows::of(scenario, args.shuffle)?;
    let mut files: Vec<(String, String)> = rows
        .parts
        .iter()
        .map(|part| (format!("{}.sql", part.name), sql::file(scenario, part)))
        .collect();
    files.push(("events.ndjson".to_owned(), events::file(scenario, &rows)));
    files.push(("lab.json".to_owned(), scenario.lab().to_owned()));
    std::fs::create_dir_all(&args.out)
        .with_context(|| format!("cannot create the folder {}", args.out.display()))?;
    for (name, text) in &files {
        write(&args.out.join(name), text)?;
    }
    Ok(())
}

pub(crate) fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    eprintln!("wrote {}", path.display());
    Ok(())
}
