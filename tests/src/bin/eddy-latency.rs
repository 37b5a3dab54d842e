//! From a committed insert to the pixels: the time until a page's frame shows the row.
//!
//! Inserts rows as another process, 20 a second, with the page open in headless Chromium, and prints the distribution
//! in milliseconds: into the file of a running `eddy serve`, or with `--stack` into PostgreSQL, from where Debezium and
//! Kafka bring them. `EDDY_BIN` names the program, `EDDY_XTASK` for `--stack` the program xtask.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use eddy_tests::browser::Browser;
use eddy_tests::demo::Demo;
use eddy_tests::page::{Page, Size, saved};
use eddy_tests::program::Eddy;
use eddy_tests::stack::Stack;
use rusqlite::Connection;
use serde_json::Value;

/// Measure the time from a committed insert to the frame that shows it
#[derive(Parser)]
struct Args {
    /// Rows to insert
    #[arg(long, default_value_t = 200)]
    rows: usize,
    /// Through PostgreSQL, Debezium and Kafka, whole envelopes with schemas
    #[arg(long)]
    stack: bool,
}

const SOON: Duration = Duration::from_secs(30);

/// Notes when each number of records was on the screen: the text of the row counter is set in the frame in which the
/// canvases are drawn, and a message posted then arrives when that frame is done.
const WATCH: &str = "
    window.shown = {};
    const row = document.getElementById('where-row');
    const channel = new MessageChannel();
    channel.port1.onmessage = (event) => { window.shown[event.data] ??= performance.timeOrigin + performance.now(); };
    new MutationObserver(() => {
      const records = row.textContent.match(/row ([0-9,]+)/);
      if (records) channel.port2.postMessage(Number(records[1].replaceAll(',', '')));
    }).observe(row, { childList: true, characterData: true, subtree: true });
    return 1";

#[tokio::main]
async fn main() -> Result<()> {
    let args = Args::parse();
    ensure!(args.rows > 0, "give at least one row");
    let demo = Demo::new(142_923, 10_000)?;
    let stack = match args.stack {
        true => {
            Some(Stack::for_tests("postgres,kafka,connect")?.context("name xtask in EDDY_XTASK")?)
        }
        false => None,
    };
    let eddy = serve(&demo, stack.as_ref())?;
    let mut database = match &stack {
        Some(stack) => Database::postgres(stack)?,
        None => Database::sqlite(&demo)?,
    };
    let page = Browser::find()?.open().await?;
    page.resize(Size::DESKTOP).await?;
    page.goto(eddy.url()).await?;
    page.wait_for(
        "document.getElementById('connection').dataset.state === 'live'",
        SOON,
    )
    .await?;
    page.js(WATCH).await?;
    // The stack comes with the first training row.
    let before = usize::from(args.stack);
    let committed_ms = insert(&mut database, args.rows).await?;
    let shown_ms = shown(&page, before, args.rows).await?;
    let since = |start: &[f64]| {
        let latencies = shown_ms.iter().zip(start).map(|(end, start)| end - start);
        latencies.collect::<Vec<f64>>()
    };
    print("insert to pixels", since(&committed_ms));
    if args.stack {
        let in_kafka_ms = timestamps(&page, before).await?;
        print(
            "of that, from the Kafka record's timestamp on",
            since(&in_kafka_ms),
        );
    }
    page.close().await
}

fn serve(demo: &Demo, stack: Option<&Stack>) -> Result<Eddy> {
    let Some(stack) = stack else {
        let args = demo.serve_args();
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        return Eddy::serve(&args);
    };
    let lab = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../www/lab.json"))?;
    let file = demo.file("lab.json");
    std::fs::write(&file, lab.replace("flink.public", "envelope.public"))?;
    let file = file.display().to_string();
    let kafka = stack.kafka()?;
    Eddy::serve(&[
        "--kafka",
        &kafka,
        "--lab",
        &file,
        "--allow-publish",
        "iris_predictions",
    ])
}

