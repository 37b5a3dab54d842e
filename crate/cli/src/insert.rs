//! `eddy insert`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::{Batch, Connection, ErrorCode, TransactionBehavior};

use crate::generate::{flags, tables};
use crate::rows::{Table, insert};

/// Insert rows into a SQLite file, as any other process would
///
/// Everything goes in as one transaction, or nothing does. `eddy serve` need not run; if it does, the rows are on the
/// page a moment later.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  eddy insert iris_train sepal_length=5.1 sepal_width=3.5 petal_length=1.4 petal_width=0.2
  eddy insert iris_test sepal_length=5.4 iris_class=NULL --db shop.db
  eddy insert --file iris/iris_train2.sql         SQL, as one transaction
  eddy insert --file flowers.csv iris_train       CSV whose first line names the columns
  eddy insert --generate blobs --rows 1000        a made-up stream, into blobs_train and blobs_test
  eddy insert --generate blobs --rate 20          the same, 20 rows a second

Values are numbers where they look like numbers and the column takes some. NULL is null, and so \
is an empty field of a CSV file.")]
pub(crate) struct Args {
    /// The table; for a CSV file, its name where this is left out
    table: Option<String>,
    /// One row
    #[arg(value_name = "COLUMN=VALUE", conflicts_with = "file")]
    values: Vec<String>,
    /// A file of SQL (.sql) or rows (.csv)
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// The SQLite file
    #[arg(long, value_name = "FILE", default_value = "eddy.db")]
    db: PathBuf,
    /// Rows of a made-up stream, into its tables NAME_train and NAME_test, which are created where they are missing
    #[arg(long, value_name = "KIND", conflicts_with_all = ["table", "values", "file"])]
    generate: Option<flags::KindFlag>,
    #[command(flatten)]
    flags: flags::Flags,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    ensure!(
        args.db.exists(),
        "there is no {}; start `eddy serve` first, or name the file with --db",
        args.db.display()
    );
    let mut connection = Connection::open(&args.db)
        .and_then(|connection| {
            connection.busy_timeout(Duration::from_secs(10))?;
            // So that INSERT OR REPLACE is captured with the row that it removes.
            connection.execute_batch("PRAGMA recursive_triggers = on")?;
            Ok(connection)
        })
        .with_context(|| format!("cannot open {}", args.db.display()))?;
    if let Some(kind) = args.generate {
        return generated(&mut connection, args, kind);
    }
    ensure!(
        args.flags == flags::Flags::default(),
        "--rows, --seed and the like are of a made-up stream; name its kind with --generate"
    );
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(|error| explain(error, &args.db))?;
    let rows = match &args.file {
        None => one_row(&transaction, args)?,
        Some(file) => from_file(&transaction, file, args.table.as_deref())?,
    };
    transaction
        .commit()
        .map_err(|error| explain(error, &args.db))?;
    eprintln!("inserted {rows} {}", if rows == 1 { "row" } else { "rows" });
    Ok(())
}

/// A made-up stream's rows.
fn generated(connection: &mut Connection, args: &Args, kind: flags::KindFlag) -> Result<()> {
    let stream = args.flags.stream(kind, false)?;
    tables::create(connection, &stream)?;
    let [train, test] = stream.tables();
    let changes = tables::fill(connection, &stream, args.flags.rate)?;
    eprintln!("made {changes} changes in {train} and {test}");
    if !tables::are_watched(connection, &stream)? {
        let name = &stream.settings().name;
        eprintln!(
            "nobody watches these tables; start `eddy serve --table '{name}_*'` on {}",
            args.db.display()
        );
    }
    Ok(())
}

fn explain(error: rusqlite::Error, db: &Path) -> anyhow::Error {
    let busy = error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy);
    let error = anyhow::Error::new(error);
    match busy {
        true => error.context(format!(
            "{}: another process has kept a transaction open for 10 s; commit it, or end that process",
            db.display()
        )),
        false => error.context(format!("cannot write {}", db.display())),
    }
}

