//! The source that Debezium Server posts to.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use bridge::debezium_server::{DebeziumServer, DebeziumServerConfig};
use bridge::embedded::PublishTable;
use bridge::{Backend, Ingestion};

const LONG_HELP: &str = "\
Take events of Debezium Server's HTTP sink at POST /debezium, and keep them in the file of --db

Its application.properties:
  debezium.sink.type=http
  debezium.sink.http.url=http://127.0.0.1:8080/debezium
  debezium.format.value=json
  debezium.source.connector.class=io.debezium.connector.postgresql.PostgresConnector
  debezium.source.topic.prefix=flink
  debezium.source.plugin.name=pgoutput
  debezium.source.database.hostname=127.0.0.1
  ... and what else your connector wants

With --debezium-token, the address ends in ?token=TOKEN. The topic of an event is NAME.SCHEMA.TABLE of its source. An \
event that cannot be read is kept, too, in NAME.unreadable: a refusal would stop the server. 200 means that the event \
is on the disk; 503 that it could not be kept, and the server tries again five times";

#[derive(clap::Args)]
#[group(skip)]
pub(super) struct Args {
    /// Take events of Debezium Server's HTTP sink at POST /debezium, and keep them in the file of --db
    #[arg(long, long_help = LONG_HELP, conflicts_with_all = ["tables", "allow_insert", "schemas"])]
    pub(super) debezium_server: bool,
    /// What Debezium Server must know: its sink's url ends in ?token=TOKEN; without it, the one of --token if any
    #[arg(
        long,
        env = "EDDY_DEBEZIUM_TOKEN",
        hide_env_values = true,
        value_name = "TOKEN"
    )]
    debezium_token: Option<String>,
}

/// Opens the log in this file, to publish to tables of the topics' names.
pub(super) fn open(
    args: &Args,
    db: &Path,
    retention_rows: Option<u64>,
    publish: Vec<String>,
) -> Result<(Backend, Ingestion)> {
    let mut config = DebeziumServerConfig::new(db);
    config.retention_rows = retention_rows;
    config.publish = publish
        .into_iter()
        .map(|topic| PublishTable {
            table: topic.clone(),
            topic,
        })
        .collect();
    let log = Arc::new(DebeziumServer::open(config)?);
    let backend = Backend {
        source: log.clone(),
        sink: Some(log.clone()),
        insert: None,
    };
    let token = args.debezium_token.clone();
    Ok((backend, Ingestion { log, token }))
}
