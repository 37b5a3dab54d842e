//! What frames do: credit, catching up, publishing, identities.
//!
//! - [`outbox`]: predictions that the bridge has not answered for
//! - `subscribing`: what is read, and from where on

pub mod outbox;
mod subscribing;

use std::collections::VecDeque;

use wire::{
    ClientFrame, FrameError, Gap, Publication, RecordsDecoder, ServerFrame, TopicEnds,
    decode_server_frame,
};

use super::desk::{Desk, Item};
use super::order::Order;
use outbox::Outbox;

/// Bytes that the bridge may send ahead of what was applied; what waits while paused is at most this.
const CREDIT_BYTES: u64 = 4 << 20;

/// Ticks are applied this much late, so that a transaction that was under way when the bridge read its clock is not
/// overtaken by it, ms.
const GRACE_MS: i64 = 200;

/// What the reader should hear of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The log is not the one that the page has read.
    OtherLog,
    /// Nothing was applied yet, but the order kept from before the reload belongs to another log.
    OtherLogSinceReload,
    /// A topic of this log is not the one that the page has read.
    OtherTopic(String),
    /// Nothing was applied yet, but a topic was made anew since the order was kept.
    OtherTopicSinceReload(String),
    /// A partition ends before what the page has read of it.
    Truncated {
        /// The topic.
        topic: String,
        /// The partition.
        partition: i32,
        /// The offset that the page wanted next.
        read_to: i64,
        /// The partition's end.
        end: i64,
    },
    /// Records are gone.
    Gone(Gap),
    /// Topics of the lab's streams are not there yet; none: all of them are, now.
    Missing {
        /// The streams' topics.
        topics: Vec<String>,
        /// The topics that are there.
        there: Vec<String>,
    },
    /// The bridge has refused predictions for good.
    NotPublished {
        /// Why, and what to do.
        message: String,
        /// How many in all.
        refused: u64,
    },
    /// Predictions cannot be published just now.
    SinkAway {
        /// Why, and what to do.
        message: String,
    },
    /// They can again.
    SinkBack,
    /// Predictions were let go because too many waited.
    LetGo {
        /// How many in all.
        let_go: u64,
    },
    /// Something is wrong with what the bridge reads, or it cannot do what was asked.
    Trouble(String),
    /// That is over.
    TroubleOver,
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
    /// Topics of the lab's streams that are not there yet.
    pub missing: Vec<String>,
    /// Predictions on their way.
    pub outbox: Outbox,
    /// An order kept from before the reload.
    pub stored: Option<Order>,
    /// The partitions of the lab's streams that this connection's subscription covers; none without one.
    subscribed: Option<Vec<(String, i32)>>,
    /// Whether a subscription was ever asked for: topics that come after it are new.
    has_begun: bool,
    /// Whether the bridge has said that it serves that subscription.
    served: bool,
    decoder: RecordsDecoder,
    /// For each frame whose records are not all applied: their number so far, and the frame's bytes.
    owed: VecDeque<(u64, u64)>,
    records_received: u64,
    /// Whether this connection was given its credit.
    granted: bool,
    /// Bytes beyond what may wait, when this connection began: they are not given back as credit.
    overdrawn_bytes: u64,
    /// Whether the bridge told of trouble that is not over yet.
    in_trouble: bool,
}

impl Session {
    /// Begins, with an order kept from before the reload.
    pub fn new(stored: Option<Order>) -> Session {
        Session {
            ahead_bytes: CREDIT_BYTES,
            caught_up: false,
            topics: 0,
            missing: Vec::new(),
            outbox: Outbox::default(),
            stored,
            subscribed: None,
            has_begun: false,
            served: false,
            decoder: RecordsDecoder::new(),
            owed: VecDeque::new(),
            records_received: 0,
            granted: false,
            overdrawn_bytes: 0,
            in_trouble: false,
        }
    }

    /// A new connection: both sides begin afresh.
    pub fn connected(&mut self) {
        self.decoder = RecordsDecoder::new();
        (self.subscribed, self.served, self.granted) = (None, false, false);
    }

