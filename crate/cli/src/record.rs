//! `eddy record`.
//!
//! [`from_source`]: from any source, without a bridge. From a bridge: [`live`].

mod from_source;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use bridge::Source;
use bridge::debezium_server::{self, DebeziumServer};
use bridge::embedded::{Embedded, EmbeddedConfig};

use crate::kafka::{self, KafkaArgs, Topics};
use crate::live;
use crate::progress::Progress;
use crate::recording::Recording;

/// Record a stream into a file, for `eddy replay` and for the page
///
/// Ends when it has caught up with the log, unless it is to follow it. The same command again goes on behind the last
/// record in the file, in each partition. A file whose name ends in .gz is compressed; it, too, can be gone on with.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  eddy record --url ws://127.0.0.1:8080/ws --out iris.ndjson
  eddy record --url ws://127.0.0.1:8080/ws --topic flink.public.iris_train --out train.ndjson
  eddy record --url ws://127.0.0.1:8080/ws --out iris.ndjson --follow
  eddy record --db eddy.db --out iris.ndjson.gz   straight from the file, without a bridge
  eddy record --kafka broker:9092 --topic shop.public.orders --out orders.ndjson.gz
  eddy replay lab.json iris.ndjson")]
pub(crate) struct Args {
    /// The bridge's address
    #[arg(long, value_name = "WS", conflicts_with_all = ["db", "kafka", "kafka_config", "kafka_set"])]
    url: Option<String>,
    /// The SQLite file that `eddy serve` captures, or in which it keeps what Debezium Server sends
    #[arg(long, value_name = "FILE", conflicts_with_all = ["kafka", "kafka_config", "kafka_set"])]
    db: Option<PathBuf>,
    #[command(flatten)]
    kafka: KafkaArgs,
    /// A topic; all where none is named; may be repeated
    #[arg(long = "topic", value_name = "TOPIC")]
    topics: Vec<String>,
    /// With --kafka, the topics whose whole name a regular expression matches; may be repeated
    #[arg(long = "topic-pattern", value_name = "REGEX", conflicts_with_all = ["url", "db"])]
    patterns: Vec<String>,
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
    let recorded = runtime.block_on(async {
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
    });
    // A source may be waiting for something that does not come.
    runtime.shutdown_timeout(Duration::from_millis(200));
    recorded
}

async fn record(args: &Args, recording: &mut Recording, progress: &mut Progress) -> Result<()> {
    if let Some(url) = &args.url {
        let stream = live::Stream {
            url,
            topics: &args.topics,
            token: args.token.as_deref(),
            follow: args.follow,
        };
        return live::record(&stream, recording, progress).await;
    }
    let (source, topics) = match &args.db {
        Some(db) => (open(db)?, args.topics.as_slice()),
        // Topics that appear, or that a pattern matches, are all of this source's.
        None if args.kafka.chosen() => (open_kafka(args)?, [].as_slice()),
        None => bail!(
            "name what to record: a bridge (--url), a database file (--db), or Kafka (--kafka)"
        ),
    };
    from_source::record(&source, topics, args.follow, recording, progress).await
}

fn open_kafka(args: &Args) -> Result<Arc<dyn Source>> {
    ensure!(
        !args.topics.is_empty() || !args.patterns.is_empty(),
        "no topic is named; name them with --topic or --topic-pattern"
    );
    let topics = Topics {
        names: args.topics.clone(),
        patterns: args.patterns.clone(),
    };
    kafka::open_source(&args.kafka, topics)
}

/// Opens the log in a database file: that of watched tables, or of what Debezium Server sent.
fn open(db: &Path) -> Result<Arc<dyn Source>> {
    if debezium_server::is_log(db) {
        return Ok(Arc::new(DebeziumServer::open_log(db)?));
    }
    let mut config = EmbeddedConfig::new(db);
    config.tables = vec!["*".to_owned()];
    Ok(Arc::new(Embedded::open_log(config)?))
}
