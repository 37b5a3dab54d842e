//! A session of `eddy.v1`: one page.
//!
//! `flow`: records, within credit; `outbox`: what it publishes; `tell`: everything else.

mod flow;
mod outbox;
mod tell;

use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;

use axum::extract::ws::{Message, WebSocket};
use tokio::time::{Instant, MissedTickBehavior};
use wire::{
    ClientFrame, RecordsEncoder, ServerFrame, Subscription, decode_client_frame,
    encode_server_frame,
};

use crate::SourceError;
use crate::closing::{self, End, Step};
use crate::feed::{Feed, Refused, Truncated};
use crate::follow::BEAT;
use crate::identity::Identity;
use crate::metrics::Meter;
use crate::ring::Item;
use crate::session::outbox::Outbox;
use crate::session::tell::Told;
use crate::shared::Shared;

/// Serves a page until it leaves or the bridge stops.
pub(crate) async fn run(shared: Arc<Shared>, mut socket: WebSocket, meter: &Meter) {
    let end = tokio::select! {
        Err(end) = converse(&shared, &mut socket, meter) => end,
        () = closing::too_long(&shared) => End::Stopping,
    };
    meter.ended(&end);
    let last = end.reason().map(|reason| {
        let frame = ServerFrame::Error {
            message: reason.to_owned(),
            fatal: true,
        };
        Message::Binary(encode_server_frame(&frame).into())
    });
    closing::close(socket, &end, last).await;
}

struct Session<'a> {
    shared: &'a Arc<Shared>,
    socket: &'a mut WebSocket,
    meter: &'a Meter,
    /// The log that the page was last told of, with the topics that it has subscribed to.
    identity: Identity,
    /// Whether the log, or one of those topics, may be another by now.
    doubt: bool,
    /// Whether the page was told of another one, and has not subscribed since.
    stale: bool,
    feed: Option<Feed>,
    /// Fetched and not yet sent.
    pending: VecDeque<Item>,
    encoder: RecordsEncoder,
    /// Below 0 when the last frame overdrew it: the page gives back the whole frame.
    credit_bytes: i64,
    paused: bool,
    /// Whether the last frame was cut off with more to come.
    backlog: bool,
    sent_at: Instant,
    told: Told,
    outbox: Outbox,
}

async fn converse(
    shared: &Arc<Shared>,
    socket: &mut WebSocket,
    meter: &Meter,
) -> Result<Infallible, End> {
    let mut stopped = pin!(shared.stopped());
    let mut head = shared.ring.head();
    let mut epoch = head.borrow_and_update().epoch;
    let mut session = begin(shared, socket, meter).await?;
    let mut beat = tokio::time::interval(BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let due = session.due(*head.borrow());
        tokio::select! {
            biased;
            () = &mut stopped => return Err(session.last_words().await),
            message = session.socket.recv() => session.on_message(message).await?,
            outcome = session.outbox.done(), if session.outbox.is_busy() => session.published(outcome).await?,
            _ = beat.tick() => session.beat().await?,
            () = tokio::time::sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => session.pump().await?,
            changed = head.changed() => {
                // The ring lives as long as the bridge, so its end is the bridge's.
                changed.map_err(|_| End::Stopping)?;
                let now = head.borrow_and_update().epoch;
                if now != epoch {
                    epoch = now;
                    session.doubt = true;
                    session.check_log().await?;
                }
            }
        }
    }
}

async fn begin<'a>(
    shared: &'a Arc<Shared>,
    socket: &'a mut WebSocket,
    meter: &'a Meter,
) -> Result<Session<'a>, End> {
    let hello = shared
        .hello()
        .await
        .map_err(|error| End::Failed(error.to_string()))?;
    let mut session = Session {
        shared,
        socket,
        meter,
        identity: Identity::of_log(&hello.log_id),
        doubt: false,
        stale: false,
        feed: None,
        pending: VecDeque::new(),
        encoder: RecordsEncoder::new(),
        credit_bytes: 0,
        paused: false,
        backlog: false,
        sent_at: Instant::now(),
        told: Told::default(),
        outbox: Outbox::default(),
    };
    session.hello(hello).await?;
    Ok(session)
}

impl Session<'_> {
    async fn on_message(&mut self, message: Option<Result<Message, axum::Error>>) -> Step {
        let bytes = match message {
            None | Some(Ok(Message::Close(_))) => return Err(End::Left),
            Some(Err(error)) => return Err(End::Broken(error.to_string())),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => return Ok(()),
            Some(Ok(Message::Text(_))) => {
                return Err(End::Broken(
                    "eddy.v1 is binary; ask for the subprotocol eddy.json to talk in text"
                        .to_owned(),
                ));
            }
            Some(Ok(Message::Binary(bytes))) => bytes,
        };
        match decode_client_frame(&bytes).map_err(|error| End::Broken(error.to_string()))? {
            ClientFrame::Subscribe {
                log_id,
                topic_ids,
                streams,
                credit_bytes,
            } => {
                self.add_credit(credit_bytes);
                self.subscribe(&log_id, &topic_ids, &streams).await
            }
            ClientFrame::Credit { bytes } => {
                self.add_credit(bytes);
                Ok(())
            }
            ClientFrame::Paused(paused) => {
                self.paused = paused;
                Ok(())
            }
            ClientFrame::Publish(publications) => self.publish(publications).await,
        }
    }

    async fn subscribe(
        &mut self,
        log_id: &str,
        topic_ids: &BTreeMap<String, String>,
        streams: &[Subscription],
    ) -> Step {
        self.unsubscribe();
        let hello = match self.shared.hello().await {
            Ok(hello) => hello,
            // Without a subscription nothing would ever come; a page that connects again tries again.
            Err(error) => return Err(End::Failed(error.to_string())),
        };
        if hello.log_id != log_id || hello.topic_made_anew(topic_ids).is_some() {
            self.stale = true;
            return self.hello(hello).await;
        }
        match Feed::begin(self.shared, &hello, streams).await {
            Ok((feed, truncated)) => {
                self.meter.subscribed(&feed.topics());
                self.identity = Identity::of(&hello, &feed.topics());
                self.stale = false;
                self.feed = Some(feed);
                self.truncated(truncated).await
            }
            Err(Refused::Source(SourceError::MadeAnew { .. })) => {
                self.doubt = true;
                self.check_log().await
            }
            Err(Refused::Source(error)) => Err(End::Failed(error.to_string())),
            Err(refused) => self.error(refused.to_string()).await,
        }
    }

    fn unsubscribe(&mut self) {
        self.feed = None;
        self.pending.clear();
        self.backlog = false;
        self.told.ends.clear();
        self.told.ends_at = None;
    }

    /// Finds out whether the log, or a topic that is subscribed to, is another by now, and tells the page if so.
    async fn check_log(&mut self) -> Step {
        match self.shared.hello().await {
            Ok(hello) if self.identity.is_of(&hello) => self.doubt = false,
            Ok(hello) => {
                self.doubt = false;
                self.stale = true;
                self.unsubscribe();
                return self.hello(hello).await;
            }
            Err(error) => return self.trouble(error.to_string()).await,
        }
        Ok(())
    }

    pub(super) async fn truncated(&mut self, truncated: Vec<Truncated>) -> Step {
        for Truncated { position, end } in truncated {
            let frame = ServerFrame::Truncated {
                topic: position.topic.to_string(),
                partition: position.partition,
                end,
            };
            self.send(&frame).await?;
        }
        Ok(())
    }

    fn add_credit(&mut self, bytes: u64) {
        // More than this is as good as this.
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        self.credit_bytes = self.credit_bytes.saturating_add(bytes);
    }
}
