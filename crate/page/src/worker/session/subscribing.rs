//! What is read, and from where on: a Hello in, a Subscribe out.

use lab::config::{self, Stream};
use wire::{ClientFrame, From, Hello, Subscription, TopicEnds};

use super::{Notice, Session};
use crate::worker::desk::Desk;
use crate::worker::order::Following;

impl Session {
    pub(super) fn hello(
        &mut self,
        desk: &mut Desk,
        hello: &Hello,
        answers: &mut Vec<ClientFrame>,
        notices: &mut Vec<Notice>,
    ) {
        if let Some(other) = self.made_anew(desk, hello, answers, notices) {
            (self.subscribed, self.served) = (None, false);
            return notices.push(other);
        }
        notices.extend(self.look_for_missing(desk, hello));
        let wanted = wanted(desk, hello);
        if self.subscribed.as_ref() == Some(&wanted) {
            // It tells of topics that are none of this lab's.
            return;
        }
        let mut streams = desk.streams();
        streams.retain(|stream| !self.missing.contains(&stream.topic));
        let subscriptions = streams
            .iter()
            .map(|stream| self.subscription(desk, hello, stream));
        let subscriptions: Vec<Subscription> = subscriptions.collect();
        let mut topic_ids = hello.topic_ids.clone();
        topic_ids.retain(|topic, _| streams.iter().any(|stream| stream.topic == *topic));
        desk.order.topic_ids.extend(topic_ids.clone());
        self.topics = streams.len();
        (self.subscribed, self.served, self.has_begun) = (Some(wanted), false, true);
        answers.push(ClientFrame::Subscribe {
            log_id: hello.log_id.clone(),
            topic_ids,
            streams: subscriptions,
            credit_bytes: self.first_credit_bytes(),
        });
        answers.extend(self.outbox.all());
    }

    /// A partition lost what this page has read: it is read no further.
    pub(super) fn truncated(
        &mut self,
        desk: &mut Desk,
        topic: String,
        partition: i32,
        end: i64,
    ) -> Option<Notice> {
        let wanted = self.subscribed.as_mut()?;
        wanted.retain(|at| (at.0.as_str(), at.1) != (topic.as_str(), partition));
        let read_to = desk.progress.cut(&topic, partition);
        Some(Notice::Truncated {
            topic,
            partition,
            read_to,
            end,
        })
    }

    /// Finds out whether what was read is no more; forgets what was not read but only asked for.
    fn made_anew(
        &mut self,
        desk: &mut Desk,
        hello: &Hello,
        answers: &mut Vec<ClientFrame>,
        notices: &mut Vec<Notice>,
    ) -> Option<Notice> {
        if desk.order.log_id != hello.log_id {
            if desk.lab.rows.end() > 0 {
                return Some(Notice::OtherLog);
            }
            answers.extend(self.change_log(desk));
            // A batch may have been closed by hand before the first answer: that is kept.
            hello.log_id.clone_into(&mut desk.order.log_id);
            notices.extend(self.follow_stored(desk, hello));
        }
        while let Some(topic) = hello.topic_made_anew(&desk.order.topic_ids) {
            if desk.progress.has_read(topic) {
                return Some(Notice::OtherTopic(topic.to_owned()));
            }
            desk.progress.forget(topic);
            desk.order.topic_ids.remove(topic);
            // Its partitions may be the same, their offsets are not.
            (self.subscribed, self.served) = (None, false);
        }
        None
    }

    /// Begins with another log; answers the credit of what waited of the one before.
    fn change_log(&mut self, desk: &mut Desk) -> Option<ClientFrame> {
        if desk.order.log_id.is_empty() {
            return None;
        }
        // Nothing was applied, but something of the log before may wait or have moved the offsets on.
        let owed_bytes = self.take_owed_bytes();
        let credit = self.give_back(owed_bytes);
        let (stored, missing) = (self.stored.take(), std::mem::take(&mut self.missing));
        self.start_over();
        (self.stored, self.missing) = (stored, missing);
        desk.start_over();
        credit
    }

    fn follow_stored(&mut self, desk: &mut Desk, hello: &Hello) -> Option<Notice> {
        let order = self.stored.take()?;
        if order.log_id != hello.log_id {
            return Some(Notice::OtherLogSinceReload);
        }
        if let Some(topic) = hello.topic_made_anew(&order.ids_applied()) {
            return Some(Notice::OtherTopicSinceReload(topic.to_owned()));
        }
        let streams = desk.streams();
        let is_read = |topic: &str| streams.iter().any(|stream| stream.topic == topic);
        desk.following = Following::new(order, is_read);
        None
    }

    /// Which topics of the lab are not there, where that has changed.
    fn look_for_missing(&mut self, desk: &Desk, hello: &Hello) -> Option<Notice> {
        let is_there = |topic: &str| hello.topics.iter().any(|at| at.topic == topic);
        let topics = desk.streams().into_iter().map(|stream| stream.topic);
        let topics: Vec<String> = topics.filter(|topic| !is_there(topic)).collect();
        if topics == self.missing {
            return None;
        }
        self.missing.clone_from(&topics);
        let mut there: Vec<String> = hello.topics.iter().map(|at| at.topic.clone()).collect();
        there.dedup();
        Some(Notice::Missing { topics, there })
    }

    fn subscription(&self, desk: &mut Desk, hello: &Hello, stream: &Stream) -> Subscription {
        let of_topic = |topic: &str| topic == stream.topic;
        desk.progress.ends(&hello.topics, of_topic);
        let start = match stream.from {
            config::From::Earliest => From::Earliest,
            config::From::Latest => From::Latest,
            config::From::TimestampMs(ms) => From::TimestampMs(ms),
            config::From::Offset(offset) => {
                // A partition may be shorter yet; the lab passes over what comes before the offset.
                let start = |at: &TopicEnds| (at.partition, offset.clamp(0, at.end.max(0)));
                let partitions = hello.topics.iter().filter(|at| of_topic(&at.topic));
                From::Offsets(partitions.map(start).collect())
            }
        };
        // What came since this page first asked is later than what was then the latest.
        let start = match start {
            From::Latest if self.has_begun => From::Earliest,
            start => start,
        };
        if start == From::Latest {
            desk.progress.skip_to_end(&stream.topic);
        }
        desk.progress.subscription(&stream.topic, start)
    }

    /// What may be sent ahead, less what waits here already; nothing more once the connection has it.
    fn first_credit_bytes(&mut self) -> u64 {
        if std::mem::replace(&mut self.granted, true) {
            return 0;
        }
        let owed_bytes = self.owed_bytes();
        self.overdrawn_bytes = owed_bytes.saturating_sub(self.ahead_bytes);
        self.ahead_bytes.saturating_sub(owed_bytes)
    }
}

/// The partitions to read.
fn wanted(desk: &Desk, hello: &Hello) -> Vec<(String, i32)> {
    let streams = desk.streams();
    let is_wanted = |at: &&TopicEnds| {
        streams.iter().any(|stream| stream.topic == at.topic)
            && !desk.progress.is_cut(&at.topic, at.partition)
    };
    (hello.topics.iter().filter(is_wanted))
        .map(|at| (at.topic.clone(), at.partition))
        .collect()
}
