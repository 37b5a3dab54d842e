//! What a bridge is told when it is started.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::{Ingestion, Insert, Sink, Source};

/// The largest message that a session takes, in bytes.
pub const MAX_INBOUND_BYTES: usize = 1 << 20;

/// The largest body of a POST, in bytes.
pub const MAX_INSERT_BYTES: usize = 1 << 20;

/// The time, in milliseconds since the epoch.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Finds a file of the page by its path (`index.html`, `pkg/eddy_bg.wasm`).
pub type Assets = Arc<dyn Fn(&str) -> Option<Cow<'static, [u8]>> + Send + Sync>;

/// What a bridge relays from and to.
#[derive(Clone)]
pub struct Backend {
    /// Where records come from.
    pub source: Arc<dyn Source>,
    /// Where predictions go; none: nothing can be published.
    pub sink: Option<Arc<dyn Sink>>,
    /// Where rows typed into the page go; none: no rows can be typed in.
    pub insert: Option<Arc<dyn Insert>>,
}

/// How a bridge serves.
#[derive(Clone)]
pub struct Config {
    /// How much of the recent records is kept in memory for all sessions together, in bytes.
    pub ring_bytes: usize,
    /// How many sessions there may be at a time.
    pub max_sessions: usize,
    /// How many topics one session may subscribe to.
    pub max_topics: usize,
    /// The token that sessions must bring (`/ws?token=..`); none: sessions need no token.
    ///
    /// The page gets it, in `<meta name="eddy-token" content="">`, only when it is opened with `/?token=..`. Without
    /// one, the page gets a random token, which POST requests must bring.
    pub token: Option<String>,
    /// Origins (`https://example.org`) that may connect although they are foreign.
    pub allow_origins: Vec<String>,
    /// Names (`eddy.example.org` or `eddy.example.org:8080`) that requests may be addressed to although the bridge
    /// listens on loopback only.
    pub allow_hosts: Vec<String>,
    /// The page's files.
    pub assets: Assets,
    /// The lab file that is served at `/lab.json`; none: the page's own.
    pub lab_json: Option<Vec<u8>>,
    /// The clock that ticks are read from.
    pub clock: Clock,
    /// What takes events over HTTP (`POST /debezium`); none: they are refused.
    pub ingest: Option<Ingestion>,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            ring_bytes: 64 << 20,
            max_sessions: 64,
            max_topics: 64,
            token: None,
            allow_origins: Vec::new(),
            allow_hosts: Vec::new(),
            assets: Arc::new(|_| None),
            lab_json: None,
            clock: Arc::new(system_clock),
            ingest: None,
        }
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("ring_bytes", &self.ring_bytes)
            .field("max_sessions", &self.max_sessions)
            .field("max_topics", &self.max_topics)
            .field("token", &self.token.as_ref().map(|_| "secret"))
            .field("allow_origins", &self.allow_origins)
            .field("allow_hosts", &self.allow_hosts)
            .finish_non_exhaustive()
    }
}

/// The system's clock; a time before the epoch is the epoch.
fn system_clock() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| {
            i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
        })
}
