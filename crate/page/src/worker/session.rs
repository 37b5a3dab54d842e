//! What frames do: credit, catching up, publishing, log identity.

use std::collections::VecDeque;

use lab::config;
use wire::{
    ClientFrame, FrameError, From, Gap, Hello, Publication, RecordsDecoder, ServerFrame, TopicEnds,
    decode_server_frame,
};

use super::desk::{Desk, Item};
use super::order::{Following, Order};

/// Bytes that the bridge may send ahead of what was applied; what waits while paused is at most this.
const CREDIT_BYTES: u64 = 4 << 20;

/// Ticks are applied this much late, so that a transaction that was under way when the bridge read its clock is not
/// overtaken by it, ms.
const GRACE_MS: i64 = 200;

/// A Publish frame is sent when it is about this long, in bytes.
const PUBLISH_BYTES: usize = 256 << 10;

/// What the reader should hear of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The log is not the one that the page has read.
    OtherLog,
    /// Nothing was applied yet, but the order kept from before the reload belongs to another log.
    OtherLogSinceReload,
    /// Records are gone.
    Gone(Gap),
    /// A stream's topic is not there.
    NoTopic {
        /// The stream's topic.
        topic: String,
        /// The topics that are.
        there: Vec<String>,
    },
    /// The bridge refused something.
    Refused(String),
    /// The bridge ended the connection for a reason that trying again does not mend.
    Ended(String),
}

/// The conversation with a bridge, over as many connections as it takes.
pub struct Session {
    /// Bytes that the bridge may send ahead of what was applied.
    pub ahead_bytes: u64,
    /// Whether the log's end was reached once.
    pub caught_up: bool,
    /// Topics subscribed.
    pub topics: usize,
    /// Predictions that the bridge has confirmed.
    pub published: u64,
    /// An order kept from before the reload.
    pub stored: Option<Order>,
    /// The partitions of the lab's streams that this connection's subscription covers; none without one.
    subscribed: Option<Vec<(String, i32)>>,
    /// Whether the bridge has said that it serves that subscription.
    served: bool,
    decoder: RecordsDecoder,
    /// For each frame whose records are not all applied: their number so far, and the frame's bytes.
    owed: VecDeque<(u64, u64)>,
    records_received: u64,
    /// Bytes beyond what may wait, when this connection began: they are not given back as credit.
    overdrawn_bytes: u64,
    unconfirmed: VecDeque<Publication>,
}

impl Session {
    /// Begins, with an order kept from before the reload.
    pub fn new(stored: Option<Order>) -> Session {
        Session {
            ahead_bytes: CREDIT_BYTES,
            caught_up: false,
            topics: 0,
            published: 0,
            stored,
            subscribed: None,
            served: false,
            decoder: RecordsDecoder::new(),
            owed: VecDeque::new(),
            records_received: 0,
            overdrawn_bytes: 0,
            unconfirmed: VecDeque::new(),
        }
    }

    /// A new connection: both sides begin afresh.
    pub fn connected(&mut self) {
        self.decoder = RecordsDecoder::new();
        (self.subscribed, self.served) = (None, false);
    }

    /// Forgets what was read; the connection goes on.
    pub fn start_over(&mut self) {
        *self = Session {
            published: self.published,
            ahead_bytes: self.ahead_bytes,
            decoder: std::mem::take(&mut self.decoder),
            ..Session::new(None)
        };
    }

    /// Takes a frame; returns what to answer and what the reader should hear of.
    ///
    /// # Errors
    /// The frame is broken; the connection must be closed.
    pub fn frame(
        &mut self,
        desk: &mut Desk,
        bytes: &[u8],
    ) -> Result<(Vec<ClientFrame>, Vec<Notice>), FrameError> {
        let mut answers = Vec::new();
        let mut notices = Vec::new();
        match decode_server_frame(bytes)? {
            ServerFrame::Hello(hello) => self.hello(desk, &hello, &mut answers, &mut notices),
            ServerFrame::Records(records) => {
                let received = &mut self.records_received;
                let decoded = self.decoder.decode(records, |record| {
                    *received += u64::from(desk.arrived(record));
                });
                // Also of a broken frame: what came before the break was taken.
                self.owed
                    .push_back((self.records_received, bytes.len() as u64));
                decoded?;
            }
            ServerFrame::Tick { now_ms } => {
                // No tick comes before everything up to the log's end; one of an older subscription may.
                if self.served {
                    desk.all_arrived();
                }
                // Before the first record there is no experiment whose time could pass.
                if self.caught_up && desk.lab.time_ms.is_some() {
                    desk.take(Item::Tick(now_ms.saturating_sub(GRACE_MS)));
                }
            }
            ServerFrame::Ends(ends) => {
                let told = |(topic, partition): &(String, i32)| {
                    ends.iter()
                        .any(|at| at.topic == *topic && at.partition == *partition)
                };
                self.served = self.served
                    || (self.subscribed.as_ref()).is_some_and(|wanted| wanted.iter().all(told));
                let streams: Vec<String> = desk
                    .streams()
                    .iter()
                    .map(|stream| stream.topic.clone())
                    .collect();
                desk.progress
                    .ends(&ends, |topic| streams.iter().any(|stream| stream == topic));
            }
            ServerFrame::Gap(gap) => {
                desk.take(Item::Gap(gap.clone()));
                notices.push(Notice::Gone(gap));
            }
            ServerFrame::Published { ids } => {
                let before = self.unconfirmed.len();
                self.unconfirmed
                    .retain(|publication| !ids.contains(&publication.id));
                self.published += (before - self.unconfirmed.len()) as u64;
            }
            ServerFrame::Error {
                message,
                fatal: false,
            } => notices.push(Notice::Refused(message)),
            ServerFrame::Error {
                message,
                fatal: true,
            } => notices.push(Notice::Ended(message)),
        }
        answers.extend(self.after_apply(desk));
        Ok((answers, notices))
    }

