//! A session of `eddy.json`: a person, or a program in another language.
//!
//! Everything is asked for in the address ([`wanted`]). When the log, or a topic, is made anew, the session says hello again
//! and goes on with the new one from its beginning. Partitions that appear are sent from their start.

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
use crate::identity::Identity;
use crate::metrics::Meter;
use crate::ring::Item;
use crate::shared::Shared;

/// Serves a reader until it leaves or the bridge stops.
pub(crate) async fn run(
    shared: Arc<Shared>,
    mut socket: WebSocket,
    query: Vec<(String, String)>,
    meter: &Meter,
) {
    let end = tokio::select! {
        Err(end) = converse(&shared, &mut socket, &query, meter) => end,
        () = shared.stopped() => End::Stopping,
    };
    meter.ended(&end);
    let last = end.reason().map(|reason| {
        let error = reason.to_owned();
        text(&Line::Error { error })
    });
    closing::close(socket, &end, last).await;
}

struct Session<'a> {
    shared: &'a Arc<Shared>,
    socket: &'a mut WebSocket,
    meter: &'a Meter,
    topics: Vec<String>,
    identity: Identity,
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
    meter: &Meter,
) -> Result<Infallible, End> {
    let mut head = shared.ring.head();
    let hello = shared.hello().await.map_err(failed)?;
    closing::send(socket, text(&Line::Hello(hello.clone()))).await?;
    let streams = wanted::streams(query, &hello).map_err(End::Broken)?;
    let feed = begin(shared, socket, &hello, &streams).await?;
    meter.subscribed(&feed.topics());
    let topics: Vec<String> = streams.into_iter().map(|stream| stream.topic).collect();
    let mut session = Session {
        shared,
        socket,
        meter,
        identity: Identity::of(&hello, &topics),
        topics,
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

async fn begin(
    shared: &Arc<Shared>,
    socket: &mut WebSocket,
    hello: &Hello,
    streams: &[Subscription],
) -> Result<Feed, End> {
    let begun = Feed::begin(shared, hello, streams).await;
    let (feed, truncated) = begun.map_err(|error| match error {
        Refused::Source(error) => failed(error),
        refused => End::Broken(refused.to_string()),
    })?;
    for truncated in truncated {
        let error = truncated.to_string();
        if feed.is_empty() {
            return Err(End::Broken(error));
        }
        closing::send(socket, text(&Line::Error { error })).await?;
    }
    Ok(feed)
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
                    self.meter.records(1);
                    self.meter.bytes(line.len());
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
        if self.identity.is_of(&hello) {
            return Ok(());
        }
        closing::send(self.socket, text(&Line::Hello(hello.clone()))).await?;
        if hello.log_id == self.identity.log_id {
            for topic in self.identity.topics_made_anew(&hello) {
                self.feed.drop_topic(&topic);
            }
            self.feed.take_up(&hello, &self.topics);
        } else {
            let topics = self.topics.iter();
            let streams = topics.map(|topic| Subscription {
                topic: topic.clone(),
                from: From::Earliest,
            });
            let streams: Vec<_> = streams.collect();
            self.feed = begin(self.shared, self.socket, &hello, &streams).await?;
        }
        self.meter.subscribed(&self.feed.topics());
        self.identity = Identity::of(&hello, &self.topics);
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
        let hello = self.shared.ends.borrow().clone();
        if let Some(hello) = &hello
            && hello.log_id == self.identity.log_id
        {
            if !self.identity.is_of(hello) {
                return self.go_on_anew().await;
            }
            self.feed.take_up(hello, &self.topics);
            for truncated in self.feed.truncated(hello) {
                let error = truncated.to_string();
                closing::send(self.socket, text(&Line::Error { error })).await?;
            }
        }
        let idle_at_ms = self.feed.idle_at_ms();
        if let Some(hello) = hello.filter(|hello| hello.log_id == self.identity.log_id) {
            let ends = self.feed.ends(&hello);
            self.meter.lag(self.feed.lag(&ends));
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
