//! Following the source: its end into the ring, and its ends for the sessions.

use std::any::Any;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::MissedTickBehavior;

use crate::metrics::SourceFailure;
use crate::shared::Shared;
use crate::{News, SourceError};

/// How often the log's ends are asked for.
pub(crate) const BEAT: Duration = Duration::from_millis(200);

/// How old the ends may be that a source tells.
pub(crate) const ENDS_AGE: Duration = Duration::from_secs(1);

/// How long to wait before a source that cannot be read is tried again.
pub(crate) const RETRY: Duration = Duration::from_secs(1);

/// Follows the source into the ring until the bridge stops; blocks, and so needs a thread of its own.
///
/// A source that panics is in trouble and is followed again, like one that answers with an error. (Where a panic aborts,
/// as in the release build, whoever supervises the program has to start it again.)
pub(crate) fn tail(shared: &Shared) {
    let stopping = || *shared.stop.borrow();
    while !stopping() {
        let (failure, trouble) = match catch_unwind(AssertUnwindSafe(|| follow(shared))) {
            _ if stopping() => return,
            Ok(Err(SourceError::MadeAnew { log_id })) => {
                tracing::info!(log_id, "the log was made anew");
                continue;
            }
            Ok(Err(error)) => (SourceFailure::Unreadable, error.to_string()),
            Ok(Ok(())) => {
                let trouble = "the source stopped telling what is new; see the program's log";
                (SourceFailure::Ended, trouble.to_owned())
            }
            Err(panic) => (SourceFailure::Panicked, panicked(&*panic)),
        };
        tell_trouble(shared, failure, trouble);
        for _ in 0..RETRY.as_millis() / BEAT.as_millis() {
            if stopping() {
                return;
            }
            std::thread::sleep(BEAT);
        }
    }
}

/// Takes what the source tells into the ring, until the bridge stops or the source fails.
fn follow(shared: &Shared) -> Result<(), SourceError> {
    let source = &shared.backend.source;
    source.tail(&*shared.config.clock, &mut |news| {
        if *shared.stop.borrow() {
            return ControlFlow::Break(());
        }
        if shared.trouble.borrow().is_some() && matches!(news, News::Start { .. }) {
            tracing::warn!(source = source.kind(), "the source can be read again");
            shared.metrics.source.mended(shared.now_ms());
            shared.trouble.send_replace(None);
        }
        shared.metrics.source.heard(&news);
        shared.ring.take(news);
        ControlFlow::Continue(())
    })
}

/// Shows the trouble, and logs it when it is another than before: a source that stays away is tried every second.
fn tell_trouble(shared: &Shared, failure: SourceFailure, trouble: String) {
    let before = shared.trouble.send_replace(Some(trouble.clone()));
    let (source, kind) = (shared.backend.source.kind(), failure.name());
    if before.as_ref() == Some(&trouble) {
        tracing::debug!(
            source,
            kind,
            error = trouble,
            "the source is still in trouble"
        );
    } else {
        let again_s = RETRY.as_secs();
        tracing::error!(
            source,
            kind,
            error = trouble,
            again_s,
            "the source is in trouble"
        );
    }
    let now_ms = shared.now_ms();
    shared
        .metrics
        .source
        .failed(failure, before.is_none(), now_ms);
}

fn panicked(panic: &(dyn Any + Send)) -> String {
    let what = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    format!(
        "the source panicked: {what}; report this as a bug of the source, with the program's log"
    )
}

/// Asks for the log's ends, once for all sessions, while there are any.
pub(crate) async fn ends(shared: Arc<Shared>) {
    let mut beat = tokio::time::interval(BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        beat.tick().await;
        if shared.sessions() == 0 {
            // What was known is old by the time that the next session comes.
            shared.ends.send_replace(None);
            continue;
        }
        let mut asked = pin!(shared.hello());
        let hello = match tokio::time::timeout(ENDS_AGE, &mut asked).await {
            Ok(answer) => answer,
            Err(_) => {
                // Old ends would soon lie before what was read, as if the log had lost its tail.
                shared.ends.send_replace(None);
                asked.await
            }
        };
        match hello {
            Ok(hello) => {
                shared.ends.send_replace(Some(Arc::new(hello)));
            }
            // The tail meets the same trouble, and tells of it.
            Err(error) => {
                tracing::debug!(%error, "the log's ends are not known");
                shared.ends.send_replace(None);
            }
        }
    }
}