    /// Forgets what was read; the connection goes on.
    pub fn start_over(&mut self) {
        *self = Session {
            outbox: self.outbox.emptied(),
            ahead_bytes: self.ahead_bytes,
            decoder: std::mem::take(&mut self.decoder),
            granted: self.granted,
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
                // Without a subscription they are of a log that is no longer read.
                let is_read = self.subscribed.is_some();
                let decoded = self.decoder.decode(records, |record| {
                    *received += u64::from(is_read && desk.arrived(record));
                });
                // Also of a broken frame: what came before the break was taken.
                self.owed
                    .push_back((self.records_received, bytes.len() as u64));
                decoded?;
            }
            ServerFrame::Tick { now_ms } => {
                // It comes only while the source can be read.
                let mended = std::mem::take(&mut self.in_trouble);
                notices.extend(mended.then_some(Notice::TroubleOver));
                self.tick(desk, now_ms);
            }
            ServerFrame::Ends(ends) => self.ends(desk, &ends),
            ServerFrame::Gap(gap) => {
                let new = (self.subscribed.is_some()).then(|| desk.gone(&gap));
                notices.extend(new.flatten().map(Notice::Gone));
            }
            ServerFrame::Truncated {
                topic,
                partition,
                end,
            } => notices.extend(self.truncated(desk, topic, partition, end)),
            ServerFrame::Published { ids } => {
                let was_away = self.outbox.is_away();
                answers.extend(self.outbox.published(&ids));
                notices.extend(was_away.then_some(Notice::SinkBack));
            }
            ServerFrame::Refused { ids, message } => {
                self.outbox.refused(&ids);
                let refused = self.outbox.refused;
                notices.push(Notice::NotPublished { message, refused });
            }
            ServerFrame::Unpublished { message, .. } => {
                self.outbox.unpublished();
                notices.push(Notice::SinkAway { message });
            }
            ServerFrame::Error {
                message,
                fatal: false,
            } => {
                self.in_trouble = true;
                notices.push(Notice::Trouble(message));
            }
            ServerFrame::Error {
                message,
                fatal: true,
            } => notices.push(Notice::Ended(message)),
        }
        answers.extend(self.after_apply(desk));
        let let_go = self.outbox.news_of_let_go();
        notices.extend(let_go.map(|let_go| Notice::LetGo { let_go }));
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
            bytes += self.take_owed_bytes();
        }
        answers.extend(self.give_back(bytes));
        let publications: Vec<Publication> = std::mem::take(&mut desk.publications);
        let is_open = self.subscribed.is_some();
        answers.extend(self.outbox.add(publications, is_open));
        answers
    }

    fn tick(&mut self, desk: &mut Desk, now_ms: i64) {
        // No tick comes before everything up to the log's end; one of an older subscription may. Where no topic is
        // there yet, an order from before a reload goes on waiting for them.
        if self.served && self.topics > 0 {
            desk.all_arrived();
        }
        // Before the first record there is no experiment whose time could pass.
        if self.caught_up && desk.lab.time_ms.is_some() {
            desk.take(Item::Tick(now_ms.saturating_sub(GRACE_MS)));
        }
    }

    fn ends(&mut self, desk: &mut Desk, ends: &[TopicEnds]) {
        let told = |(topic, partition): &(String, i32)| {
            ends.iter()
                .any(|at| at.topic == *topic && at.partition == *partition)
        };
        self.served =
            self.served || (self.subscribed.as_ref()).is_some_and(|wanted| wanted.iter().all(told));
        let streams: Vec<String> = desk
            .streams()
            .into_iter()
            .map(|stream| stream.topic)
            .collect();
        desk.progress
            .ends(ends, |topic| streams.iter().any(|stream| stream == topic));
    }

    /// Credit for this much that was applied; a connection that was given none yet gets it with its first.
    fn give_back(&mut self, bytes: u64) -> Option<ClientFrame> {
        if !self.granted {
            return None;
        }
        let kept = bytes.min(self.overdrawn_bytes);
        self.overdrawn_bytes -= kept;
        let bytes = bytes - kept;
        (bytes > 0).then_some(ClientFrame::Credit { bytes })
    }

    /// Records that this log has sent, repeats not counted.
    pub fn records_received(&self) -> u64 {
        self.records_received
    }

    /// Bytes of records that are not all applied yet.
    pub fn owed_bytes(&self) -> u64 {
        self.owed.iter().map(|(_, bytes)| bytes).sum()
    }

    fn take_owed_bytes(&mut self) -> u64 {
        self.owed.drain(..).map(|(_, bytes)| bytes).sum()
    }
}

#[cfg(test)]
mod tests;
