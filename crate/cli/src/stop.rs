//! When the program is told to stop.

use std::time::{Duration, Instant};

use anyhow::Result;

/// How long after the first signal another one is still the same: `timeout` and shells that pass on what they get send
/// it to the program and to its process group.
const ECHO: Duration = Duration::from_millis(250);

/// Resolves on the first SIGINT (Ctrl-C) or SIGTERM; a later one then ends the program at once.
///
/// Signals are kept from the moment on that this is called.
#[cfg(unix)]
pub(crate) fn signal() -> Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut next = async move || {
        tokio::select! {
            _ = interrupt.recv() => ("SIGINT", SignalKind::interrupt()),
            _ = terminate.recv() => ("SIGTERM", SignalKind::terminate()),
        }
    };
    Ok(async move {
        let (signal, _) = next().await;
        tracing::info!(signal, "told to stop; a second signal ends it at once");
        tokio::spawn(async move {
            let told = Instant::now();
            let mut again = next().await;
            while told.elapsed() < ECHO {
                again = next().await;
            }
            let (signal, kind) = again;
            tracing::warn!(signal, "ended at once; what was under way was not finished");
            // As a shell reports a program that the signal ended.
            std::process::exit(128 + kind.as_raw_value());
        });
    })
}

/// Resolves on the first Ctrl-C; a later one then ends the program at once.
#[cfg(not(unix))]
pub(crate) fn signal() -> Result<impl Future<Output = ()> + Send + 'static> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            // Without the signal there is nothing to wait for; the program ends when it is killed.
            std::future::pending::<()>().await;
        }
        tracing::info!(
            signal = "Ctrl-C",
            "told to stop; a second one ends it at once"
        );
        tokio::spawn(async {
            let told = Instant::now();
            while tokio::signal::ctrl_c().await.is_ok() {
                if told.elapsed() >= ECHO {
                    std::process::exit(1);
                }
            }
        });
    })
}
