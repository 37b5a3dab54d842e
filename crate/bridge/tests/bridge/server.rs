//! A bridge on a port of its own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use eddy_bridge::{Backend, Config, ServeError, serve};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::memory::MemoryLog;

pub(crate) struct Bridge {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<Result<(), ServeError>>,
}

impl Bridge {
    /// A bridge of this log that nothing can be published or inserted through.
    pub(crate) async fn start(log: &Arc<MemoryLog>) -> Self {
        Self::start_with(log, Config::default(), |backend| backend).await
    }

    pub(crate) async fn start_with(
        log: &Arc<MemoryLog>,
        config: Config,
        backend: impl FnOnce(Backend) -> Backend,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let backend = backend(Backend {
            source: log.clone(),
            sink: None,
            insert: None,
        });
        let serving = tokio::spawn(serve(listener, config, backend, async {
            let _ = stopped.await;
        }));
        // The tail must have begun, or what is appended now would not come through the ring.
        tokio::time::sleep(Duration::from_millis(50)).await;
        Bridge {
            address,
            stop: Some(stop),
            serving,
        }
    }

    pub(crate) fn ask_to_stop(&mut self) {
        let _ = self.stop.take().unwrap().send(());
    }

    /// Waits until it has stopped.
    pub(crate) async fn stopped(self) {
        self.serving.await.unwrap().unwrap();
    }
}
