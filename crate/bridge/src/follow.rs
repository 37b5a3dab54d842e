//! Following the source: its end into the ring, and its ends for the sessions.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::MissedTickBehavior;

use crate::shared::Shared;
use crate::{News, SourceError};

/// How often the log's ends are asked for.
pub(crate) const BEAT: Duration = Duration::from_millis(200);

/// How long to wait before a source that cannot be read is tried again.
pub(crate) const RETRY: Duration = Duration::from_secs(1);

/// Follows the source into the ring until the bridge stops; blocks, and so needs a thread of its own.
pub(crate) fn tail(shared: &Shared) {
    let stopping = || *shared.stop.borrow();
    while !stopping() {
        let result = shared
            .backend
            .source
            .tail(&*shared.config.clock, &mut |news| {
                if stopping() {
                    return ControlFlow::Break(());
                }
                if shared.trouble.borrow().is_some() && matches!(news, News::Start { .. }) {
                    tracing::info!("the source can be read again");
                    shared.trouble.send_replace(None);
                }
                shared.ring.take(news);
                ControlFlow::Continue(())
            });
        if stopping() {
            return;
        }
        let trouble = match result {
            Err(SourceError::MadeAnew { .. }) => continue,
            Err(error) => error.to_string(),
            Ok(()) => "the source stopped telling what is new".to_owned(),
        };
        tracing::error!("{trouble}; trying again in {} s", RETRY.as_secs());
        shared.trouble.send_replace(Some(trouble));
        for _ in 0..RETRY.as_millis() / BEAT.as_millis() {
            if stopping() {
                return;
            }
            std::thread::sleep(BEAT);
        }
    }
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
        match shared.hello().await {
            Ok(hello) => {
                shared.ends.send_replace(Some(Arc::new(hello)));
            }
            // The tail meets the same trouble, and tells of it.
            Err(error) => tracing::debug!("the log's ends: {error}"),
        }
    }
}