    /// What to say after things were applied: credit for them, and predictions.
    pub fn after_apply(&mut self, desk: &mut Desk) -> Vec<ClientFrame> {
        if !self.caught_up
            && self.topics > 0
            && desk.progress.behind() == 0
            && desk.following.is_done()
        {
            self.caught_up = true;
            desk.publishing = true;
        }
        let mut answers = Vec::new();
        let mut bytes = 0;
        while let Some((records, frame_bytes)) = self.owed.front()
            && *records <= desk.records_applied
        {
            bytes += frame_bytes;
            self.owed.pop_front();
        }
        // Records that wait for their turn in an order from before a reload must not stop the others from coming;
        // those that wait to be stepped through must.
        if desk.following.early() > 0 && desk.is_idle() && self.owed_bytes() > self.ahead_bytes / 2
        {
            bytes += self
                .owed
                .drain(..)
                .map(|(_, frame_bytes)| frame_bytes)
                .sum::<u64>();
        }
        let kept = bytes.min(self.overdrawn_bytes);
        self.overdrawn_bytes -= kept;
        bytes -= kept;
        if bytes > 0 {
            answers.push(ClientFrame::Credit { bytes });
        }
        let publications = std::mem::take(&mut desk.publications);
        self.unconfirmed.extend(publications.iter().cloned());
        answers.extend(publish(publications.into_iter()));
        answers
    }

    fn hello(
        &mut self,
        desk: &mut Desk,
        hello: &Hello,
        answers: &mut Vec<ClientFrame>,
        notices: &mut Vec<Notice>,
    ) {
        if desk.order.log_id != hello.log_id {
            if desk.lab.rows.end() > 0 {
                (self.subscribed, self.served) = (None, false);
                return notices.push(Notice::OtherLog);
            }
            self.change_log(desk, &hello.log_id, notices);
        }
        let of_lab = |at: &&TopicEnds| desk.streams().iter().any(|stream| stream.topic == at.topic);
        let wanted: Vec<(String, i32)> = (hello.topics.iter().filter(of_lab))
            .map(|at| (at.topic.clone(), at.partition))
            .collect();
        if self.subscribed.as_ref() == Some(&wanted) {
            // It tells of topics that are none of this lab's.
            return;
        }
        let mut streams = Vec::new();
        for stream in desk.streams().to_vec() {
            if !hello.topics.iter().any(|at| at.topic == stream.topic) {
                let mut there: Vec<String> =
                    hello.topics.iter().map(|at| at.topic.clone()).collect();
                there.dedup();
                notices.push(Notice::NoTopic {
                    topic: stream.topic,
                    there,
                });
                continue;
            }
            desk.progress
                .ends(&hello.topics, |topic| topic == stream.topic);
            let start = match stream.from {
                config::From::Earliest => From::Earliest,
                config::From::Latest => From::Latest,
                config::From::TimestampMs(ms) => From::TimestampMs(ms),
                config::From::Offset(offset) => {
                    let of_topic = hello.topics.iter().filter(|at| at.topic == stream.topic);
                    From::Offsets(of_topic.map(|at| (at.partition, offset)).collect())
                }
            };
            if start == From::Latest {
                desk.progress.skip_to_end(&stream.topic);
            }
            streams.push(desk.progress.subscription(&stream.topic, start));
        }
        self.topics = streams.len();
        (self.subscribed, self.served) = (Some(wanted), false);
        let owed_bytes = self.owed_bytes();
        let credit_bytes = self.ahead_bytes.saturating_sub(owed_bytes);
        self.overdrawn_bytes = owed_bytes.saturating_sub(self.ahead_bytes);
        answers.push(ClientFrame::Subscribe {
            log_id: hello.log_id.clone(),
            streams,
            credit_bytes,
        });
        answers.extend(publish(self.unconfirmed.iter().cloned()));
    }

    fn change_log(&mut self, desk: &mut Desk, log_id: &str, notices: &mut Vec<Notice>) {
        let stored = self.stored.take();
        if !desk.order.log_id.is_empty() {
            // Nothing was applied, but something of the log before may wait or have moved the offsets on.
            self.start_over();
            desk.start_over();
        }
        // A batch may have been closed by hand before the first answer: that is kept.
        log_id.clone_into(&mut desk.order.log_id);
        match stored {
            Some(order) if order.log_id == log_id => {
                let streams = desk.streams();
                let is_read = |topic: &str| streams.iter().any(|stream| stream.topic == topic);
                desk.following = Following::new(order, is_read);
            }
            Some(_) => notices.push(Notice::OtherLogSinceReload),
            None => {}
        }
    }

    fn owed_bytes(&self) -> u64 {
        self.owed.iter().map(|(_, bytes)| bytes).sum()
    }
}

/// Publish frames, none of them longer than a bridge takes.
fn publish(publications: impl Iterator<Item = Publication>) -> Vec<ClientFrame> {
    let mut frames = Vec::new();
    let (mut batch, mut bytes) = (Vec::new(), 0);
    for publication in publications {
        bytes += 2 * publication.id.len() + publication.value.len() + 256;
        batch.push(publication);
        if bytes > PUBLISH_BYTES {
            frames.push(ClientFrame::Publish(std::mem::take(&mut batch)));
            bytes = 0;
        }
    }
    if !batch.is_empty() {
        frames.push(ClientFrame::Publish(batch));
    }
    frames
}

#[cfg(test)]
mod tests;