/// Inserts rows, 20 a second; answers when each was committed, in milliseconds since the epoch.
async fn insert(database: &mut Database, rows: usize) -> Result<Vec<f64>> {
    let mut committed_ms = Vec::new();
    for i in 0..rows {
        let x = (i % 50) as f64 / 10.0;
        let values = [5.0 + x / 3.0, 3.0, 1.0 + x, x / 2.0];
        database.insert(values)?;
        committed_ms.push(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs_f64() * 1000.0);
        // Not in step with the screen's frames.
        tokio::time::sleep(Duration::from_millis(45 + (i * 7 % 11) as u64)).await;
    }
    Ok(committed_ms)
}

/// When each row was on the screen.
async fn shown(page: &Page, before: usize, rows: usize) -> Result<Vec<f64>> {
    let last = before + rows;
    page.wait_for(&format!("window.shown[{last}]"), SOON)
        .await?;
    let shown = page.js("return window.shown").await?;
    (before + 1..=last)
        .map(|row| {
            // A row that was drawn in one frame with later ones was on the screen when they were.
            let frame = (row..=last).find_map(|records| shown[records.to_string()].as_f64());
            frame.context("every row is shown")
        })
        .collect()
}

/// The timestamps of the records behind the first few.
async fn timestamps(page: &Page, before: usize) -> Result<Vec<f64>> {
    let recording = saved(page, "save-recording").await?;
    let mut timestamps = Vec::new();
    for line in recording.lines() {
        let line: Value = serde_json::from_str(line)?;
        timestamps.extend(line["timestamp_ms"].as_f64());
    }
    Ok(timestamps.split_off(before))
}

fn print(what: &str, mut latencies_ms: Vec<f64>) {
    latencies_ms.sort_by(f64::total_cmp);
    let at = |share: f64| latencies_ms[((latencies_ms.len() - 1) as f64 * share).round() as usize];
    println!(
        "{what}, {} rows at 20/s: p50 {:.1} ms, p90 {:.1} ms, p99 {:.1} ms, max {:.1} ms",
        latencies_ms.len(),
        at(0.5),
        at(0.9),
        at(0.99),
        at(1.0)
    );
}

/// Where rows are inserted.
enum Database {
    Sqlite(Connection),
    Postgres {
        psql: Child,
        stdin: ChildStdin,
        stdout: BufReader<ChildStdout>,
    },
}

impl Database {
    fn sqlite(demo: &Demo) -> Result<Database> {
        let connection = Connection::open(demo.db())?;
        connection.busy_timeout(Duration::from_secs(5))?;
        Ok(Database::Sqlite(connection))
    }

    fn postgres(stack: &Stack) -> Result<Database> {
        let mut psql = stack
            .psql_command()?
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("psql does not start")?;
        let stdin = psql.stdin.take().context("psql's input")?;
        let stdout = BufReader::new(psql.stdout.take().context("psql's output")?);
        Ok(Database::Postgres {
            psql,
            stdin,
            stdout,
        })
    }

    /// Inserts a row and waits until it is committed.
    fn insert(&mut self, [a, b, c, d]: [f64; 4]) -> Result<()> {
        let sql = format!(
            "INSERT INTO iris_train(sepal_length, sepal_width, petal_length, petal_width, iris_class) \
             VALUES ({a}, {b}, {c}, {d}, 1)"
        );
        match self {
            Database::Sqlite(connection) => connection.execute_batch(&sql)?,
            Database::Postgres { stdin, stdout, .. } => {
                // It prints what is returned when the row is committed.
                writeln!(stdin, "{sql} RETURNING id;")?;
                stdin.flush()?;
                let mut line = String::new();
                stdout.read_line(&mut line)?;
                ensure!(!line.is_empty(), "psql ended");
            }
        }
        Ok(())
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Database::Postgres { psql, .. } = self {
            // Both fail only where it has ended already.
            let _ = psql.kill();
            let _ = psql.wait();
        }
    }
}
