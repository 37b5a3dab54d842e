//! Predictions on their way to the sink: kept until the bridge has answered for them.

use std::collections::{HashSet, VecDeque};

use wire::{ClientFrame, Publication};

use crate::worker::retry;

/// A Publish frame is sent when it is about this long, in bytes.
const FRAME_BYTES: usize = 256 << 10;

/// What is kept at most, in bytes; the oldest are let go.
const KEPT_BYTES: usize = 16 << 20;

/// What a publication takes beside its texts, in bytes.
const OVERHEAD_BYTES: usize = 256;

/// What the bridge has not answered for.
#[derive(Debug)]
pub struct Outbox {
    /// Predictions that the bridge has confirmed.
    pub published: u64,
    /// Predictions that it has refused for good.
    pub refused: u64,
    /// Predictions that were let go because too many waited.
    pub let_go: u64,
    /// How much may wait, in bytes.
    pub most_bytes: usize,
    waiting: VecDeque<Publication>,
    bytes: usize,
    /// Since the sink could not be written.
    away: Option<Away>,
    /// How many were let go when that was last asked for.
    let_go_told: u64,
    /// A wait before the next try that is yet to be begun, ms.
    wait_ms: Option<u32>,
}

/// A sink that cannot be written.
#[derive(Debug)]
struct Away {
    /// Tries so far.
    attempt: u32,
    /// Whether one is under way.
    is_trying: bool,
}

impl Default for Outbox {
    fn default() -> Self {
        Outbox {
            published: 0,
            refused: 0,
            let_go: 0,
            most_bytes: KEPT_BYTES,
            waiting: VecDeque::new(),
            bytes: 0,
            away: None,
            let_go_told: 0,
            wait_ms: None,
        }
    }
}

impl Outbox {
    /// How many wait for an answer.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Whether the sink could not be written when it was last tried.
    pub fn is_away(&self) -> bool {
        self.away.is_some()
    }

    /// The same counts, with nothing that waits.
    pub fn emptied(&self) -> Outbox {
        Outbox {
            published: self.published,
            refused: self.refused,
            let_go: self.let_go,
            let_go_told: self.let_go_told,
            most_bytes: self.most_bytes,
            ..Outbox::default()
        }
    }

    /// Takes these; answers what to send now.
    pub fn add(&mut self, publications: Vec<Publication>, is_open: bool) -> Vec<ClientFrame> {
        let frames = if is_open && self.away.is_none() {
            frames(publications.iter())
        } else {
            Vec::new()
        };
        for publication in publications {
            self.bytes += size_bytes(&publication);
            self.waiting.push_back(publication);
        }
        while self.bytes > self.most_bytes
            && let Some(oldest) = self.waiting.pop_front()
        {
            self.bytes -= size_bytes(&oldest);
            self.let_go += 1;
        }
        frames
    }

    /// Everything that waits, for a new connection.
    pub fn all(&mut self) -> Vec<ClientFrame> {
        (self.away, self.wait_ms) = (None, None);
        frames(self.waiting.iter())
    }

    /// These are published; answers what can be sent again because the sink is back.
    pub fn published(&mut self, ids: &[String]) -> Vec<ClientFrame> {
        self.published += self.remove(ids);
        match self.away.take() {
            None => Vec::new(),
            Some(_) => self.all(),
        }
    }

    /// These never will be.
    pub fn refused(&mut self, ids: &[String]) {
        self.refused += self.remove(ids);
        if self.waiting.is_empty() {
            self.away = None;
        } else if let Some(away) = &mut self.away
            && away.is_trying
        {
            // That says nothing of the sink: the next ones are to try it.
            away.is_trying = false;
            self.wait_ms = Some(retry::wait_ms(away.attempt));
        }
    }

    /// The sink cannot be written: what waits is tried again later.
    pub fn unpublished(&mut self) {
        if self.waiting.is_empty() {
            // An answer for predictions that a start over has let go: there is nothing to try again with.
            return;
        }
        let attempt = match &self.away {
            // Frames that were sent before the first of them was answered.
            Some(away) if !away.is_trying => return,
            Some(away) => away.attempt + 1,
            None => 1,
        };
        let is_trying = false;
        self.away = Some(Away { attempt, is_trying });
        self.wait_ms = Some(retry::wait_ms(attempt));
    }

    /// How many were let go in all, if more were than when this was last asked.
    pub fn news_of_let_go(&mut self) -> Option<u64> {
        let told = std::mem::replace(&mut self.let_go_told, self.let_go);
        (told < self.let_go).then_some(self.let_go)
    }

    /// A wait to begin, ms, if there is one; [`Outbox::try_again`] ends it.
    pub fn take_wait_ms(&mut self) -> Option<u32> {
        self.wait_ms.take()
    }

    /// Tries the sink again with the oldest that wait.
    pub fn try_again(&mut self) -> Option<ClientFrame> {
        let away = self.away.as_mut().filter(|away| !away.is_trying)?;
        away.is_trying = true;
        frames(self.waiting.iter()).into_iter().next()
    }

