//! A session of `eddy.v1`: one page.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use tokio::time::{Instant, MissedTickBehavior};
use wire::{
    ClientFrame, Gap, Publication, RecordRefused, RecordsEncoder, ServerFrame, Subscription,
    TARGET_FRAME_BYTES, TopicEnds, decode_client_frame, encode_server_frame,
};

use crate::SourceError;
use crate::closing::{self, End, Step};
use crate::feed::{Feed, Refused};
use crate::follow::BEAT;
use crate::publish;
use crate::ring::{Item, Place};
use crate::shared::Shared;

/// How long records wait for others to share a frame with, when a frame was just sent.
const BATCH: Duration = Duration::from_millis(5);

/// How often the ends are told though they are the same.
const ENDS_AGAIN: Duration = Duration::from_secs(1);

/// Serves a page until it leaves or the bridge stops.
pub(crate) async fn run(shared: Arc<Shared>, mut socket: WebSocket) {
    let end = tokio::select! {
        Err(end) = converse(&shared, &mut socket) => end,
        () = shared.stopped() => End::Stopping,
    };
    tracing::debug!("session of eddy.v1 ended: {end:?}");
    if let End::Broken(reason) | End::Failed(reason) = &end {
        let frame = ServerFrame::Error {
            message: reason.clone(),
            fatal: true,
        };
        let message = Message::Binary(encode_server_frame(&frame).into());
        // The end is the same if the page cannot hear of it.
        let _ = closing::send(&mut socket, message).await;
    }
    closing::close(socket, &end).await;
}

struct Session<'a> {
    shared: &'a Arc<Shared>,
    socket: &'a mut WebSocket,
    /// The log that the page was last told of.
    log_id: String,
    /// Whether the log may be another by now.
    doubt: bool,
    /// Whether the page was told of another log, and has not subscribed since.
    stale: bool,
    feed: Option<Feed>,
    /// Fetched and not yet sent.
    pending: VecDeque<Item>,
    encoder: RecordsEncoder,
    credit_bytes: u64,
    paused: bool,
    /// Whether the last frame was cut off with more to come.
    backlog: bool,
    sent_at: Instant,
    told: Told,
}

/// What the page was told last, so that it is not told again.
#[derive(Default)]
struct Told {
    ends: Vec<TopicEnds>,
    ends_at: Option<Instant>,
    tick_ms: Option<i64>,
    trouble: Option<String>,
}

