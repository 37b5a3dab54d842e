//! What a page publishes, one Publish after the other, while everything else goes on.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::task::JoinHandle;
use wire::{Publication, ServerFrame};

use crate::closing::{End, Step};
use crate::identity::Identity;
use crate::metrics::Rejection;
use crate::publish::{self, Not, Outcome};
use crate::session::Session;
use crate::shared::Shared;

/// How many Publish frames may wait for the sink; each is as long as a message may be at most.
const WAITING_MOST: usize = 8;

/// What waits for the sink.
#[derive(Default)]
pub(super) struct Outbox {
    waiting: VecDeque<(Identity, Vec<Publication>)>,
    under_way: Option<JoinHandle<Outcome>>,
}

impl Outbox {
    pub(super) fn is_busy(&self) -> bool {
        self.under_way.is_some()
    }

    /// What became of the messages that are under way; never, where there are none.
    pub(super) async fn done(&mut self) -> Outcome {
        let Some(under_way) = &mut self.under_way else {
            return std::future::pending().await;
        };
        let done = under_way.await;
        self.under_way = None;
        // The call itself answers for the sink's failures; this one is for a bridge that stops.
        done.unwrap_or_default()
    }

    fn go_on(&mut self, shared: &Arc<Shared>) {
        if self.under_way.is_none()
            && let Some((identity, publications)) = self.waiting.pop_front()
        {
            let call = publish::publish(shared.clone(), identity, publications);
            self.under_way = Some(tokio::spawn(call));
        }
    }
}

impl Session<'_> {
    /// Takes messages to publish.
    pub(super) async fn publish(&mut self, publications: Vec<Publication>) -> Step {
        let mut outcome = Outcome::default();
        if self.stale {
            outcome.refuse_stale(&publications);
        } else if self.outbox.waiting.len() == WAITING_MOST {
            let message = "the sink is slower than what is published; it is tried again later";
            outcome.hold_back(&publications, Rejection::Waiting, message.to_owned());
        } else {
            let identity = self.identity.clone();
            self.outbox.waiting.push_back((identity, publications));
            self.outbox.go_on(self.shared);
            return Ok(());
        }
        self.shared
            .metrics
            .sink
            .count(&outcome, self.shared.now_ms());
        self.answer(outcome).await
    }

    /// Tells what became of messages, and goes on with the next.
    pub(super) async fn published(&mut self, outcome: Outcome) -> Step {
        self.outbox.go_on(self.shared);
        let made_anew = outcome.made_anew;
        self.answer(outcome).await?;
        if made_anew {
            self.doubt = true;
            self.check_log().await?;
        }
        Ok(())
    }

    /// Finishes what is being published when the bridge shuts down, so that it is there and confirmed.
    ///
    /// What still waits is neither, and is sent again to the next bridge.
    pub(super) async fn last_words(&mut self) -> End {
        if self.outbox.is_busy() {
            let outcome = self.outbox.done().await;
            if let Err(end) = self.answer(outcome).await {
                return end;
            }
        }
        End::Stopping
    }

    async fn answer(&mut self, outcome: Outcome) -> Step {
        for Not { ids, message, .. } in outcome.refused {
            self.send(&ServerFrame::Refused { ids, message }).await?;
        }
        if !outcome.published.is_empty() {
            let ids = outcome.published;
            self.send(&ServerFrame::Published { ids }).await?;
        }
        if let Some(Not { ids, message, .. }) = outcome.unpublished {
            self.send(&ServerFrame::Unpublished { ids, message })
                .await?;
        }
        Ok(())
    }
}
