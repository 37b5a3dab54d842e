//! The bridge as a server.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{any, get, post};
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, oneshot, watch};

use crate::answer::Refusal;
use crate::config::MAX_INSERT_BYTES;
use crate::metrics::{self, Metrics};
use crate::ring::Ring;
use crate::shared::Shared;
use crate::{Backend, Config, assets, follow, guard, health, posts, receive, upgrade};

/// How long everything that is still open may take to end: a session's last step, and its farewell.
const PATIENCE: Duration = Duration::from_millis(1800);

/// Why a bridge could not serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The listener failed.
    #[error("the listener failed: {0}; see whether the address is still there")]
    Listener(#[source] io::Error),
    /// The source cannot be followed.
    #[error(
        "no thread could be started to follow the source: {0}; close other programs and start again"
    )]
    Thread(#[source] io::Error),
    /// There is no randomness for the page's token.
    #[error(
        "the operating system gives no random numbers for the page's token: {0}; give one (--token)"
    )]
    Token(String),
    /// The configuration makes no sense.
    #[error("{0} sessions cannot be served; give a number between 1 and {max}", max = Semaphore::MAX_PERMITS)]
    Sessions(usize),
}

/// Serves until `shutdown` resolves; then no more requests are taken, what is being published is finished, sessions are
/// closed, and it returns within two seconds.
pub async fn serve(
    listener: TcpListener,
    config: Config,
    backend: Backend,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let address = listener.local_addr().map_err(ServeError::Listener)?;
    let shared = Arc::new(share(config, backend, address)?);
    let tail = follow_source(&shared)?;
    let ends = tokio::spawn(follow::ends(shared.clone()));
    let source = shared.backend.source.kind();
    tracing::info!(%address, source, "serving");
    let stop = {
        let shared = shared.clone();
        async move {
            shutdown.await;
            shared.stop.send_replace(true);
        }
    };
    // Records are small and someone waits for each: no packet is to wait for the one before it to be confirmed.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "no TCP_NODELAY");
        }
    });
    let routes = router(shared.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let mut serving = pin!(
        axum::serve(listener, routes)
            .with_graceful_shutdown(stop)
            .into_future()
    );
    let result = tokio::select! {
        result = &mut serving => Some(result),
        () = shared.stopped() => None,
    };
    let result = leave(&shared, async {
        let result = match result {
            Some(result) => result,
            // A request that does not end must not keep the bridge; it has as much time as everything else.
            None => serving.await,
        };
        // Nobody may be left to end the thread; it may only take too long.
        let _ = tail.await;
        result
    })
    .await;
    ends.abort();
    result.map_err(ServeError::Listener)
}

/// Waits until everything has ended, but not for long, and tells the log what came of it.
async fn leave(shared: &Shared, ended: impl Future<Output = io::Result<()>>) -> io::Result<()> {
    let began = Instant::now();
    shared.stop.send_replace(true);
    let sessions = shared.sessions();
    let publishing = shared.metrics.sink.calls_under_way();
    tracing::info!(sessions, publishing, "stopping");
    let everyone = u32::try_from(shared.config.max_sessions).unwrap_or(u32::MAX);
    let everything = async {
        // Seats are never closed, only given back.
        let (result, _) = tokio::join!(ended, shared.seats.acquire_many(everyone));
        // A page may have left without waiting for its messages.
        shared.metrics.sink.finished().await;
        result
    };
    let result = tokio::time::timeout(PATIENCE, everything).await;
    let seconds = began.elapsed().as_secs_f64();
    let (sessions, publishing) = (shared.sessions(), shared.metrics.sink.calls_under_way());
    match result {
        Ok(result) => {
            tracing::info!(seconds, "stopped; everything under way was finished");
            result
        }
        Err(_) => {
            tracing::warn!(
                seconds,
                sessions,
                publishing,
                "stopped before everything under way was finished"
            );
            Ok(())
        }
    }
}

fn share(config: Config, backend: Backend, address: SocketAddr) -> Result<Shared, ServeError> {
    let sessions = config.max_sessions;
    if sessions == 0 || sessions > Semaphore::MAX_PERMITS.min(u32::MAX as usize) {
        return Err(ServeError::Sessions(sessions));
    }
    let token = match &config.token {
        Some(token) => token.clone(),
        None => random_token()?,
    };
    Ok(Shared {
        ring: Ring::new(config.ring_bytes),
        ends: watch::Sender::new(None),
        trouble: watch::Sender::new(None),
        stop: watch::Sender::new(false),
        seats: Arc::new(Semaphore::new(sessions)),
        looks: Arc::new(Semaphore::new(1)),
        metrics: Metrics::new((config.clock)()),
        bodies: Semaphore::new(receive::MAX_BODIES),
        token,
        hosts: hosts(&config, address),
        config,
        backend,
    })
}

/// The names of this machine that requests may be addressed to; none: any, because it listens to others too.
fn hosts(config: &Config, address: SocketAddr) -> Option<Vec<String>> {
    if !address.ip().is_loopback() {
        return None;
    }
    let mut hosts = Vec::new();
    let own = [
        "127.0.0.1".to_owned(),
        "localhost".to_owned(),
        "[::1]".to_owned(),
    ];
    for host in own.iter().chain(&config.allow_hosts) {
        hosts.push(format!("{host}:{}", address.port()));
    }
    // A name that is allowed may stand with its own port, or without one (80 and 443 are left out).
    hosts.extend(config.allow_hosts.iter().cloned());
    if address.port() == 80 {
        hosts.extend(own);
    }
    Some(hosts)
}

fn random_token() -> Result<String, ServeError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| ServeError::Token(error.to_string()))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Starts the thread that follows the source; the receiver resolves when it has ended.
fn follow_source(shared: &Arc<Shared>) -> Result<oneshot::Receiver<()>, ServeError> {
    let (ended, tail) = oneshot::channel();
    let shared = shared.clone();
    std::thread::Builder::new()
        .name("source-tail".to_owned())
        .spawn(move || {
            follow::tail(&shared);
            // Nobody may be waiting any more.
            let _ = ended.send(());
        })
        .map_err(ServeError::Thread)?;
    Ok(tail)
}

fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(assets::index))
        .route("/index.html", get(assets::index))
        .route("/lab.json", get(assets::lab))
        .route("/health", get(health::health))
        .route("/health/live", get(health::live))
        .route("/metrics", get(metrics::metrics))
        .route("/ws", any(upgrade::ws))
        .route("/insert", post(posts::insert))
        .route("/start-over", post(posts::start_over))
        .route("/debezium", post(receive::post).get(receive::state))
        .fallback(get(assets::asset))
        .layer(DefaultBodyLimit::max(MAX_INSERT_BYTES))
        .layer(middleware::from_fn_with_state(shared.clone(), check_host))
        .with_state(shared)
}

async fn check_host(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    guard::host(&shared, request.headers())?;
    Ok(next.run(request).await)
}
