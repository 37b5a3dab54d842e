//! `eddy serve`.
//!
//! Each source has its flags and its start in a file of its own: [`embedded`], [`kafka`].

mod embedded;
mod kafka;

use std::io::{ErrorKind, Write, stdout};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use bridge::Config;
use tokio::net::TcpListener;

use crate::scenario::{self, Scenario};
use crate::{assets, query, replay};

/// Start the bridge and the page, on a SQLite file or on Kafka
///
/// Changes of the watched tables are captured by triggers, whichever process makes them, and go to everyone who has
/// the page open. With --kafka they are records of topics that are there already. Ctrl-C ends it.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  eddy serve                                       the Iris walk-through, rows in eddy.db
  eddy serve --window 2s --port 9000               with Spark windows of 2 s, on another port
  eddy serve --db shop.db --table 'order*'         watch one's own tables
  eddy serve --host 0.0.0.0 --token SECRET         for others on the network

Topics of a Kafka cluster, as Debezium fills them:
  eddy serve --kafka broker:9092 --scenario iris
  eddy serve --kafka broker:9092 --topic shop.public.orders --lab orders.json --allow-publish order_predictions
  eddy serve --kafka-config client.properties --topic-pattern 'shop\\.public\\..*'
  EDDY_KAFKA_SASL_PASSWORD=.. eddy serve --kafka broker:9093 --kafka-set security.protocol=SASL_SSL \\
    --kafka-set sasl.mechanism=SCRAM-SHA-512 --kafka-set sasl.username=alice --topic shop.public.orders

Rows come from any process:
  eddy insert iris_train sepal_length=5.1 sepal_width=3.5 petal_length=1.4 petal_width=0.2
  sqlite3 eddy.db \"INSERT INTO iris_train(sepal_length) VALUES (5.1)\"")]
pub(crate) struct Args {
    #[command(flatten)]
    embedded: embedded::Args,
    #[command(flatten)]
    kafka: kafka::Args,
    /// A walk-through to set up; iris where neither tables nor Kafka are named
    #[arg(long)]
    scenario: Option<Scenario>,
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
}

pub(crate) fn run(args: &Args) -> Result<()> {
    log_to_stderr();
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
    let kafka = args.kafka.chosen()?;
    let on_its_own = args.embedded.tables.is_empty() && !kafka;
    let scenario = match (args.scenario, on_its_own) {
        (None, true) => Some(Scenario::Iris),
        (scenario, _) => scenario,
    };
    let config = Config {
        ring_bytes: args.ring_bytes,
        token: args.token.clone(),
        allow_origins: args.allow_origins.clone(),
        allow_hosts: args.allow_hosts.clone(),
        assets: assets::lookup(),
        lab_json: lab_json(args, scenario)?,
        ..Config::default()
    };
    let mut publish = args.allow_publish.clone();
    if scenario == Some(Scenario::Iris) {
        publish.push(scenario::PREDICTIONS.to_owned());
    }
    let backend = if kafka {
        kafka::open(&args.kafka, config.lab_json.as_deref(), publish)?
    } else {
        embedded::open(&args.embedded, scenario, publish)?
    };
    // Told of from here on, so that a signal right after the line below is not lost.
    let shutdown = shutdown()?;
    warn_if_open(args, address);
    writeln!(stdout(), "Eddy is at {}", page_address(args, address))?;
    bridge::serve(listener, config, backend, shutdown).await?;
    Ok(())
}

fn lab_json(args: &Args, scenario: Option<Scenario>) -> Result<Option<Vec<u8>>> {
    if let Some(path) = &args.lab {
        // Said here rather than in the page of everyone who opens it.
        replay::open_lab(path)?;
        return Ok(Some(std::fs::read(path)?));
    }
    scenario
        .map(|Scenario::Iris| scenario::lab_json(args.window))
        .transpose()
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
            "everyone who reaches {address} can read the streams and type in rows; give a --token to prevent that"
        );
    }
}

/// Resolves on Ctrl-C and, where there is such a thing, on SIGTERM.
#[cfg(unix)]
fn shutdown() -> Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Resolves on Ctrl-C.
#[cfg(not(unix))]
fn shutdown() -> Result<impl Future<Output = ()> + Send + 'static> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            // Without the signal there is nothing to wait for; the program ends when it is killed.
            std::future::pending::<()>().await;
        }
    })
}

fn log_to_stderr() {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    // Fails only where a log is set up already.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init();
}
