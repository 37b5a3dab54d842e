//! What a page is told beside records: ends, ticks, troubles. None of it takes credit.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::extract::ws::Message;
use tokio::time::Instant;
use wire::{Hello, ServerFrame, TopicEnds, encode_server_frame};

use crate::closing::{self, Step};
use crate::identity::Identity;
use crate::session::Session;

/// How often the ends are told though they are the same.
const ENDS_AGAIN: Duration = Duration::from_secs(1);

/// The partitions that there are, and the topics' identities.
type Topics = (Vec<(String, i32)>, BTreeMap<String, String>);

/// What the page was told last, so that it is not told again.
#[derive(Default)]
pub(super) struct Told {
    topics: Topics,
    pub(super) ends: Vec<TopicEnds>,
    pub(super) ends_at: Option<Instant>,
    tick_ms: Option<i64>,
    trouble: Option<String>,
}

impl Session<'_> {
    /// What is told 5 times a second: new topics, troubles, ends, ticks.
    pub(super) async fn beat(&mut self) -> Step {
        let ends = self.shared.ends.borrow().clone();
        if ends.as_ref().is_some_and(|ends| !self.identity.is_of(ends)) {
            self.doubt = true;
        }
        if self.doubt {
            self.check_log().await?;
        }
        let ends = ends.filter(|ends| self.identity.is_of(ends));
        if let Some(hello) = &ends
            && topics(hello) != self.told.topics
        {
            self.hello(Hello::clone(hello)).await?;
        }
        let trouble = self.shared.trouble.borrow().clone();
        match trouble {
            Some(trouble) => self.trouble(trouble).await?,
            None => self.told.trouble = None,
        }
        let Some(feed) = &mut self.feed else {
            return Ok(());
        };
        let idle_at_ms = feed.idle_at_ms();
        if let Some(hello) = ends {
            let truncated = feed.truncated(&hello);
            let ends = feed.ends(&hello);
            self.meter.lag(feed.lag(&ends) + self.pending.len() as u64);
            self.truncated(truncated).await?;
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

    /// Tells which log this is, and which topics there are.
    pub(super) async fn hello(&mut self, hello: Hello) -> Step {
        if self.feed.is_none() {
            self.identity = Identity::of_log(&hello.log_id);
        }
        self.told.topics = topics(&hello);
        self.send(&ServerFrame::Hello(hello)).await
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
    pub(super) async fn trouble(&mut self, message: String) -> Step {
        if self.told.trouble.as_ref() == Some(&message) {
            return Ok(());
        }
        self.told.trouble = Some(message.clone());
        self.error(message).await
    }

    pub(super) async fn error(&mut self, message: String) -> Step {
        let fatal = false;
        self.send(&ServerFrame::Error { message, fatal }).await
    }

    pub(super) async fn send(&mut self, frame: &ServerFrame<'_>) -> Step {
        closing::send(
            self.socket,
            Message::Binary(encode_server_frame(frame).into()),
        )
        .await
    }
}

fn topics(hello: &Hello) -> Topics {
    let topics = hello
        .topics
        .iter()
        .map(|ends| (ends.topic.clone(), ends.partition));
    (topics.collect(), hello.topic_ids.clone())
}
