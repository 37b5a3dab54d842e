//! Records, within the page's credit.

use std::time::Duration;

use axum::extract::ws::Message;
use tokio::time::Instant;
use wire::{Gap, RecordRefused, ServerFrame, TARGET_FRAME_BYTES};

use crate::SourceError;
use crate::closing::{self, End, Step};
use crate::ring::{Item, Place};
use crate::session::Session;

/// How long records wait for others to share a frame with, when a frame was just sent.
const BATCH: Duration = Duration::from_millis(5);

impl Session<'_> {
    /// When there may be something to send; none: when something happens.
    pub(super) fn due(&self, head: Place) -> Option<Instant> {
        let feed = self.feed.as_ref()?;
        if self.credit_bytes <= 0 {
            return None;
        }
        if self.backlog || !self.pending.is_empty() {
            return Some(Instant::now());
        }
        Some(feed.due(head)?.max(self.sent_at + BATCH))
    }

    /// Sends at most one frame of records.
    pub(super) async fn pump(&mut self) -> Step {
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
                Ok(()) => {
                    self.meter.records(1);
                    return Ok(true);
                }
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
        self.credit_bytes =
            (self.credit_bytes).saturating_sub(i64::try_from(frame.len()).unwrap_or(i64::MAX));
        self.sent_at = Instant::now();
        self.meter.bytes(frame.len());
        closing::send(self.socket, Message::Binary(frame.into())).await
    }
}