async fn converse(shared: &Arc<Shared>, socket: &mut WebSocket) -> Result<Infallible, End> {
    let mut head = shared.ring.head();
    let mut epoch = head.borrow_and_update().epoch;
    let mut session = begin(shared, socket).await?;
    let mut beat = tokio::time::interval(BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let due = session.due(*head.borrow());
        tokio::select! {
            biased;
            message = session.socket.recv() => session.on_message(message).await?,
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

async fn begin<'a>(shared: &'a Arc<Shared>, socket: &'a mut WebSocket) -> Result<Session<'a>, End> {
    let hello = shared
        .hello()
        .await
        .map_err(|error| End::Failed(error.to_string()))?;
    let mut session = Session {
        shared,
        socket,
        log_id: hello.log_id.clone(),
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
    };
    session.send(&ServerFrame::Hello(hello)).await?;
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
                streams,
                credit_bytes,
            } => self.subscribe(&log_id, &streams, credit_bytes).await,
            ClientFrame::Credit { bytes } => {
                self.credit_bytes = self.credit_bytes.saturating_add(bytes);
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
        streams: &[Subscription],
        credit_bytes: u64,
    ) -> Step {
        self.unsubscribe();
        self.credit_bytes = credit_bytes;
        let hello = match self.shared.hello().await {
            Ok(hello) => hello,
            Err(error) => return self.error(error.to_string()).await,
        };
        if hello.log_id != log_id {
            self.log_id.clone_from(&hello.log_id);
            self.stale = true;
            return self.send(&ServerFrame::Hello(hello)).await;
        }
        match Feed::begin(self.shared, &hello, streams).await {
            Ok(feed) => {
                self.log_id = hello.log_id;
                self.stale = false;
                self.feed = Some(feed);
                Ok(())
            }
            Err(Refused::Source(SourceError::MadeAnew { .. })) => {
                self.doubt = true;
                self.check_log().await
            }
            Err(error) => self.error(error.to_string()).await,
        }
    }

    fn unsubscribe(&mut self) {
        self.feed = None;
        self.pending.clear();
        self.backlog = false;
        self.told.ends.clear();
        self.told.ends_at = None;
    }

    /// Finds out whether the log is another by now, and tells the page if it is.
    async fn check_log(&mut self) -> Step {
        match self.shared.hello().await {
            Ok(hello) if hello.log_id == self.log_id => self.doubt = false,
            Ok(hello) => {
                self.doubt = false;
                self.stale = true;
                self.log_id.clone_from(&hello.log_id);
                self.unsubscribe();
                return self.send(&ServerFrame::Hello(hello)).await;
            }
            Err(error) => return self.trouble(error.to_string()).await,
        }
        Ok(())
    }

    /// Publishes what is allowed, and tells which messages are there now.
    async fn publish(&mut self, publications: Vec<Publication>) -> Step {
        if self.stale {
            let message =
                "the log was made anew; what was learned from the old one is not published";
            return self.error(message.to_owned()).await;
        }
        let outcome = publish::publish(self.shared, &self.log_id, publications).await;
        for message in outcome.refused {
            self.error(message).await?;
        }
        if !outcome.ids.is_empty() {
            let ids = outcome.ids;
            self.send(&ServerFrame::Published { ids }).await?;
        }
        if outcome.made_anew {
            self.doubt = true;
            self.check_log().await?;
        }
        Ok(())
    }

    /// When there may be something to send; none: when something happens.
    fn due(&self, head: Place) -> Option<Instant> {
        let feed = self.feed.as_ref()?;
        if self.credit_bytes == 0 {
            return None;
        }
        if self.backlog || !self.pending.is_empty() {
            return Some(Instant::now());
        }
        Some(feed.due(head)?.max(self.sent_at + BATCH))
    }

    /// Sends at most one frame of records.
    async fn pump(&mut self) -> Step {
        let limit = usize::try_from(self.credit_bytes)
            .map_or(TARGET_FRAME_BYTES, |credit| credit.min(TARGET_FRAME_BYTES));
        let mut failed = None;
        while self.encoder.len() < limit {
            let Some(item) = self.pending.pop_front() else {
                match self.fetch().await {
                    Ok(true) => continue,
                    Ok(false) => break,
                    Err(error) => {
                        failed = Some(error);
                        break;
                    }
                }
            };
            if !self.encode(item).await? {
                break;
            }
        }
        self.backlog = self.encoder.len() >= limit;
        self.flush().await?;
        match failed {
            None => Ok(()),
            Some(SourceError::MadeAnew { .. }) => {
                self.doubt = true;
                self.check_log().await
            }
            Some(error) => self.trouble(error.to_string()).await,
        }
    }

    async fn fetch(&mut self) -> Result<bool, SourceError> {
        let Some(feed) = &mut self.feed else {
            return Ok(false);
        };
        self.pending.extend(feed.fetch().await?);
        Ok(!self.pending.is_empty())
    }

    /// Adds the item to the frame, or sends it; puts it back if the frame must go first.
    async fn encode(&mut self, item: Item) -> Result<bool, End> {
        let gap = match &item {
            Item::Gap(gap) => gap.clone(),
            Item::Record(record) => match self.encoder.push(record.as_ref().as_ref()) {
                Ok(()) => return Ok(true),
                Err(error @ RecordRefused::TooManyStreams) => {
                    return Err(End::Failed(error.to_string()));
                }
                Err(error @ RecordRefused::TooLarge { .. }) => {
                    if self.encoder.is_empty() {
                        self.error(error.to_string()).await?;
                    }
                    Gap {
                        topic: record.topic.to_string(),
                        partition: record.partition,
                        from: record.offset,
                        to: record.offset,
                    }
                }
            },
        };
        if !self.encoder.is_empty() {
            self.pending.push_front(item);
            return Ok(false);
        }
        self.send(&ServerFrame::Gap(gap)).await?;
        Ok(true)
    }

    /// Sends the frame. What the encoder holds is always sent: later frames build on it.
    async fn flush(&mut self) -> Step {
        if self.encoder.is_empty() {
            return Ok(());
        }
        let frame = self.encoder.finish();
        self.credit_bytes = self.credit_bytes.saturating_sub(frame.len() as u64);
        self.sent_at = Instant::now();
        closing::send(self.socket, Message::Binary(frame.into())).await
    }

    /// What is told 5 times a second: troubles, ends, ticks.
    async fn beat(&mut self) -> Step {
        let ends = self.shared.ends.borrow().clone();
        if ends.as_ref().is_some_and(|ends| ends.log_id != self.log_id) {
            self.doubt = true;
        }
        if self.doubt {
            self.check_log().await?;
        }
        let trouble = self.shared.trouble.borrow().clone();
        match trouble {
            Some(trouble) => self.trouble(trouble).await?,
            None => self.told.trouble = None,
        }
        let Some(feed) = &self.feed else {
            return Ok(());
        };
        let idle_at_ms = feed.idle_at_ms();
        if let Some(ends) = ends.filter(|ends| ends.log_id == self.log_id) {
            let ends = feed.ends(&ends);
            self.ends(ends).await?;
        }
        let quiet = !self.paused && self.pending.is_empty();
        match idle_at_ms {
            Some(now_ms) if quiet && self.told.tick_ms.is_none_or(|told| told < now_ms) => {
                self.told.tick_ms = Some(now_ms);
                self.send(&ServerFrame::Tick { now_ms }).await
            }
            _ => Ok(()),
        }
    }

    async fn ends(&mut self, ends: Vec<TopicEnds>) -> Step {
        let recent = self
            .told
            .ends_at
            .is_some_and(|at| at.elapsed() < ENDS_AGAIN);
        if recent && ends == self.told.ends {
            return Ok(());
        }
        self.told.ends.clone_from(&ends);
        self.told.ends_at = Some(Instant::now());
        self.send(&ServerFrame::Ends(ends)).await
    }

    /// Tells the page what is wrong with the source, once.
    async fn trouble(&mut self, message: String) -> Step {
        if self.told.trouble.as_ref() == Some(&message) {
            return Ok(());
        }
        self.told.trouble = Some(message.clone());
        self.error(message).await
    }

    async fn error(&mut self, message: String) -> Step {
        let fatal = false;
        self.send(&ServerFrame::Error { message, fatal }).await
    }

    async fn send(&mut self, frame: &ServerFrame<'_>) -> Step {
        closing::send(
            self.socket,
            Message::Binary(encode_server_frame(frame).into()),
        )
        .await
    }
}
