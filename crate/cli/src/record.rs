//! `eddy record`.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use bridge::embedded::{Embedded, EmbeddedConfig};
use bridge::{Position, Source};
use wire::Hello;

use crate::live;
use crate::progress::Progress;
use crate::recording::Recording;

/// How much is read at once.
const READ_BYTES: usize = 1 << 20;

/// How long to wait where nothing is new.
const PAUSE: Duration = Duration::from_millis(20);

/// Record a stream into a file, for `eddy replay` and for the page
///
/// Ends when it has caught up with the log, unless it is to follow it. The same command again goes on behind the last
/// record in the file.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  eddy record --url ws://127.0.0.1:8080/ws --out iris.ndjson
  eddy record --url ws://127.0.0.1:8080/ws --topic flink.public.iris_train --out train.ndjson
  eddy record --url ws://127.0.0.1:8080/ws --out iris.ndjson --follow
  eddy record --db eddy.db --out iris.ndjson      straight from the file, without a bridge
  eddy replay lab.json iris.ndjson")]
pub(crate) struct Args {
    /// The bridge's address
    #[arg(
        long,
        value_name = "WS",
        required_unless_present = "db",
        conflicts_with = "db"
    )]
    url: Option<String>,
    /// The SQLite file that `eddy serve` captures
    #[arg(long, value_name = "FILE")]
    db: Option<PathBuf>,
    /// A topic; all where none is named; may be repeated
    #[arg(long = "topic", value_name = "TOPIC")]
    topics: Vec<String>,
    /// The file; gone on with where it is there already
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Go on until Ctrl-C
    #[arg(long)]
    follow: bool,
    /// The bridge's token, if it wants one
    #[arg(long, env = "EDDY_TOKEN", hide_env_values = true)]
    token: Option<String>,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start")?;
    runtime.block_on(async {
        let mut recording = Recording::open(&args.out)?;
        let mut progress = Progress::new("records");
        let recorded = tokio::select! {
            recorded = record(args, &mut recording, &mut progress) => recorded,
            stopped = tokio::signal::ctrl_c() => stopped.context("cannot wait for Ctrl-C"),
        };
        // What has come so far is kept, whatever ended it.
        recording.end()?;
        progress.end(recording.written);
        if recorded.is_err() {
            recording.remove_if_empty();
        }
        recorded
    })
}

async fn record(args: &Args, recording: &mut Recording, progress: &mut Progress) -> Result<()> {
    match (&args.db, &args.url) {
        (Some(db), _) => from_file(args, db.clone(), recording, progress).await,
        (None, Some(url)) => {
            let stream = live::Stream {
                url,
                topics: &args.topics,
                token: args.token.as_deref(),
                follow: args.follow,
            };
            live::record(&stream, recording, progress).await
        }
        // The command line has been checked for one of them.
        (None, None) => Ok(()),
    }
}

/// Records from the database file itself.
async fn from_file(
    args: &Args,
    db: PathBuf,
    recording: &mut Recording,
    progress: &mut Progress,
) -> Result<()> {
    let mut config = EmbeddedConfig::new(db);
    config.tables = vec!["*".to_owned()];
    let log = Embedded::open_log(config)?;
    let hello = log.hello()?;
    let mut from = positions(&hello, &args.topics, recording)?;
    loop {
        let chunk = log.read(&hello.log_id, &from, READ_BYTES)?;
        for gap in &chunk.gaps {
            recording.gap(gap)?;
        }
        for record in &chunk.records {
            recording.record(record)?;
        }
        from = chunk.next;
        progress.at(recording.written);
        if chunk.records.is_empty() {
            if !args.follow {
                return Ok(());
            }
            recording.flush()?;
            tokio::time::sleep(PAUSE).await;
        }
        // So that Ctrl-C is heard while there is much to read.
        tokio::task::yield_now().await;
    }
}

fn positions(hello: &Hello, topics: &[String], recording: &Recording) -> Result<Vec<Position>> {
    let there: Vec<&str> = hello
        .topics
        .iter()
        .map(|ends| ends.topic.as_str())
        .collect();
    for topic in topics {
        ensure!(
            there.contains(&topic.as_str()),
            "there is no topic {topic}; there are {}",
            there.join(", ")
        );
    }
    hello
        .topics
        .iter()
        .filter(|ends| topics.is_empty() || topics.contains(&ends.topic))
        .map(|ends| {
            let at = recording.resume_at(&ends.topic, ends.partition);
            ensure!(
                at.is_none_or(|offset| offset < ends.end),
                "the log of {} ends before the recording does: it was made anew; record it to another file",
                ends.topic
            );
            Ok(Position {
                topic: ends.topic.as_str().into(),
                partition: ends.partition,
                offset: at.unwrap_or(ends.start),
            })
        })
        .collect()
}
