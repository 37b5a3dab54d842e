//! `eddy serve`.
//!
//! Each source has its flags and its start in a file of its own: [`embedded`], [`kafka`], [`debezium_server`], [`mod@file`];
//! [`mod@menu`] is what the page can be switched to.

mod debezium_server;
mod embedded;
mod file;
mod kafka;
mod menu;

use std::io::{ErrorKind, Write, stdout};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use bridge::{Backend, Config, Ingestion};
use tokio::net::TcpListener;

use crate::scenario::{self, Scenario};
use crate::{assets, log, query, replay, stop};

/// Start the bridge and the page, on a SQLite file, on Kafka or on another source
///
/// Changes of the watched tables are captured by triggers, whichever process makes them, and go to everyone who has
/// the page open. With --kafka they are records of topics that are there already. Ctrl-C (or SIGTERM) ends it within two
/// seconds, when what is being published has been; a second one at once. /health says how bridge, source and sink are,
/// /health/live whether the bridge serves, /metrics its numbers for Prometheus; none of the three asks for the token, none
/// shows what is in a record, all show the names of topics.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  eddy serve                                       the Iris walk-through, rows in eddy.db
  eddy serve --scenario ecommerce --scenario iris  two of them, for the page to switch between
  eddy serve --window 2s --port 9000               with Spark windows of 2 s, on another port
  eddy serve --db shop.db --table 'order*'         watch one's own tables
  eddy serve --host 0.0.0.0 --token SECRET         for others on the network
  eddy serve --debezium-server --db received.db    what Debezium Server posts to /debezium
  eddy serve --file iris.ndjson.gz --speed 10      a recording, ten times as fast

Topics of a Kafka cluster, as Debezium fills them:
  eddy serve --kafka broker:9092 --scenario iris
  eddy serve --kafka broker:9092 --topic shop.public.orders --lab orders.json --allow-publish order_predictions
  eddy serve --kafka-config client.properties --topic-pattern 'shop\\.public\\..*'
  EDDY_KAFKA_SASL_PASSWORD=.. eddy serve --kafka broker:9093 --kafka-set security.protocol=SASL_SSL \\
    --kafka-set sasl.mechanism=SCRAM-SHA-512 --kafka-set sasl.username=alice --topic shop.public.orders

Settings may stand in a file, each long flag under its name: eddy serve --config eddy.toml
  port = 9000
  db = \"shop.db\"                        # relative to where eddy is started
  table = [\"order*\", \"customers\"]      # what may be repeated is a list
  schemas = true                        # a switch
  log = \"info\"
  log-format = \"json\"

Rows come from any process:
  eddy insert iris_train sepal_length=5.1 sepal_width=3.5 petal_length=1.4 petal_width=0.2
  sqlite3 eddy.db \"INSERT INTO iris_train(sepal_length) VALUES (5.1)\"")]
pub(crate) struct Args {
    #[command(flatten)]
    embedded: embedded::Args,
    #[command(flatten)]
    kafka: kafka::Args,
    #[command(flatten)]
    debezium_server: debezium_server::Args,
    #[command(flatten)]
    file: file::Args,
    /// A walk-through to set up; may be repeated, the page begins with the first; iris where neither tables nor another
    /// source are named
    #[arg(long = "scenario")]
    scenarios: Vec<Scenario>,
    /// The lab file that the page begins with
    #[arg(long, value_name = "FILE", conflicts_with = "window")]
    lab: Option<PathBuf>,
    /// Length of Spark's windows in the scenario: 500ms, 10s, 1m
    #[arg(long, value_name = "TIME", value_parser = scenario::parse_window)]
    window: Option<i64>,
    /// Port to listen on; 0 for a free one
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Address to listen on; 0.0.0.0 for the whole network
    #[arg(long, default_value = "127.0.0.1")]
    host: String,
    /// What sessions must know: they open /?token=TOKEN
    #[arg(long, env = "EDDY_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// Another site whose pages may connect, such as `https://example.org`; may be repeated
    #[arg(long = "allow-origin", value_name = "ORIGIN")]
    allow_origins: Vec<String>,
    /// Another name of this machine that requests may be addressed to; may be repeated
    #[arg(long = "allow-host", value_name = "NAME")]
    allow_hosts: Vec<String>,
    /// A topic that predictions may be published to, in SQLite a table of that name; may be repeated
    #[arg(long = "allow-publish", value_name = "TOPIC")]
    allow_publish: Vec<String>,
    /// How many bytes of recent records are kept in memory for all sessions together
    #[arg(long, value_name = "N", default_value_t = Config::default().ring_bytes)]
    ring_bytes: usize,
    #[command(flatten)]
    log: log::Args,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    log::start(&args.log)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start threads")?;
    let result = runtime.block_on(serve(args));
    // Nothing that is still running may keep the program.
    runtime.shutdown_timeout(Duration::from_millis(200));
    result
}