    /// Answers how many of them waited.
    fn remove(&mut self, ids: &[String]) -> u64 {
        let ids: HashSet<&str> = ids.iter().map(String::as_str).collect();
        let before = self.waiting.len();
        let bytes = &mut self.bytes;
        self.waiting.retain(|publication| {
            let stays = !ids.contains(publication.id.as_str());
            if !stays {
                *bytes -= size_bytes(publication);
            }
            stays
        });
        (before - self.waiting.len()) as u64
    }
}

/// Publish frames, none of them longer than a bridge takes.
fn frames<'a>(publications: impl Iterator<Item = &'a Publication>) -> Vec<ClientFrame> {
    let mut frames = Vec::new();
    let (mut batch, mut bytes) = (Vec::new(), 0);
    for publication in publications {
        bytes += size_bytes(publication);
        batch.push(publication.clone());
        if bytes > FRAME_BYTES {
            frames.push(ClientFrame::Publish(std::mem::take(&mut batch)));
            bytes = 0;
        }
    }
    if !batch.is_empty() {
        frames.push(ClientFrame::Publish(batch));
    }
    frames
}

fn size_bytes(publication: &Publication) -> usize {
    let headers: usize = (publication.headers.iter())
        .map(|header| header.name.len() + header.value.as_ref().map_or(0, Vec::len))
        .sum();
    publication.id.len()
        + publication.topic.len()
        + publication.key.as_ref().map_or(0, Vec::len)
        + publication.value.len()
        + headers
        + OVERHEAD_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    fn publication(id: u32, value_bytes: usize) -> Publication {
        Publication {
            id: id.to_string(),
            topic: String::new(),
            key: None,
            value: vec![0; value_bytes],
            headers: Vec::new(),
        }
    }

    #[test]
    fn an_answer_for_what_no_longer_waits_holds_nothing_up() {
        let mut outbox = Outbox::default();
        outbox.add(vec![publication(1, 1)], true);
        outbox = outbox.emptied();
        outbox.unpublished();
        assert_eq!(outbox.try_again(), None);
        assert_eq!(ids(&outbox.add(vec![publication(2, 1)], true)), ["2"]);
    }

    fn ids(frames: &[ClientFrame]) -> Vec<&str> {
        let publications = frames.iter().flat_map(|frame| match frame {
            ClientFrame::Publish(publications) => publications.iter(),
            frame => panic!("{frame:?}"),
        });
        publications
            .map(|publication| publication.id.as_str())
            .collect()
    }

    fn strings(ids: &[&str]) -> Vec<String> {
        ids.iter().map(|id| (*id).to_owned()).collect()
    }

    #[test]
    fn what_waits_is_bounded_and_the_oldest_are_let_go() {
        let mut outbox = Outbox {
            most_bytes: 4_000,
            ..Outbox::default()
        };
        outbox.add((0..9).map(|id| publication(id, 743)).collect(), true);
        assert_eq!((outbox.waiting(), outbox.let_go), (4, 5));
        assert_eq!(ids(&outbox.all()), ["5", "6", "7", "8"]);
        outbox.published(&strings(&["5", "6", "7", "8"]));
        assert_eq!((outbox.bytes, outbox.published), (0, 4));
    }

    #[test]
    fn a_sink_that_is_away_is_tried_with_little_and_then_gets_everything() {
        let mut outbox = Outbox::default();
        let some = (0..4).map(|id| publication(id, FRAME_BYTES / 2)).collect();
        assert_eq!(outbox.add(some, true).len(), 2);
        outbox.unpublished();
        outbox.unpublished();
        assert_eq!(outbox.take_wait_ms(), Some(500));
        assert_eq!(outbox.take_wait_ms(), None);
        assert_eq!(outbox.add(vec![publication(4, 1)], true), []);
        let tried: Vec<_> = outbox.try_again().into_iter().collect();
        assert_eq!(ids(&tried), ["0", "1"]);
        assert_eq!(outbox.try_again(), None);
        outbox.unpublished();
        assert_eq!(outbox.take_wait_ms(), Some(1_000));
        outbox.try_again();
        let rest = outbox.published(&strings(&["0", "1"]));
        assert_eq!(ids(&rest), ["2", "3", "4"]);
        assert!(!outbox.is_away());
    }

    #[test]
    fn what_is_refused_is_not_kept() {
        let mut outbox = Outbox::default();
        outbox.add((0..3).map(|id| publication(id, 1)).collect(), true);
        outbox.unpublished();
        outbox.take_wait_ms();
        outbox.try_again();
        outbox.refused(&strings(&["0", "9"]));
        assert_eq!((outbox.refused, outbox.waiting()), (1, 2));
        // The sink has not been tried by it.
        assert_eq!(outbox.take_wait_ms(), Some(500));
        assert!(outbox.try_again().is_some());
        outbox.refused(&strings(&["1", "2"]));
        assert!(!outbox.is_away());
    }
}
