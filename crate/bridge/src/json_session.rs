//! A session of `eddy.json`: a person, or a program in another language.
//!
//! Everything is asked for in the address ([`wanted`]). When the log is made anew, the session says hello again and goes on with
//! the new log from its beginning.

mod wanted;

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::ws::{Message, WebSocket};
use futures_util::SinkExt;
use tokio::time::{Instant, MissedTickBehavior};
use wire::{From, Hello, Line, Subscription, TopicEnds, write_line, write_record};

use crate::SourceError;
use crate::closing::{self, End, Step};
use crate::feed::{Feed, Refused};
use crate::follow::BEAT;
use crate::ring::Item;
use crate::shared::Shared;

/// Serves a reader until it leaves or the bridge stops.
pub(crate) async fn run(shared: Arc<Shared>, mut socket: WebSocket, query: Vec<(String, String)>) {
    let end = tokio::select! {
        Err(end) = converse(&shared, &mut socket, &query) => end,
        () = shared.stopped() => End::Stopping,
    };
    tracing::debug!("session of eddy.json ended: {end:?}");
    let last = end.reason().map(|reason| {
        let error = reason.to_owned();
        text(&Line::Error { error })
    });
    closing::close(socket, &end, last).await;
}

struct Session<'a> {
    shared: &'a Arc<Shared>,
    socket: &'a mut WebSocket,
    topics: Vec<String>,
    log_id: String,
    feed: Feed,
    told: Told,
}

/// What the reader was told last, so that it is not told again.
#[derive(Default)]
struct Told {
    ends: Vec<TopicEnds>,
    tick_ms: Option<i64>,
    trouble: Option<String>,
}

async fn converse(
    shared: &Arc<Shared>,
    socket: &mut WebSocket,
    query: &[(String, String)],
) -> Result<Infallible, End> {
    let mut head = shared.ring.head();
    let hello = shared.hello().await.map_err(failed)?;
    closing::send(socket, text(&Line::Hello(hello.clone()))).await?;
    let streams = wanted::streams(query, &hello).map_err(End::Broken)?;
    let feed = begin(shared, &hello, &streams).await?;
    let mut session = Session {
        shared,
        socket,
        topics: streams.into_iter().map(|stream| stream.topic).collect(),
        log_id: hello.log_id,
        feed,
        told: Told::default(),
    };
    let mut beat = tokio::time::interval(BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let due = session.feed.due(*head.borrow_and_update());
        tokio::select! {
            biased;
            message = session.socket.recv() => heard(message)?,
            _ = beat.tick() => session.beat().await?,
            () = tokio::time::sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => session.pump().await?,
            changed = head.changed() => changed.map_err(|_| End::Stopping)?,
        }
    }
}

async fn begin(shared: &Arc<Shared>, hello: &Hello, streams: &[Subscription]) -> Result<Feed, End> {
    let begun = Feed::begin(shared, hello, streams).await;
    begun.map_err(|error| match error {
        Refused::Source(error) => failed(error),
        refused => End::Broken(refused.to_string()),
    })
}

/// Nothing is expected from the other side but its leave.
fn heard(message: Option<Result<Message, axum::Error>>) -> Step {
    match message {
        None | Some(Ok(Message::Close(_))) => Err(End::Left),
        Some(Err(error)) => Err(End::Broken(error.to_string())),
        Some(Ok(_)) => Ok(()),
    }
}

impl Session<'_> {
    async fn pump(&mut self) -> Step {
        let items = match self.feed.fetch().await {
            Ok(items) => items,
            Err(SourceError::MadeAnew { .. }) => return self.go_on_anew().await,
            Err(error) => return self.trouble(error.to_string()).await,
        };
        for item in items {
            let message = match item {
                Item::Record(record) => {
                    let mut line = String::with_capacity(record.size_bytes());
                    write_record(&mut line, record.as_ref().as_ref());
                    Message::Text(line.into())
                }
                Item::Gap(gap) => text(&Line::Gap { gap }),
            };
            // Fed, not sent: many lines go out in one write.
            self.socket.feed(message).await.map_err(|_| End::Left)?;
        }
        self.socket.flush().await.map_err(|_| End::Left)
    }

    async fn go_on_anew(&mut self) -> Step {
        let hello = self.shared.hello().await.map_err(failed)?;
        closing::send(self.socket, text(&Line::Hello(hello.clone()))).await?;
        let topics = self.topics.iter();
        let streams = topics.map(|topic| Subscription {
            topic: topic.clone(),
            from: From::Earliest,
        });
        self.feed = begin(self.shared, &hello, &streams.collect::<Vec<_>>()).await?;
        self.log_id = hello.log_id;
        self.told = Told::default();
        Ok(())
    }

    /// What is told 5 times a second: troubles, ends, ticks.
    async fn beat(&mut self) -> Step {
        let trouble = self.shared.trouble.borrow().clone();
        match trouble {
            Some(trouble) => self.trouble(trouble).await?,
            None => self.told.trouble = None,
        }
        let idle_at_ms = self.feed.idle_at_ms();
        let hello = self.shared.ends.borrow().clone();
        if let Some(hello) = hello.filter(|hello| hello.log_id == self.log_id) {
            let ends = self.feed.ends(&hello);
            if ends != self.told.ends {
                self.told.ends.clone_from(&ends);
                closing::send(self.socket, text(&Line::Ends { ends })).await?;
            }
        }
        match idle_at_ms {
            Some(tick_ms) if self.told.tick_ms.is_none_or(|told| told < tick_ms) => {
                self.told.tick_ms = Some(tick_ms);
                closing::send(self.socket, text(&Line::Tick { tick_ms })).await
            }
            _ => Ok(()),
        }
    }

    async fn trouble(&mut self, error: String) -> Step {
        if self.told.trouble.as_ref() == Some(&error) {
            return Ok(());
        }
        self.told.trouble = Some(error.clone());
        closing::send(self.socket, text(&Line::Error { error })).await
    }
}

fn text(line: &Line) -> Message {
    let mut out = String::new();
    write_line(&mut out, line);
    Message::Text(out.into())
}

fn failed(error: SourceError) -> End {
    End::Failed(error.to_string())
}