async fn serve(args: &Args) -> Result<()> {
    // Before anything is written: the port is what most often is not free.
    let listener = listen(args).await?;
    let address = listener.local_addr()?;
    let source = args.source()?;
    let scenarios = args.scenarios(source);
    let labs = labs(args, &scenarios)?;
    let mut config = Config {
        ring_bytes: args.ring_bytes,
        token: args.token.clone(),
        allow_origins: args.allow_origins.clone(),
        allow_hosts: args.allow_hosts.clone(),
        assets: menu::over(assets::lookup(), menu(args, &scenarios, &labs))?,
        lab_json: labs.first().cloned(),
        ..Config::default()
    };
    let mut publish = args.allow_publish.clone();
    publish.extend(scenarios.iter().map(|it| it.predictions().to_owned()));
    let (backend, ingest) = open(args, source, &scenarios, &labs, publish)?;
    config.ingest = ingest;
    // Told of from here on, so that a signal right after the line below is not lost.
    let shutdown = stop::signal()?;
    warn_if_open(args, address);
    writeln!(stdout(), "Eddy is at {}", page_address(args, address))?;
    bridge::serve(listener, config, backend, shutdown).await?;
    Ok(())
}

/// The source that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Chosen {
    Embedded,
    Kafka,
    DebeziumServer,
    File,
}

impl Args {
    /// The walk-throughs to set up, each once.
    fn scenarios(&self, source: Chosen) -> Vec<Scenario> {
        let on_its_own = source == Chosen::Embedded && self.embedded.tables.is_empty();
        let mut scenarios = self.scenarios.clone();
        if scenarios.is_empty() && on_its_own {
            scenarios.push(Scenario::Iris);
        }
        let mut known = Vec::new();
        scenarios.retain(|scenario| {
            let new = !known.contains(scenario);
            known.push(*scenario);
            new
        });
        scenarios
    }

    fn source(&self) -> Result<Chosen> {
        let kafka = self.kafka.chosen()?;
        let file = self.file.file.is_some();
        ensure!(
            !(kafka && (file || self.debezium_server.debezium_server)),
            "records come from one source: leave out --kafka and its settings, or --file and --debezium-server"
        );
        Ok(match (kafka, file, self.debezium_server.debezium_server) {
            (true, ..) => Chosen::Kafka,
            (_, true, _) => Chosen::File,
            (.., true) => Chosen::DebeziumServer,
            _ => Chosen::Embedded,
        })
    }
}

fn open(
    args: &Args,
    source: Chosen,
    scenarios: &[Scenario],
    labs: &[Vec<u8>],
    publish: Vec<String>,
) -> Result<(Backend, Option<Ingestion>)> {
    let Args { embedded, file, .. } = args;
    let (db, rows) = (&embedded.db, embedded.retention_rows);
    Ok(match source {
        Chosen::Embedded => (embedded::open(embedded, scenarios, publish)?, None),
        Chosen::Kafka => (kafka::open(&args.kafka, labs, publish)?, None),
        Chosen::File => (file::open(file)?, None),
        Chosen::DebeziumServer => {
            let (backend, ingest) =
                debezium_server::open(&args.debezium_server, db, rows, publish)?;
            (backend, Some(ingest))
        }
    })
}

/// The lab files that pages are served with, the one that they begin with first.
fn labs(args: &Args, scenarios: &[Scenario]) -> Result<Vec<Vec<u8>>> {
    if let Some(path) = &args.lab {
        // Said here rather than in the page of everyone who opens it.
        replay::open_lab(path)?;
        return Ok(vec![std::fs::read(path)?]);
    }
    let lab = |scenario: &Scenario| scenario.lab_json(args.window);
    scenarios.iter().map(lab).collect()
}

/// The lab files that the page's menu leads to: none where it has one of the user's own.
fn menu<'a>(
    args: &Args,
    scenarios: &'a [Scenario],
    labs: &'a [Vec<u8>],
) -> Vec<(&'static str, &'a [u8])> {
    if args.lab.is_some() {
        return Vec::new();
    }
    let names = scenarios.iter().map(|scenario| scenario.name());
    names.zip(labs.iter().map(Vec::as_slice)).collect()
}

async fn listen(args: &Args) -> Result<TcpListener> {
    let Args { host, port, .. } = args;
    TcpListener::bind((host.as_str(), *port)).await.map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => anyhow!(
            "port {port} of {host} is taken; end the program that listens there, or choose another port: --port {}",
            port.checked_add(1).unwrap_or(0)
        ),
        ErrorKind::PermissionDenied => {
            anyhow!("port {port} needs more rights than this user has; choose one above 1023: --port 8080")
        }
        _ => anyhow!("cannot listen on {host}, port {port}: {error}; choose another --host or --port"),
    })
}

fn page_address(args: &Args, address: SocketAddr) -> String {
    let host = match address.ip() {
        ip if ip.is_unspecified() => "127.0.0.1".to_owned(),
        std::net::IpAddr::V6(ip) => format!("[{ip}]"),
        ip => ip.to_string(),
    };
    let query = match &args.token {
        Some(token) => format!("?token={}", query::encode(token)),
        None => String::new(),
    };
    format!("http://{host}:{}/{query}", address.port())
}

fn warn_if_open(args: &Args, address: SocketAddr) {
    if !address.ip().is_loopback() && args.token.is_none() {
        tracing::warn!(
            %address,
            "everyone who reaches it can read the streams and type in rows; give a --token to prevent that"
        );
    }
}
