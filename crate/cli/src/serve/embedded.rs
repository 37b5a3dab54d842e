//! The source that needs no services: a SQLite file.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use bridge::Backend;
use bridge::embedded::{Embedded, EmbeddedConfig, PublishTable};

use crate::scenario::Scenario;

/// Flags that choose Kafka, where these here have no meaning.
const KAFKA: [&str; 3] = ["kafka", "kafka_config", "kafka_set"];

// clap would name the group of each source's flags `Args`.
#[derive(clap::Args)]
#[group(skip)]
pub(super) struct Args {
    /// The SQLite file; created where it is missing. With --debezium-server, one of its own
    #[arg(long, value_name = "FILE", default_value = "eddy.db", conflicts_with_all = KAFKA)]
    pub(super) db: PathBuf,
    /// A table to watch, or a pattern with * and ?; may be repeated
    #[arg(long = "table", value_name = "TABLE", conflicts_with_all = KAFKA)]
    pub(super) tables: Vec<String>,
    /// A table that rows may be typed into, and that starting over empties; may be repeated
    #[arg(long = "allow-insert", value_name = "TABLE", conflicts_with_all = KAFKA)]
    allow_insert: Vec<String>,
    /// Give keys and values their schema, as Debezium's JSON converter does by default
    #[arg(long, conflicts_with_all = KAFKA)]
    schemas: bool,
    /// How many changes the log keeps; all where this is left out
    #[arg(long, value_name = "N", conflicts_with_all = KAFKA)]
    pub(super) retention_rows: Option<u64>,
}

/// Opens the file, with the scenarios' tables, to publish to tables of the topics' names.
pub(super) fn open(args: &Args, scenarios: &[Scenario], publish: Vec<String>) -> Result<Backend> {
    let mut config = EmbeddedConfig::new(&args.db);
    config.tables.clone_from(&args.tables);
    config.schemas = args.schemas;
    config.retention_rows = args.retention_rows;
    config.insert_tables.clone_from(&args.allow_insert);
    for scenario in scenarios {
        scenario.create_tables(&args.db)?;
        let tables = scenario.tables().map(str::to_owned);
        config.tables.extend(tables.clone());
        config.insert_tables.extend(tables);
    }
    config.publish = publish
        .into_iter()
        .map(|topic| PublishTable {
            table: topic.clone(),
            topic,
        })
        .collect();
    let embedded = Arc::new(Embedded::open(config)?);
    Ok(Backend {
        source: embedded.clone(),
        sink: Some(embedded.clone()),
        insert: Some(embedded),
    })
}