fn one_row(connection: &Connection, args: &Args) -> Result<u64> {
    let Some(name) = &args.table else {
        bail!("name a table and its values (eddy insert TABLE COLUMN=VALUE ..), or a --file");
    };
    let table = Table::find(connection, name)?;
    let mut columns = Vec::new();
    let mut values = Vec::new();
    for assignment in &args.values {
        let (column, value) = assignment
            .split_once('=')
            .with_context(|| format!("{assignment:?} has no =; write COLUMN=VALUE"))?;
        columns.push(column.to_owned());
        values.push((value != "NULL").then(|| value.to_owned()));
    }
    ensure!(
        !columns.is_empty(),
        "name at least one value of table {name}: {}=..",
        table.first_value_column()
    );
    insert(
        connection,
        &table,
        &columns,
        std::iter::once(Ok((None, values))),
    )
}

fn from_file(connection: &Connection, file: &Path, table: Option<&str>) -> Result<u64> {
    let read = || {
        std::fs::read_to_string(file)
            .with_context(|| format!("cannot read {}; check the name", file.display()))
    };
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("sql") => {
            ensure!(
                table.is_none(),
                "a .sql file names its tables itself; leave {} out",
                table.unwrap_or_default()
            );
            run_sql(connection, &read()?, file)
        }
        Some("csv") => {
            let name = table.or_else(|| file.file_stem().and_then(|stem| stem.to_str()));
            let table = Table::find(connection, name.unwrap_or_default())?;
            insert_csv(connection, &table, &read()?, file)
        }
        _ => bail!(
            "{} is neither .sql nor .csv; rename it so that its kind is known",
            file.display()
        ),
    }
}

/// Runs the statements, and answers how many rows they inserted, changed or deleted themselves.
fn run_sql(connection: &Connection, sql: &str, file: &Path) -> Result<u64> {
    let mut batch = Batch::new(connection, sql);
    let mut rows = 0;
    let mut number = 0;
    loop {
        number += 1;
        let place = || {
            format!(
                "{}, statement {number}; nothing was inserted",
                file.display()
            )
        };
        let Some(mut statement) = batch.next().with_context(place)? else {
            return Ok(rows);
        };
        let text = statement.expanded_sql().unwrap_or_default();
        match transaction_word(&text).as_str() {
            // The file is one transaction as it is.
            "BEGIN" | "COMMIT" | "END" => continue,
            "ROLLBACK" => bail!("{}: ROLLBACK makes no sense here; remove it", place()),
            _ => {}
        }
        let before = connection.total_changes();
        let mut found = statement.query([]).with_context(place)?;
        while found.next().with_context(place)?.is_some() {}
        drop(found);
        if connection.total_changes() > before {
            rows += connection.changes();
        }
    }
}

/// The statement's first word, in capitals.
fn transaction_word(sql: &str) -> String {
    let mut rest = sql.trim_start();
    loop {
        rest = if let Some(comment) = rest.strip_prefix("--") {
            comment.split_once('\n').map_or("", |(_, rest)| rest)
        } else if let Some(comment) = rest.strip_prefix("/*") {
            comment.split_once("*/").map_or("", |(_, rest)| rest)
        } else {
            break;
        }
        .trim_start();
    }
    rest.chars()
        .take_while(char::is_ascii_alphabetic)
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

fn insert_csv(connection: &Connection, table: &Table, text: &str, file: &Path) -> Result<u64> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let place = || format!("{}; nothing was inserted", file.display());
    let header = reader.headers().with_context(place)?;
    let columns: Vec<String> = header.iter().map(str::to_owned).collect();
    let rows = reader.records().map(|record| {
        let record = record?;
        let line = record.position().map(csv::Position::line);
        let value = |field: &str| (!field.is_empty() && field != "NULL").then(|| field.to_owned());
        Ok((line, record.iter().map(value).collect()))
    });
    insert(connection, table, &columns, rows).with_context(place)
}

#[cfg(test)]
mod tests {
    use super::transaction_word;

    #[test]
    fn a_statement_s_first_word_stands_behind_comments() {
        assert_eq!(transaction_word(" -- a\n/* b */ begin immediate"), "BEGIN");
        assert_eq!(transaction_word("INSERT INTO t"), "INSERT");
        assert_eq!(transaction_word("-- only"), "");
    }
}
