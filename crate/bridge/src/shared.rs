//! What the parts of one bridge share.

use std::sync::Arc;

use tokio::sync::{Semaphore, watch};
use wire::Hello;

use crate::metrics::Metrics;
use crate::ring::Ring;
use crate::{Backend, Config, SourceError};

/// One bridge.
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) backend: Backend,
    pub(crate) ring: Ring,
    /// What the source said of itself when it was last asked; asked only while there are sessions.
    pub(crate) ends: watch::Sender<Option<Arc<Hello>>>,
    /// What is wrong with the source, if anything.
    pub(crate) trouble: watch::Sender<Option<String>>,
    /// Becomes true when the bridge shuts down.
    pub(crate) stop: watch::Sender<bool>,
    /// One permit for each session that there may be.
    pub(crate) seats: Arc<Semaphore>,
    /// One permit: who holds it may ask how source and sink are.
    pub(crate) looks: Arc<Semaphore>,
    pub(crate) metrics: Metrics,
    /// One permit for each body of events that is held in memory.
    pub(crate) bodies: Semaphore,
    /// The token that POST requests must bring.
    pub(crate) token: String,
    /// The names that requests may be addressed to; none: any.
    pub(crate) hosts: Option<Vec<String>>,
}

impl Shared {
    /// Asks the source which log it is.
    pub(crate) async fn hello(&self) -> Result<Hello, SourceError> {
        let source = self.backend.source.clone();
        blocking(move || source.hello()).await
    }

    /// How many sessions there are.
    pub(crate) fn sessions(&self) -> usize {
        self.config.max_sessions - self.seats.available_permits()
    }

    /// The bridge's clock.
    pub(crate) fn now_ms(&self) -> i64 {
        (self.config.clock)()
    }

    /// Resolves when the bridge shuts down.
    pub(crate) async fn stopped(&self) {
        // The sender is a field of this very value, so it is there as long as anyone waits.
        let _ = self.stop.subscribe().wait_for(|stop| *stop).await;
    }
}

/// Makes a blocking call to a source on a thread of its own.
pub(crate) async fn blocking<T: Send + 'static>(
    call: impl FnOnce() -> Result<T, SourceError> + Send + 'static,
) -> Result<T, SourceError> {
    match tokio::task::spawn_blocking(call).await {
        Ok(answer) => answer,
        Err(error) => Err(SourceError::Unreadable {
            what: format!("the source failed: {error}"),
            remedy: "report this as a bug of the source, with the program's log".to_owned(),
        }),
    }
}
